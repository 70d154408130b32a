// The slot ring's nearest peer: one producer, one consumer, two indices, each side with a copy of the other's.

import Synchronization

/// The usual single-producer single-consumer ring (as rigtorp/SPSCQueue): records alone in the slots, an index
/// a side on a line of its own, and the other side's index read only when the last reading does not suffice.
@safe
final class IndexLane: Lane, @unchecked Sendable {
  // SAFETY: `push` is called by one thread and `pop` by one other. Slots from `head` up to `tail` belong to
  // the consumer, the others to the producer; the memory is never freed.
  private let base: UnsafeMutableRawPointer
  private let slots: UnsafeMutablePointer<Record>
  private static let mask = UInt64(ChannelsWork.capacity - 1)

  /// Bytes from `base`: written by the consumer, by the producer, and each side's own copies.
  private static let head = 0
  private static let tail = 128
  private static let headSeen = 256
  private static let tailSeen = 384

  init() {
    unsafe base = .allocate(byteCount: 512, alignment: 128)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: 512)
    let room = ChannelsWork.capacity * 64
    let memory = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 128)
    unsafe slots = memory.bindMemory(to: Record.self, capacity: ChannelsWork.capacity)
    unsafe slots.initialize(repeating: Record(0), count: ChannelsWork.capacity)
  }

  private func index(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    unsafe (base + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  private func seen(_ offset: Int) -> UnsafeMutablePointer<UInt64> {
    unsafe (base + offset).assumingMemoryBound(to: UInt64.self)
  }

  func push(_ record: Record) -> Bool {
    let tail = unsafe index(IndexLane.tail).pointee.load(ordering: .relaxed)
    let seen = unsafe seen(IndexLane.headSeen)
    if unsafe tail &- seen.pointee > IndexLane.mask {
      // Partner: the releasing store in `pop`.
      unsafe seen.pointee = index(IndexLane.head).pointee.load(ordering: .acquiring)
      if unsafe tail &- seen.pointee > IndexLane.mask { return false }
    }
    unsafe slots[Int(tail & IndexLane.mask)] = record
    // Partner: the acquiring load in `pop`.
    unsafe index(IndexLane.tail).pointee.store(tail &+ 1, ordering: .releasing)
    return true
  }

  func pop() -> Record? {
    let head = unsafe index(IndexLane.head).pointee.load(ordering: .relaxed)
    let seen = unsafe seen(IndexLane.tailSeen)
    if unsafe head == seen.pointee {
      // Partner: the releasing store in `push`.
      unsafe seen.pointee = index(IndexLane.tail).pointee.load(ordering: .acquiring)
      if unsafe head == seen.pointee { return nil }
    }
    let record = unsafe slots[Int(head & IndexLane.mask)]
    // Partner: the acquiring load in `push`.
    unsafe index(IndexLane.head).pointee.store(head &+ 1, ordering: .releasing)
    return record
  }
}
