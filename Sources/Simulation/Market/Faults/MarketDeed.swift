// What a fault script does to an instrument's market, and how it is written; simulation.

/// Spans are milliseconds.
public enum MarketDeed: Sendable, Equatable {
  /// The numbers of its book begin lower with the next update, the chain unbroken (docs/OKX.md OKX-054).
  case renumber
  /// Nobody trades and its book stays as it is.
  case still(span: Int64)
  /// Its next trade liquidates somebody (docs/OKX.md OKX-085).
  case squeeze
  /// Its family is near auto-deleveraging (docs/OKX.md OKX-089).
  case warn(span: Int64)

  static let names: Set<String> = ["renumber", "still", "squeeze", "warn"]

  /// As the script names it.
  public var name: String {
    switch self {
    case .renumber: "renumber"
    case .still: "still"
    case .squeeze: "squeeze"
    case .warn: "warn"
    }
  }

  /// `name` is one of `names`.
  init(_ name: String, _ arguments: inout Deed.Arguments) throws(FaultComplaint) {
    switch name {
    case "still": self = .still(span: try arguments.number("milliseconds"))
    case "warn": self = .warn(span: try arguments.number("milliseconds"))
    case "squeeze": self = .squeeze
    default: self = .renumber
    }
  }
}
