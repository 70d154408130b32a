// What the public decoder makes of events, of bad input, and of odd but legal spellings.

import Foundation
import OKX
import Quantities
import Testing

@Test(arguments: [
  (
    #"{"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"a4d3ae55"}"#,
    PublicFrameKind.subscribed, 0, 0
  ),
  (
    #"{"id":"1512","event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"a"}"#,
    .subscribed, 0, 1512
  ),
  (
    #"{"id":"7","event":"unsubscribe","arg":{"instId":"BTC-USDT","channel":"books"}}"#,
    .unsubscribed, 0, 7
  ),
  (
    #"{"event":"error","code":"60012","msg":"Invalid request: {\"op\":\"x\"}","connId":"a"}"#,
    .error, 60012, 0
  ),
  (#"{"id":"31","event":"error","code":"64003","msg":"fee tier","connId":"a"}"#, .error, 64003, 31),
  (
    #"{"event":"notice","code":"64008","msg":"The connection will soon be closed","connId":"a"}"#,
    .notice, 64008, 0
  ),
  (#"{"event":"login","code":"0","msg":"","connId":"a4d3ae55"}"#, .login, 0, 0),
  (
    #"{"event":"channel-conn-count","channel":"orders","connCount":"2","connId":"abcd1234"}"#,
    .connectionCount, 0, 0
  ),
  (
    #"{"event":"channel-conn-count-error","channel":"orders","connCount":"30","connId":"a"}"#,
    .connectionCountError, 0, 0
  ),
  (#"{"event":"error","id":"abc","code":60018}"#, .error, 60018, 0),
  ("pong", .pong, 0, 0),
])
func eventsAreRecognised(_ text: String, _ kind: PublicFrameKind, _ code: Int64, _ request: UInt64)
{
  let (frame, _) = decodePublic(text)
  #expect(frame.kind == kind && frame.code == code && frame.request == request)
  #expect(frame.byteCount == 0 && frame.fault == .none)
  if kind == .subscribed || kind == .unsubscribed {
    #expect(frame.instrument == bitcoin && frame.channel == .books)
  }
}

/// `old` replaced by `new` in a good update, and what must come of it.
@Test(arguments: [
  (",\"seqId\":80274874876", "", FaultCode.missingField),
  (",\"prevSeqId\":80274874800", "", .missingField),
  ("\"ts\":\"1787612486107\",", "", .missingField),
  ("\"bids\":[[\"78722.2\",\"12\",\"0\",\"1999999\"]],", "", .missingField),
  ("\"data\":", "\"date\":", .missingField),
  ("\"arg\":", "\"org\":", .missingField),
  ("[\"78729.9\",\"0\",\"0\",\"0\"]", "[]", .missingField),
  ("[\"78729.9\",\"0\",\"0\",\"0\"]", "[\"78729.9\"]", .missingField),
  ("\"seqId\":80274874876", "\"seqId\":\"80274874876\"", .wrongType),
  ("\"ts\":\"1787612486107\"", "\"ts\":1787612486107", .wrongType),
  ("\"ts\":\"1787612486107\"", "\"ts\":\"now\"", .wrongType),
  ("\"78722.3\"", "78722.3", .wrongType),
  ("\"78722.3\"", "\"abc\"", .wrongType),
  ("\"78722.3\"", "\"\"", .wrongType),
  ("\"78722.3\"", "\"7.8e4\"", .wrongType),
  ("\"78722.3\"", "null", .wrongType),
  ("\"78722.3\"", "\"7872\\u0032.3\"", .wrongType),
  ("[\"78729.9\",\"0\",\"0\",\"0\"]", "{}", .wrongType),
  ("\"action\":\"update\"", "\"action\":\"partial\"", .wrongType),
  ("\"action\":\"update\"", "\"action\":1", .wrongType),
  ("\"checksum\":0", "\"checksum\":\"0\"", .wrongType),
  ("\"seqId\":80274874876", "\"seqId\":99999999999999999999", .numberRange),
  ("\"checksum\":0", "\"checksum\":2147483648", .numberRange),
  ("\"78722.3\"", "\"0\"", .numberRange),
  ("\"78722.3\"", "\"-78722.3\"", .numberRange),
  ("\"12\"", "\"-12\"", .numberRange),
  ("\"12\"", "\"92233720368547758080\"", .numberRange),
  ("\"12\"", "\"922337203685477\"", .numberRange),
  ("\"ts\":\"1787612486107\"", "\"ts\":\"-1\"", .numberRange),
  ("\"78722.3\"", "\"78722.35\"", .offIncrement),
  ("\"12\"", "\"0.000000001\"", .offIncrement),
  ("BTC-USDT", "BTC-USDC", .unknownInstrument),
  ("BTC-USDT", "", .unknownInstrument),
  ("BTC-USDT", "AN-INSTRUMENT-NAME-OF-MORE-THAN-32-BYTES", .unknownInstrument),
  ("\"channel\":\"books\"", "\"channel\":\"books5\"", .unknownChannel),
  ("\"channel\":\"books\"", "\"channel\":\"no-such-channel-anywhere\"", .unknownChannel),
  ("\"action\":\"update\"", "\"event\":\"surprise\"", .unknownEvent),
  ("\"ts\":\"1787612486107\"", "\"ts\":\"1\",\"ts\":\"2\"", .malformedJSON),
  ("}]}", "}]", .malformedJSON),
  ("}]}", "}]}}", .malformedJSON),
  ("}]}", "}]} x", .malformedJSON),
  ("}]}", "}],}", .malformedJSON),
  ("\"0\",\"10\"]", "\"0\",\"10\"", .wrongType),
  ("\"0\",\"10\"]", "\"0\",\"10\",]", .malformedJSON),
  ("\"0\",\"10\"]", "\"0\",\"1\u{1}\"]", .malformedJSON),
  ("\"checksum\":0", "\"checksum\":00", .malformedJSON),
])
func badInputHasACode(_ old: String, _ new: String, _ wanted: FaultCode) {
  let text = usualUpdate.replacingOccurrences(of: old, with: new)
  #expect(text != usualUpdate)
  #expect(publicFault(text) == wanted)
}

@Test func notEvenAnObjectHasACode() {
  for (text, wanted) in [
    ("", FaultCode.malformedJSON), ("pon", .malformedJSON), ("pongs", .malformedJSON),
    ("ping", .malformedJSON), ("[]", .wrongType), ("\"pong\"", .wrongType), ("1", .wrongType),
    ("{}", .missingField), ("null", .wrongType),
    ("{\"event\":\"subscribe\"}", .missingField),
  ] { #expect(publicFault(text) == wanted, "\(text)") }
}

@Test func oddButLegalSpellingsAreRead() {
  let plain = decodePublic(usualUpdate).1
  for (old, new) in [
    ("[\"78722.3\",\"0.38699412\",\"0\",\"10\"]", "[ \"78722.3\" , \"0.38699412\" ]"),
    ("[\"78722.3\",\"0.38699412\",\"0\",\"10\"]", "[\"78722.30\",\"0.386994120000\",\"0\",\"10\"]"),
    ("[\"78722.3\",\"0.38699412\",\"0\",\"10\"]", "[\"0078722.3\",\"0.38699412\",\"5\",\"7\"]"),
    ("[\"78722.3\",\"0.38699412\",\"0\",\"10\"]", "[\"78722.3\",\"0.38699412\",{\"a\":[]},null,1]"),
    (
      "[\"78722.3\",\"0.38699412\",\"0\",\"10\"]",
      "[\"78722.3\",\"0.38699412\",\"0\",\"123456789012345\"]"
    ),
    ("\"ts\":", "\"connId\":\"\\u0000\",\"ts\":"),
  ] {
    let text = usualUpdate.replacingOccurrences(of: old, with: new)
    #expect(text != usualUpdate)
    #expect(decodePublic(text).1 == plain)
  }
}

@Test func incrementsOtherThanPowersOfTen() {
  let text = usualUpdate.replacingOccurrences(of: "BTC-USDT", with: "HALF-USDT")
    .replacingOccurrences(of: "78722.3", with: "78722.5").replacingOccurrences(
      of: "0.38699412", with: "35"
    ).replacingOccurrences(of: "78729.9", with: "78730")
    .replacingOccurrences(of: "78722.2", with: "78722.0").replacingOccurrences(
      of: "\"12\"", with: "\"10.0\"")
  let message = decodePublic(text).1!.first!
  #expect(message.asks == [Level(ticks: 157445, lots: 7), Level(ticks: 157460, lots: 0)])
  #expect(message.bids == [Level(ticks: 157444, lots: 2)])
  #expect(publicFault(text.replacingOccurrences(of: "78722.5", with: "78722.6")) == .offIncrement)
}

/// Symbols are filled up with zeros: read by position such a name would be the instrument's.
@Test func aNameThatEndsInZerosIsNoInstruments() {
  let trade =
    #"{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","#
    + #""tradeId":"1040968613","px":"78722.3","sz":"0.00240857","side":"buy","#
    + #""ts":"1786538760218","count":"2","source":"0","seqId":79706765}]}"#
  #expect(decodePublic(trade).0.kind == .market)
  for text in [trade, usualUpdate] {
    let odd = text.replacingOccurrences(of: "BTC-USDT\"", with: "BTC-USDT\u{0}\u{0}\"")
    #expect(odd != text && publicFault(odd) == publicFault(odd + " "))
    #expect(decodePublic(odd).0.kind == .faulty)
  }
}
