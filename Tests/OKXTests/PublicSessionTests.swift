// A public session step by step: subscribing, acks, errors, liveness, login, budget.

import OKX
import Quantities
import Testing

@Test func subscriptionsGoOutInOneRequest() throws {
  let shell = try Shell([line(.books), line(.bestBidOffer), line(.trades, ether)])
  #expect(shell.takeSent() == [])
  shell.connect()
  #expect(
    shell.takeSent() == [
      Text.request(
        1, "subscribe", [("books", "BTC-USDT"), ("bbo-tbt", "BTC-USDT"), ("trades", "ETH-USDT")])
    ])
  for (channel, name) in [("books", "BTC-USDT"), ("bbo-tbt", "BTC-USDT"), ("trades", "ETH-USDT")] {
    #expect(shell.receive(Text.ack("subscribe", 1, channel, name)).fault == .none)
  }
  #expect(!shell.isComplete && shell.openLines == 1)
  shell.receive(Text.book(-1, 10))
  #expect(shell.isComplete)
  #expect(shell.isValid(bitcoin) && !shell.isValid(ether))
  shell.pass(seconds: 10)
  #expect(shell.takeSent() == [])
}

@Test func listsThatTheExchangeWouldRefuseAreRefused() {
  func error(_ list: [PublicSubscription], _ instruments: InstrumentTable = usualTable)
    -> PublicSessionError?
  {
    do {
      _ = try PublicSession(instruments: instruments, subscriptions: list)
      return nil
    } catch { return error }
  }
  func isCase(_ error: PublicSessionError?, _ name: String) -> Bool {
    error.map { "\($0)".hasPrefix(name) } ?? false
  }
  #expect(isCase(error([]), "noSubscription"))
  #expect(isCase(error([line(.none)]), "unknownChannel"))
  #expect(isCase(error([line(.books, InstrumentID(index: 99))]), "unknownInstrument"))
  #expect(isCase(error([line(.books, .none)]), "unknownInstrument"))
  #expect(isCase(error([line(.trades), line(.trades)]), "twice"))
  #expect(isCase(error([line(.books), line(.booksTbt)]), "severalDepthChannels"))
  #expect(isCase(error([line(.books)], table([("A\"},{\"", "1", "1")])), "symbol"))
  #expect(isCase(error(Array(repeating: line(.books), count: 5000)), "tooMany"))
  #expect(error([line(.books), line(.bestBidOffer), line(.trades), line(.books50, ether)]) == nil)
}

@Test func manySubscriptionsAreSplitIntoSmallRequests() throws {
  let instruments = table(
    (0..<300).map { ("INSTRUMENT-NUMBER-\($0)-USDT-SWAP", "0.1", "1") })
  let list = (0..<300).flatMap { index in
    [MarketChannel.books50, .trades].map {
      PublicSubscription(channel: $0, instrument: InstrumentID(index: UInt16(index)))
    }
  }
  let shell = try Shell(list, instruments)
  shell.connect()
  let requests = shell.takeSent()
  #expect(requests.count > 5 && requests.count < 30)
  var args = 0
  for (index, text) in requests.enumerated() {
    #expect(text.utf8.count <= 4096)
    #expect(text.hasPrefix("{\"id\":\"\(index + 1)\",\"op\":\"subscribe\",\"args\":[{"))
    #expect(text.hasSuffix("\"}]}"))
    args += text.split(separator: "instId").count - 1
  }
  #expect(args == 600)
  #expect(shell.counters.requests == UInt64(requests.count))
}

@Test func aPushMayComeBeforeItsAck() throws {
  let shell = try Shell([line(.books), line(.trades)])
  shell.connect()
  #expect(shell.receive(Text.book(-1, 10)).messageCount == 1)
  #expect(shell.isValid(bitcoin))
  let trade =
    #"{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"1","px":"5","sz":"1","side":"buy","ts":"9"}]}"#
  #expect(shell.receive(trade).messageCount == 1)
  #expect(shell.isComplete)
  shell.receive(Text.ack("subscribe", 1))
  shell.receive(Text.ack("subscribe", 1, "trades"))
  shell.pass(seconds: 10)
  #expect(shell.isComplete && shell.takeSent().count == 1)
  #expect(shell.counters(of: bitcoin).trades == 1)
}

