// Channels: rings on one thread, the seqlock and the histogram, against a mutex and HdrHistogram.

import Channels
import Histogram
import Quantities

public enum ChannelsWork {
  public static var all: [Work] {
    [
      slots, bytes, read("seqlock", SeqlockCell()), write("seqlock", SeqlockCell()), histogram,
    ] + ThreadsWork.all
  }

  public static var pairs: [Pair] {
    [
      Pair("slot ring, one thread / mutex queue", ours: slots, peer: mutexQueue),
      Pair("byte ring, one thread / mutex queue of arrays", ours: bytes, peer: mutexArrays),
    ] + ThreadsWork.pairs + [
      Pair(
        "seqlock read / mutex", ours: read("seqlock", SeqlockCell()),
        peer: read("mutex", MutexCell())),
      Pair(
        "seqlock write / mutex", ours: write("seqlock", SeqlockCell()),
        peer: write("mutex", MutexCell())),
      Pair("latency histogram / HdrHistogram", ours: histogram, peer: hdrHistogram),
    ]
  }

  static let capacity = 1024
  private static let batch: UInt64 = 64
  private static let batches: UInt64 = 100

  /// Bursts of 64 records in and out, as a stage finds them.
  private static func bursts<Kind: Lane>(_ name: String, _ lane: Kind) -> Work {
    Work("Channels: \(name), one thread", "record", count: Int(batch * batches)) {
      var sum: UInt64 = 0
      for burst in 0..<batches {
        for number in 0..<batch where !lane.push(Record(burst &+ number)) { return 0 }
        while let record = lane.pop() { sum &+= record.number }
      }
      return sum
    }
  }

  private static var slots: Work { bursts("slot ring", RingLane()) }
  private static var mutexQueue: Work { bursts("mutex queue", MutexLane()) }

  private static let messageBytes = 256
  private static let messages = 64 * 100

  /// Messages of 256 bytes written in place and read in place.
  private static var bytes: Work {
    let ring = ByteRing(capacity: 1 << 17)
    let producer = UnsafeMutablePointer<ByteProducer>.allocate(capacity: 1)
    let consumer = UnsafeMutablePointer<ByteConsumer>.allocate(capacity: 1)
    unsafe producer.initialize(to: ring.makeProducer())
    unsafe consumer.initialize(to: ring.makeConsumer())
    return Work("Channels: byte ring, one thread", "message", count: messages) {
      var sum: UInt64 = 0
      for _ in 0..<messages / 64 {
        for number in 0..<64 {
          guard let claim = unsafe producer.pointee.claim(byteCount: messageBytes) else { return 0 }
          unsafe claim.initializeMemory(
            as: UInt8.self, repeating: UInt8(truncatingIfNeeded: number))
          unsafe producer.pointee.commit(messageBytes)
        }
        while let entry = unsafe consumer.pointee.peek() {
          sum &+= unsafe UInt64(entry[0]) &+ UInt64(entry.count)
          unsafe consumer.pointee.release()
        }
      }
      return sum
    }
  }

  private static var mutexArrays: Work {
    let queue = MutexQueue<[UInt8]>(capacity: capacity)
    return Work("Channels: mutex queue of arrays", "message", count: messages) {
      var sum: UInt64 = 0
      for _ in 0..<messages / 64 {
        for number in 0..<64 {
          let bytes = [UInt8](
            repeating: UInt8(truncatingIfNeeded: number), count: messageBytes)
          if !queue.push(bytes) { return 0 }
        }
        while let bytes = queue.pop() { sum &+= UInt64(bytes[0]) &+ UInt64(bytes.count) }
      }
      return sum
    }
  }

  private static let accesses = 10_000

  private static func read<Kind: Cell>(_ name: String, _ cell: Kind) -> Work {
    Work("Channels: \(name) read, 80 bytes", "read", count: accesses) {
      var sum: UInt64 = 0
      for _ in 0..<accesses { sum &+= cell.read()?.request ?? 0 }
      return sum
    }
  }

  private static func write<Kind: Cell>(_ name: String, _ cell: Kind) -> Work {
    Work("Channels: \(name) write, 80 bytes", "write", count: accesses) {
      for number in 1...accesses { cell.write(UInt64(number)) }
      return cell.read()?.request ?? 0
    }
  }

  /// Times as a hot path has them: most of some hundred nanoseconds, a tail of milliseconds.
  private static let times: [Int64] = {
    var random = SeededRandom(seed: 7)
    return (0..<accesses).map { _ in
      Int64.random(in: 1...(1 << Int64.random(in: 4...22, using: &random)), using: &random)
    }
  }()

  private static var histogram: Work {
    let times = times
    let histogram = LatencyHistogram()
    return Work("Channels: histogram record", "time", count: accesses) {
      for time in times { histogram.record(nanoseconds: time) }
      return UInt64(times.count)
    }
  }

  /// Two significant digits; ours keeps one part in 32.
  private static var hdrHistogram: Work {
    let times = times
    var histogram = Histogram<UInt64>(
      highestTrackableValue: 1 << 37, numberOfSignificantValueDigits: .two)
    return Work("Channels: HdrHistogram record", "time", count: accesses) {
      for time in times where !histogram.record(UInt64(time)) { return 0 }
      return UInt64(times.count)
    }
  }
}
