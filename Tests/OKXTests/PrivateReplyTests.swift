// Replies to order operations: item codes, envelopes without items, errors without replies.

import Fixtures
import Foundation
import OKX
import Quantities
import Testing

@Suite struct PrivateReplyTests {
  @Test func anAcceptedOrder() {
    let (frame, events) = decodePrivate(
      #"{"id":"1512","op":"order","data":[{"clOrdId":"549755813889","ordId":"12345678901234567890","tag":"","ts":"1695190491421","sCode":"0","sMsg":"Order placed","subCode":""}],"code":"0","msg":"","inTime":"1695190491421339","outTime":"1695190491423240"}"#,
      at: 99)
    #expect(frame.kind == .events && frame.fault == .none && frame.channel == .none)
    #expect(events.map(\.kind) == [.orderReply] && events.map(\.code) == [0])
    #expect(events.map(\.request) == [1512])
    #expect(events.map(\.clientOrder.rawValue) == [549_755_813_889])
    #expect(events.map(\.exchangeOrder.rawValue) == [12_345_678_901_234_567_890])
    #expect(events.map(\.exchangeTime.milliseconds) == [1_695_190_491_421])
    #expect(events.map(\.gatewayMicroseconds) == [1901])
    #expect(events.map(\.receivedAt.nanoseconds) == [99])
  }

  @Test func aRefusedCancel() {
    let (_, events) = decodePrivate(
      #"{"code":"1","msg":"","data":[{"clOrdId":"","ordId":"7","sCode":"51400","sMsg":"x"}],"op":"cancel-order","id":"9"}"#
    )
    #expect(events.map(\.kind) == [.cancelReply] && events.map(\.code) == [51400])
    #expect(events.map(\.exchangeOrder.rawValue) == [7] && events.map(\.request) == [9])
    #expect(events.map(\.clientOrder) == [.none])
  }

  @Test func eachItemOfABatchSpeaksForItself() {
    let (frame, events) = decodePrivate(
      #"{"id":"3","op":"batch-orders","data":[{"clOrdId":"549755813889","ordId":"1","sCode":"0"},{"clOrdId":"549755813890","ordId":"","sCode":"51008_1000"},{"clOrdId":"549755813891","ordId":"","sCode":"?"}],"code":"2"}"#
    )
    #expect(events.map(\.kind) == [.orderReply, .orderReply, .faulty])
    #expect(events.map(\.code) == [0, 51008, 0])
    #expect(events.map(\.clientOrder.number) == [1, 2, 3])
    #expect(frame.fault == .wrongType)
  }