@Test func aGapIsToldInItsPlaceAndFetchesASnapshot() throws {
  let shell = try Shell([line(.books), line(.trades)])
  shell.connect()
  shell.receive(Text.ack("subscribe", 1))
  shell.receive(Text.ack("subscribe", 1, "trades"))
  shell.receive(Text.book(-1, 10))
  shell.receive(Text.book(10, 15))
  shell.receive(Text.book(15, 15, bids: ""))
  shell.receive(Text.book(15, 3))
  #expect(shell.takeCommitted().map(\.kind) == [.snapshot, .update, .heartbeat, .reset])
  _ = shell.takeSent()

  let outcome = shell.receive(Text.book(5, 6))
  #expect(outcome.fault == .sequenceGap && outcome.instrument == bitcoin)
  #expect(
    shell.takeCommitted() == [
      Decoded(
        kind: .invalid, channel: .books, instrument: bitcoin, seqId: 6, fault: .sequenceGap)
    ])
  #expect(!shell.isValid(bitcoin))
  #expect(shell.takeSent() == [Text.request(2, "unsubscribe", [("books", "BTC-USDT")])])
  // Nothing that still flows from the old subscription is let through, not even a snapshot.
  for text in [Text.book(6, 7), Text.book(-1, 8), Text.book(8, 9)] {
    #expect(shell.receive(text).byteCount == 0)
  }
  #expect(shell.takeSent() == [])
  shell.receive(Text.ack("unsubscribe", 2))
  #expect(shell.takeSent() == [Text.request(3, "subscribe", [("books", "BTC-USDT")])])
  #expect(shell.receive(Text.book(9, 10)).byteCount == 0)
  shell.receive(Text.ack("subscribe", 3))
  shell.receive(Text.book(-1, 20))
  shell.receive(Text.book(20, 21))
  #expect(shell.takeCommitted().map(\.kind) == [.snapshot, .update])
  let counts = shell.counters(of: bitcoin)
  #expect(counts.snapshot == 2 && counts.update == 2 && counts.heartbeat == 1)
  #expect(counts.reset == 1 && counts.gap == 1 && counts.ignored == 4)
  #expect(shell.faults(.sequenceGap) == 1 && shell.counters.resyncs == 1)
}

@Test func aLostSnapshotIsAskedForAgain() throws {
  let shell = try Shell([line(.booksTbt)])
  shell.connect()
  shell.receive(Text.ack("subscribe", 1, "books-l2-tbt"))
  #expect(shell.takeSent().count == 1)
  shell.pass(seconds: 1.9)
  #expect(shell.receive(Text.book(10, 11, channel: "books-l2-tbt")).byteCount == 0)
  #expect(shell.takeSent() == [])
  shell.pass(seconds: 0.2)
  #expect(shell.takeSent() == [Text.request(2, "unsubscribe", [("books-l2-tbt", "BTC-USDT")])])
  shell.receive(Text.ack("unsubscribe", 2, "books-l2-tbt"))
  #expect(shell.takeSent() == [Text.request(3, "subscribe", [("books-l2-tbt", "BTC-USDT")])])
  #expect(shell.counters.retries == 1 && shell.faults(.snapshotTimeout) == 1)
}

@Test func lostAcksAreAskedForAgain() throws {
  // The unsubscribe ack is lost: after 2 s we subscribe all the same.
  let shell = try Shell([line(.books), line(.trades, ether)])
  shell.connect()
  shell.receive(Text.book(-1, 10))
  shell.receive(Text.ack("subscribe", 1))
  shell.receive(Text.book(11, 12))
  #expect(shell.takeSent().count == 2)
  // The ack of the trades line never comes, nor a trade: it is subscribed again.
  shell.pass(seconds: 2.1)
  #expect(
    shell.takeSent() == [
      Text.request(3, "subscribe", [("books", "BTC-USDT"), ("trades", "ETH-USDT")])
    ])
  // An ack of the abandoned unsubscribe says nothing about the new subscription.
  shell.receive(Text.ack("unsubscribe", 2))
  #expect(shell.takeSent() == [])
  shell.receive(Text.book(-1, 30))
  shell.receive(Text.ack("subscribe", 3, "trades", "ETH-USDT"))
  #expect(shell.isComplete)
  #expect(shell.counters.retries == 2)
}

@Test func anUnreadableMessageLosesItsBookAtOnce() throws {
  for (old, new, fault) in [
    ("\"10\"", "\"10.05\"", FaultCode.offIncrement), (",\"seqId\":11", "", .missingField),
    ("}]}", "}]", .malformedJSON),
  ] {
    let shell = try Shell([line(.books)])
    shell.connect()
    shell.receive(Text.book(-1, 10))
    _ = shell.takeCommitted()
    let outcome = shell.receive(Text.book(10, 11).replacingOccurrences(of: old, with: new))
    #expect(outcome.fault == fault)
    #expect(shell.takeCommitted().map(\.fault) == [fault])
    #expect(shell.takeSent().count == 2)
    // The second one changes nothing: the book is already being fetched.
    #expect(
      shell.receive(Text.book(10, 11).replacingOccurrences(of: old, with: new)).byteCount == 0)
    #expect(shell.takeSent() == [])
    #expect(shell.faults(fault) == 2)
  }
}

