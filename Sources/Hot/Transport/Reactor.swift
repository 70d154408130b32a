// The one face of both transports: descriptors in slots, completions out; hot plane.
import Quantities

/// Limits that both reactors share.
public enum ReactorLimits {
  /// Descriptors of one reactor: slots 0..<64.
  @inlinable public static var slotsMax: Int { 64 }
  /// Most bytes in one completion; an inbox needs this much free room beyond what it must keep.
  @inlinable public static var receiveBytesMax: Int { 16 * 1024 }
  /// Buffers the kernel may fill before this thread takes them (io_uring).
  @inlinable public static var buffersMax: Int { 64 }
  /// Stale completions skipped in one poll before it gives up the turn.
  @inlinable public static var skipsMax: Int { 64 }
}

/// How a bounded wait ended.
@frozen
public enum WaitOutcome: UInt8, Sendable, BitwiseCopyable {
  /// Something happened: poll, and look at the rings.
  case ready
  case timedOut
}

/// Receives for up to 64 descriptors on one thread. Sending is not its business: `Link` calls send itself,
/// which measured equal to a queued send and needs no buffer to outlive the call.
///
/// Any thread may create a reactor; `start` binds it to its caller, and from then on only that thread may
/// call it. It is destroyed on any thread once that one has stopped.
public protocol Reactor: ~Copyable {
  /// Binds the reactor to the calling thread. 0, or errno.
  mutating func start() -> Int32
  /// Begins receiving from `descriptor` under `slot`. False: the slot is taken or out of range, or the
  /// kernel refused. The caller keeps ownership of the descriptor.
  mutating func attach(descriptor: Int32, slot: Int) -> Bool
  /// Stops receiving; no completion of this slot is returned afterwards. Call it before the descriptor closes.
  mutating func detach(slot: Int)
  /// Asks for one `.writable` completion when the slot's descriptor takes bytes again.
  mutating func awaitWritable(slot: Int) -> Bool
  /// Lets `wait` be ended by an eventfd, which is made non-blocking and emptied here. One per reactor.
  mutating func watch(wakeDescriptor: Int32) -> Bool
  /// The next completion, without sleeping.
  mutating func poll() -> ReactorCompletion
  /// Sleeps until a completion, a wake-up or the timeout. Poll afterwards in either case.
  mutating func wait(timeoutNanoseconds: Int64) -> WaitOutcome
}
