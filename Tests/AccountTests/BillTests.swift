// Bills as REST states them, against documented and hostile answers.

import Account
import Foundation
import Quantities
import Testing

@Suite struct BillTests {
  /// docs-v5, Trading Account › GET / Bills details.
  private static let trade = [
    "bal": "8694.2179403378290202", "balChg": "0.0219338232210000",
    "billId": "623950854533513219", "ccy": "USDT", "clOrdId": "", "earnAmt": "", "earnApr": "",
    "execType": "T", "fee": "-0.000021955779", "fillFwdPx": "", "fillIdxPx": "27104.1",
    "fillTime": "1695033476166", "from": "", "instId": "BTC-USDT", "instType": "SPOT",
    "interest": "0", "mgnMode": "isolated", "notes": "", "ordId": "623950854525124608",
    "pnl": "0", "posBal": "0", "posBalChg": "0", "px": "27105.9", "subType": "1",
    "sz": "0.021955779", "tag": "", "to": "", "tradeId": "586760148", "ts": "1695033476167",
    "type": "2",
  ]
  private let now = WallMilliseconds(milliseconds: 1_695_040_000_000)
  private let begin = WallMilliseconds(milliseconds: 1_695_030_000_000)

  private func bill(_ changes: [String: String?] = [:]) -> String { row(BillTests.trade, changes) }

  @Test func everyBillIsTakenToTheLastDigit() async throws {
    try await HostileExchange.run { exchange in
      try await exchange.sayRows(
        bill(),
        // Of a currency and an instrument that this run knows nothing of.
        bill([
          "billId": "4", "type": "8", "subType": "174", "ccy": "OKB", "instId": "OKB-USDT-SWAP",
          "pnl": "1.5", "ordId": "", "tradeId": "-7",
        ]),
        bill([
          "billId": "3", "type": "1", "subType": "11", "instId": "", "ordId": "", "tradeId": "",
          "pnl": "", "fee": "", "balChg": "1000", "from": "6", "to": "18", "sz": "1000",
        ]))
      let stated = try await exchange.reader.bills(afterBill: nil, begin: begin, now: now)
      #expect(stated.odd.isEmpty && stated.outside == 0)
      let rows = stated.rows
      #expect(rows.map(\.billID) == [3, 4, 623_950_854_533_513_219], "oldest first")
      #expect(rows.map(\.type) == [1, 8, 2] && rows.map(\.subType) == [11, 174, 1])
      #expect(rows.map(\.currency.description) == ["USDT", "OKB", "USDT"])
      #expect(rows.map { $0.instrument?.description } == [nil, "OKB-USDT-SWAP", "BTC-USDT"])
      #expect(rows[2].change.description == "0.0219338232210000")
      #expect(rows[2].balance.description == "8694.2179403378290202")
      #expect(rows[2].fee.description == "-0.000021955779")
      #expect(rows[2].size.description == "0.021955779" && rows[1].profit.description == "1.5")
      #expect(rows[2].exchangeOrder.rawValue == 623_950_854_525_124_608)
      #expect(rows.map { Int64(bitPattern: $0.tradeID) } == [0, -7, 586_760_148])
      #expect(rows[2].exchangeTime.milliseconds == 1_695_033_476_167)
      #expect(
        try await exchange.asked() == ["/api/v5/account/bills?begin=1695030000000&limit=100"])
    }
  }

  @Test func anOddBillIsNamedAndSkipped() async throws {
    try await HostileExchange.run { exchange in
      let odd: [([String: String?], String, OddReason)] = [
        (["billId": "0"], "billId", .outOfRange), (["billId": nil], "billId", .missing),
        (["type": "funding"], "type", .noNumber), (["type": ""], "type", .missing),
        (["ccy": ""], "ccy", .missing), (["balChg": "1e9"], "balChg", .noNumber),
        (["balChg": ""], "balChg", .missing), (["bal": "=8"], "bal", .wrongType),
        (["bal": String(repeating: "9", count: 60)], "bal", .outOfRange),
        (["pnl": "-"], "pnl", .outOfRange), (["ts": ""], "ts", .missing),
        (["ts": "1695033476167000"], "ts", .absurdTime),
        (["ordId": "x"], "ordId", .noNumber),
        (["instId": String(repeating: "X", count: 40)], "instId", .unknownWord),
      ]
      try await exchange.say(
        HostileExchange.envelope(
          (["null"] + odd.map { bill($0.0) } + [bill()]).joined(separator: ",")))
      let stated = try await exchange.reader.bills(afterBill: nil, begin: begin, now: now)
      #expect(stated.rows.count == 1 && stated.odd.count == odd.count + 1)
      for (found, wanted) in zip(stated.odd.dropFirst(), odd) {
        #expect(found.field == wanted.1 && found.reason == wanted.2, "\(wanted) \(found)")
      }
    }
  }

  @Test func billsGoOnAfterTheLastAndOldOnesStandInTheArchive() async throws {
    try await HostileExchange.run { exchange in
      func page(_ bills: some Sequence<Int>) -> String {
        HostileExchange.envelope(bills.map { bill(["billId": "\($0)"]) }.joined(separator: ","))
      }
      try await exchange.say([
        .init(when: "after=202", body: page((102...201).reversed())),
        .init(when: "begin=", body: page((201...300).reversed())),
      ])
      let stated = try await exchange.reader.bills(afterBill: 150, begin: begin, now: now)
      #expect(stated.rows.map(\.billID) == Array(151...300))
      try await exchange.say(HostileExchange.envelope(""))
      let old = WallMilliseconds(milliseconds: now.milliseconds - 7 * 86_400_000)
      _ = try await exchange.reader.bills(afterBill: 150, begin: old, now: now)
      #expect(
        try await exchange.asked().allSatisfy { $0.contains("/account/bills-archive?begin=") })
    }
  }
}
