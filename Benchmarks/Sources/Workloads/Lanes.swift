// What carries a record or a value from one thread to another: a ring or a seqlock, or the same behind a mutex.

import Channels
import Quantities
import Synchronization

/// 56 bytes: one slot.
struct Record: BitwiseCopyable, Sendable {
  var number: UInt64
  var rest: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

  init(_ number: UInt64) {
    self.number = number
    rest = (number, 2, 3, 4, 5, 6)
  }
}

/// One direction between two threads; both ends poll and never block.
protocol Lane: AnyObject, Sendable {
  func push(_ record: Record) -> Bool
  func pop() -> Record?
}

/// A slot ring with both its ends, each used by one thread alone.
@safe
final class RingLane: Lane, @unchecked Sendable {
  // SAFETY: `push` is called by one thread and `pop` by one other; the pointers are never freed.
  private let producer: UnsafeMutablePointer<SlotProducer<Record>>
  private let consumer: UnsafeMutablePointer<SlotConsumer<Record>>

  init() {
    let ring = SlotRing<Record>(capacity: ChannelsWork.capacity)
    unsafe producer = .allocate(capacity: 1)
    unsafe consumer = .allocate(capacity: 1)
    unsafe producer.initialize(to: ring.makeProducer())
    unsafe consumer.initialize(to: ring.makeConsumer())
  }

  func push(_ record: Record) -> Bool { unsafe producer.pointee.push(record) }
  func pop() -> Record? { unsafe consumer.pointee.pop() }
}

final class MutexLane: Lane {
  private let queue = MutexQueue<Record>(capacity: ChannelsWork.capacity)
  func push(_ record: Record) -> Bool { queue.push(record) }
  func pop() -> Record? { queue.pop() }
}

/// One value of 80 bytes, written by one thread and read by others.
protocol Cell: AnyObject, Sendable {
  func write(_ number: UInt64)
  /// Nil: try again.
  func read() -> SignalLease?
}

extension SignalLease {
  /// Its first and last words tell whether it is whole.
  static func numbered(_ number: UInt64) -> SignalLease {
    var lease = SignalLease.absent
    lease.traceLow = number
    lease.request = number
    return lease
  }
}

@safe
final class SeqlockCell: Cell, @unchecked Sendable {
  // SAFETY: `write` is called by one thread; the writer's memory is never freed.
  private let slot = Seqlock<SignalLease>(.numbered(7))
  private let writer = UnsafeMutablePointer<SeqlockWriter<SignalLease>>.allocate(capacity: 1)

  init() { unsafe writer.initialize(to: slot.makeWriter()) }
  func write(_ number: UInt64) { unsafe writer.pointee.store(.numbered(number)) }
  func read() -> SignalLease? { slot.load() }
}

final class MutexCell: Cell {
  private let slot = Mutex(SignalLease.numbered(7))
  func write(_ number: UInt64) { slot.withLock { $0 = .numbered(number) } }
  func read() -> SignalLease? { slot.withLock { $0 } }
}
