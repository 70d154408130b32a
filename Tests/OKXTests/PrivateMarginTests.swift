// Margins of positions and totals of the account, as the private channels push them.

import Foundation
import OKX
import Quantities
import Testing

struct PrivateMarginTests {
  @Test func positionsCarryTheirMargins() {
    func push(_ members: String) -> PrivateEvent? {
      decodePrivate(
        "{\"arg\":{\"channel\":\"positions\"},\"data\":[{\"instId\":\"BTC-USDT-SWAP\","
          + "\"instType\":\"SWAP\",\"posSide\":\"net\",\"pos\":\"1\"\(members)}]}"
      ).1.first
    }
    let whole = push(
      #","lever":"12.5","liqPx":"90000.04","markPx":"103698.95","upl":"-0.0273000000000002""#)
    #expect(whole?.leverageMilli == 12_500 && whole?.price.ticks == 900_000)
    #expect(whole?.lastPrice.ticks == 1_036_990)
    #expect(whole?.cash.description == "-0.0273000000000002")
    let bare = push(#","lever":"","liqPx":"","markPx":"","upl":"""#)
    #expect(bare?.kind == .position && bare?.leverageMilli == 0 && bare?.price.isNone == true)
    #expect(bare?.lastPrice.isNone == true && bare?.cash == .zero)
    let faults: [(String, FaultCode)] = [
      (#","lever":"-1""#, .numberRange), (#","lever":"1.0001""#, .offIncrement),
      (#","lever":"3000000""#, .numberRange), (#","upl":"1e5""#, .wrongType),
      (#","liqPx":"x""#, .wrongType), (#","markPx":"1","markPx":"2""#, .malformedJSON),
      (#","lever":10"#, .wrongType),
    ]
    // A figure for people that is none leaves the position standing; a row that is none does not.
    for (index, (members, fault)) in faults.enumerated() {
      let event = push(members)
      #expect(event?.kind == (index < 5 ? .position : .faulty), "\(members)")
      #expect(event?.fault == fault, "\(members)")
    }
  }

  /// Kept as the latest, such a stamp would make every later figure an old one.
  @Test func aTimeADayAheadOfOursIsNone() {
    let day = privateWall.milliseconds + WallMilliseconds.aheadMillisecondsMax
    for (time, kind): (Int64, PrivateEventKind?) in [
      (day, nil), (day + 1, .faulty), (.max, .faulty),
    ] {
      let position = decodePrivate(
        "{\"arg\":{\"channel\":\"positions\"},\"data\":[{\"instId\":\"BTC-USDT-SWAP\","
          + "\"instType\":\"SWAP\",\"posSide\":\"net\",\"pos\":\"1\",\"uTime\":\"\(time)\"}]}")
      #expect(position.1.map(\.kind) == [kind ?? .position])
      #expect(position.0.fault == (kind == nil ? .none : .numberRange))
      let account = decodePrivate(
        "{\"arg\":{\"channel\":\"account\"},\"data\":[{\"totalEq\":\"1\",\"uTime\":\"\(time)\","
          + "\"details\":[{\"ccy\":\"USDT\",\"cashBal\":\"1\",\"uTime\":\"\(time)\"},"
          + "{\"ccy\":\"BTC\",\"cashBal\":\"1\",\"uTime\":\"5\"}]}]}")
      #expect(account.1.map(\.kind) == [kind ?? .balance, .balance, kind ?? .account])
      #expect(account.0.fault == (kind == nil ? .none : .numberRange))
    }
  }

  @Test func accountTotalsAreExactOrAbsent() {
    func push(_ members: String) -> [PrivateEvent] {
      decodePrivate(
        "{\"arg\":{\"channel\":\"account\"},\"eventType\":\"snapshot\",\"data\":[{\(members)"
          + "\"details\":[{\"ccy\":\"USDT\",\"cashBal\":\"1\"}]}]}"
      ).1
    }
    let whole = push(#""totalEq":"84312345.123456789012","availEq":"-7.5","uTime":"9","#)
    #expect(whole.map(\.kind) == [.balance, .account])
    #expect(whole.last?.cash.description == "84312345.123456789012")
    #expect(whole.last?.available.description == "-7.5" && whole.last?.hasAvailable == true)
    #expect(whole.last?.exchangeTime.milliseconds == 9 && whole.last?.isSnapshot == true)
    // No total is no event; one that cannot be read costs itself alone.
    #expect(push(#""totalEq":"","availEq":"5","#).map(\.kind) == [.balance])
    #expect(push("").map(\.kind) == [.balance])
    #expect(push(#""totalEq":"1","totalEq":"2","#).map(\.kind) == [.faulty])
    #expect(push(#""totalEq":"1,5","#).map(\.kind) == [.balance, .faulty])
    #expect(push(#""totalEq":"1","availEq":"x","#).map(\.fault) == [.none, .wrongType])
  }
}
