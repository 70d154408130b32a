// A flag that ends a dial in progress from any thread; control plane.
import CDialing
import CUring

/// Shared by the dialling thread and whoever may give up. Once raised it stays raised.
public final class DialCancellation: Sendable {
  let event: Int32

  public init() {
    event = cdial_event()
    precondition(event >= 0, "Invariant: the process can make an eventfd")
  }

  deinit { csocket_close(event) }

  /// Ends the dial in progress, and every later one that is given this.
  public func cancel() { cdial_raise(event) }
}
