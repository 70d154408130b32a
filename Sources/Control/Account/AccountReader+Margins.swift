// Equity and margins of positions as REST states them; control plane.

import Channels
import Foundation
import OKX
import Quantities

extension AccountReader {
  /// The account's totals; nil where OKX states none. Limit: 10 in 2 s, shared with `balances`.
  public func account() async throws -> AccountRecord? {
    struct Row: Decodable {
      var totalEq: String?
      var availEq: String?
      var uTime: String?
    }
    guard let row = try await rows("/api/v5/account/balance", of: Row.self).first else {
      throw AccountError.malformed("account/balance is empty")
    }
    guard let total = row.totalEq, !total.isEmpty else { return nil }
    guard let whole = Amount(total) else {
      throw AccountError.malformed("totalEq is \(total.prefix(64))")
    }
    var available: Amount?
    if let text = row.availEq, !text.isEmpty {
      guard let amount = Amount(text) else {
        throw AccountError.malformed("availEq is \(text.prefix(64))")
      }
      available = amount
    }
    let time = AccountReader.time(row.uTime)
    // Kept as the latest, it would hold back every total after it.
    if time.isAbsurd(at: rest.venueClock.now()) {
      throw AccountError.malformed("uTime is \(time.milliseconds), minutes ahead of its clock")
    }
    return AccountRecord(
      total: whole, available: available, exchangeTime: time,
      receivedAt: .now(), isReconciled: true)
  }

  /// Open net positions of instruments of this run, as the exchange margins them. Limit: 10 in 2 s.
  public func positionDetails() async throws -> Stated<PositionDetailRecord> {
    let path = "/api/v5/account/positions"
    var seen: Set<InstrumentID> = []
    return read(try await statedRows(path, .figures), path) { row throws(OddRow) in
      guard let instrument = try row.instrument(mode: "mgnMode") else { return nil }
      let lots = try row.lots("pos", instrument.lot)
      let unrealised = try row.optional("upl") == nil ? Amount.zero : try row.amount("upl")
      var milli: Int64 = 0
      if try row.optional("lever") != nil {
        milli = try row.lots("lever", Increment(mantissa: 1, decimals: 3))
      }
      guard milli >= 0, let leverage = Int32(exactly: milli) else {
        throw row.odd("lever", .outOfRange)
      }
      let record = PositionDetailRecord(
        instrument: instrument.id, quantity: Quantity(lots: lots),
        averagePrice: row.figure("avgPx", instrument.tick),
        markPrice: row.figure("markPx", instrument.tick),
        liquidationPrice: row.figure("liqPx", instrument.tick), leverageMilli: leverage,
        unrealised: unrealised, exchangeTime: try row.time("uTime"),
        receivedAt: .now(), isReconciled: true)
      if !seen.insert(instrument.id).inserted { throw row.odd("instId", .statedTwice) }
      return record
    }
  }

  /// 0 where there is none.
  static func time(_ text: String?) -> WallMilliseconds {
    WallMilliseconds(milliseconds: text.flatMap { Int64($0) } ?? 0)
  }
}
