// What the private decoder makes of bad items, ambiguous members, torn messages and events.

import Foundation
import OKX
import Quantities
import Testing

@Suite struct PrivateDecoderFaultTests {
  struct Bad: CustomTestStringConvertible, Sendable {
    var changes: [String: String?]
    var fault: FaultCode
    var testDescription: String { "\(changes) is \(fault)" }
  }

  static let bad: [Bad] = [
    Bad(changes: ["px": "31527.15"], fault: .offIncrement),
    Bad(changes: ["sz": "0.055"], fault: .offIncrement),
    Bad(changes: ["fillPx": "31527.15"], fault: .offIncrement),
    Bad(changes: ["accFillSz": "0.001"], fault: .offIncrement),
    Bad(changes: ["px": "1e3"], fault: .wrongType),
    Bad(changes: ["px": "-1"], fault: .numberRange),
    Bad(changes: ["sz": "-1"], fault: .numberRange),
    Bad(changes: ["px": "99999999999999999999"], fault: .numberRange),
    Bad(changes: ["px": "999999999999999999"], fault: .numberRange),
    Bad(changes: ["avgPx": "x"], fault: .wrongType),
    Bad(changes: ["avgPx": "9999999999999999999999"], fault: .numberRange),
    Bad(changes: ["sz": nil], fault: .missingField),
    Bad(changes: ["sz": ""], fault: .missingField),
    Bad(changes: ["accFillSz": nil], fault: .missingField),
    Bad(changes: ["uTime": nil], fault: .missingField),
    Bad(changes: ["uTime": "-1"], fault: .numberRange),
    Bad(changes: ["uTime": "soon"], fault: .wrongType),
    Bad(changes: ["uTime": "99999999999999999999"], fault: .numberRange),
    // Microseconds: a time of the year 54048.
    Bad(changes: ["uTime": "1654084353264000"], fault: .numberRange),
    Bad(changes: ["state": nil], fault: .missingField),
    Bad(changes: ["state": "effective"], fault: .wrongType),
    Bad(changes: ["side": nil], fault: .missingField),
    Bad(changes: ["side": "both"], fault: .wrongType),
    Bad(changes: ["fillPx": ""], fault: .missingField),
    Bad(changes: ["tradeId": "T1"], fault: .wrongType),
    Bad(changes: ["tdMode": "isolated"], fault: .foreignMode),
    Bad(changes: ["posSide": "short"], fault: .foreignMode),
    Bad(changes: ["sz": "0.0\\u0035"], fault: .wrongType),
  ]

  /// A bad item is a fault that names its order; the items around it are read all the same.
  @Test(arguments: bad)
  func aBadItemCostsItselfAlone(_ wanted: Bad) throws {
    let good = orderItem()
    let (frame, events) = decodePrivate(ordersPush(good, orderItem(wanted.changes), good))
    #expect(frame.kind == .events && frame.fault == wanted.fault)
    #expect(events.map(\.kind) == [.order, .faulty, .order])
    try #require(events.count == 3)
    #expect(events[1].fault == wanted.fault)
    #expect(events[1].clientOrder.rawValue == 549_755_813_889)
    #expect(events[1].exchangeOrder.rawValue == 452_197_707_845_865_472)
    #expect(events[1].instrument.index == 1)
    #expect(OrderSeen(events[0]) == OrderSeen(events[2]))
    #expect(events[2].fault == .none)
  }

  /// Words about why an order is as it is: one that cannot be read is counted, and costs no fill beside it.
  @Test func aWordAboutWhyLeavesTheFillStanding() {
    for (changes, fault): ([String: String?], FaultCode) in [
      (["cancelSource": "x"], .wrongType), (["amendResult": "300"], .numberRange),
      (["code": "x"], .wrongType), (["code": "99999999999"], .numberRange),
    ] {
      let (frame, events) = decodePrivate(ordersPush(orderItem(changes)))
      #expect(frame.fault == fault, "\(changes)")
      #expect(events.map(\.kind) == [.order] && events.map(\.lastQuantity.lots) == [1])
    }
  }

  @Test func anOrderIsOursByItsTag() {
    for (changes, isOurs): ([String: String?], Bool) in [
      ([:], true), (["tag": "llmtrading"], true), (["tag": ""], false), (["tag": "gridbot"], false),
      (["tag": "llmtradin"], false),
    ] {
      let (_, events) = decodePrivate(ordersPush(orderItem(changes)))
      #expect(events.map(\.hasOurTag) == [isOurs], "\(changes)")
    }
  }

  @Test func aFeeThatCannotBeToldLeavesTheFillStanding() {
    for (changes, fault): ([String: String?], FaultCode) in [
      (["fillFee": nil], .missingField), (["fillFee": ""], .missingField),
      (["fillFee": "-1e9"], .wrongType),
      (["fillFee": "-0.1234567890123456789012"], .numberRange),
      (["fillFeeCcy": "DOGE"], .unknownCurrency),
    ] {
      let (frame, events) = decodePrivate(ordersPush(orderItem(changes)))
      #expect(frame.fault == fault)
      #expect(events.map(\.kind) == [.order] && events.map(\.lastQuantity.lots) == [1])
    }
  }

