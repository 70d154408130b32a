// What a push of a context channel says; pure, housekeeping.

public import Quantities

public enum ContextEvent: Sendable {
  case trade(InstrumentID, TradeBody, WallMilliseconds)
  /// Of one instrument, or of none (`status`).
  case fact(ContextRecord)
  /// Of an index: its name is no instrument's id but may be the same text.
  case index(Symbol, ContextRecord)
  /// A push of the `instruments` channel as it came: its rows hold what changed alone.
  case instruments([UInt8])
  /// A push of the `status` channel as it came, beside the fact that it is.
  case status([UInt8])
  /// A bar of the exchange; `isClosed` is OKX's `confirm`.
  case bar(BarRecord)
}

/// States of OKX `status`, as the third figure of a status record.
public enum StatusState: Int64, Sendable, CaseIterable {
  case scheduled = 1
  case ongoing = 2
  case preOpen = 3
  case completed = 4
  case canceled = 5

  init?(_ text: String) {
    switch text {
    case "scheduled": self = .scheduled
    case "ongoing": self = .ongoing
    case "pre_open": self = .preOpen
    case "completed": self = .completed
    case "canceled": self = .canceled
    default: return nil
    }
  }
}
