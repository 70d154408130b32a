// The configured risk limits as the gate takes them: what is missing, or stands in a wrong currency, refuses; control plane.
import Foundation
import Operations
import Quantities
import Risk

extension CoreAssembly {
  /// How far a signal's target may go: the position limits.
  public func targetLotsMaximum(_ table: InstrumentTable) -> [Int64] {
    limits(table).instruments.map(\.positionLotsMaximum)
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
