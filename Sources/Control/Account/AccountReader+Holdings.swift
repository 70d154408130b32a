// Positions and balances as REST states them; control plane.

import Foundation
import Quantities

/// A position as REST states it; spot has none (docs/OKX.md OKX-153).
public struct StatedPosition: Sendable, Equatable {
  public var instrument: InstrumentID
  public var quantity: Quantity
  /// To the nearest tick; `.none` where none is stated.
  public var averagePrice: Price
  /// Of the newest trade in it, by its bit pattern; 0 after a liquidation until the next fill.
  public var tradeID: UInt64
  /// `uTime`; 0 where none is stated.
  public var exchangeTime: WallMilliseconds

  public init(
    instrument: InstrumentID, quantity: Quantity, averagePrice: Price, tradeID: UInt64,
    exchangeTime: WallMilliseconds
  ) {
    self.instrument = instrument
    self.quantity = quantity
    self.averagePrice = averagePrice
    self.tradeID = tradeID
    self.exchangeTime = exchangeTime
  }
}

/// One currency of the account.
public struct StatedBalance: Sendable, Equatable {
  public var currency: CurrencyID
  public var cash: Amount
  public var available: Amount?
  public var frozen: Amount?
  /// `uTime` of this currency; 0 where none is stated.
  public var exchangeTime: WallMilliseconds

  public init(
    currency: CurrencyID, cash: Amount, available: Amount? = nil, frozen: Amount? = nil,
    exchangeTime: WallMilliseconds
  ) {
    self.currency = currency
    self.cash = cash
    self.available = available
    self.frozen = frozen
    self.exchangeTime = exchangeTime
  }
}

extension AccountReader {
  /// Net positions of instruments of this run; closed ones (0) included where the exchange lists them.
  public func positions() async throws -> Stated<StatedPosition> {
    let path = "/api/v5/account/positions"
    var seen: Set<InstrumentID> = []
    return read(try await statedRows(path, .reconcile), path) { row throws(OddRow) in
      guard let instrument = try row.instrument(mode: "mgnMode") else { return nil }
      let position = StatedPosition(
        instrument: instrument.id,
        quantity: Quantity(lots: try row.lots("pos", instrument.lot)),
        averagePrice: row.figure("avgPx", instrument.tick), tradeID: try row.tradeID(),
        exchangeTime: try row.time("uTime"))
      if !seen.insert(instrument.id).inserted { throw row.odd("instId", .statedTwice) }
      return position
    }
  }

  /// Cash of the currencies that this run knows. OKX leaves out what is zero.
  public func balances() async throws -> Stated<StatedBalance> {
    struct Row: Decodable { var details: [StatedRow] }
    let path = "/api/v5/account/balance"
    let details = try await rows(path, of: Row.self, .reconcile).flatMap(\.details)
    return read(details, path) { row throws(OddRow) in
      if row.row.members == nil { throw row.odd("", .noObject) }
      let name = try row.required("ccy")
      guard let currency = Symbol(name).flatMap({ instruments.findCurrency($0) }) else {
        return nil
      }
      return StatedBalance(
        currency: currency, cash: try row.amount("cashBal"),
        available: try row.optional("availBal") == nil ? nil : try row.amount("availBal"),
        frozen: try row.optional("frozenBal") == nil ? nil : try row.amount("frozenBal"),
        exchangeTime: try row.time("uTime"))
    }
  }
}
