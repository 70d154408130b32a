// The choice of a transport at start-up: what was asked for, what the kernel allows, and why.
import CUring

/// Namespace of the start-up decision.
public enum Transport {
  /// A transport and the sentence to log about it.
  public struct Choice: Sendable {
    public var kind: TransportKind
    public var reason: String
  }

  /// Takes what was `requested` (nil: the default, io_uring) when the kernel allows it, else epoll.
  /// Containers often forbid io_uring (EPERM) and old kernels lack these flags (EINVAL, ENOSYS).
  /// Makes and destroys a small ring on the calling thread; call it once, at start.
  public static func choose(requested: TransportKind?) -> Choice {
    if requested == .epoll { return Choice(kind: .epoll, reason: "epoll, as configured") }
    let status = curing_probe()
    if status == 0 {
      return Choice(
        kind: .uring,
        reason: requested == nil
          ? "io_uring, the default" : "io_uring, as configured")
    }
    return Choice(kind: .epoll, reason: refusal(errorNumber: -status))
  }

  /// Why io_uring cannot be had, from the error number of the probe.
  public static func refusal(errorNumber: Int32) -> String {
    let cause =
      switch errorNumber {
      case 1: "the kernel forbids it (EPERM: a container's seccomp profile, or io_uring_disabled)"
      case 12: "not enough lockable memory (ENOMEM: raise RLIMIT_MEMLOCK)"
      case 22: "the kernel is too old for SINGLE_ISSUER and DEFER_TASKRUN (EINVAL)"
      case 38: "the kernel has none (ENOSYS)"
      default: "set-up failed with errno \(errorNumber)"
      }
    return "epoll instead of io_uring: \(cause)"
  }
}