@Test func garbageThatNamesNobodyIsCountedAndDisturbsNobody() throws {
  let shell = try Shell([line(.books)])
  shell.connect()
  shell.receive(Text.book(-1, 10))
  _ = shell.takeCommitted()
  for text in ["", "garbage", "{}", "[1,2", "{\"event\":\"surprise\"}", "\u{0}"] {
    #expect(shell.receive(text).fault != .none)
  }
  #expect(shell.receive(Text.book("ETH-USDT", -1, 5)).fault == .unmatchedPush)
  #expect(shell.receive(Text.book("XXX-USDT", -1, 5)).fault == .unknownInstrument)
  #expect(shell.receive(Text.book(-1, 5, channel: "books50-l2-tbt")).fault == .unmatchedPush)
  #expect(shell.receive(Text.ack("subscribe", 1, "books", "ETH-USDT")).fault == .unmatchedReply)
  #expect(shell.takeCommitted() == [] && shell.isValid(bitcoin))
  #expect(shell.counters.faults == 10)
  shell.receive(Text.book(10, 11))
  #expect(shell.takeCommitted().count == 1)
}

@Test func silenceIsProbedAndThenEnded() throws {
  let shell = try Shell([line(.books)])
  shell.connect()
  shell.receive(Text.book(-1, 10))
  _ = shell.takeSent()
  shell.pass(seconds: 14.9)
  #expect(shell.takeSent() == [])
  shell.pass(seconds: 0.2)
  #expect(shell.takeSent() == ["ping"])
  shell.pass(seconds: 5)
  #expect(shell.takeSent() == [])
  #expect(shell.receive("pong").kind == .pong)
  shell.pass(seconds: 14.9)
  #expect(shell.takeSent() == [])
  shell.pass(seconds: 0.2)
  #expect(shell.takeSent() == ["ping"])
  shell.pass(seconds: 8.1)
  #expect(shell.reconnects == [.idle])
  #expect(shell.faults(.idle) == 1)
  shell.pass(seconds: 60)
  #expect(shell.reconnects == [.idle] && shell.takeSent() == [])
}

@Test func aNoticeAsksForAReplacementAndTheOldConnectionGoesOn() throws {
  let shell = try Shell([line(.books)])
  shell.connect()
  shell.receive(Text.book(-1, 10))
  let outcome = shell.receive(#"{"event":"notice","code":"64008","msg":"m","connId":"a"}"#)
  #expect(outcome.fault == .notice && outcome.code == 64008)
  #expect(shell.reconnects == [.notice])
  shell.receive(Text.book(10, 11))
  #expect(shell.takeCommitted().map(\.kind) == [.snapshot, .update])
  // The replacement stands: the old book is over, everything is asked for anew.
  _ = shell.takeSent()
  shell.connect()
  #expect(shell.takeCommitted().map(\.kind) == [.invalid])
  #expect(shell.takeSent() == [Text.request(2, "subscribe", [("books", "BTC-USDT")])])
  shell.receive(Text.book(-1, 50))
  #expect(shell.isComplete)
}

@Test func aLostConnectionInvalidatesEveryInstrumentOnce() throws {
  let shell = try Shell([
    line(.books), line(.bestBidOffer), line(.trades), line(.bestBidOffer, ether),
    line(.trades, InstrumentID(index: 2)),
  ])
  shell.connect()
  shell.receive(Text.book(-1, 10))
  _ = shell.takeCommitted()
  shell.isRingFull = true
  shell.session.disconnected(now: shell.instant, fault: .connectionLost)
  shell.session.disconnected(now: shell.instant, fault: .closedByPeer)
  shell.poll()
  #expect(shell.takeCommitted() == [] && !shell.isValid(bitcoin))
  #expect(shell.nextDeadline == .zero)
  shell.isRingFull = false
  shell.poll()
  #expect(
    shell.takeCommitted() == [
      Decoded(kind: .invalid, channel: .books, instrument: bitcoin, fault: .connectionLost),
      Decoded(kind: .invalid, channel: .bestBidOffer, instrument: ether, fault: .connectionLost),
    ])
  #expect(shell.receive(Text.book(10, 11)).fault == .unmatchedPush)
  shell.pass(seconds: 100)
  #expect(shell.reconnects == [])
  _ = shell.takeSent()
  shell.connect()
  #expect(shell.takeSent().count == 1)
  #expect(shell.counters.connections == 2)
}

@Test func loginComesFirstWhereItIsConfigured() throws {
  var configuration = PublicSessionConfiguration()
  configuration.needsLogin = true
  let shell = try Shell([line(.booksTbt)], configuration: configuration)
  shell.connect()
  #expect(shell.logins == 1 && shell.takeSent() == [])
  shell.poll()
  #expect(shell.logins == 1)
  shell.receive(#"{"event":"login","code":"0","msg":"","connId":"a"}"#)
  #expect(shell.takeSent() == [Text.request(1, "subscribe", [("books-l2-tbt", "BTC-USDT")])])
  #expect(shell.counters.requests == 2)

  for answer in [
    #"{"event":"error","code":"60009","msg":"Login failed.","connId":"a"}"#,
    #"{"event":"login","code":"60032","msg":"no key"}"#, "",
  ] {
    let refused = try Shell([line(.booksTbt)], configuration: configuration)
    refused.connect()
    if answer.isEmpty { refused.pass(seconds: 10.1) } else { refused.receive(answer) }
    #expect(refused.reconnects == [.loginRefused] && refused.sent == [])
    #expect(refused.faults(.loginRefused) == 1)
  }
}
