// Bills as the fold takes them: flows by currency, settlements of positions, transfers of the curve; control plane.

import GRDB
import Journal
import Quantities

extension PositionFold {
  /// Dollars, for a share of equity and a gain: the cents between them are none of ours.
  private static let dollars: Set<String> = ["USD", "USDT", "USDC"]
  /// A minute bar older than this says nothing of a price.
  private static let barAgeMax: Int64 = 300_000

  mutating func take(bill: Row, _ db: Database) throws {
    let currency: String = bill["currency"]
    guard let change = Amount(bill["change"] as String),
      let profit = Amount(bill["pnl"] as String), let fee = Amount(bill["fee"] as String)
    else { return }
    let meaning = BillMeaning(type: bill["type"])
    flows[currency, default: MoneyFlows()].take(meaning, change: change, profit: profit)
    switch meaning {
    case .transfer:
      let at: Int64 = bill["exchange_at"]
      if let worth = try worth(change, currency, at: at, db) {
        curve.transfer(worth, at: at)
      } else {
        curve.transferOfUnknownWorth(at: at)
      }
    case .settlement, .delivery:
      // Neither has a fill, which would hold the fee.
      add(fee: fee, currency)
      settle(bill, profit, isDelivery: meaning == .delivery)
    default: break
    }
  }

  private mutating func settle(_ bill: Row, _ profit: Amount, isDelivery: Bool) {
    let name: String = bill["instrument"]
    guard var one = figures[name], let scale = one.scale,
      let millionths = scale.millionths(profit)
    else { return }
    if isDelivery {
      one.held.deliver(millionths)
    } else {
      let lots = DecimalNumber(bill["size"] as String)
        .flatMap { try? $0.units(of: scale.lot) }
      one.held.settle(millionths, on: lots ?? 0)
    }
    figures[name] = one
  }

  /// In US dollars, by the price then; nil where none is on record.
  private func worth(
    _ amount: Amount, _ currency: String, at time: Int64, _ db: Database
  ) throws -> Amount? {
    if PositionFold.dollars.contains(currency) { return amount }
    var scales = InstrumentScales(db)
    for quote in ["USDT", "USDC", "USD"] {
      let bar = try Row.fetchOne(
        db.cachedStatement(
          sql: """
            SELECT run, instrument_id, place, close FROM bars
            WHERE instrument = ? AND interval_s = 60 AND open_at <= ? AND open_at > ?
            ORDER BY open_at DESC, source LIMIT 1
            """),
        arguments: ["\(currency)-\(quote)", time, time - PositionFold.barAgeMax])
      guard let bar, let scale = try scales.of(bar),
        let price = DecimalNumber.of(units: bar["close"], increment: scale.tick)
      else { continue }
      return try? amount.multiplied(by: price)
    }
    return nil
  }
}

extension InstrumentScale {
  /// An amount of the quote currency in millionths of tick × lot; nil for inverse contracts, and beyond 127 bits.
  func millionths(_ amount: Amount) -> Int128? {
    guard let unit = worth(1), unit.units != 0 else { return nil }
    let places = max(amount.decimals, unit.decimals)
    guard let whole = amount.rescaled(to: places), let step = unit.rescaled(to: places) else {
      return nil
    }
    let (product, overflowed) = whole.units.multipliedReportingOverflow(by: PositionFigures.scale)
    return overflowed ? nil : DecimalText.divided(product, step.units)
  }
}
