// What a hot thread counts of itself for those outside: its messages, and the bytes it allocated; hot plane.

import CKernel
import Synchronization

#if !HOT_ONLY
  import CJemalloc
#endif

/// What a hot thread shows of itself while it runs. One writer (the thread), any reader.
@safe
public struct ThreadProbe: @unchecked Sendable {
  // SAFETY: allocated by `init`, never freed; every access is atomic.
  private let words: UnsafeMutablePointer<Atomic<UInt64>>

  private enum Word: Int { case threadID, allocatedAddress, messages, baseline, final, isDone }

  public init() {
    unsafe words = .allocate(capacity: 8)
    for index in 0..<8 { unsafe (words + index).initialize(to: Atomic(0)) }
  }

  private func load(_ word: Word) -> UInt64 {
    unsafe words[word.rawValue].load(ordering: .relaxed)
  }
  private func store(_ word: Word, _ value: UInt64) {
    unsafe words[word.rawValue].store(value, ordering: .relaxed)
  }

  /// The thread calls this first: its kernel id, and where jemalloc counts its bytes.
  public func begin() {
    #if !HOT_ONLY
      store(.allocatedAddress, UInt64(UInt(bitPattern: unsafe cj_thread_allocated())))
    #endif
    store(.threadID, UInt64(UInt32(bitPattern: ck_thread_id())))
  }

  /// The thread's own reading at the end of warm-up, and once more when its loop ends: exact, because
  /// no other thread reads the counter while it runs.
  @_noLocks
  public func noteWarm() {
    unsafe words[Word.baseline.rawValue].store(allocated() &+ 1, ordering: .relaxed)
  }
  public func end() {
    store(.final, allocated() &+ 1)
    store(.isDone, 1)
  }

  @_noLocks
  public func noteMessages(_ count: UInt64) {
    unsafe words[Word.messages.rawValue].store(count, ordering: .relaxed)
  }

  @_noLocks
  private func allocated() -> UInt64 {
    let address = unsafe words[Word.allocatedAddress.rawValue].load(ordering: .relaxed)
    guard let counter = unsafe UnsafePointer<UInt64>(bitPattern: UInt(address)) else { return 0 }
    return unsafe counter.pointee
  }

  public var threadID: Int32 { Int32(truncatingIfNeeded: load(.threadID)) }
  public var messages: UInt64 { load(.messages) }
  public var isWarm: Bool { load(.baseline) != 0 }

  /// Bytes allocated by the thread since warm-up ended: nil before, and on a process without jemalloc.
  public var allocatedAfterWarmup: UInt64? {
    let baseline = load(.baseline)
    guard baseline != 0, load(.allocatedAddress) != 0 else { return nil }
    if load(.isDone) != 0 { return load(.final) &- baseline }
    // While the thread runs this is a look from outside: a plain aligned word, possibly a little old.
    return allocated() &+ 1 &- baseline
  }
}
