// Trades of the smallest size that are done when they return, reads within the limits, and exact sums; control plane.

import Account
import Foundation
import JSON
import Quantities

extension ConformBench {
  /// The rows of a signed `GET`; one that came too early (50011) is asked again.
  func read(_ path: String, signed: Bool = true) async throws -> [JSONValue] {
    for _ in 0..<5 {
      let answer = try await call("GET", path, signed: signed)
      if answer.code == "0" { return answer.rows }
      guard answer.code == "50011" else {
        throw ConformHindrance("GET \(path): \(answer.text.prefix(200))")
      }
      try await Task.sleep(nanoseconds: 700_000_000)
    }
    throw ConformHindrance("GET \(path): 50011 five times")
  }

  /// The refusal or success of a signed call that came within its limit.
  func ask(_ method: String, _ path: String, _ body: [String: JSONValue]? = nil) async throws
    -> ConformReply
  {
    var answer = try await call(method, path, body.map { .object($0) })
    for _ in 0..<4 where answer.code == "50011" {
      try await Task.sleep(nanoseconds: 700_000_000)
      answer = try await call(method, path, body.map { .object($0) })
    }
    return answer
  }

  /// What a look brings once it brings something, a few times a second.
  func eventually<Value>(
    _ what: String, seconds: Double = ConformLine.waitSeconds, _ look: () async throws -> Value?
  ) async throws -> Value {
    let deadline = Instant.now().advanced(byNanoseconds: Int64(seconds * 1e9))
    while true {
      if let value = try await look() { return value }
      if Instant.now() > deadline { throw ConformSilence(what, seconds: seconds, line: "REST") }
      try await Task.sleep(nanoseconds: 250_000_000)
    }
  }

  /// An order by REST, where instruments go by name.
  func place(
    _ instrument: JSONValue, buy: Bool, _ more: [String: JSONValue] = [:]
  ) async throws -> ConformReply {
    var members = order(instrument, buy: buy, more)
    members["instIdCode"] = nil
    members["instId"] = .string(name(instrument))
    return try await ask("POST", "trade/order", members)
  }

  /// Rests so many thousandths off the market; its id.
  func rest(
    _ instrument: JSONValue, buy: Bool, by thousandths: Int64, _ more: [String: JSONValue] = [:]
  ) async throws -> String {
    var members = more
    members["px"] = .string(try await price(instrument, buy: buy, restingBy: thousandths))
    let reply = try await place(instrument, buy: buy, members)
    guard reply.rowCode == "0", let id = reply.rows.first?.text("ordId"), !id.isEmpty else {
      throw ConformHindrance("an order was refused: \(reply.text.prefix(200))")
    }
    return id
  }

  /// Cancels by REST, whatever comes of it.
  @discardableResult
  func cancel(_ instrument: JSONValue, _ id: String) async throws -> ConformReply {
    try await ask(
      "POST", "trade/cancel-order",
      ["instId": .string(name(instrument)), "ordId": .string(id)])
  }

  /// The smallest size bought or sold at once: the row of `trade/order` of the order that is filled.
  func take(
    _ instrument: JSONValue, buy: Bool, _ more: [String: JSONValue] = [:]
  ) async throws -> JSONValue {
    for _ in 0..<3 {
      var members = more
      members["ordType"] = "ioc"
      members["px"] = .string(try await price(instrument, buy: buy, restingBy: -10))
      let reply = try await place(instrument, buy: buy, members)
      guard reply.rowCode == "0", let id = reply.rows.first?.text("ordId") else {
        throw ConformHindrance("an order was refused: \(reply.text.prefix(200))")
      }
      let row = try await eventually("end of order \(id)") {
        try await read("trade/order?instId=\(name(instrument))&ordId=\(id)").first {
          ["filled", "canceled"].contains($0.text("state"))
        }
      }
      if row.text("state") == "filled" { return row }
    }
    throw ConformHindrance("\(name(instrument)) has nobody to trade with")
  }

  /// Another live instrument of the kind, for what a provoked event does to it. Simulated alone.
  func another(_ instrument: JSONValue) async throws -> JSONValue? {
    if target.environment != .simulated { return nil }
    return try await read(
      "public/instruments?instType=\(instrument.text("instType"))", signed: false
    ).first { name($0) != name(instrument) && $0.text("state") == "live" }
  }

  /// This run's algo orders that still wait are cancelled; those that cannot be are named.
  func tidyAlgos() async throws -> [String] {
    var left: [String] = []
    for types in ["conditional,oco", "trigger", "move_order_stop"] {
      for row in try await read("trade/orders-algo-pending?ordType=\(types)")
      where row.text("tag") == ConformBench.tag {
        let item: JSONValue = [
          "instId": .string(row.text("instId")), "algoId": .string(row.text("algoId")),
        ]
        let answer = try await call("POST", "trade/cancel-algos", .array([item]))
        if answer.rowCode != "0" { left.append("algo order \(row.text("algoId"))") }
      }
    }
    return left
  }

  /// A line of a fault script: what happens to the exchange now.
  func now(_ deed: String) -> String { "at 0ms of exchange \(deed)" }

  /// The detail of a currency in `account/balance`.
  func balance(_ currency: String) async throws -> JSONValue? {
    try await read("account/balance").first?["details"]?.array?.first {
      $0.text("ccy") == currency
    }
  }
}

extension JSONValue {
  /// For comparisons with a tolerance.
  func double(_ name: String) -> Double? { Double(text(name)) }
  /// Milliseconds, or an id that is a number.
  func number(_ name: String) -> Int64? { Int64(text(name)) }
}

/// Exact sums of decimals as the exchange writes them. Texts go in and out: 128-bit values do not stand in
/// asynchronous frames, where Swift 6.3 does not align them.
enum Exact {
  /// Without trailing zeros; nil where one is no number.
  static func sum(_ texts: [String?]) -> String? {
    var sum: Amount? = .zero
    for text in texts {
      guard let amount = amount(text), let before = sum else { return nil }
      sum = try? before.adding(amount)
    }
    return sum?.normalized.description
  }

  static func product(_ first: String, _ second: String) -> String? {
    guard let amount = amount(first), let factor = DecimalNumber(second) else { return nil }
    return (try? amount.multiplied(by: factor))?.normalized.description
  }

  static func negated(_ text: String?) -> String? { amount(text)?.negated.normalized.description }

  static func equal(_ first: String?, _ second: String?) -> Bool {
    guard let first = amount(first), let second = amount(second) else { return false }
    return first.isLess(than: second) == false && second.isLess(than: first) == false
  }

  static func isLess(_ first: String?, than second: String?) -> Bool? {
    guard let first = amount(first), let second = amount(second) else { return nil }
    return first.isLess(than: second)
  }

  static func isNegative(_ text: String?) -> Bool { amount(text).map { $0.units < 0 } ?? false }

  private static func amount(_ text: String?) -> Amount? {
    guard let text, !text.isEmpty else { return nil }
    return Amount(text)
  }
}

/// Whether each is above the next.
func isFalling(_ numbers: [Int64?]) -> Bool {
  zip(numbers, numbers.dropFirst()).allSatisfy { first, second in
    guard let first, let second else { return false }
    return first > second
  }
}
