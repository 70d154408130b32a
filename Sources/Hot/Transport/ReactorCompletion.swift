// What a reactor's poll returns: at most one thing that happened to one descriptor; hot plane.
import Quantities

/// The next thing that happened, or `.idle`.
@frozen
@safe
public struct ReactorCompletion: BitwiseCopyable {
  @frozen
  public enum Kind: UInt8, Sendable, BitwiseCopyable {
    /// Nothing is ready.
    case idle
    /// `bytes` were received; they stay valid until the next `poll`, `wait` or `detach`.
    case bytes
    /// The peer sent FIN; nothing more comes for this slot until it is detached and attached again.
    case ended
    /// The descriptor failed with `errorNumber` (reset, timed out); nothing more comes for this slot.
    case failed
    /// The descriptor takes bytes again, once per `awaitWritable`.
    case writable
  }

  public var kind: Kind
  /// The slot given to `attach`; 0 when idle.
  public var slot: Int
  /// errno of `.failed`.
  public var errorNumber: Int32
  /// Start of the received bytes; nil unless `.bytes`.
  public var start: UnsafeRawPointer?
  public var count: Int
  /// Taken at the return of the system call that brought this: for latencies alone. When it came, for
  /// everything that decides, is the moment of the poll that takes it.
  public var stamp: Stamp

  /// Anything but `.bytes`.
  @inlinable
  public init(
    kind: Kind, slot: Int = 0, errorNumber: Int32 = 0, stamp: Stamp = .zero
  ) {
    self.kind = kind
    self.slot = slot
    self.errorNumber = errorNumber
    unsafe start = nil
    count = 0
    self.stamp = stamp
  }

  /// `.bytes`: `count` of them from `start`.
  @inlinable
  public init(slot: Int, start: UnsafeRawPointer, count: Int, stamp: Stamp) {
    kind = .bytes
    self.slot = slot
    errorNumber = 0
    unsafe self.start = unsafe start
    self.count = count
    self.stamp = stamp
  }

  @inlinable public static var idle: ReactorCompletion { ReactorCompletion(kind: .idle) }

  /// The received bytes; empty unless `.bytes`.
  @inlinable public var bytes: UnsafeRawBufferPointer {
    // SAFETY: the reactor sets start and count together, over memory that it owns until the next call.
    unsafe UnsafeRawBufferPointer(start: start, count: count)
  }
}
