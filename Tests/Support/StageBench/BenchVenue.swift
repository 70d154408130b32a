// The exchange behind the wires: OKX requests into the matching engine, its events into OKX frames.

import Foundation
import Market
import Matching
import Quantities

/// A value without a clock or a socket of its own: the bench gives it both.
public struct BenchVenue {
  public internal(set) var engine: MatchingEngine
  private var publisher: MarketPublisher
  private var events: [EngineEvent] = []
  private var subscribed: [Set<PublicChannel>]
  /// Requests of the core, by `op`, as it worded them.
  public private(set) var requests: [(operation: String, text: String)] = []
  /// `sCode` for the next orders, where it is not the engine that is asked.
  public var refusals: [String] = []
  /// Requests that arrive and are neither answered nor carried out.
  public var losesRequests = false

  public init(_ catalogue: InstrumentCatalogue, balances: [String: Amount]? = nil) {
    var settings = EngineSettings()
    settings.balances = balances
    settings.historyMax = 1_000_000
    engine = MatchingEngine(catalogue, settings: settings)
    publisher = MarketPublisher(catalogue)
    subscribed = Array(repeating: [], count: catalogue.count)
  }

  // ---- Market ----

  /// Lets the engine see `event` and tells both sides what came of it.
  public mutating func publish(
    _ event: MarketEvent, at now: Int64, market: BenchWire?, account: BenchWire?
  ) {
    engine.apply(event, at: now, into: &events)
    var pushes: [Push] = []
    publisher.publish(
      event, book: engine.books[event.instrument], subscribed: subscribed[event.instrument],
      into: &pushes)
    for push in pushes { market?.say(push.bytes) }
    tell(account)
  }

  public mutating func takePublic(_ text: [UInt8], _ wire: BenchWire) {
    if text == Array("ping".utf8) { return wire.say("pong") }
    let request = BenchVenue.parse(text)
    let operation = request["op"] as? String ?? ""
    requests.append((operation, String(decoding: text, as: UTF8.self)))
    for argument in request["args"] as? [[String: Any]] ?? [] {
      guard let name = argument["channel"] as? String, let id = argument["instId"] as? String,
        let channel = PublicChannel(rawValue: name), let index = engine.catalogue.index(of: id)
      else { continue }
      wire.say(
        "{\"id\":\"\(request["id"] as? String ?? "")\",\"event\":\"\(operation)\","
          + "\"arg\":{\"channel\":\"\(name)\",\"instId\":\"\(id)\"},\"connId\":\"a4d3ae55\"}")
      if operation == "unsubscribe" {
        subscribed[index].remove(channel)
      } else {
        subscribed[index].insert(channel)
        let snapshot = publisher.snapshot(
          instrument: index, channel: channel, book: engine.books[index])
        if let snapshot { wire.say(snapshot) }
      }
    }
  }

  /// The public connection is gone, and its subscriptions with it.
  public mutating func forgetPublic() {
    for index in subscribed.indices { subscribed[index] = [] }
  }

  // ---- Account ----

  /// An order of somebody beside the core, without a clOrdId; `size` in the instrument's units. Its id, or nil
  /// where it was refused.
  public mutating func phone(
    _ side: Side, instrument: Int, price: String, size: String, clientID: String = "",
    isIsolated: Bool = false, at now: Int64, _ wire: BenchWire?
  ) -> UInt64? {
    let isSpot = engine.catalogue[instrument].type == .spot
    let request = OrderRequest(
      instrument: instrument, side: side, type: "limit", price: price, size: size,
      clientID: clientID,
      tradeMode: isIsolated ? "isolated" : isSpot ? "cash" : "cross")
    let outcome = engine.place(request, at: now, into: &events)
    tell(wire)
    guard case .success(let id) = outcome else { return nil }
    return id
  }

  public mutating func amendByPhone(
    _ id: UInt64, instrument: Int, size: String, at now: Int64, _ wire: BenchWire?
  ) {
    _ = engine.amend(
      OrderSelector(orderID: id, clientID: nil), instrument: instrument, newSize: size,
      newPrice: "", requestID: "", cancelOnFail: false, at: now, into: &events)
    tell(wire)
  }

