// The private decoder against recorded pushes, a Foundation oracle, and everything that is malformed.

import Fixtures
import Foundation
import OKX
import Quantities
import Testing

/// One order item of the usual shape; `changes` replace, add or (nil) remove members.
func orderItem(_ changes: [String: String?] = [:]) -> String {
  var members: [String: String] = [
    "accFillSz": "0.03", "amendResult": "", "avgPx": "31527.16", "cTime": "1654084334977",
    "cancelSource": "", "clOrdId": "549755813889", "code": "0", "execType": "M",
    "fee": "-0.02522168", "feeCcy": "USDT", "fillFee": "-0.02522168", "fillFeeCcy": "USDT",
    "fillPx": "31527.1", "fillSz": "0.01", "instId": "BTC-USDT-SWAP", "instType": "SWAP",
    "ordId": "452197707845865472", "ordType": "limit", "px": "31527.1", "reduceOnly": "false",
    "side": "sell", "state": "partially_filled", "sz": "0.05", "tgtCcy": "",
    "tradeId": "242589207", "uTime": "1654084353264",
  ]
  for (key, value) in changes { members[key] = value }
  return "{"
    + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
    .joined(separator: ",") + "}"
}

func ordersPush(_ items: String...) -> String {
  "{\"arg\":{\"channel\":\"orders\",\"instType\":\"ANY\",\"uid\":\"1\"},\"data\":["
    + items.joined(separator: ",") + "]}"
}

private func compare(_ text: String) throws {
  let (frame, events) = decodePrivate(text)
  let expected = try PrivateReference.orders(text)
  #expect(frame.kind == .events && frame.channel == .orders)
  #expect(events.map(OrderSeen.init) == expected.compactMap { $0 }, "\(text)")
  #expect(Int(frame.unknownInstruments) == expected.count { $0 == nil })
  #expect(events.allSatisfy { $0.receivedAt == Instant(nanoseconds: 7) && $0.request == 0 })
}

@Suite struct PrivateDecoderTests {
  @Test func madeOrderPushes() throws {
    let lines = try FrameText.lines(Made.orderPushes.url)
    #expect(lines.count == 4)
    for line in lines { try compare(line) }
    let (_, events) = decodePrivate(lines[2])
    var seen = OrderSeen()
    seen.instrument = 1
    seen.client = 549_755_813_891
    seen.exchange = 700_000_000_000_000_003
    seen.state = .filled
    seen.type = .immediateOrCancel
    seen.price = 640_020
    seen.quantity = 1_250
    seen.cumulative = 1_250
    seen.average = 640_015
    seen.last = 500
    seen.lastPrice = 640_015
    seen.trade = 5_000_000_002
    seen.fee = "-0.16"
    seen.currency = 0
    seen.isTaker = true
    seen.isReduceOnly = true
    seen.time = 1_786_000_001_701
    #expect(events.map(OrderSeen.init) == [seen])
  }

  @Test(.recorded) func recordedOrderPushes() throws {
    let lines = try FrameText.lines(Recordings.file("samples/orders-pushes.jsonl"))
    #expect(lines.count == 4)
    for line in lines { try compare(line) }
    for name in ["ws_orders", "ws_orders_ioc", "ws_orders_optimal_limit_ioc"] {
      let sample = try String(
        contentsOf: Recordings.file("samples/by-type/\(name).json"), encoding: .utf8)
      let text = sample.replacingOccurrences(of: "\"isolated\"", with: "\"cross\"")
        .replacingOccurrences(of: "\"long\"", with: "\"net\"")
      // Of isolated margin, or of a side: a position of its own.
      if text != sample {
        #expect(decodePrivate(sample).1.map(\.fault) == [.foreignMode])
      }
      // This one's fill lies between two of our ticks: a fault that names its order.
      if text.contains("103750.25") {
        let (_, events) = decodePrivate(text)
        #expect(events.map(\.kind) == [.faulty] && events.map(\.fault) == [.offIncrement])
        #expect(events.map(\.exchangeOrder.rawValue) == [2_497_956_918_703_120_387])
      }
      try compare(text.replacingOccurrences(of: "103750.25", with: "103750.2"))
    }
    // One of them by hand, so that decoder and oracle cannot be wrong alike.
    let (_, events) = decodePrivate(lines[0])
    var seen = OrderSeen()
    seen.instrument = 0
    seen.exchange = 452_197_707_845_865_472
    seen.state = .filled
    seen.side = .sell
    seen.price = 315_271
    seen.quantity = 100_000
    seen.cumulative = 100_000
    seen.average = 315_271
    seen.last = 100_000
    seen.lastPrice = 315_271
    seen.trade = 242_589_207
    seen.fee = "-0.02522168"
    seen.currency = 0
    seen.time = 1_654_084_353_264
    #expect(events.map(OrderSeen.init) == [seen])
  }

