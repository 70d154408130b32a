// Fills, positions and balances as REST states them, against documented and hostile answers.

import Account
import Foundation
import Quantities
import Testing

@Suite struct HoldingsTests {
  /// docs-v5, Order Book Trading › Trade › GET / Transaction details.
  private static let fill = [
    "side": "buy", "fillSz": "0.06", "fillPx": "46405.9", "fillPxVol": "", "fillFwdPx": "",
    "fee": "-0.0139217", "fillPnl": "0", "ordId": "680800019749904384", "feeRate": "-0.0005",
    "instType": "SWAP", "instId": "BTC-USDT-SWAP", "clOrdId": "549755813889", "posSide": "net",
    "billId": "680800019754098688", "subType": "1", "fillMarkVol": "", "tag": "",
    "fillTime": "1708587373361", "execType": "T", "fillIdxPx": "", "tradeId": "744876980",
    "fillMarkPx": "", "feeCcy": "USDT", "ts": "1708587373362", "tradeQuoteCcy": "",
  ]

  private let now = WallMilliseconds(milliseconds: 1_708_600_000_000)
  private let yesterday = WallMilliseconds(milliseconds: 1_708_500_000_000)

  private func fill(_ changes: [String: String?] = [:]) -> String {
    row(HoldingsTests.fill, changes)
  }