  @Test func withoutItemsTheEnvelopeSpeaks() {
    let (_, events) = decodePrivate(
      #"{"id":"18446744073709551615","op":"order","code":"60013","msg":"Invalid args","data":[]}"#)
    #expect(events.map(\.kind) == [.orderReply] && events.map(\.code) == [60013])
    #expect(events.map(\.request) == [.max] && events.map(\.clientOrder) == [.none])
  }

  @Test func anItemWithoutItsCodeIsAFault() {
    let (_, events) = decodePrivate(
      #"{"id":"4","op":"order","data":[{"clOrdId":"549755813889","ordId":"5"}],"code":"0"}"#)
    #expect(events.map(\.kind) == [.faulty] && events.map(\.fault) == [.missingField])
    #expect(events.map(\.clientOrder.number) == [1] && events.map(\.request) == [4])
  }

  /// OKX-136, and the words of the case in which margin and borrow quota were told apart by them alone.
  @Test func aRefusalKeepsItsWords() {
    let (_, events) = decodePrivate(
      #"{"id":"3","op":"order","code":"1","msg":"All operations failed","data":[{"clOrdId":"549755813889","ordId":"","sCode":"51008","sMsg":"Insufficient USDT margin in account","subCode":"1000"},{"clOrdId":"549755813890","sCode":"51008_1020","sMsg":""},{"clOrdId":"549755813891","sCode":"0","sMsg":"Order placed","subCode":""}]}"#
    )
    #expect(events.map(\.subCode) == [1000, 1020, 0])
    #expect(
      events.map(\.words.description)
        == ["Insufficient USDT margin in account", "All operations failed", ""])
  }

  @Test func envelopesAndErrorsKeepTheirWords() {
    for envelope in [
      #"{"id":"77","op":"order","code":"50011","msg":"Too Many Requests","data":[]}"#,
      #"{"id":"77","op":"cancel-order","code":"50011_3","msg":"Too Many Requests","data":[]}"#,
      #"{"event":"error","code":"50011","msg":"Too Many Requests","id":"77"}"#,
    ] {
      let (frame, events) = decodePrivate(envelope)
      #expect(events.map(\.code) == [50011] && events.map(\.request) == [77], "\(envelope)")
      #expect(events.map(\.subCode) == [envelope.contains("_3") ? 3 : 0])
      #expect(events.map(\.words.description) == ["Too Many Requests"])
      #expect(frame.words.description == "Too Many Requests")
    }
  }

  /// A message is cut between characters; what it may not do to a terminal it does not.
  @Test func wordsAreBoundedAndPlain() {
    func words(_ raw: String) -> String {
      let (_, events) = decodePrivate(
        "{\"id\":\"3\",\"op\":\"order\",\"code\":\"1\",\"data\":[{\"sCode\":\"5\",\"sMsg\":\(raw)}]}"
      )
      return events.first?.words.description ?? "no event"
    }
    #expect(words("\"\(String(repeating: "x", count: 100))\"") == String(repeating: "x", count: 64))
    #expect(words("\"\(String(repeating: "€", count: 30))\"") == String(repeating: "€", count: 21))
    #expect(words("\"\(String(repeating: "é", count: 40))\"") == String(repeating: "é", count: 32))
    #expect(words("\"a😀b\"") == "a😀b")
    #expect(words(#""say \"no\"\n\t\u0041\u20ac\u001b[2J\u202ex\/""#) == "say \"no\"  A€ [2J x/")
    #expect(words("\"c\u{9b}2J\u{7f}\"") == "c 2J ")
    #expect(words(#""\ud83d\ude00""#) == "\u{FFFD}\u{FFFD}")
    for odd in ["17", "null", "{\"a\":[1]}", "\"\""] { #expect(words(odd) == "") }
  }

  @Test func anErrorOfOurRequestIsAnEvent() {
    let (frame, events) = decodePrivate(
      #"{"event":"error","code":"60012","msg":"Illegal request","id":"77","connId":"a"}"#)
    #expect(frame.kind == .error && frame.code == 60012)
    #expect(events.map(\.kind) == [.requestError] && events.map(\.request) == [77])
    let (own, none) = decodePrivate(#"{"event":"error","code":"60018","id":"s2"}"#)
    #expect(own.sessionRequest == 2 && own.request == 0 && none.isEmpty)
    let (bare, nothing) = decodePrivate(#"{"event":"error","code":"60012","msg":"m"}"#)
    #expect(bare.kind == .error && bare.request == 0 && nothing.isEmpty)
  }

  @Test func foreignIdsAreNobodys() {
    for id in ["\"\"", "\"x1\"", "\"s\"", "\"sx\"", "5", "null", "\"99999999999999999999\""] {
      let (frame, _) = decodePrivate("{\"event\":\"error\",\"code\":\"1\",\"id\":\(id)}")
      #expect(frame.request == 0 && frame.sessionRequest == 0, "\(id)")
    }
  }

  @Test func theMadeReply() throws {
    let (_, events) = decodePrivate(try Made.orderReply.text())
    #expect(events.map(\.code) == [0])
    #expect(events.map(\.exchangeOrder.rawValue) == [700_000_000_000_000_001])
    #expect(events.map(\.gatewayMicroseconds) == [1_898])
  }

  /// The REST reply of 2025-09 has the same items.
  @Test(.recorded) func theRecordedReply() throws {
    let url = try Recordings.file("samples/rest-place-order-2025-09.json")
    let text = try String(contentsOf: url, encoding: .utf8)
      .replacingOccurrences(of: "{\"code\"", with: "{\"id\":\"1\",\"op\":\"order\",\"code\"")
    let (_, events) = decodePrivate(text)
    #expect(events.map(\.code) == [0])
    #expect(events.map(\.exchangeOrder.rawValue) == [2_896_576_259_728_695_296])
    #expect(events.map(\.gatewayMicroseconds) == [1706])
  }
}
