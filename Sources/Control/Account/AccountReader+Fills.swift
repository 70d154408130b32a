// Fills as REST states them: what happened while nobody of ours was listening; control plane.

import Channels
import Foundation
import OKX
import Quantities

extension AccountReader {
  /// `trade/fills` reaches three days back, `trade/fills-history` three months (docs/OKX.md OKX-174).
  static var recentMilliseconds: Int64 { 3 * 86_400_000 - 600_000 }
  static var fillsPerPage: Int { 100 }
  /// More fills than any restart should miss: beyond it start-up refuses rather than guesses.
  static var fillPagesMax: Int { 1_000 }

  private struct FillRow: Decodable {
    var instId: String
    var tradeId: String
    var ordId: String
    var clOrdId: String?
    var billId: String
    var side: String
    var fillPx: String
    var fillSz: String
    var fee: String?
    var feeCcy: String?
    var execType: String?
    var ts: String
  }

  /// Fills from `begin` on, oldest first, as reports that say they were reconciled. Rows of instruments
  /// outside of this run are left out.
  public func fills(since begin: WallMilliseconds, now: WallMilliseconds) async throws -> [Report] {
    let isRecent = now.milliseconds - begin.milliseconds < AccountReader.recentMilliseconds
    var rows: [FillRow] = []
    if isRecent {
      rows = try await pages("/api/v5/trade/fills?", begin)
    } else {
      for type in [InstrumentType.spot, .swap, .futures] {
        rows += try await pages("/api/v5/trade/fills-history?instType=\(type.okxName)&", begin)
      }
    }
    return try rows.compactMap(report).sorted { $0.exchangeTime < $1.exchangeTime }
  }

  private func pages(_ path: String, _ begin: WallMilliseconds) async throws -> [FillRow] {
    var found: [FillRow] = []
    var after = ""
    for _ in 0..<AccountReader.fillPagesMax {
      let older = after.isEmpty ? "" : "&after=\(after)"
      let page = try await rows(
        "\(path)begin=\(begin.milliseconds)&limit=\(AccountReader.fillsPerPage)\(older)",
        of: FillRow.self)
      found += page
      guard page.count == AccountReader.fillsPerPage, let last = page.last else { return found }
      after = last.billId
    }
    throw AccountError.malformed("more fills than start-up can take since \(begin.milliseconds)")
  }

  private func report(_ row: FillRow) throws -> Report? {
    guard let symbol = Symbol(row.instId), let id = instruments.find(symbol) else { return nil }
    let instrument = instruments[id]
    guard let ticks = OrderRow.units(row.fillPx, instrument.tick),
      let lots = OrderRow.units(row.fillSz, instrument.lot), lots > 0,
      let trade = UInt64(row.tradeId), let order = UInt64(row.ordId), let time = Int64(row.ts),
      row.side == "buy" || row.side == "sell"
    else { throw AccountError.malformed("fill \(row.billId) of \(row.instId)") }
    var report = Report(kind: .fill, instrument: id, side: row.side == "buy" ? .buy : .sell)
    report.clientOrder = ClientOrderID(rawValue: row.clOrdId.flatMap { UInt64($0) } ?? 0)
    report.exchangeOrder = ExchangeOrderID(rawValue: order)
    report.lastPrice = Price(ticks: ticks)
    report.lastQuantity = Quantity(lots: lots)
    report.tradeID = trade
    report.exchangeTime = WallMilliseconds(milliseconds: time)
    report.receivedAt = .now()
    report.isTaker = row.execType == "T"
    report.isReconciled = true
    if let fee = row.fee.flatMap({ Amount($0) }), let units = Int64(exactly: fee.units),
      let currency = row.feeCcy.flatMap({ Symbol($0) }).flatMap({ instruments.findCurrency($0) })
    {
      report.feeUnits = units
      report.feeDecimals = fee.decimals
      report.feeCurrency = currency
    }
    return report
  }
}