  @Test func itemsOfAnyTypeAreOnlyFaults() {
    for item in ["1", "null", "[]", "\"x\"", "{}", "{\"instId\":5}", "{\"sz\":{\"a\":[1]}}"] {
      let (frame, events) = decodePrivate(ordersPush(item, orderItem()))
      #expect(frame.kind == .events)
      #expect(events.map(\.kind) == [.faulty, .order], "\(item)")
    }
  }

  @Test func aMemberThatComesTwiceIsAmbiguous() {
    let twice = orderItem().dropLast() + ",\"px\":\"1\"}"
    let (_, events) = decodePrivate(ordersPush(String(twice)))
    #expect(events.map(\.fault) == [.malformedJSON])
  }

  @Test func moreItemsThanAMessageMayHave() {
    let one = #"{"ccy":"USDT","cashBal":"1"}"#
    func push(_ count: Int) -> String {
      "{\"arg\":{\"channel\":\"account\"},\"data\":[{\"details\":["
        + Array(repeating: one, count: count).joined(separator: ",") + "]}]}"
    }
    #expect(decodePrivate(push(PrivateDecoder.eventsMax)).0.eventCount == PrivateDecoder.eventsMax)
    let (frame, events) = decodePrivate(push(PrivateDecoder.eventsMax + 1))
    #expect(frame.kind == .faulty && frame.fault == .tooManyItems && events.isEmpty)
  }

  @Test(arguments: [
    ("170141183460469231731687303715884105727", FaultCode.none),
    ("170141183460469231731687303715884105728", .numberRange),
    ("-0.000000000000000000000000000000000001", .none),
    ("0.0000000000000000000000000000000000001", .numberRange), ("1.", .wrongType),
    (".5", .wrongType), ("1.2.3", .wrongType), ("", .missingField), ("-", .wrongType),
    ("1e5", .wrongType), ("+1", .wrongType), ("100.5000", .none),
  ])
  func amountsAreExact(text: String, fault: FaultCode) {
    let push =
      "{\"arg\":{\"channel\":\"account\"},\"data\":[{\"details\":[{\"ccy\":\"USDT\",\"cashBal\":\""
      + text + "\"}]}]}"
    let (_, events) = decodePrivate(push)
    #expect(events.count == 1 && events.first?.fault == fault)
    if fault == .none { #expect(events.first?.cash.description == text) }
  }

  @Test(arguments: [
    ("", FaultCode.malformedJSON), ("{", .malformedJSON), ("pon", .malformedJSON),
    ("pongs", .malformedJSON), ("[]", .wrongType), ("{}", .missingField),
    (#"{"data":[]}"#, .missingField), (#"{"arg":{"channel":"orders"}}"#, .missingField),
    (#"{"arg":{"channel":"fills"},"data":[]}"#, .unknownChannel),
    (#"{"arg":{"channel":"orders"},"data":{}}"#, .wrongType),
    (#"{"arg":{"channel":"orders"},"data":[}"#, .malformedJSON),
    (#"{"arg":{"channel":"orders"},"data":[]} x"#, .malformedJSON),
    (#"{"arg":{"channel":"orders"},"data":[],"data":[]}"#, .malformedJSON),
    (#"{"arg":{"channel":5},"data":[]}"#, .wrongType), (#"{"event":"huh"}"#, .unknownEvent),
    (#"{"event":"subscribe"}"#, .missingField), (#"{"event":"login"}"#, .missingField),
    (#"{"event":"error","msg":"x"}"#, .missingField),
    (#"{"event":"error","code":"sixty"}"#, .wrongType),
    (#"{"event":"error","code":"99999999999"}"#, .numberRange),
    (#"{"id":"1","op":"order","data":[]}"#, .missingField),
    (#"{"id":"1","op":"order","code":"0","data":[]}"#, .missingField),
    (#"{"op":"order","code":"60013","data":[]}"#, .missingField),
    (#"{"id":"1","op":"order","code":"60013"}"#, .missingField),
    (#"{"id":"1","op":"amend-order","code":"0","data":[{}]}"#, .unknownEvent),
  ])
  func tornMessagesAreRefusedWhole(text: String, fault: FaultCode) {
    let (frame, events) = decodePrivate(text)
    #expect(frame.kind == .faulty && frame.fault == fault && events.isEmpty)
  }

  /// Cut anywhere, a message is refused whole and tells nothing.
  @Test func everyPrefixIsRefused() {
    let text = Array(ordersPush(orderItem(), orderItem()).utf8)
    for count in 0..<text.count {
      let (frame, events) = decodePrivate(String(decoding: text[..<count], as: UTF8.self))
      #expect(frame.kind == .faulty && events.isEmpty, "cut at \(count)")
    }
  }
}
