// Channels between two threads: records in a stream and to and fro, a value read while it is written, against a mutex.

import Channels
import Foundation
import Quantities
import Synchronization

enum ThreadsWork {
  static var all: [Work] {
    [
      stream("slot ring", RingLane()), roundTrip("slot ring", RingLane(), RingLane()),
      contended("seqlock", SeqlockCell()),
    ]
  }

  static var pairs: [Pair] {
    [
      Pair(
        "slot ring, stream between two threads / mutex queue",
        ours: stream("slot ring", RingLane()), peer: stream("mutex", MutexLane())),
      Pair(
        "slot ring, stream between two threads / index ring",
        ours: stream("slot ring", RingLane()), peer: stream("index ring", IndexLane())),
      Pair(
        "slot ring, round trip of two threads / mutex queue",
        ours: roundTrip("slot ring", RingLane(), RingLane()),
        peer: roundTrip("mutex", MutexLane(), MutexLane())),
      Pair(
        "slot ring, round trip of two threads / index ring",
        ours: roundTrip("slot ring", RingLane(), RingLane()),
        peer: roundTrip("index ring", IndexLane(), IndexLane())),
      Pair(
        "seqlock read beside a writer / mutex", ours: contended("seqlock", SeqlockCell()),
        peer: contended("mutex", MutexCell())),
    ]
  }

  private static let reads: UInt64 = 100_000
  private static let pauseNanoseconds: Int64 = 1000

  /// Reads of one value while another thread replaces it about once a microsecond.
  private static func contended<Kind: Cell>(_ name: String, _ cell: Kind) -> Work {
    Work("Channels: \(name) read beside a writer", "read", count: Int(reads)) {
      let isDone = Flag()
      return beside({
        var number: UInt64 = 0
        while !isDone.held.load(ordering: .relaxed) {
          number &+= 1
          cell.write(number)
          let next = Instant.now().advanced(byNanoseconds: pauseNanoseconds)
          while Instant.now() < next {}
        }
      }) {
        var count: UInt64 = 0
        while count < reads {
          if let lease = cell.read(), lease.traceLow == lease.request { count &+= 1 }
        }
        isDone.held.store(true, ordering: .relaxed)
        return count
      }
    }
  }

  private final class Flag: Sendable {
    let held = Atomic<Bool>(false)
  }

  private static let records: UInt64 = 200_000
  private static let trips: UInt64 = 20_000

  private static func stream<Kind: Lane>(_ name: String, _ lane: Kind) -> Work {
    Work("Channels: \(name), stream between two threads", "record", count: Int(records)) {
      beside({
        for number in 0..<records {
          let record = Record(number)
          while !lane.push(record) {}
        }
      }) {
        var sum: UInt64 = 0
        var left = records
        while left > 0 {
          if let record = lane.pop() {
            sum &+= record.number
            left &-= 1
          }
        }
        return sum
      }
    }
  }

  private static func roundTrip<Kind: Lane>(_ name: String, _ there: Kind, _ back: Kind) -> Work {
    Work("Channels: \(name), round trip of two threads", "trip", count: Int(trips)) {
      beside({
        for _ in 0..<trips {
          while true {
            if let record = there.pop() {
              _ = back.push(record)
              break
            }
          }
        }
      }) {
        var sum: UInt64 = 0
        for number in 0..<trips {
          _ = there.push(Record(number))
          while true {
            if let record = back.pop() {
              sum &+= record.number
              break
            }
          }
        }
        return sum
      }
    }
  }

  /// Runs `other` on a thread of its own beside `body` and waits for both. Starting it counts: some
  /// tens of microseconds a batch.
  private static func beside(
    _ other: @escaping @Sendable () -> Void, _ body: () -> UInt64
  ) -> UInt64 {
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      other()
      done.signal()
    }
    thread.start()
    let sum = body()
    done.wait()
    return sum
  }
}
