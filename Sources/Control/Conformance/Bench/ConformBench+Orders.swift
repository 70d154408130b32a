// Orders of the smallest size, near and far from the market, and an account that is left as it was; control plane.

import Foundation
import JSON
import Quantities

/// An order as a step words it, and what came of it.
public struct ConformOrder: Sendable {
  public var clientID: String
  /// The reply by WebSocket.
  public var reply: ConformFrame
  public var exchangeID: String
  /// `sCode` of its row, else the envelope's code.
  public var code: String
  /// Where its line stood before it was sent.
  public var mark: Int
}

extension ConformBench {
  public func name(_ instrument: JSONValue) -> String { instrument.text("instId") }

  public func isSpot(_ instrument: JSONValue) -> Bool { instrument.text("instType") == "SPOT" }

  /// Best bid and ask now, by REST.
  public func best(_ instrument: JSONValue) async throws -> (bid: DecimalNumber, ask: DecimalNumber)
  {
    let rows = try await rows("GET", "market/books?instId=\(name(instrument))&sz=1", signed: false)
    guard let bid = rows.first?["bids"]?[0]?[0]?.string.flatMap({ DecimalNumber($0) }),
      let ask = rows.first?["asks"]?[0]?[0]?.string.flatMap({ DecimalNumber($0) })
    else { throw ConformHindrance("\(name(instrument)) has no best prices") }
    return (bid, ask)
  }

  /// A price on the grid, so many thousandths off the best price of the other side: positive rests, negative takes.
  public func price(
    _ instrument: JSONValue, buy: Bool, restingBy thousandths: Int64
  ) async throws -> String {
    guard let tick = instrument.decimal("tickSz") else {
      throw ConformHindrance("\(name(instrument)) has no tickSz")
    }
    let best = try await best(instrument)
    let far = buy ? 1_000 - thousandths : 1_000 + thousandths
    guard let units = try? (buy ? best.ask : best.bid).units(of: tick),
      let price = DecimalNumber.of(units: units * far / 1_000, increment: tick)
    else { throw ConformHindrance("\(name(instrument)) has a price off its grid") }
    return price.description
  }

  /// The members of an order in the instrument's smallest size; `more` adds and replaces.
  public func order(
    _ instrument: JSONValue, buy: Bool, _ more: [String: JSONValue] = [:]
  ) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      "instIdCode": instrument["instIdCode"] ?? .null,
      "tdMode": isSpot(instrument) ? "cash" : "cross",
      "side": buy ? "buy" : "sell", "ordType": "limit", "sz": .string(instrument.text("minSz")),
      "tag": .string(ConformBench.tag), "clOrdId": .string(nextOrderID()),
    ]
    members.merge(more) { $1 }
    return members
  }

  /// Sends an order by WebSocket and waits for its reply.
  /// - Parameter request: members beside `op`, `id` and `args`, such as `expTime`.
  public func place(
    _ line: ConformLine, _ members: [String: JSONValue], request: [String: JSONValue] = [:]
  ) async throws -> ConformOrder {
    try await ask(line, "order", members, request: request)
  }

  /// Sends `order`, `amend-order` or `cancel-order` with one item.
  public func ask(
    _ line: ConformLine, _ operation: String, _ members: [String: JSONValue],
    request: [String: JSONValue] = [:]
  ) async throws -> ConformOrder {
    let mark = line.mark
    let id = nextID("")
    var body: [String: JSONValue] = [
      "op": .string(operation), "id": .string(id), "args": [.object(members)],
    ]
    body.merge(request) { $1 }
    line.send(.object(body))
    let reply = try await line.next("reply to \(operation)", after: mark) { $0.id == id }
    let row = reply.rows.first ?? .null
    return ConformOrder(
      clientID: members["clOrdId"]?.string ?? "", reply: reply, exchangeID: row.text("ordId"),
      code: row["sCode"]?.string ?? reply.code ?? "", mark: mark)
  }

  public func cancel(
    _ line: ConformLine, _ instrument: JSONValue, _ order: ConformOrder
  ) async throws -> ConformOrder {
    try await ask(
      line, "cancel-order",
      ["instIdCode": instrument["instIdCode"] ?? .null, "ordId": .string(order.exchangeID)])
  }

  /// The pushes of one order on a line that follows `orders`, until one with an end, or for so long.
  public func pushes(
    _ line: ConformLine, of order: ConformOrder, seconds: Double = ConformLine.waitSeconds,
    until states: Set<String> = ["filled", "canceled"]
  ) async throws -> [JSONValue] {
    let deadline = Instant.now().advanced(byNanoseconds: Int64(seconds * 1e9))
    let mine: @Sendable (JSONValue) -> Bool = {
      $0.text("ordId") == order.exchangeID && !order.exchangeID.isEmpty
        || $0.text("clOrdId") == order.clientID && !order.clientID.isEmpty
    }
    while true {
      let rows = line.frames.dropFirst(order.mark).filter { $0.isPush(of: "orders") }
        .flatMap(\.rows).filter(mine)
      if rows.contains(where: { states.contains($0.text("state")) }) || Instant.now() > deadline {
        return rows
      }
      try await Task.sleep(nanoseconds: 5_000_000)
    }
  }

  /// The signed position of the swap, in contracts; nil where none is stated.
  public func position() async throws -> DecimalNumber? {
    try await rows("GET", "account/positions?instId=\(name(swap))").first?.decimal("pos")
  }

  /// This run's orders are cancelled and its position is closed; each that is left is named.
  func tidy(_ held: DecimalNumber?) async -> [String] {
    var left: [String] = []
    do {
      for row in try await rows("GET", "trade/orders-pending")
      where row.text("tag") == ConformBench.tag {
        _ = try await call(
          "POST", "trade/cancel-order",
          ["instId": .string(row.text("instId")), "ordId": .string(row.text("ordId"))])
      }
      left += try await tidyAlgos()
      let now = try await position()
      if let now, now.mantissa != 0, held == nil || held?.mantissa == 0 {
        _ = try await call(
          "POST", "trade/close-position", ["instId": .string(name(swap)), "mgnMode": "cross"])
      }
      try await Task.sleep(nanoseconds: 500_000_000)
      for row in try await rows("GET", "trade/orders-pending")
      where row.text("tag") == ConformBench.tag {
        left.append("order \(row.text("ordId")) of \(row.text("instId"))")
      }
    } catch { left.append("not known: \(error)") }
    return left
  }
}
