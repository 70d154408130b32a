// What a fault script does to an instrument and to the exchange's service, and how it is written; simulation.

import Quantities

/// Times are milliseconds.
public enum InstrumentDeed: Sendable, Equatable {
  /// At once and unannounced, or announced now for a time to come.
  case change(ListingChange, after: Int64?)
  /// For good, or so long; `preopen` ends with the listing.
  case state(String, span: Int64?)
  /// The time of its delisting is told now.
  case expire(after: Int64)
  case delist
  /// OKX's four states one after the other, so long apart (docs/OKX.md OKX-200).
  case rename(to: String, step: Int64)
  /// Of its family (docs/OKX.md OKX-198).
  case coolOff(span: Int64)
  /// What its orders may be paid in, told by REST alone (docs/OKX.md OKX-194).
  case tradeQuotes([String])
}

/// Planned maintenance: scheduled now, it begins, lasts, and may open in two steps (docs/OKX.md OKX-199).
public struct Maintenance: Sendable, Equatable {
  public var lead: Int64
  public var span: Int64
  /// 0: it opens at once.
  public var preOpen: Int64
}

extension InstrumentDeed {
  /// States that a script may set: all of OKX's but the expired one, which `delist` leads to.
  public static let states: Set<String> = [
    "live", "suspend", "preopen", "rebase", "post_only", "test",
  ]

  /// As the script names it.
  public var name: String {
    switch self {
    case .change(.tick, _): "tick"
    case .change(.minimum, _): "min-size"
    case .change(.lot, _): "lot"
    case .change(.marketMaximum, _): "market-max"
    case .change(.limitMaximum, _): "limit-max"
    case .change(.contractValue, _): "contract-value"
    case .state: "state"
    case .expire: "expire"
    case .delist: "delist"
    case .rename: "rename"
    case .coolOff: "cool-off"
    case .tradeQuotes: "trade-quotes"
    }
  }

  private static let changes: [String: @Sendable (DecimalNumber) -> ListingChange] = [
    "tick": { .tick($0) }, "min-size": { .minimum($0) }, "lot": { .lot($0) },
    "market-max": { .marketMaximum($0) }, "limit-max": { .limitMaximum($0) },
    "contract-value": { .contractValue($0) },
  ]

  /// Nil where the name is none of these.
  static func parse(_ name: String, _ arguments: inout Deed.Arguments) throws(FaultComplaint)
    -> InstrumentDeed?
  {
    if let make = changes[name] {
      let text = try arguments.word("a value")
      guard let value = DecimalNumber(text), value.mantissa > 0 else {
        throw FaultComplaint("'\(text)' is no value of \(name)")
      }
      let change = make(value)
      let after = try arguments.optional("milliseconds")
      if after != nil && change.parameter == nil {
        throw FaultComplaint("'\(name)' is not announced: it takes no time")
      }
      return .change(change, after: after)
    }
    switch name {
    case "state":
      let state = try arguments.word("a state")
      if !states.contains(state) {
        throw FaultComplaint(
          "'\(state)' is no state; known: \(states.sorted().joined(separator: ", "))")
      }
      return .state(state, span: try arguments.optional("milliseconds"))
    case "expire": return .expire(after: try arguments.number("milliseconds"))
    case "delist": return .delist
    case "rename":
      return .rename(
        to: try arguments.word("a new name"), step: try arguments.optional("milliseconds") ?? 0)
    case "trade-quotes":
      let names = try arguments.word("currencies").split(separator: ",").map(String.init)
      return .tradeQuotes(names)
    case "cool-off": return .coolOff(span: try arguments.number("milliseconds"))
    default: return nil
    }
  }
}
