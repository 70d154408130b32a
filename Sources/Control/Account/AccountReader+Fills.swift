// Fills as REST states them: what happened while nobody of ours was listening; control plane.

import Channels
import Foundation
import OKX
import Quantities

/// A fill of an instrument of this run, whosever order it was.
public struct StatedFill: Sendable {
  public var billID: UInt64
  /// `.fill`, with `isReconciled`. `tradeID` is the bit pattern of what may be negative or 0;
  /// `clientOrder` and `exchangeOrder` are none where the exchange says none, as in liquidations.
  public var report: Report
  /// The price is the nearest tick: the tick changed since.
  public var isRounded: Bool

  public init(billID: UInt64, report: Report, isRounded: Bool) {
    self.billID = billID
    self.report = report
    self.isRounded = isRounded
  }
}

extension AccountReader {
  /// `trade/fills` reaches three days back, `trade/fills-history` three months (docs/OKX.md OKX-174).
  static var recentMilliseconds: Int64 { 3 * 86_400_000 - 600_000 }
  /// More fills than any restart should miss: beyond it start-up refuses rather than guesses.
  static var fillPagesMax: Int { 1_000 }

  /// Fills from `begin` on that are newer than the bill `cursor`, oldest first by bill.
  public func fills(
    afterBill cursor: UInt64?, begin: WallMilliseconds, now: WallMilliseconds
  ) async throws -> Stated<StatedFill> {
    let since = "begin=\(begin.milliseconds)"
    if now.milliseconds - begin.milliseconds < AccountReader.recentMilliseconds {
      return try await fills("/api/v5/trade/fills?\(since)", cursor, .reconcile)
    }
    var all = Stated<StatedFill>()
    for type in [InstrumentType.spot, .swap, .futures] {
      let some = try await fills(
        "/api/v5/trade/fills-history?instType=\(type.okxName)&\(since)", cursor, .reconcile)
      all.rows += some.rows
      all.odd += some.odd
      all.outside += some.outside
    }
    all.rows.sort { $0.billID < $1.billID }
    return all
  }

  private func fills(
    _ path: String, _ cursor: UInt64?, _ priority: RESTPriority
  ) async throws -> Stated<StatedFill> {
    let rows = try await pages(
      path, by: "billId", downTo: cursor, pagesMax: AccountReader.fillPagesMax, priority)
    var seen: Set<UInt64> = []
    var stated = read(rows, path) { row throws(OddRow) in try fill(&row) }
    stated.rows.removeAll { !seen.insert($0.billID).inserted }
    stated.rows.sort { $0.billID < $1.billID }
    return stated
  }

  private func fill(_ row: inout RowReader) throws(OddRow) -> StatedFill? {
    guard let instrument = try row.instrument() else { return nil }
    let bill = try row.billID()
    var report = Report(kind: .fill, instrument: instrument.id, side: try row.side())
    report.clientOrder = RowReader.ourID(try row.optional("clOrdId") ?? "") ?? .none
    if try row.optional("ordId") != nil {
      report.exchangeOrder = ExchangeOrderID(rawValue: try row.unsigned("ordId"))
    }
    let lots = try row.lots("fillSz", instrument.lot)
    if lots <= 0 { throw row.odd("fillSz", .outOfRange) }
    report.lastQuantity = Quantity(lots: lots)
    let price = try row.price("fillPx", instrument.tick)
    if price.price.isNone { throw row.odd("fillPx", .outOfRange) }
    report.lastPrice = price.price
    if price.isRounded { row.note("fillPx", .offGrid) }
    report.tradeID = try row.tradeID()
    let written = try row.time("ts")
    let filled = try row.time("fillTime")
    report.exchangeTime = filled.milliseconds > 0 ? filled : written
    if report.exchangeTime.milliseconds == 0 { throw row.odd("ts", .missing) }
    report.receivedAt = .now()
    report.isTaker = row.row.text("execType") == "T"
    report.isReconciled = true
    fee(&row, &report)
    return StatedFill(billID: bill, report: report, isRounded: price.isRounded)
  }

  /// The lots count whatever the fee is: one that cannot be had is left out and named.
  private func fee(_ row: inout RowReader, _ report: inout Report) {
    do throws(OddRow) {
      if try row.optional("fee") == nil { return }
      let fee = try row.amount("fee").normalized
      if fee.units == 0 { return }
      guard let units = Int64(exactly: fee.units) else { throw row.odd("fee", .outOfRange) }
      let name = try row.required("feeCcy")
      guard let currency = Symbol(name).flatMap({ instruments.findCurrency($0) }) else {
        throw row.odd("feeCcy", .unknownCurrency)
      }
      report.feeUnits = units
      report.feeDecimals = fee.decimals
      report.feeCurrency = currency
    } catch {
      row.note(error.field, error.reason)
    }
  }
}
