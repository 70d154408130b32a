// The account's bills as REST states them: every change of a balance, funding and transfers among them; control plane.

import Foundation
import Quantities

/// A change of a balance. Its currency and instrument may be outside of this run.
public struct BillRow: Sendable, Equatable {
  public var billID: UInt64
  public var type: Int32
  public var subType: Int32
  public var currency: Symbol
  public var change: Amount
  /// After the change.
  public var balance: Amount
  public var profit: Amount
  /// Negative where it was charged.
  public var fee: Amount
  /// Contracts, else of the currency.
  public var size: Amount
  public var instrument: Symbol?
  public var exchangeOrder: ExchangeOrderID
  /// The bit pattern of what may be negative; 0 for none.
  public var tradeID: UInt64
  public var exchangeTime: WallMilliseconds
}

extension AccountReader {
  /// `account/bills` reaches seven days back, `account/bills-archive` three months (docs/OKX.md OKX-178).
  static var recentBillsMilliseconds: Int64 { 7 * 86_400_000 - 600_000 }
  static var billPagesMax: Int { 2_000 }

  /// Bills from `begin` on that are newer than the bill `cursor`, oldest first.
  public func bills(
    afterBill cursor: UInt64?, begin: WallMilliseconds, now: WallMilliseconds
  ) async throws -> Stated<BillRow> {
    let isRecent = now.milliseconds - begin.milliseconds < AccountReader.recentBillsMilliseconds
    let path =
      "/api/v5/account/\(isRecent ? "bills" : "bills-archive")?begin=\(begin.milliseconds)"
    let rows = try await pages(
      path, by: "billId", downTo: cursor, pagesMax: AccountReader.billPagesMax, .figures)
    var seen: Set<UInt64> = []
    var stated = read(rows, path) { row throws(OddRow) in try AccountReader.bill(&row) }
    stated.rows.removeAll { !seen.insert($0.billID).inserted }
    stated.rows.sort { $0.billID < $1.billID }
    return stated
  }

  private static func bill(_ row: inout RowReader) throws(OddRow) -> BillRow {
    if row.row.members == nil { throw row.odd("", .noObject) }
    func kind(_ field: String) throws(OddRow) -> Int32 {
      guard let value = Int32(try row.required(field)) else { throw row.odd(field, .noNumber) }
      return value
    }
    func amount(_ field: String) throws(OddRow) -> Amount {
      try row.optional(field) == nil ? .zero : try row.amount(field)
    }
    guard let currency = Symbol(try row.required("ccy")) else { throw row.odd("ccy", .unknownWord) }
    let name = try row.optional("instId")
    let instrument = name.flatMap { Symbol($0) }
    if name != nil && instrument == nil { throw row.odd("instId", .unknownWord) }
    let bill = BillRow(
      billID: try row.billID(), type: try kind("type"),
      subType: try row.optional("subType") == nil ? 0 : try kind("subType"), currency: currency,
      change: try row.amount("balChg"), balance: try row.amount("bal"), profit: try amount("pnl"),
      fee: try amount("fee"), size: try amount("sz"), instrument: instrument,
      exchangeOrder: ExchangeOrderID(
        rawValue: try row.optional("ordId") == nil ? 0 : try row.unsigned("ordId")),
      tradeID: try row.tradeID(), exchangeTime: try row.time("ts"))
    if bill.billID == 0 { throw row.odd("billId", .outOfRange) }
    if bill.exchangeTime.milliseconds == 0 { throw row.odd("ts", .missing) }
    return bill
  }
}
