// The configured risk limits as the gate takes them: what is missing, or stands in a wrong currency, refuses; control plane.
import Door
import Foundation
import Operations
import Quantities
import Risk

extension CoreAssembly {
  /// How far a signal's target may go: the position limits.
  public func targetLotsMaximum(_ table: InstrumentTable) -> [Int64] {
    limits(table).instruments.map(\.positionLotsMaximum)
  }

  /// What the limits in lots were written for, as far as the file says so.
  public func limitUnits(_ table: InstrumentTable) -> [DoorUnits] {
    (0..<table.count).map { index in
      let name = table[InstrumentID(index: UInt16(index))].symbol.description
      let given = configuration.risk.limits(of: name)
      return DoorUnits(lot: given.lot, contractValue: given.contractValue)
    }
  }

  /// A figure in lots of `given`, counted in those of `item`; cut to whole lots, and none where it does not fit.
  static func lots(_ figure: Int64, _ given: Configuration.InstrumentRisk, _ item: Instrument)
    -> Int64
  {
    var lots = figure
    if let said = given.lot { lots = item.lot.count(lots, of: said) }
    if let said = given.contractValue, item.contract != .none {
      lots = item.contractValue.count(lots, of: said)
    }
    return lots == .max && figure != .max ? 0 : lots
  }

  func limits(_ table: InstrumentTable) -> RiskLimits {
    let risk = configuration.risk
    var desk = DeskLimits()
    desk.openOrdersMaximum = risk.desk.openOrders ?? 0
    desk.ordersPerWindow = risk.desk.ordersPerWindow ?? 0
    desk.windowNanoseconds = risk.desk.windowMilliseconds * 1_000_000
    desk.exchangeAgeMaximumMilliseconds = risk.desk.exchangeAgeMilliseconds ?? 0
    desk.checksExchangeAge = configuration.environment != .simulated
    let allowed = Set(risk.allowList)
    let each = (0..<table.count).map { index in
      let instrument = table[InstrumentID(index: UInt16(index))]
      let name = instrument.symbol.description
      let given = risk.limits(of: name)
      var limits = InstrumentLimits()
      limits.isAllowed = allowed.contains(name)
      limits.orderNotionalMaximum = notional(given.orderNotional, instrument, table)
      for limit in InstrumentLimit.allCases {
        if let figure = given[limit] { limits[limit] = figure * limit.text.scale }
      }
      for limit in [InstrumentLimit.orderLots, .positionLots] {
        limits[limit] = CoreAssembly.lots(limits[limit], given, instrument)
      }
      return limits
    }
    return RiskLimits(desk: desk, instruments: each)
  }

  /// A limit in another currency than the instrument's value is no limit: missing, and missing refuses.
  private func notional(
    _ limit: Notional?, _ instrument: Instrument, _ table: InstrumentTable
  ) -> Amount {
    guard let limit else { return .zero }
    let currency: String =
      switch instrument.contract {
      case .none: table.currencyName(instrument.quote).description
      case .linear: table.currencyName(instrument.settle).description
      case .inverse: "USD"
      }
    return currency == limit.currency ? Amount(limit.amount) : .zero
  }
}
