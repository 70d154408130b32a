// Named counters in fixed memory that others may read while they count; both planes.
import Synchronization

/// What a counter is counted by: an enum whose cases have places 0 ..< indexCount.
public protocol CounterName: Sendable {
  /// This counter's place.
  var index: Int { get }
  /// Places there are.
  static var indexCount: Int { get }
}

/// A fixed array of 64-bit counters, one place per `Name`. One thread adds to a place, anyone reads.
@safe @frozen
public struct Counters<Name: CounterName>: @unchecked Sendable {
  // SAFETY: the memory outlives the handle and is only accessed as Atomics; places are checked.
  @usableFromInline let base: UnsafeMutableRawPointer

  /// Bytes of memory, a multiple of 64.
  @inlinable public static var byteCount: Int { (Name.indexCount * 8 + 63) & ~63 }

  /// Over `byteCount` bytes, 8-byte aligned, that count from what they hold.
  @inlinable public init(at base: UnsafeMutableRawPointer) { unsafe self.base = unsafe base }

  /// In private memory of their own, from 0. They live until the process ends.
  public init() {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: Self.byteCount, alignment: 128)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.byteCount)
    unsafe base = unsafe memory
  }

  @inlinable
  func place(_ name: Name) -> UnsafeMutablePointer<Atomic<UInt64>> {
    let index = name.index
    precondition(index >= 0 && index < Name.indexCount, "Invariant: a counter's name has a place")
    return unsafe word(base, index &* 8)
  }

  /// Adds as the place's only writer: a load and a store, no locked instruction. Wraps.
  @inlinable
  public func add(_ amount: UInt64 = 1, to name: Name) {
    let held = unsafe place(name).pointee.load(ordering: .relaxed)
    unsafe place(name).pointee.store(held &+ amount, ordering: .relaxed)
  }

  /// Adds where several threads count in one place.
  @inlinable
  public func addShared(_ amount: UInt64 = 1, to name: Name) {
    unsafe place(name).pointee.wrappingAdd(amount, ordering: .relaxed)
  }

  @inlinable
  public subscript(name: Name) -> UInt64 { unsafe place(name).pointee.load(ordering: .relaxed) }
}
