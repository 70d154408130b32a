// Algo orders that the gateway does not take (docs/OKX.md OKX-230 to OKX-235).

import Market
import Matching
import Quantities
import SampleMarket
import Testing

/// What a refused request says beside its size of 10.
private struct Refused: CustomTestStringConvertible {
  var code: Int
  var words: [String: String]
  var testDescription: String { "\(code) \(words)" }

  init(_ code: Int, _ words: [String: String]) {
    self.code = code
    self.words = words
  }

  func fill(_ request: inout AlgoRequest) {
    func word(_ name: String) -> String { words[name] ?? "" }
    request.type = words["ordType"] ?? "conditional"
    request.side = word("side") == "buy" ? .buy : .sell
    request.size = words["sz"] ?? "10"
    request.closeFraction = word("closeFraction")
    request.reduceOnly = word("reduceOnly") == "true"
    request.diesWithPosition = word("cxlOnClosePos") == "true"
    request.targetCurrency = word("tgtCcy")
    request.stopLoss = .init(trigger: word("sl"), price: words["slOrd"] ?? "", source: word("type"))
    request.takeProfit = .init(
      trigger: word("tp"), price: words["tpOrd"] ?? "", source: word("type"))
    request.trigger = .init(trigger: word("trigger"), price: word("order"))
    request.callbackRatio = word("ratio")
    request.callbackSpread = word("spread")
    request.activation = word("active")
  }

  static let all: [Refused] = [
    Refused(51_280, ["sl": "101", "slOrd": "-1"]),
    Refused(51_278, ["sl": "99", "slOrd": "-1", "side": "buy"]),
    Refused(51_304, ["sl": "101", "slOrd": "-1", "type": "mark"]),
    Refused(51_308, ["sl": "101", "slOrd": "-1", "type": "index"]),
    Refused(51_279, ["tp": "99", "tpOrd": "-1"]),
    Refused(51_277, ["tp": "101", "tpOrd": "-1", "side": "buy"]),
    Refused(51_303, ["tp": "99", "tpOrd": "-1", "type": "mark"]),
    Refused(50_014, ["sl": "99", "slOrd": "-1", "ordType": "oco"]),
    Refused(50_015, [:]),
    Refused(50_014, ["sl": "99"]),
    Refused(51_000, ["sl": "99", "slOrd": "-1", "type": "best"]),
    Refused(51_000, ["sl": "99", "slOrd": "-1", "ordType": "twap"]),
    Refused(51_150, ["sl": "99.001", "slOrd": "-1"]),
    Refused(
      51_281,
      ["trigger": "99", "order": "-1", "tgtCcy": "base_ccy", "ordType": "trigger", "side": "buy"]),
    Refused(50_015, ["ordType": "move_order_stop"]),
    Refused(50_024, ["ordType": "move_order_stop", "ratio": "0.1", "spread": "1"]),
    Refused(51_311, ["ordType": "move_order_stop", "ratio": "1"]),
    Refused(51_258, ["ordType": "move_order_stop", "ratio": "0.1", "active": "99"]),
    Refused(
      51_259, ["ordType": "move_order_stop", "ratio": "0.1", "active": "101", "side": "buy"]),
    Refused(50_015, ["sl": "99", "slOrd": "-1", "sz": ""]),
    Refused(50_024, ["sl": "99", "slOrd": "-1", "closeFraction": "1", "reduceOnly": "true"]),
    Refused(51_328, ["sl": "99", "slOrd": "-1", "closeFraction": "1", "sz": ""]),
    Refused(
      51_000,
      ["sl": "99", "slOrd": "-1", "closeFraction": "0.5", "sz": "", "reduceOnly": "true"]),
    Refused(
      51_330, ["sl": "99", "slOrd": "98", "closeFraction": "1", "sz": "", "reduceOnly": "true"]),
    Refused(
      51_331,
      [
        "sl": "101", "slOrd": "-1", "closeFraction": "1", "sz": "", "reduceOnly": "true",
        "side": "buy",
      ]),
    Refused(51_000, ["sl": "99", "slOrd": "-1", "cxlOnClosePos": "true"]),
    Refused(51_121, ["sl": "99", "slOrd": "-1", "sz": "1.5"]),
  ]
}

@Test(arguments: Refused.all)
private func algoRefusals(_ refused: Refused) {
  var desk = Desk.long()
  let result = desk.algo(.sell, "") { refused.fill(&$0) }
  #expect(desk.code(result) == refused.code, "\(result)")
  #expect(desk.engine.algos.isEmpty && desk.events.isEmpty)
}

@Test func spotTriggersOnTheLastPriceAlone() {
  var desk = Desk()
  desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
  desk.trade(.buy, 1_000, 1)
  func request(_ source: String) -> AlgoRequest {
    var request = AlgoRequest(instrument: 0, side: .sell, type: "conditional", tradeMode: "cash")
    request.size = "0.05"
    request.stopLoss = .init(trigger: "90", price: "-1", source: source)
    return request
  }
  for source in ["mark", "index"] {
    #expect(
      desk.code(desk.engine.placeAlgo(request(source), at: desk.now, into: &desk.events)) == 51_415)
  }
  #expect(desk.code(desk.engine.placeAlgo(request("last"), at: desk.now, into: &desk.events)) == 0)
  var whole = request("last")
  (whole.size, whole.closeFraction) = ("", "1")
  #expect(desk.code(desk.engine.placeAlgo(whole, at: desk.now, into: &desk.events)) == 51_327)
  desk.book(bids: [(900, 10)], asks: [(910, 10)])
  desk.trade(.sell, 900, 1)
  #expect(desk.cash("BTC") == "49.95")
}

@Test func limitsOfWaitingOrders() {
  var desk = Desk.long()
  for _ in 0..<100 { #expect(desk.code(desk.algo(.sell, "conditional", stop("99"))) == 0) }
  #expect(desk.code(desk.algo(.sell, "conditional", stop("99"))) == 51_261)
  for _ in 0..<50 { desk.algo(.sell, "move_order_stop") { $0.callbackRatio = "0.5" } }
  #expect(desk.code(desk.algo(.sell, "move_order_stop") { $0.callbackRatio = "0.5" }) == 51_260)
  let whole: (inout AlgoRequest) -> Void = {
    stop("99")(&$0)
    ($0.size, $0.closeFraction, $0.reduceOnly) = ("", "1", true)
  }
  var other = Desk.long()
  #expect(other.code(other.algo(.sell, "conditional", whole)) == 0)
  #expect(other.code(other.algo(.sell, "conditional", whole)) == 51_088)
}
