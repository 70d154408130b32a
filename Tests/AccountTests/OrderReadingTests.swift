// Orders as REST states them, asked for and cancelled, against documented and hostile answers.

import Account
import Foundation
import Orders
import Quantities
import Testing

@Suite struct OrderReadingTests {
  /// docs-v5, Order Book Trading › Trade › GET / Order List.
  private static let pending = [
    "accFillSz": "0", "avgPx": "", "cTime": "1724733617998", "cancelSource": "",
    "category": "normal", "clOrdId": "549755813889", "fee": "0", "feeCcy": "USDT", "fillPx": "",
    "fillSz": "0", "instId": "BTC-USDT-SWAP", "instType": "SWAP", "lever": "10",
    "linkedAlgoOrd": #"={"algoId":""}"#, "ordId": "1752588852617379840", "ordType": "post_only",
    "posSide": "net", "px": "13013.5", "reduceOnly": "false", "side": "buy", "state": "live",
    "sz": "0.5", "tag": "", "tdMode": "cross", "tgtCcy": "", "tradeId": "", "isTpLimit": "=false",
    "uTime": "1724733617998",
  ]

  private func order(_ changes: [String: String?] = [:]) -> String {
    row(OrderReadingTests.pending, changes)
  }

  @Test func everyRowThatIsUnderstoodIsTaken() async throws {
    try await HostileExchange.run { exchange in
      try await exchange.sayRows(
        order(), order(["ordId": "2", "clOrdId": "", "tag": "phone"]),
        order(["ordId": "3", "clOrdId": "b15X", "category": "full_liquidation"]),
        order(["ordId": "4", "px": "13013.57", "state": "partially_filled", "accFillSz": "0.2"]),
        order(["ordId": "5", "clOrdId": "99999999999999999999", "ordType": "rpi"]),
        order(["ordId": "6", "instId": "XRP-USDT-SWAP", "sz": "?"]),
        order(["ordId": "7", "tgtCcy": "quote_ccy", "sz": "12.3456", "ordType": "market"]))
      let stated = try await exchange.reader.pendingOrders()
      #expect(stated.outside == 1)
      let rows = stated.rows
      #expect(
        rows.map(\.exchangeOrder.rawValue) == [1_752_588_852_617_379_840, 2, 3, 4, 5, 7])
      #expect(
        rows.map(\.clientOrder.rawValue) == [
          549_755_813_889, 0, 0, 549_755_813_889, 0, 549_755_813_889,
        ])
      #expect(rows[0].price.ticks == 130_135 && rows[0].quantity.lots == 50)
      #expect(rows[0].type == .postOnly && rows[0].exchangeTime.milliseconds > 0)
      #expect(rows[3].price.ticks == 130_136 && rows[3].cumulativeFilled.lots == 20)
      #expect(rows[5].quantity.lots == 0, "a sum of money is no count of lots")
      #expect(stated.odd.map(\.field) == ["px"] && stated.odd.allSatisfy(\.isCounted))
    }
  }

  /// Every type of the documents by both its names; one that none of them names counts, and is named.
  @Test func everyTypeOfOrder() async throws {
    try await HostileExchange.run { exchange in
      let types: [(String, OrderType)] = [
        ("limit", .limit), ("mmp", .limit), ("post_only", .postOnly), ("elp", .postOnly),
        ("rpi", .postOnly), ("mmp_and_post_only", .postOnly), ("market", .immediateOrCancel),
        ("fok", .immediateOrCancel), ("ioc", .immediateOrCancel), ("op_fok", .immediateOrCancel),
        ("optimal_limit_ioc", .immediateOrCancel), ("chase", .limit),
      ]
      try await exchange.sayRows(
        types.enumerated().map { order(["ordId": "\($0 + 1)", "ordType": $1.0]) }
          .joined(separator: ","))
      let stated = try await exchange.reader.pendingOrders()
      #expect(stated.rows.map(\.type) == types.map(\.1))
      #expect(stated.odd.map(\.field) == ["ordType"] && stated.odd.map(\.value) == ["chase"])
      #expect(stated.odd.allSatisfy { $0.isCounted && $0.reason == .unknownWord })
    }
  }

  @Test func anOddRowIsNamedAndSkipped() async throws {
    try await HostileExchange.run { exchange in
      let odd: [([String: String?], String, OddReason)] = [
        (["state": "resting"], "state", .unknownWord), (["state": nil], "state", .missing),
        (["side": "long"], "side", .unknownWord), (["sz": "0.005"], "sz", .offGrid),
        (["sz": "=0.5"], "sz", .wrongType), (["sz": "=null"], "sz", .missing),
        (["sz": "-1"], "sz", .outOfRange), (["sz": "1e9"], "sz", .noNumber),
        (["sz": String(repeating: "9", count: 400)], "sz", .outOfRange),
        (["accFillSz": "0.001"], "accFillSz", .offGrid), (["px": "cheap"], "px", .noNumber),
        (["px": "99999999999999999999999"], "px", .outOfRange), (["px": "-1"], "px", .outOfRange),
        (["ordId": ""], "ordId", .missing), (["ordId": "x1"], "ordId", .noNumber),
        (["ordId": "99999999999999999999"], "ordId", .outOfRange),
        (["ordId": "0"], "ordId", .outOfRange), (["uTime": "-5"], "uTime", .outOfRange),
        (["uTime": "1724733617998000"], "uTime", .absurdTime),
        (["instType": "MARGIN"], "instType", .foreignType),
        (["instType": "OPTION"], "instType", .foreignType),
        (["tdMode": "isolated"], "tdMode", .foreignMode),
        (["posSide": "long"], "posSide", .foreignSide), (["instId": ""], "instId", .missing),
      ]
      let good = order(["ordId": "77"])
      try await exchange.say(
        HostileExchange.envelope(
          (["null", "7", "[]", good] + odd.map { order($0.0) } + [good]).joined(separator: ",")))
      let stated = try await exchange.reader.pendingOrders()
      #expect(stated.rows.map(\.exchangeOrder.rawValue) == [77], "and once")
      #expect(stated.odd.prefix(3).map(\.reason) == [.noObject, .noObject, .noObject])
      for (found, wanted) in zip(stated.odd.dropFirst(3), odd) {
        #expect(found.field == wanted.1 && found.reason == wanted.2, "\(wanted) \(found)")
        #expect(found.path == "trade/orders-pending" && found.value.count <= OddRow.valueMax)
        #expect(!found.isCounted)
      }
      #expect(stated.odd.count == odd.count + 3)
      let named = try #require(stated.odd.first { $0.reason == .offGrid })
      #expect(named.instrument == exchange.swap && named.clientOrder.rawValue == 549_755_813_889)
      #expect(
        named.description
          == "trade/orders-pending BTC-USDT-SWAP ordId 1752588852617379840 clOrdId 549755813889: "
          + "sz \"0.005\" is off the grid")
      for answer in [#"{"code":"0","data":{}}"#, #"{"code":"0"}"#, #"{"code":"0","data":null}"#] {
        try await exchange.say(answer)
        await #expect(throws: AccountError.self, "\(answer)") {
          _ = try await exchange.reader.pendingOrders()
        }
      }
    }
  }

  @Test func allPagesAreRead() async throws {
    try await HostileExchange.run { exchange in
      func page(_ ids: some Sequence<Int>) -> String {
        HostileExchange.envelope(ids.map { order(["ordId": "\($0)"]) }.joined(separator: ","))
      }
      let ids = Array((1...230).reversed())
      try await exchange.say([
        .init(when: "after=33", body: page(ids[198...])),
        .init(when: "after=132", body: page(ids[99..<199])),
        .init(when: "orders-pending", body: page(ids[..<100])),
      ])
      let stated = try await exchange.reader.pendingOrders()
      #expect(stated.rows.map { Int($0.exchangeOrder.rawValue) } == ids)
      #expect(
        try await exchange.asked()
          == ["", "&after=132", "&after=33"].map {
            "/api/v5/trade/orders-pending?limit=100" + $0
          })
      // A page that shows the same again would go on for ever.
      try await exchange.say(page(ids[..<100]))
      await #expect(throws: AccountError.self) { _ = try await exchange.reader.pendingOrders() }
      try await exchange.say(
        HostileExchange.envelope(Array(repeating: "null", count: 100).joined(separator: ",")))
      await #expect(throws: AccountError.self) { _ = try await exchange.reader.pendingOrders() }
    }
  }

  /// What is absurd about one row, wherever it stands, hides none of those between it and the next page.
  @Test(arguments: [0, 1, 50, 97, 98, 99], ["1", "18446744073709551615", "x", ""])
  func anAbsurdKeySkipsNothing(at index: Int, key: String) async throws {
    try await HostileExchange.run { exchange in
      let ids = (1...150).reversed().map { "\(1_000 + $0)" }
      var first = Array(ids[..<100])
      first[index] = key
      // The list as it goes on behind whatever it is asked for.
      func page(_ ids: some Sequence<String>) -> String {
        HostileExchange.envelope(ids.map { order(["ordId": $0]) }.joined(separator: ","))
      }
      let rest = (1_051...1_055).map { after in
        HostileExchange.Answer(
          when: "after=\(after)", body: page(ids.filter { Int($0) ?? 0 < after }))
      }
      try await exchange.say(
        rest + [
          .init(when: "after=", body: page([])), .init(when: "orders-pending", body: page(first)),
        ])
      let found = try await exchange.reader.pendingOrders().rows.map(\.exchangeOrder.rawValue)
      let wanted = ids.enumerated().filter { $0.offset != index }.compactMap { UInt64($0.element) }
      #expect(Set(wanted).subtracting(found) == [])
    }
  }

  @Test func anAnswerIsOfTheOrderThatWasAskedFor() async throws {
    try await HostileExchange.run { exchange in
      let ours = ClientOrderID(rawValue: 549_755_813_889)
      func ask(_ client: ClientOrderID = ours, _ order: UInt64 = 0) async -> OrderReading {
        await exchange.reader.answer(
          OrderQuery(
            clientOrder: client, exchangeOrder: ExchangeOrderID(rawValue: order),
            instrument: exchange.swap, askedAt: Instant(nanoseconds: 5)))
      }
      try await exchange.sayRows(
        order(["state": "canceled", "accFillSz": "0.5", "cancelSource": "31", "category": "adl"]))
      let found = await ask()
      #expect(found.answer.kind == .found && found.answer.update.state == .cancelled)
      #expect(found.answer.update.cancelSource == 31)
      #expect(found.failure == nil && found.answer.askedAt.nanoseconds == 5)
      #expect(
        try await exchange.asked() == [
          "/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=549755813889"
        ])
      let byExchange = await ask(.none, 1_752_588_852_617_379_840)
      #expect(byExchange.answer.kind == .found)
      #expect(
        try await exchange.asked().last
          == "/api/v5/trade/order?instId=BTC-USDT-SWAP&ordId=1752588852617379840")
      for answer in [
        HostileExchange.envelope(order(["clOrdId": "549755813890"])), HostileExchange.envelope(""),
        HostileExchange.envelope(order(["instId": "BTC-USDT", "instType": "SPOT", "sz": "1"])),
        HostileExchange.envelope(order(["sz": "many"])), "<html>",
        #"{"code":"50004","msg":"API endpoint request timeout","data":[]}"#,
      ] {
        try await exchange.say(answer)
        let reading = await ask()
        #expect(reading.answer.kind == .failed && reading.failure != nil, "\(answer)")
      }
      try await exchange.say(#"{"code":"50004","msg":"API endpoint request timeout","data":[]}"#)
      #expect(await ask().failure == "OKX 50004: API endpoint request timeout")
      try await exchange.say(#"{"code":"51603","msg":"Order does not exist","data":[]}"#)
      #expect(await ask().answer.kind == .notFound)
    }
  }

  @Test func aCancelIsJudgedByItsRow() async throws {
    try await HostileExchange.run { exchange in
      var order = OrderUpdate(
        state: .live, instrument: exchange.swap, side: .buy,
        clientOrder: ClientOrderID(rawValue: 42))
      order.exchangeOrder = ExchangeOrderID(rawValue: 9)
      func answer(_ code: String, _ sCode: String, _ text: String = "") -> String {
        "{\"code\":\"\(code)\",\"msg\":\"\",\"data\":"
          + "[{\"clOrdId\":\"\",\"ordId\":\"9\",\"ts\":\"1\",\"sCode\":\"\(sCode)\",\"sMsg\":\"\(text)\"}]}"
      }
      let cases: [(String, CancelResult)] = [
        (answer("0", "0"), .accepted), (answer("1", "51410"), .accepted),
        (
          answer("1", "51400", "Cancellation failed"),
          .refused(code: "51400", text: "Cancellation failed")
        ),
        (answer("0", "51603", "gone"), .refused(code: "51603", text: "gone")),
        (answer("1", "50026", "System error"), .unknown("OKX 50026: System error")),
        (answer("1", "51412", "Timeout"), .unknown("OKX 51412: Timeout")),
        (#"{"code":"50004","msg":"timeout","data":[]}"#, .unknown("OKX 50004: timeout")),
        (
          #"{"code":"50011","msg":"too many","data":[]}"#, .refused(code: "50011", text: "too many")
        ),
        (#"{"code":"1","msg":"","data":[]}"#, .unknown("the answer has no row")),
        (#"{"code":"0","msg":"","data":[null]}"#, .unknown("the answer has no row")),
        (#"{"code":"0","msg":"","data":[{"ordId":"9"}]}"#, .unknown("OKX : ")),
      ]
      for (body, wanted) in cases {
        try await exchange.say(body)
        #expect(await exchange.reader.cancel(order) == wanted, "\(body)")
      }
      try await exchange.say([.init(when: "cancel-order", body: "<html>", status: 502)])
      guard case .unknown = await exchange.reader.cancel(order) else {
        Issue.record("a front that answers 502 may have passed it on")
        return
      }
      #expect(try await exchange.asked().last?.contains("\"ordId\":\"9\"") == true)
      order.exchangeOrder = .none
      _ = await exchange.reader.cancel(order)
      #expect(try await exchange.asked().last?.contains("\"clOrdId\":\"42\"") == true)
    }
  }
}
