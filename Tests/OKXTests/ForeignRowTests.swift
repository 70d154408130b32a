// Rows that are not quite ours: trades without a positive id, positions of another kind.

import OKX
import Quantities
import Testing

@Suite struct ForeignRowTests {
  /// Liquidations and ADL: a negative id, or 0.
  @Test func tradeIdsMayBeNegative() {
    for (text, id) in [("-242589207", -242_589_207), ("0", 0), ("", 0)] as [(String, Int64)] {
      let (_, events) = decodePrivate(ordersPush(orderItem(["tradeId": text, "execType": ""])))
      #expect(events.first?.kind == .order && events.first?.lastQuantity.lots != 0)
      #expect(events.first.map { Int64(bitPattern: $0.tradeID) } == id)
    }
  }

  /// Retail orders by the old name and the new one, beside every other type of the documents (docs/OKX.md OKX-120); one
  /// that none of them names counts as one that rests, and says what it was called.
  @Test(
    arguments: [
      ("limit", .limit, ""), ("mmp", .limit, ""), ("post_only", .postOnly, ""),
      ("mmp_and_post_only", .postOnly, ""), ("elp", .postOnly, ""), ("rpi", .postOnly, ""),
      ("market", .immediateOrCancel, ""), ("fok", .immediateOrCancel, ""),
      ("ioc", .immediateOrCancel, ""), ("optimal_limit_ioc", .immediateOrCancel, ""),
      ("op_fok", .immediateOrCancel, ""), ("rpi2", .limit, "rpi2"),
      ("chase", .limit, "chase"), ("limit_of_a_kind_to_come", .limit, "limit_of_a_kind_to_come"),
      ("", .limit, ""),
    ] as [(String, OrderType, String)])
  func everyTypeOfOrder(_ text: String, _ type: OrderType, _ odd: String) {
    // What came with those names stands beside them, and is nobody's trouble.
    for extra in ["isElpTakerAccess", "rpiTakerAccess"] {
      let (_, events) = decodePrivate(
        ordersPush(orderItem(["ordType": text, extra: "true", "amendSource": "6", "source": "1"])))
      #expect(events.map(\.kind) == [.order] && events.first?.type == type)
      #expect(events.first?.isOfOddType == !odd.isEmpty)
      #expect(events.first?.words.description == odd)
      #expect(events.first?.cumulativeFilled.lots != 0 && events.first?.fault == FaultCode.none)
    }
  }

  /// A row of another margin mode or side stands beside ours: named, never counted.
  @Test func positionsOfAnotherKindAreNamed() {
    func position(_ changes: [String: String]) -> [PrivateEvent] {
      var members = [
        "instId": "BTC-USDT-SWAP", "instType": "SWAP", "posSide": "net", "mgnMode": "cross",
        "pos": "0.05", "avgPx": "31527.1", "uTime": "1654084353264", "tradeId": "-4",
      ]
      for (key, value) in changes { members[key] = value }
      let row = members.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
      return decodePrivate(
        "{\"arg\":{\"channel\":\"positions\",\"instType\":\"ANY\"},\"data\":[{\(row)}]}"
      ).1
    }
    let ours = position([:])
    #expect(ours.first?.kind == .position && Int64(bitPattern: ours[0].tradeID) == -4)
    for change in [["mgnMode": "isolated"], ["posSide": "long"], ["tradeId": "x"]] {
      #expect(position(change).first?.kind == .faulty, "\(change)")
    }
    // Figures for people: one that cannot be read is counted, and costs no position.
    for change in [["liqPx": "-5"], ["markPx": "x"], ["upl": "1e9"], ["lever": "?"]] {
      #expect(position(change).map(\.quantity.lots) == ours.map(\.quantity.lots), "\(change)")
    }
    let spot = ["instId": "BTC-USDT", "instType": "SPOT", "mgnMode": "cash", "pos": "0.001"]
    #expect(position(spot).isEmpty, "spot is no position")
  }
}