  @Test func fillsOfAnyKindCountOnce() async throws {
    try await HostileExchange.run { exchange in
      try await exchange.sayRows(
        fill(["billId": "9"]),
        // A liquidation: negative trade, no order of ours, no word on who made the liquidity.
        fill(["billId": "8", "tradeId": "-744876", "ordId": "", "clOrdId": "", "execType": ""]),
        fill(["billId": "7", "tradeId": "0", "side": "sell", "clOrdId": "abc"]),
        fill(["billId": "6", "fillPx": "46405.97"]), fill(["billId": "5", "feeCcy": "OKB"]),
        fill(["billId": "4", "fee": "1e3"]), fill(["billId": "3", "fee": "", "fillTime": ""]),
        fill(["billId": "9"]), fill(["billId": "2", "instId": "DOGE-USDT", "fillSz": "?"]))
      let stated = try await exchange.reader.fills(afterBill: nil, begin: yesterday, now: now)
      #expect(stated.rows.map(\.billID) == [3, 4, 5, 6, 7, 8, 9] && stated.outside == 1)
      let reports = stated.rows.map(\.report)
      #expect(
        reports.allSatisfy { $0.kind == .fill && $0.isReconciled && $0.lastQuantity.lots == 6 })
      #expect(
        reports.map { Int64(bitPattern: $0.tradeID) } == [
          744_876_980, 744_876_980, 744_876_980, 744_876_980, 0, -744_876, 744_876_980,
        ])
      #expect(reports[5].exchangeOrder == .none && reports[5].clientOrder == .none)
      #expect(reports[4].clientOrder == .none && reports[4].side == .sell)
      #expect(reports[6].clientOrder.rawValue == 549_755_813_889 && reports[6].isTaker)
      #expect(reports[6].feeUnits == -139_217 && reports[6].feeDecimals == 7)
      #expect(reports[6].lastPrice.ticks == 464_059)
      #expect(reports[6].exchangeTime.milliseconds == 1_708_587_373_361)
      #expect(reports[0].exchangeTime.milliseconds == 1_708_587_373_362)
      #expect(stated.rows[3].isRounded && reports[3].lastPrice.ticks == 464_060)
      #expect(
        reports[1].feeUnits == 0 && reports[2].feeUnits == 0 && reports[2].feeCurrency == .none)
      #expect(stated.odd.map(\.field) == ["fillPx", "feeCcy", "fee"])
      #expect(stated.odd.map(\.reason) == [.offGrid, .unknownCurrency, .noNumber])
      #expect(stated.odd.allSatisfy(\.isCounted) && stated.odd.map(\.bill) == [6, 5, 4])
    }
  }

  @Test func aFillThatCannotBeCountedIsNamed() async throws {
    try await HostileExchange.run { exchange in
      let odd: [([String: String?], String, OddReason)] = [
        (["fillSz": "0.005"], "fillSz", .offGrid), (["fillSz": "0"], "fillSz", .outOfRange),
        (["fillSz": "=6"], "fillSz", .wrongType), (["fillPx": ""], "fillPx", .outOfRange),
        (["fillPx": "0.01"], "fillPx", .outOfRange), (["billId": ""], "billId", .missing),
        (["billId": "-3"], "billId", .outOfRange), (["ordId": "o"], "ordId", .noNumber),
        (["tradeId": "t"], "tradeId", .noNumber), (["side": "none"], "side", .unknownWord),
        (["tradeId": "9223372036854775808"], "tradeId", .outOfRange),
        (["ts": "", "fillTime": ""], "ts", .missing),
        (["ts": "1708587373362000"], "ts", .absurdTime),
        (["fillTime": "9223372036854775807"], "fillTime", .absurdTime),
        (["instType": "MARGIN"], "instType", .foreignType),
        (["posSide": "short"], "posSide", .foreignSide),
      ]
      try await exchange.say(
        HostileExchange.envelope((odd.map { fill($0.0) } + [fill()]).joined(separator: ",")))
      let stated = try await exchange.reader.fills(afterBill: nil, begin: yesterday, now: now)
      #expect(stated.rows.count == 1 && stated.odd.count == odd.count)
      for (found, wanted) in zip(stated.odd, odd) {
        #expect(found.field == wanted.1 && found.reason == wanted.2, "\(wanted) \(found)")
      }
    }
  }

  @Test func fillsEndAtTheLastBillOnRecord() async throws {
    try await HostileExchange.run { exchange in
      func page(_ bills: some Sequence<Int>) -> String {
        HostileExchange.envelope(bills.map { fill(["billId": "\($0)"]) }.joined(separator: ","))
      }
      try await exchange.say([
        .init(when: "after=902", body: page((802...901).reversed())),
        .init(when: "begin=", body: page((901...1_000).reversed())),
      ])
      let stated = try await exchange.reader.fills(afterBill: 850, begin: yesterday, now: now)
      #expect(stated.rows.map(\.billID) == Array(851...1_000))
      let path = "/api/v5/trade/fills?begin=1708500000000&limit=100"
      #expect(try await exchange.asked() == [path, path + "&after=902"])
    }
  }

  @Test func oldFillsAreAskedForByType() async throws {
    try await HostileExchange.run { exchange in
      try await exchange.say([
        .init(when: "instType=SWAP", body: HostileExchange.envelope(fill(["billId": "5"]))),
        .init(
          when: "instType=SPOT",
          body: HostileExchange.envelope(
            fill(["billId": "6", "instType": "SPOT", "instId": "BTC-USDT", "fillSz": "0.0006"]))),
        .init(when: "instType=FUTURES", body: HostileExchange.envelope("")),
      ])
      let begin = WallMilliseconds(milliseconds: now.milliseconds - 3 * 86_400_000)
      let stated = try await exchange.reader.fills(afterBill: nil, begin: begin, now: now)
      #expect(stated.rows.map(\.billID) == [5, 6] && stated.odd.isEmpty)
      let asked = try await exchange.asked()
      #expect(asked.allSatisfy { $0.contains("/trade/fills-history?") })
      for type in ["SPOT", "SWAP", "FUTURES"] {
        #expect(asked.count { $0.contains("instType=\(type)&") } == 1, "\(type)")
      }
    }
  }

  // MARK: - Positions and balances

  private func position(_ changes: [String: String?] = [:]) -> String {
    row(
      [
        "instId": "BTC-USDT-SWAP", "instType": "SWAP", "mgnMode": "cross", "posSide": "net",
        "pos": "-1.25", "avgPx": "2566.31", "tradeId": "109844", "uTime": "1724729105000",
        "ccy": "USDT", "closeOrderAlgo": "=[]", "adl": "=3",
      ], changes)
  }

  @Test func onlyTheNetCrossPositionIsOurs() async throws {
    try await HostileExchange.run { exchange in
      let odd: [([String: String?], String, OddReason)] = [
        (["mgnMode": "isolated"], "mgnMode", .foreignMode),
        (["posSide": "long"], "posSide", .foreignSide),
        (["instId": "BTC-USDT", "instType": "MARGIN"], "instType", .foreignType),
        (["pos": ""], "pos", .missing), (["pos": "0.001"], "pos", .offGrid),
        (["pos": "99999999999999999999999"], "pos", .outOfRange),
        (["uTime": "x"], "uTime", .noNumber),
        (["uTime": "1724729105000000"], "uTime", .absurdTime),
        ([:], "instId", .statedTwice),
      ]
      try await exchange.say(
        HostileExchange.envelope(
          ([position(["avgPx": "nonsense"])]
            + odd.map { position($0.0) } + [position(["instId": "X-USDT-SWAP", "pos": "?"])])
            .joined(separator: ",")))
      let stated = try await exchange.reader.positions()
      let one = try #require(stated.rows.first)
      #expect(stated.rows.count == 1 && stated.outside == 1)
      #expect(one.instrument == exchange.swap && one.quantity.lots == -125)
      #expect(one.averagePrice.isNone && one.tradeID == 109_844)
      #expect(one.exchangeTime.milliseconds == 1_724_729_105_000)
      #expect(stated.odd.first?.field == "avgPx" && stated.odd.first?.isCounted == true)
      for (found, wanted) in zip(stated.odd.dropFirst(), odd) {
        #expect(found.field == wanted.1 && found.reason == wanted.2, "\(wanted) \(found)")
      }
      #expect(stated.odd.count == odd.count + 1)
      try await exchange.sayRows(position())
      #expect(try await exchange.reader.positions().rows.map(\.averagePrice.ticks) == [25_663])
      try await exchange.sayRows(position(["pos": "0", "tradeId": "0", "avgPx": "", "uTime": ""]))
      let closed = try #require(try await exchange.reader.positions().rows.first)
      #expect(closed.quantity.lots == 0 && closed.tradeID == 0 && closed.averagePrice.isNone)
    }
  }

  @Test func oneOddCurrencyLeavesTheOthers() async throws {
    try await HostileExchange.run { exchange in
      let usdt = row([
        "ccy": "USDT", "cashBal": "4992.89009301405", "availBal": "4000.5", "frozenBal": "992.39",
        "uTime": "1705449605015", "eq": "4992", "collateralEnabled": "=false",
      ])
      let bitcoin = row(["ccy": "BTC", "cashBal": "-0.5", "availBal": "", "uTime": ""])
      let odd = [
        row(["ccy": "BTC", "cashBal": "?"]), row(["ccy": "BTC"]), row(["cashBal": "1"]), "null",
        row(["ccy": "BTC", "cashBal": "1", "frozenBal": "=1"]),
        row(["ccy": "BTC", "cashBal": "1", "uTime": "1705449605015000"]),
      ]
      let details = ([usdt] + odd + [row(["ccy": "DOGE", "cashBal": "1"]), bitcoin])
      try await exchange.sayRows(
        "{\"totalEq\":\"1\",\"details\":[\(details.joined(separator: ","))]}")
      let stated = try await exchange.reader.balances()
      let names = stated.rows.map { exchange.table.currencyName($0.currency).description }
      #expect(names == ["USDT", "BTC"] && stated.outside == 1)
      #expect(stated.rows.map(\.cash.description) == ["4992.89009301405", "-0.5"])
      #expect(stated.rows.map { $0.available?.description } == ["4000.5", nil])
      #expect(stated.rows.map { $0.frozen?.description } == ["992.39", nil])
      #expect(stated.rows.map(\.exchangeTime.milliseconds) == [1_705_449_605_015, 0])
      #expect(
        stated.odd.map(\.reason) == [
          .noNumber, .missing, .missing, .noObject, .wrongType, .absurdTime,
        ])
      try await exchange.sayRows(#"{"details":{}}"#)
      await #expect(throws: AccountError.self) { _ = try await exchange.reader.balances() }
    }
  }
}
