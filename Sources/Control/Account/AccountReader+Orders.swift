// Orders as REST states them, and the two things done about one: asking and cancelling; control plane.

import Channels
import Foundation
import OKX
import Orders
import Quantities

/// What the exchange says of an order that was asked about.
public struct OrderReading: Sendable {
  public var answer: OrderAnswer
  /// Why the question failed: the exchange's code and text, or the field that is not understood.
  public var failure: String?

  public init(answer: OrderAnswer) { self.answer = answer }
}

/// What became of a request to cancel.
public enum CancelResult: Sendable, Equatable {
  /// The exchange took it; the order's end is told by a push.
  case accepted
  /// A definite refusal of this request. What the order is, it does not say (docs/OKX.md OKX-134).
  case refused(code: String, text: String)
  /// It may have been taken: ask, or repeat it.
  case unknown(String)
}

extension AccountReader {
  /// An account may have 4,000 open orders (docs/OKX.md OKX-214); the list moves while it is read.
  static var orderPagesMax: Int { 100 }

  /// All working orders of instruments of this run, whosever they are; `clientOrder` is `.none` where `clOrdId` is no
  /// number.
  public func pendingOrders() async throws -> Stated<OrderUpdate> {
    let path = "/api/v5/trade/orders-pending"
    let rows = try await pages(
      path, by: "ordId", pagesMax: AccountReader.orderPagesMax, .reconcile)
    // The list moves while it is read: an order may come on two pages.
    var seen: Set<UInt64> = []
    var stated = read(rows, path) { row throws(OddRow) in try AccountReader.order(&row) }
    stated.rows.removeAll { !seen.insert($0.exchangeOrder.rawValue).inserted }
    let now = Instant.now()
    for index in stated.rows.indices { stated.rows[index].receivedAt = now }
    return stated
  }

  /// What became of an order (51603 is *not found*, and so is what names an instrument that is not in trading); asked by
  /// its exchange id where it has none of ours.
  public func answer(_ query: OrderQuery) async -> OrderReading {
    let symbol = instruments[query.instrument].symbol.description
    let isForeign = query.clientOrder == .none || query.clientOrder.isForeign
    let id =
      isForeign
      ? "ordId=\(query.exchangeOrder.rawValue)" : "clOrdId=\(query.clientOrder.rawValue)"
    let path = "/api/v5/trade/order?instId=\(symbol)&\(id)"
    let empty = OrderUpdate(
      state: .live, instrument: query.instrument, side: .buy, clientOrder: query.clientOrder)
    var reading = OrderReading(
      answer: OrderAnswer(
        kind: .failed, clientOrder: query.clientOrder, askedAt: query.askedAt, update: empty))
    do {
      let rows = try await statedRows(path, .order)
      let stated = read(rows, path) { row throws(OddRow) in try AccountReader.order(&row) }
      let found = stated.rows.first { order in
        order.instrument == query.instrument
          && (isForeign
            ? order.exchangeOrder == query.exchangeOrder
            : order.clientOrder == query.clientOrder)
      }
      if let found {
        reading.answer.kind = .found
        reading.answer.update = found
        reading.answer.update.receivedAt = .now()
      } else {
        reading.failure =
          stated.odd.first?.description ?? "the answer holds \(rows.count) rows, none of this order"
      }
    } catch RESTError.refused(let code, _) where code == "51603" {
      reading.answer.kind = .notFound
    } catch RESTError.refused(let code, let message)
      where AccountReader.notInTrading.contains(code)
    {
      if await isOutOfTrading(query.instrument) {
        reading.answer.kind = .notFound
      } else {
        reading.failure = "\(RESTError.refused(code: code, message: message))"
      }
    } catch {
      reading.failure = "\(error)"
    }
    return reading
  }

  /// Closes all that there is of a cross position, at market; its own pending closes are cancelled first. By OKX's
  /// order and under our tag, of no number of ours (docs/OKX.md OKX-119).
  public func closePosition(_ instrument: InstrumentID) async -> CancelResult {
    struct Body: Encodable {
      var instId: String
      var mgnMode = "cross"
      var autoCxl = true
      var tag: String
    }
    let body = Body(
      instId: instruments[instrument].symbol.description, tag: "\(OrderEncoder.tag)")
    return await ask("/api/v5/trade/close-position", body, rowDecides: false)
  }

