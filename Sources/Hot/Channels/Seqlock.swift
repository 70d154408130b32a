// A value that one thread replaces whole and anyone reads whole, over memory that may be mapped; both planes.
import CKernel
import Synchronization

/// A slot for one `Value`: a sequence word (odd while the writer is inside), then the value as 64-bit words.
///
/// Readers never write: a read-only mapping serves. The payload words are relaxed atomics, so a read that
/// meets a write is no data race, only torn, and the sequence tells. Why that holds:
///
/// * Writer: sequence := odd (relaxed) · release fence W · words (relaxed) · sequence := even (releasing).
/// * Reader: s1 := sequence (acquiring) · words (relaxed) · acquire fence R · s2 := sequence (relaxed).
/// * s1 acquires the write that left it, so all its words (or newer) are seen.
/// * A word that came from a newer write was stored after that write's fence W; read before fence R, W
///   synchronises with R, so s2 sees that write's odd number or a later one, and s1 ≠ s2.
///
/// Hence s1 = s2 and even means: exactly the words of one write.
@safe @frozen
public struct Seqlock<Value: BitwiseCopyable>: @unchecked Sendable {
  // SAFETY: the memory outlives the handle; every access to it is through an Atomic.
  @usableFromInline let base: UnsafeMutableRawPointer

  /// Sequence and payload, a multiple of 64.
  @inlinable public static var byteCount: Int { (8 + MemoryLayout<Value>.size + 63) & ~63 }
  @inlinable static var wordCount: Int { MemoryLayout<Value>.size / 8 }

  /// Over memory (of `byteCount` bytes, 8-byte aligned) that a writer has filled or that is all zero.
  @inlinable
  public init(at base: UnsafeMutableRawPointer) {
    let address = UInt(bitPattern: base)
    precondition(
      MemoryLayout<Value>.size % 8 == 0 && address & 7 == 0,
      "Invariant: a seqlock's value is whole 64-bit words")
    unsafe self.base = unsafe base
  }

  /// In private memory of its own, holding `initial`. Lives until the process ends.
  public init(_ initial: Value) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: Self.byteCount, alignment: 128)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.byteCount)
    unsafe self.init(at: memory)
    var writer = makeWriter()
    writer.store(initial)
  }

  /// The writing end: the caller sees to it that there is one.
  @inlinable public func makeWriter() -> SeqlockWriter<Value> {
    unsafe SeqlockWriter(base: base)
  }

  /// Most attempts that one `load` makes.
  @inlinable public static var attemptsMax: Int { 128 }

  /// The value, whole; nil when nothing was ever stored, or a writer was met on every attempt.
  @inlinable
  public func load() -> Value? {
    unsafe withUnsafeTemporaryAllocation(of: Value.self, capacity: 1) { scratch -> Value? in
      guard let value = scratch.baseAddress else { return nil }
      return unsafe load(into: UnsafeMutableRawPointer(value)) ? unsafe value.pointee : nil
    }
  }

  /// The same into the caller's memory, for large values. False: what `target` holds is torn.
  @inlinable
  public func load(into target: UnsafeMutableRawPointer) -> Bool {
    var attempt = 0
    while attempt < Self.attemptsMax {
      // Partner: the releasing store in SeqlockWriter.store.
      let before = unsafe word(base, 0).pointee.load(ordering: .acquiring)
      if before == 0 { return false }
      if before & 1 == 0 {
        var index = 0
        while index < Self.wordCount {
          let value = unsafe word(base, 8 &+ index &* 8).pointee.load(ordering: .relaxed)
          unsafe target.storeBytes(of: value, toByteOffset: index &* 8, as: UInt64.self)
          index &+= 1
        }
        // Fence R; partner: fence W in SeqlockWriter.store.
        atomicMemoryFence(ordering: .acquiring)
        if unsafe word(base, 0).pointee.load(ordering: .relaxed) == before { return true }
      }
      ck_pause()
      attempt &+= 1
    }
    return false
  }

  /// How often a value was stored; costs one word, says whether a `load` is worth while.
  @inlinable
  public var version: UInt64 { unsafe word(base, 0).pointee.load(ordering: .relaxed) >> 1 }
}

/// The writing end of a `Seqlock`. Moves between threads whole; at any time one thread owns it.
@safe @frozen
public struct SeqlockWriter<Value: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  // SAFETY: as for Seqlock; the one writer is this value.
  @usableFromInline let base: UnsafeMutableRawPointer

  @inlinable init(base: UnsafeMutableRawPointer) { unsafe self.base = unsafe base }

  /// Replaces the value. Never waits for readers.
  @inlinable
  public mutating func store(_ value: Value) {
    var copy = value
    unsafe store(from: &copy)
  }

  /// Replaces the value by a copy of what `source` points to: large values are not moved twice.
  @inlinable
  public mutating func store(from source: UnsafePointer<Value>) {
    let bytes = unsafe UnsafeRawPointer(source)
    // A writer that died inside leaves an odd number; this store then closes its bracket.
    let inside = unsafe word(base, 0).pointee.load(ordering: .relaxed) | 1
    unsafe word(base, 0).pointee.store(inside, ordering: .relaxed)
    // Fence W; partner: fence R in Seqlock.load.
    atomicMemoryFence(ordering: .releasing)
    var index = 0
    while index < Seqlock<Value>.wordCount {
      let value = unsafe bytes.load(fromByteOffset: index &* 8, as: UInt64.self)
      unsafe word(base, 8 &+ index &* 8).pointee.store(value, ordering: .relaxed)
      index &+= 1
    }
    // Partner: the first load in Seqlock.load.
    unsafe word(base, 0).pointee.store(inside &+ 1, ordering: .releasing)
  }
}
