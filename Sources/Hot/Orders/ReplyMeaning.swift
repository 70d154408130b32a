// Which of the exchange's codes refuse, and which leave open what became of an order; hot plane.

/// How OKX's codes bear on an order (docs/OKX.md OKX-133, OKX-134).
@frozen
public enum ReplyMeaning: UInt8, Sendable, BitwiseCopyable {
  case accepted = 1
  case refused = 2
  /// The result is unknown: ask.
  case ambiguous = 3

  /// Only a code that refuses *this order* ends it: whatever else comes (system errors, time-outs, codes that are not
  /// documented yet) may stand beside an order that was taken.
  @inlinable
  public static func ofOrder(_ code: Int32) -> ReplyMeaning {
    switch code {
    case 0: .accepted
    // 51016: an order with this id is open, so an earlier send arrived. 51149: time-out.
    // What speaks of orders that exist, or of cancels, is no refusal of a new one.
    case 51016, 51149, 51400...51499, 51500...51509, 51600...51699: .ambiguous
    // The request itself (JSON, parameters, rate, expTime) and what the account may not do. 50001, 50004, 50013,
    // 50026 and 50046 speak of the system; 50042 and 50071 of a request that came twice.
    case 50000, 50002, 50005...50012, 50014...50025, 50027...50041, 50044, 50045, 50047...50070,
      50072...50079:
      .refused
    // Key, signature, permission, IP, login: refused at the door.
    case 50100...50122, 60006, 60009, 60011...60014, 60018, 60024: .refused
    // Order, algo and margin rules.
    case 51000...51999, 54000...54999, 59000...59999: .refused
    default: .ambiguous
    }
  }

  /// Of a reduce-only order: it is larger than what the exchange holds, or on the wrong side of it (docs/OKX.md OKX-104).
  @inlinable
  public static func isOfPosition(_ code: Int32) -> Bool {
    switch code {
    case 51112, 51148, 51169, 51170: true
    default: false
    }
  }

  @inlinable
  public static func ofCancel(_ code: Int32) -> ReplyMeaning {
    switch code {
    // 51410: it is being cancelled already.
    case 0, 51410: .accepted
    // "Done, cancelled or unknown".
    case 51149, 51400...51409, 51412, 51603: .ambiguous
    default:
      // The order is as it was, or nobody knows: in both cases the cancel is sent again.
      ofOrder(code) == .refused ? .refused : .ambiguous
    }
  }
}