  @Test func aMadeAccountPush() throws {
    let (frame, events) = decodePrivate(try Made.account.text())
    #expect(frame.kind == .events && frame.channel == .account && frame.fault == .none)
    #expect(frame.unknownCurrencies == 1)
    #expect(events.map(\.kind) == [.balance, .balance, .account])
    #expect(events.prefix(2).map(\.currency.index) == [0, 1])
    #expect(events.prefix(2).map(\.cash.description) == ["1000.12345678901234", "0.0000000071"])
    #expect(events.prefix(2).map(\.available.description) == ["900.5", "0.0000000071"])
    #expect(events.last?.cash.description == "1300.25" && events.last?.hasAvailable == false)
  }

  @Test(.recorded) func recordedAccountPushes() throws {
    let url = try Recordings.file("samples/by-type/ws_account.json")
    let empty = try Recordings.file("samples/by-type/ws_account_empty.json")
    let (frame, events) = decodePrivate(try String(contentsOf: url, encoding: .utf8))
    #expect(frame.kind == .events && frame.channel == .account && frame.fault == .none)
    #expect(frame.unknownCurrencies == 1)
    #expect(events.map(\.kind) == [.balance, .balance, .account])
    #expect(events.prefix(2).map(\.currency.index) == [0, 1])
    #expect(events.prefix(2).map(\.cash.description) == ["100.52768569797846", "0.0000000051"])
    #expect(
      events.prefix(2).map(\.available.description) == ["100.52768569797846", "0.0000000051"])
    #expect(
      events.prefix(2).map(\.exchangeTime.milliseconds) == [1_751_526_647_084, 1_746_947_295_126])
    // OKX leaves `availEq` empty in this account's mode.
    #expect(
      events.last?.cash.description == "100.56089404807182" && events.last?.hasAvailable == false)
    let (none, nothing) = decodePrivate(try String(contentsOf: empty, encoding: .utf8))
    #expect(none.kind == .events && none.fault == .none)
    #expect(nothing.map(\.kind) == [.account] && nothing.map(\.cash) == [.zero])
  }

  @Test func aMadePosition() throws {
    let (frame, events) = decodePrivate(try Made.positions.text())
    #expect(frame.channel == .positions && events.map(\.kind) == [.position])
    #expect(events.map(\.quantity.lots) == [-250] && events.map(\.averagePrice.ticks) == [640_015])
    #expect(events.map(\.exchangeTime.milliseconds) == [1_786_000_002_100])
    #expect(events.map(\.lastPrice.ticks) == [640_015] && events.map(\.price.ticks) == [704_005])
    #expect(events.map(\.leverageMilli) == [10_000])
  }

  /// The REST answer's items have the push's shape.
  @Test(.recorded) func recordedPositions() throws {
    let url = try Recordings.file("samples/by-type/http_get_positions.json")
    let text = try String(contentsOf: url, encoding: .utf8)
      .replacingOccurrences(of: "\"code\": \"0\",", with: "\"arg\":{\"channel\":\"positions\"},")
    // The sample is of long/short mode, which is not supported.
    let (_, refused) = decodePrivate(text)
    #expect(refused.map(\.kind) == [.faulty] && refused.map(\.fault) == [.foreignMode])
    #expect(refused.map(\.instrument.index) == [1])
    let net = text.replacingOccurrences(of: "\"long\"", with: "\"net\"")
    // And isolated: a position beside ours.
    #expect(decodePrivate(net).1.map(\.kind) == [.faulty])
    let cross = net.replacingOccurrences(of: "\"isolated\"", with: "\"cross\"")
    let (frame, events) = decodePrivate(cross)
    #expect(frame.channel == .positions && events.map(\.kind) == [.position])
    #expect(events.map(\.quantity.lots) == [50] && events.map(\.averagePrice.ticks) == [100_000])
    #expect(events.map(\.exchangeTime.milliseconds) == [1_622_559_930_237])
    #expect(events.map(\.lastPrice.ticks) == [100_000] && events.map(\.price.ticks) == [90_000])
    #expect(events.map(\.leverageMilli) == [10_000] && events.map(\.cash) == [.zero])
  }

  @Test func positionsAreSignedAndClosedAtZero() {
    func push(_ item: String) -> [PrivateEvent] {
      decodePrivate(
        "{\"arg\":{\"channel\":\"positions\",\"instType\":\"ANY\"},\"eventType\":\"snapshot\","
          + "\"curPage\":1,\"lastPage\":true,\"data\":[\(item)]}"
      ).1
    }
    let short = push(
      #"{"instId":"BTC-USDT-SWAP","instType":"SWAP","posSide":"net","pos":"-1.25","avgPx":"103698.949999","uTime":"5"}"#
    )
    #expect(short.map(\.quantity.lots) == [-125] && short.map(\.averagePrice.ticks) == [1_036_989])
    #expect(short.map(\.isSnapshot) == [true])
    let flat = push(
      #"{"instId":"BTC-USDT-SWAP","instType":"SWAP","posSide":"net","pos":"0","avgPx":"","uTime":"5"}"#
    )
    #expect(flat.map(\.quantity.lots) == [0] && flat.map(\.averagePrice.isNone) == [true])
    // A margin position on a spot pair is not our spot position.
    #expect(push(#"{"instId":"BTC-USDT","instType":"MARGIN","posSide":"net","pos":"1"}"#).isEmpty)
    let off = push(#"{"instId":"BTC-USDT-SWAP","instType":"SWAP","pos":"1.255","uTime":"5"}"#)
    #expect(off.map(\.fault) == [.offIncrement])
    let missing = push(#"{"instId":"BTC-USDT-SWAP","instType":"SWAP","uTime":"5"}"#)
    #expect(missing.map(\.fault) == [.missingField])
  }

  @Test func everyOrderFieldIsRead() throws {
    let (_, events) = decodePrivate(ordersPush(orderItem()))
    var seen = OrderSeen()
    seen.instrument = 1
    seen.client = 549_755_813_889
    seen.exchange = 452_197_707_845_865_472
    seen.state = .partiallyFilled
    seen.side = .sell
    seen.price = 315_271
    seen.quantity = 5
    seen.cumulative = 3
    seen.average = 315_272
    seen.last = 1
    seen.lastPrice = 315_271
    seen.trade = 242_589_207
    seen.fee = "-0.02522168"
    seen.currency = 0
    seen.time = 1_654_084_353_264
    #expect(events.map(OrderSeen.init) == [seen])
    try compare(ordersPush(orderItem()))
  }

  @Test(arguments: [
    ["state": "live"], ["state": "canceled", "cancelSource": "31"], ["state": "mmp_canceled"],
    ["side": "buy"], ["ordType": "post_only"], ["ordType": "ioc"], ["ordType": "fok"],
    ["ordType": "market", "px": ""], ["ordType": "optimal_limit_ioc"], ["ordType": "rpi"],
    ["execType": "T"], ["reduceOnly": "true"], ["px": "0"], ["avgPx": "0"], ["avgPx": ""],
    ["fillSz": "0", "fillPx": "", "tradeId": ""], ["fillSz": "", "fillPx": ""],
    ["avgPx": "103698.94999999999999999999"], ["avgPx": "0.00000000000000000000000001"],
    ["clOrdId": ""], ["clOrdId": "7"], ["clOrdId": "0549755813889"], ["clOrdId": "a549755813889"],
    ["clOrdId": "18446744073709551615"], ["clOrdId": "9223372036854775807"],
    ["clOrdId": "549755813888"], ["clOrdId": "99999999999999999999999999999999"],
    ["fillFee": "0", "fillFeeCcy": ""], ["fillFeeCcy": "DOGE"], ["fillFeeCcy": ""],
    ["fillFee": "0.5", "fillFeeCcy": "BTC"], ["ordId": "18446744073709551615"],
    ["instId": "BTC-USDT", "instType": "SPOT", "tgtCcy": "quote_ccy", "sz": "10"],
    ["instId": "BTC-USDT", "instType": "SPOT", "tgtCcy": "base_ccy", "sz": "1"],
    ["instId": "BTC-USDT", "instType": "MARGIN"], ["instId": "NO-SUCH"], ["instType": "OPTION"],
    [
      "instId": "XRP-USDT", "instType": "SWAP", "sz": "3", "accFillSz": "2", "fillSz": "1",
      "px": "0.5", "fillPx": "0.5", "avgPx": "0.5",
    ],
    [
      "instId": "ODD-USDT-SWAP", "sz": "15", "accFillSz": "5", "fillSz": "5", "px": "31527.5",
      "fillPx": "31527.5", "avgPx": "31527.25",
    ],
  ])
  func variantsOfAnOrder(changes: [String: String]) throws {
    try compare(ordersPush(orderItem(changes.mapValues { $0 })))
  }

  @Test func amendResults() {
    for (text, wanted) in [("", PrivateEvent.noAmend), ("-1", -1), ("0", 0), ("2", 2)] {
      let (_, events) = decodePrivate(ordersPush(orderItem(["amendResult": text])))
      #expect(events.map(\.amendResult) == [wanted])
    }
  }

  /// Members in any order, strangers among them, values from a pool: always what Foundation reads.
  @Test(arguments: 0..<20)
  func randomOrders(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed) &+ 77)
    let pool: [(String, [String?])] = [
      ("state", ["live", "partially_filled", "filled", "canceled"]), ("side", ["buy", "sell"]),
      ("px", ["", "0", "1", "31527.1", "0.1", "99999999.9"]), ("sz", ["0.01", "5", "123456.78"]),
      ("accFillSz", ["0", "", "0.01", "4.99"]), ("avgPx", ["", "0", "1.04999", "31527.15", "7"]),
      ("fillSz", [nil, "", "0", "0.01", "3"]), ("fillPx", ["1", "0.1", "31527.2"]),
      ("tradeId", ["1", "18446744073709551615", ""]), ("fillFee", [nil, "", "0", "-0.10", "5"]),
      ("fillFeeCcy", [nil, "", "USDT", "BTC", "OKB"]), ("execType", ["", "T", "M"]),
      ("clOrdId", [nil, "", "x", "549755813889", "1099511627777"]),
      ("ordType", ["limit", "post_only", "ioc", "market"]), ("reduceOnly", [nil, "true", "false"]),
      ("cancelSource", [nil, "", "0", "14"]), ("instId", ["BTC-USDT-SWAP", "DOGE-USDT"]),
    ]
    for _ in 0..<200 {
      var items: [String] = []
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        var members: [String: String] = [
          "instType": "SWAP", "ordId": "\(UInt64.random(in: 1 ... .max, using: &random))",
          "uTime": "\(Int64.random(in: 1...2_000_000_000_000, using: &random))",
        ]
        for (key, values) in pool { members[key] = values.randomElement(using: &random)! }
        var texts = members.map { "\"\($0.key)\" : \"\($0.value)\"" }
        texts.append(#""attachAlgoOrds":[{"px":"1"},[]]"#)
        texts.append(#""linkedAlgoOrd":{"algoId":""},"x":-1.5e3,"y":null,"z":true"#)
        texts.shuffle(using: &random)
        items.append("{" + texts.joined(separator: " ,") + "}")
      }
      let data = "\"data\":[" + items.joined(separator: ",") + "]"
      let arg = "\"arg\":{\"instType\":\"ANY\",\"channel\":\"orders\"}"
      try compare("{" + [arg, data].shuffled(using: &random).joined(separator: ",") + "}")
    }
  }
}
