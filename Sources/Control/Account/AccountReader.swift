// The REST questions start-up and reconciliation ask of the account, decoded; control plane.

import Foundation
import Orders
import Quantities

/// A position as REST states it.
public struct StatedPosition: Sendable, Equatable {
  public var instrument: InstrumentID
  public var quantity: Quantity
  public var averagePrice: Price
}

/// Why the account cannot be traded.
public enum AccountError: Error, Sendable, CustomStringConvertible {
  case mode(String)
  case malformed(String)

  public var description: String {
    switch self {
    case .mode(let text): text
    case .malformed(let text): "the account's answer is not understood: \(text)"
    }
  }
}

/// Reads one account; every figure is exact or refused.
public struct AccountReader: Sendable {
  let rest: RESTClient
  let instruments: InstrumentTable

  public init(rest: RESTClient, instruments: InstrumentTable) {
    self.rest = rest
    self.instruments = instruments
  }

  private struct Envelope<Row: Decodable>: Decodable { var data: [Row] }

  func rows<Row: Decodable>(_ path: String, of type: Row.Type) async throws -> [Row] {
    let body = try await rest.getSigned(path)
    do { return try JSONDecoder().decode(Envelope<Row>.self, from: body).data } catch {
      throw AccountError.malformed("\(path): \(error)")
    }
  }

  /// Refuses anything but `net_mode` in spot or futures mode (docs/OKX.md OKX-154).
  public func requireMode() async throws {
    struct Row: Decodable {
      var acctLv: String
      var posMode: String
    }
    guard let row = try await rows("/api/v5/account/config", of: Row.self).first else {
      throw AccountError.malformed("account/config is empty")
    }
    guard row.posMode == "net_mode" else {
      throw AccountError.mode("the account is in \(row.posMode): set net_mode at the exchange")
    }
    guard ["1", "2"].contains(row.acctLv) else {
      throw AccountError.mode(
        "account mode \(row.acctLv) is not supported: use spot (1) or futures (2) mode")
    }
  }

  /// Working orders of instruments of this run.
  public func pendingOrders() async throws -> [OrderUpdate] {
    try await rows("/api/v5/trade/orders-pending", of: OrderRow.self)
      .compactMap { $0.update(instruments) }
  }

  /// Positions of instruments of this run; closed ones (0) included.
  public func positions() async throws -> [StatedPosition] {
    struct Row: Decodable {
      var instId: String
      var pos: String
      var avgPx: String?
    }
    return try await rows("/api/v5/account/positions", of: Row.self).compactMap { row in
      guard let symbol = Symbol(row.instId), let id = instruments.find(symbol) else { return nil }
      guard let lots = OrderRow.units(row.pos, instruments[id].lot) else {
        throw AccountError.malformed("position of \(row.instId) is \(row.pos)")
      }
      let average = OrderRow.nearest(row.avgPx, instruments[id].tick)
      return StatedPosition(
        instrument: id, quantity: Quantity(lots: lots),
        averagePrice: average.map { Price(ticks: $0) } ?? .none)
    }
  }

  /// Cash of the currencies this run knows.
  public func balances() async throws -> [(currency: CurrencyID, cash: Amount)] {
    struct Detail: Decodable {
      var ccy: String
      var cashBal: String
    }
    struct Row: Decodable { var details: [Detail] }
    let details = try await rows("/api/v5/account/balance", of: Row.self).flatMap(\.details)
    return details.compactMap { detail in
      guard let symbol = Symbol(detail.ccy), let id = instruments.findCurrency(symbol),
        let cash = Amount(detail.cashBal)
      else { return nil }
      return (id, cash)
    }
  }

  /// What became of an order (51603 is *not found*).
  public func answer(_ query: OrderQuery) async -> OrderAnswer {
    let symbol = instruments[query.instrument].symbol.description
    let path =
      "/api/v5/trade/order?instId=\(symbol)&clOrdId=\(query.clientOrder.rawValue)"
    let empty = OrderUpdate(
      state: .live, instrument: query.instrument, side: .buy, clientOrder: query.clientOrder)
    var answer = OrderAnswer(
      kind: .failed, clientOrder: query.clientOrder, askedAt: query.askedAt, update: empty)
    do {
      let found = try await rows(path, of: OrderRow.self).first
      if let update = found?.update(instruments) {
        answer.kind = .found
        answer.update = update
      }
    } catch RESTError.refused(let code, _) where code == "51603" {
      answer.kind = .notFound
    } catch {}
    return answer
  }

  /// Cancels one working order by the exchange's id; a refusal means it ended meanwhile.
  public func cancel(_ order: OrderUpdate) async throws {
    let symbol = instruments[order.instrument].symbol.description
    let body = try JSONEncoder().encode([
      "instId": symbol, "ordId": String(order.exchangeOrder.rawValue),
    ])
    _ = try await rest.postSigned("/api/v5/trade/cancel-order", body: body)
  }
}