  public mutating func cancelByPhone(
    _ id: UInt64, instrument: Int, at now: Int64, _ wire: BenchWire?
  ) {
    _ = engine.cancel(
      OrderSelector(orderID: id, clientID: nil), instrument: instrument, at: now, into: &events)
    tell(wire)
  }

  /// The system closes `lots` of a position, or all of it, `rest` of them when it is called again; silently: no order
  /// is pushed (docs/OKX.md OKX-115).
  public mutating func liquidate(
    _ instrument: Int, lots: Int64?, leaving rest: Int64 = 0, isSilent: Bool, at now: Int64,
    _ wire: BenchWire?
  ) {
    _ = engine.reduce(
      instrument, by: lots, leaving: rest, isAutoDeleveraging: false, isTold: !isSilent, at: now,
      into: &events)
    tell(wire)
  }

  public mutating func fund(_ instrument: Int, rate: String, at now: Int64, _ wire: BenchWire?) {
    guard let rate = DecimalNumber(rate) else { return }
    _ = engine.fund(instrument, rate: rate, at: now, into: &events)
    tell(wire)
  }

  /// Money from or, where `amount` is negative, to another account of the owner's.
  public mutating func transfer(
    _ currency: String, _ amount: Amount, at now: Int64, _ wire: BenchWire?
  ) {
    engine.transfer(currency, amount, at: now, into: &events)
    tell(wire)
  }

  /// A request that a connection sent which is gone: it takes effect, and nobody hears the reply.
  public mutating func takeLate(_ text: [UInt8], at now: Int64, pushes wire: BenchWire?) {
    let nobody = BenchWire()
    take(text, at: now, nobody)
    tell(wire)
  }

  public mutating func takePrivate(_ text: [UInt8], at now: Int64, _ wire: BenchWire) {
    take(text, at: now, wire)
    tell(wire)
  }

  private mutating func take(_ text: [UInt8], at now: Int64, _ wire: BenchWire) {
    if text == Array("ping".utf8) { return wire.say("pong") }
    let request = BenchVenue.parse(text)
    let operation = request["op"] as? String ?? ""
    requests.append((operation, String(decoding: text, as: UTF8.self)))
    if losesRequests { return }
    let id = request["id"] as? String ?? ""
    switch operation {
    case "login":
      wire.say("{\"event\":\"login\",\"code\":\"0\",\"msg\":\"\",\"connId\":\"a4d3ae55\"}")
    case "subscribe":
      for argument in request["args"] as? [[String: Any]] ?? [] {
        let name = argument["channel"] as? String ?? ""
        let type = argument["instType"] == nil ? "" : ",\"instType\":\"ANY\""
        wire.say(
          "{\"id\":\"\(id)\",\"event\":\"subscribe\",\"arg\":{\"channel\":\"\(name)\"\(type)},"
            + "\"connId\":\"a4d3ae55\"}")
        show(name, at: now / 1_000_000, wire)
      }
    case "order" where isLate(request, now):
      wire.say(
        "{\"id\":\"\(id)\",\"op\":\"order\",\"data\":[],\"code\":\"50036\","
          + "\"msg\":\"The expTime can't be earlier than the current system time.\"}")
    case "order", "cancel-order":
      for argument in request["args"] as? [[String: Any]] ?? [] {
        order(operation, id, argument, now, wire)
      }
    default: break
    }
  }

  private func isLate(_ request: [String: Any], _ now: Int64) -> Bool {
    guard let text = request["expTime"] as? String, let time = Int64(text) else { return false }
    return time < now / 1_000_000
  }