  /// Cancels one working order, by the exchange's id where there is one.
  public func cancel(_ order: OrderUpdate) async -> CancelResult {
    var fields = ["instId": instruments[order.instrument].symbol.description]
    if order.exchangeOrder == .none {
      fields["clOrdId"] = String(order.clientOrder.rawValue)
    } else {
      fields["ordId"] = String(order.exchangeOrder.rawValue)
    }
    return await ask("/api/v5/trade/cancel-order", fields, rowDecides: true)
  }

  /// A trading request of one item; its row's `sCode` decides, or the envelope where rows have none.
  private func ask(
    _ path: String, _ fields: some Encodable, rowDecides: Bool
  ) async -> CancelResult {
    do {
      let body = try await rest.postSigned(
        path, body: try JSONEncoder().encode(fields), .order, rowsDecide: rowDecides)
      if !rowDecides { return .accepted }
      guard let row = try AccountReader.rows(body, path).first, row.members != nil else {
        return .unknown("the answer has no row")
      }
      return AccountReader.result(row.text("sCode"), OddRow.bounded(row.text("sMsg")))
    } catch RESTError.refused(let code, let message) {
      return AccountReader.result(code, OddRow.bounded(message))
    } catch let error as RESTError where !error.isAmbiguous {
      return .refused(code: "", text: "\(error)")
    } catch {
      return .unknown("\(error)")
    }
  }

  /// 51410: it is being cancelled already.
  private static func result(_ code: String, _ text: String) -> CancelResult {
    if code == "0" || code == "51410" { return .accepted }
    if code.isEmpty || RESTError.ambiguousCodes.contains(code) {
      return .unknown("OKX \(code): \(text)")
    }
    return .refused(code: code, text: text)
  }

  /// Nil where the row is of no instrument of this run (docs/OKX.md OKX-107).
  private static func order(_ row: inout RowReader) throws(OddRow) -> OrderUpdate? {
    guard let instrument = try row.instrument(mode: "tdMode") else { return nil }
    let states: [String: ExchangeOrderState] = [
      "live": .live, "partially_filled": .partiallyFilled, "filled": .filled,
      "canceled": .cancelled, "mmp_canceled": .cancelled,
    ]
    guard let state = states[try row.required("state")] else {
      throw row.odd("state", .unknownWord)
    }
    // A text that none of ours can be is no id of ours.
    let client = RowReader.ourID(try row.optional("clOrdId") ?? "") ?? .none
    var update = OrderUpdate(
      state: state, instrument: instrument.id, side: try row.side(), clientOrder: client)
    if case .text(let tag)? = row.row.members?["tag"] {
      update.hasOurTag = tag == "\(OrderEncoder.tag)"
    }
    update.exchangeOrder = ExchangeOrderID(rawValue: try row.unsigned("ordId"))
    if update.exchangeOrder == .none { throw row.odd("ordId", .outOfRange) }
    // As pushes are read: `PrivateDecoder.type`.
    switch try row.required("ordType") {
    case "post_only", "mmp_and_post_only", "rpi", "elp": update.type = .postOnly
    case "limit", "mmp": update.type = .limit
    case "market", "fok", "ioc", "optimal_limit_ioc", "op_fok": update.type = .immediateOrCancel
    default:
      update.type = .limit
      row.note("ordType", .unknownWord)
    }
    let price = try row.price("px", instrument.tick)
    update.price = price.price
    if price.isRounded { row.note("px", .offGrid) }
    // A spot market order may give its size in quote currency: that is no count of lots.
    if try row.optional("tgtCcy") != "quote_ccy" {
      let lots = try row.lots("sz", instrument.lot)
      if lots < 0 { throw row.odd("sz", .outOfRange) }
      update.quantity = Quantity(lots: lots)
    }
    if try row.optional("accFillSz") != nil {
      let lots = try row.lots("accFillSz", instrument.lot)
      if lots < 0 { throw row.odd("accFillSz", .outOfRange) }
      update.cumulativeFilled = Quantity(lots: lots)
    }
    // An average is rarely on a tick: rounding it is no oddity.
    update.averagePrice = try row.price("avgPx", instrument.tick).price
    update.cancelSource = try row.optional("cancelSource").flatMap { UInt8($0) } ?? 0
    update.exchangeTime = try row.time("uTime")
    return update
  }
}
