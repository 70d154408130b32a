// What is said of an instrument that changed or is not traded; control plane.

import Account
import Quantities

enum InstrumentWords {
  static func changes(from old: Instrument, to new: Instrument) -> String {
    var parts: [String] = []
    func add(_ name: String, _ before: String, _ after: String) {
      if before != after { parts.append("\(name) \(before) → \(after)") }
    }
    add("instId", "\(old.symbol)", "\(new.symbol)")
    add("state", "\(old.state)", "\(new.state)")
    add("tickSz", step(old.tick, old.tickStep), step(new.tick, new.tickStep))
    add("lotSz", step(old.lot, old.lotStep), step(new.lot, new.lotStep))
    add("minSz", step(old.lot, old.minimumLots), step(new.lot, new.minimumLots))
    add("maxLmtSz", step(old.lot, old.maximumLots), step(new.lot, new.maximumLots))
    add("contract value", "\(old.contractValue)", "\(new.contractValue)")
    add("instIdCode", "\(old.code)", "\(new.code)")
    if old.tradeQuote != new.tradeQuote { parts.append("the currency that orders are paid in") }
    if parts.isEmpty { add("tradable", "\(old.isTradable)", "\(new.isTradable)") }
    return parts.joined(separator: ", ")
  }

  private static func step(_ unit: Increment, _ count: Int64) -> String {
    DecimalNumber.of(units: count, increment: unit).map { "\($0.normalized)" } ?? "?"
  }

  /// Why it is not traded, and what a person does about it.
  static func why(_ item: Instrument, successor: String?) -> String {
    let name = item.symbol.description
    switch item.state {
    case .live where item.code <= 0:
      return
        "\(name): the exchange states no instIdCode, by which orders and cancels name it; it is traded once it does"
    case .live where item.type == .spot:
      return
        "\(name): the exchange offers several currencies to pay in and not its own: set okx.trade_quote_currency to "
        + "one of its tradeQuoteCcyList"
    case .live:
      return "\(name): its type or contract value is unknown to this build"
    case .unlisted:
      let next = successor.map { "; its successor is \($0)" } ?? ""
      return "\(name): the exchange does not list it\(next): check okx.instruments"
    case .unknown: return "\(name): the exchange states a state that is not known"
    case .suspend: return "\(name): suspended by the exchange"
    case .postOnly: return "\(name): the exchange takes post-only orders alone"
    case .preopen, .test, .rebase, .expired, .settling: return "\(name): \(item.state)"
    }
  }

  /// Where orders are paid in another currency than the pair's, and where the one that the desk wants is not offered.
  static func payments(_ table: InstrumentTable, wanted: Symbol?) -> [String] {
    (0..<table.count).map { table[InstrumentID(index: UInt16($0))] }.compactMap { item in
      if item.type != .spot || item.state == .unlisted { return nil }
      if item.tradeQuote != .none {
        return "\(item.symbol): orders are paid in \(table.currencyName(item.tradeQuote))"
      }
      guard let wanted, wanted != table.currencyName(item.quote) else { return nil }
      let own = table.currencyName(item.quote)
      return "\(item.symbol): paid in \(own), for \(wanted) is not offered"
    }
  }

  /// The desk goes on by itself; the next start reads the file.
  static func renamed(_ old: String, _ new: String) -> String {
    "\(old) is called \(new) by the exchange from here on, and goes on by that name. Before the next start write \(new) "
      + "for \(old) in okx.instruments, risk.allow_list and risk.instruments"
  }

  static func announced(_ change: AnnouncedChange) -> String {
    "\(change.parameter) \(change.value) at \(change.at.milliseconds)"
  }
}

extension Instrument {
  /// Nothing that a desk goes by differs.
  func isSame(as other: Instrument) -> Bool {
    symbol == other.symbol && type == other.type && contract == other.contract
      && isTradable == other.isTradable
      && state == other.state && code == other.code && tick == other.tick && lot == other.lot
      && tickStep == other.tickStep && lotStep == other.lotStep
      && minimumLots == other.minimumLots && maximumLots == other.maximumLots
      && contractValue == other.contractValue && tradeQuote == other.tradeQuote
  }
}
