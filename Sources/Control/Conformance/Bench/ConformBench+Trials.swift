// What order steps share: a private line, orders that rest or take, questions about them, requests of any shape; control plane.

import JSON
import Quantities

extension ConformBench {
  /// Logged in and told of every order of the account.
  public func openOrders() async throws -> ConformLine {
    let line = try await openPrivate()
    try await subscribe(line, ["channel": "orders", "instType": "ANY"])
    return line
  }

  /// So many times the smallest size.
  public func size(_ instrument: JSONValue, _ times: Int64 = 1) -> String {
    guard let least = instrument.decimal("minSz"),
      let size = DecimalNumber.of(units: times, increment: least)
    else { return instrument.text("minSz") }
    return size.normalized.description
  }

  /// An order that was accepted, a fiftieth off the market unless it says otherwise.
  public func rest(
    _ line: ConformLine, _ instrument: JSONValue, buy: Bool = true,
    _ more: [String: JSONValue] = [:], by thousandths: Int64 = 20
  ) async throws -> ConformOrder {
    var members = order(instrument, buy: buy, more)
    if members["px"] == nil {
      members["px"] = .string(try await price(instrument, buy: buy, restingBy: thousandths))
    }
    let placed = try await place(line, members)
    guard placed.code == "0" else {
      throw ConformHindrance("an order that would rest was refused: \(placed.reply.text)")
    }
    return placed
  }

  /// An order at market in so many smallest sizes, and its pushes up to its end.
  public func take(
    _ line: ConformLine, _ instrument: JSONValue, buy: Bool, times: Int64 = 1,
    _ more: [String: JSONValue] = [:]
  ) async throws -> (order: ConformOrder, rows: [JSONValue]) {
    var members: [String: JSONValue] = [
      "ordType": "market", "sz": .string(size(instrument, times)),
    ]
    if isSpot(instrument) { members["tgtCcy"] = "base_ccy" }
    members.merge(more) { $1 }
    let placed = try await place(line, order(instrument, buy: buy, members))
    guard placed.code == "0" else {
      throw ConformHindrance("a market order was refused: \(placed.reply.text)")
    }
    let rows = try await pushes(line, of: placed)
    guard rows.contains(where: { $0.text("state") == "filled" }) else {
      throw ConformSilence(
        "fill of a market order", seconds: ConformLine.waitSeconds, line: "private")
    }
    return (placed, rows)
  }

  /// Cancels, and waits for the push of it; whatever is answered.
  public func undo(
    _ line: ConformLine, _ instrument: JSONValue, _ order: ConformOrder
  ) async throws {
    _ = try await cancel(line, instrument, order)
    _ = try await pushes(line, of: order)
  }

  /// What `trade/order` says of an order, by its own id.
  public func queried(_ instrument: JSONValue, client: String) async throws -> ConformReply {
    try await call("GET", "trade/order?instId=\(name(instrument))&clOrdId=\(client)")
  }

  /// Whether the exchange has such an order, asked a quarter of a second later.
  public func knows(_ instrument: JSONValue, client: String) async throws -> Bool {
    try await Task.sleep(nanoseconds: 250_000_000)
    let answer = try await queried(instrument, client: client)
    if answer.code == "0" { return !answer.rows.isEmpty }
    guard answer.code == "51603" else {
      throw ConformHindrance("trade/order: \(answer.text.prefix(200))")
    }
    return false
  }

  /// The first row of a list that has this `ordId`, looked for during so many seconds.
  public func listed(
    _ path: String, _ exchangeID: String, seconds: Double = 4
  ) async throws -> JSONValue? {
    for attempt in 0..<max(1, Int(seconds * 5)) {
      if attempt > 0 { try await Task.sleep(nanoseconds: 200_000_000) }
      let row = try await rows("GET", path).first { $0.text("ordId") == exchangeID }
      if let row { return row }
    }
    return nil
  }

  /// A request of any operation with any items, and its answer.
  public func request(
    _ line: ConformLine, _ operation: String, _ items: [JSONValue]
  ) async throws -> ConformFrame {
    let mark = line.mark
    let id = nextID("")
    line.send(["op": .string(operation), "id": .string(id), "args": .array(items)])
    return try await line.next("reply to \(operation)", after: mark) { $0.id == id }
  }

  /// Nil where the swap has no position of anybody's; else why a step leaves it alone.
  public func heldSwap() async throws -> String? {
    guard let held = try await position(), held.mantissa != 0 else { return nil }
    return "the account holds \(held) of \(name(swap)): choose a swap without a position by --swap"
  }

  /// Another instrument of that type in the same quote or settlement currency; nil where there is none.
  public func second(_ type: String, beside first: JSONValue) async throws -> JSONValue? {
    let rows = try await rows("GET", "public/instruments?instType=\(type)", signed: false)
    return rows.first {
      $0.text("instId") != first.text("instId") && $0.text("state") == "live"
        && $0.text("ctType") == first.text("ctType")
        && $0.text("settleCcy") == first.text("settleCcy")
        && $0.text("quoteCcy") == first.text("quoteCcy")
    }
  }
}

extension JSONValue {
  /// Whether a field is this decimal, however it is written.
  public func has(_ name: String, _ value: String) -> Bool {
    guard let mine = decimal(name), let wanted = DecimalNumber(value) else { return false }
    return mine.normalized == wanted.normalized
  }

  /// A push or row that shows a fill.
  public var showsFill: Bool { (decimal("fillSz")?.mantissa ?? 0) != 0 }
}
