// Wakes a thread that sleeps in the kernel, and costs no system call while it is awake; hot plane.
import CKernel
import Synchronization

/// An eventfd and a flag that says whether somebody sleeps on it.
///
/// The sleeper: `prepareToSleep()`, look once more at everything it waits for, then either
/// `finishSleep()` (something came) or `sleep(...)` / block in a reactor on `descriptor`, then `finishSleep()`.
/// Any thread that published something for it: `wake()`.
///
/// No wake-up is lost. Sleeper: flag := 1 · full fence S · look. Waker: publish · full fence P · read flag.
/// The two fences are in one total order. If S comes first, the waker reads 1 (or another waker already
/// took it) and writes the eventfd, which stays readable until it is drained. If P comes first, the
/// sleeper's look sees what was published. `finishSleep` drains tokens only before another look: whoever
/// wrote a drained token had published before, and the next `prepareToSleep` looks again.
@safe @frozen
public struct Waker: @unchecked Sendable {
  // SAFETY: the flag lives until the process ends and is only accessed as an Atomic.
  @usableFromInline let flag: UnsafeMutablePointer<Atomic<UInt64>>
  /// Readable once woken: for a reactor.
  public let descriptor: Int32

  public init() throws(KernelError) {
    descriptor = try KernelError.check(.eventfd, ck_eventfd_create())
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: 128)
    unsafe flag = unsafe word(memory, 0)
  }

  /// Wakes the sleeper if there is one. Call after publishing; once per poll is enough.
  @inlinable
  public func wake() {
    // Fence P; partner: fence S in prepareToSleep.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if unsafe flag.pointee.load(ordering: .relaxed) == 0 { return }
    // One of several wakers takes the flag and pays for the system call.
    if unsafe flag.pointee.exchange(0, ordering: .acquiringAndReleasing) == 1 {
      _ = ck_eventfd_write(descriptor)
    }
  }

  /// Announces the sleep. The caller must look at its inputs once more before it sleeps.
  @inlinable
  public func prepareToSleep() {
    unsafe flag.pointee.store(1, ordering: .relaxed)
    // Fence S; partner: fence P in wake.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
  }

  /// Sleeps until woken, a signal, or the time-out. True when woken. Negative: no time-out.
  @inlinable
  public func sleep(timeoutNanoseconds: Int64) -> Bool {
    ck_poll_readable(descriptor, timeoutNanoseconds) > 0
  }

  /// Ends the sleep, or takes back the announcement.
  @inlinable
  public func finishSleep() {
    unsafe flag.pointee.store(0, ordering: .relaxed)
    _ = ck_eventfd_read(descriptor)
  }

  /// Closes the eventfd: for tests and tools; the flag's 128 bytes stay.
  public func close() { _ = ck_close(descriptor) }
}