  private mutating func order(
    _ operation: String, _ id: String, _ argument: [String: Any], _ now: Int64, _ wire: BenchWire
  ) {
    func text(_ name: String) -> String { argument[name] as? String ?? "" }
    let code = (argument["instIdCode"] as? NSNumber)?.int64Value ?? 0
    guard let index = engine.catalogue.index(ofCode: code) else { return }
    let outcome: Result<UInt64, VenueRefusal>
    if operation == "order", !refusals.isEmpty {
      outcome = .failure(VenueRefusal(Int(refusals.removeFirst()) ?? 51_000, "as the test wants"))
    } else if operation == "order" {
      var request = OrderRequest(
        instrument: index, side: text("side") == "buy" ? .buy : .sell, type: text("ordType"),
        price: text("px"), size: text("sz"), clientID: text("clOrdId"),
        tradeMode: text("tdMode"))
      request.reduceOnly = argument["reduceOnly"] as? Bool ?? false
      request.tag = text("tag")
      outcome = engine.place(request, at: now, into: &events)
    } else {
      let order = UInt64(text("ordId"))
      outcome = engine.cancel(
        OrderSelector(orderID: order, clientID: order == nil ? text("clOrdId") : nil),
        instrument: index, at: now, into: &events)
    }
    var (identifier, refusal, message) = ("", 0, "")
    switch outcome {
    case .success(let number): identifier = String(number)
    case .failure(let why):
      refusal = why.code
      message = why.message
      identifier = text("ordId")
    }
    wire.say(
      "{\"id\":\"\(id)\",\"op\":\"\(operation)\",\"data\":[{\"clOrdId\":\"\(text("clOrdId"))\","
        + "\"ordId\":\"\(identifier)\",\"tag\":\"\(text("tag"))\",\"ts\":\"\(now / 1_000_000)\","
        + "\"sCode\":\"\(refusal)\",\"sMsg\":\"\(message)\",\"subCode\":\"\"}],"
        + "\"code\":\"\(refusal == 0 ? 0 : 1)\",\"msg\":\"\",\"inTime\":\"\(now / 1_000)\","
        + "\"outTime\":\"\(now / 1_000)\"}")
  }

  /// Pushes what the engine said since the last call: orders, then the changed positions and currencies.
  private mutating func tell(_ wire: BenchWire?) {
    var currencies: Set<String> = []
    var instruments: Set<Int> = []
    var time: Int64 = 0
    for event in events {
      switch event {
      case .order(let order):
        var row: [UInt8] = []
        order.appendRow(to: &row, engine.catalogue[order.instrument])
        time = max(time, order.updatedAt)
        wire?.say(BenchVenue.push("\"channel\":\"orders\",\"instType\":\"ANY\"", "", [row]))
      case .balance(let balance):
        currencies.insert(balance.currency)
        time = max(time, balance.updatedAt)
      case .position(let position): instruments.insert(position.instrument)
      case .algo: break
      }
    }
    events.removeAll(keepingCapacity: true)
    let rows = positionRows { instruments.contains($0.instrument) }
    if !rows.isEmpty { wire?.say(BenchVenue.positions("event_update", rows)) }
    if !currencies.isEmpty { wire?.say(account("event_update", currencies, time)) }
  }

  /// What a channel begins with once it is subscribed to.
  private func show(_ channel: String, at time: Int64, _ wire: BenchWire) {
    switch channel {
    case "account": wire.say(account("snapshot", nil, time))
    case "positions":
      wire.say(BenchVenue.positions("snapshot", positionRows { $0.position.lots != 0 }))
    default: break
    }
  }

  private func positionRows(_ isWanted: (VenuePosition) -> Bool) -> [[UInt8]] {
    engine.positions.filter {
      engine.catalogue[$0.instrument].type != .spot && isWanted($0)
    }.map { position in
      var row: [UInt8] = []
      position.appendRow(
        to: &row, engine.catalogue[position.instrument], mark: engine.mark(position.instrument),
        margins: engine.margins(of: position))
      return row
    }
  }

  private func account(_ event: String, _ currencies: Set<String>?, _ time: Int64) -> [UInt8] {
    var row: [UInt8] = []
    engine.equity().appendRow(to: &row, currencies: currencies, time: time)
    return BenchVenue.push("\"channel\":\"account\"", BenchVenue.event(event), [row])
  }

  private static func positions(_ event: String, _ rows: [[UInt8]]) -> [UInt8] {
    push("\"channel\":\"positions\",\"instType\":\"ANY\"", BenchVenue.event(event), rows)
  }

  private static func event(_ name: String) -> String {
    "\"eventType\":\"\(name)\",\"curPage\":1,\"lastPage\":true,"
  }

  private static func push(_ argument: String, _ members: String, _ rows: [[UInt8]]) -> [UInt8] {
    Array("{\"arg\":{\(argument),\"uid\":\"614488474791936\"},\(members)\"data\":[".utf8)
      + Array(rows.joined(separator: [0x2C])) + Array("]}".utf8)
  }

  private static func parse(_ text: [UInt8]) -> [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(text))) as? [String: Any] ?? [:]
  }
}
