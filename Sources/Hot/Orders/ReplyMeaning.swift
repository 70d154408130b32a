// Which of the exchange's codes refuse, and which leave open what became of an order; hot plane.

/// How OKX's refusal codes bear on an order (docs/OKX.md OKX-133, OKX-134).
@frozen
public enum ReplyMeaning: UInt8, Sendable, BitwiseCopyable {
  case accepted = 1
  case refused = 2
  /// The result is unknown: ask.
  case ambiguous = 3

  @inlinable
  public static func ofOrder(_ code: Int32) -> ReplyMeaning {
    switch code {
    case 0: .accepted
    // Timeouts, system error; 51016: an order with this id is open, so an earlier send arrived.
    case 50004, 50026, 51149, 51016: .ambiguous
    default: .refused
    }
  }

  @inlinable
  public static func ofCancel(_ code: Int32) -> ReplyMeaning {
    switch code {
    // 51410: it is being cancelled already.
    case 0, 51410: .accepted
    // Timeouts, and "done, cancelled or unknown".
    case 50004, 50026, 51149, 51412, 51400, 51401, 51402, 51603: .ambiguous
    default: .refused
    }
  }
}
