// Pushes of every channel rebuild the exchange's book, chains unbroken; and faults break them as scripted.

import Foundation
import Market
import Quantities
import Testing

/// A subscriber of one incremental channel, by texts alone.
private struct Subscriber {
  var bids: [Int64: String] = [:]
  var asks: [Int64: String] = [:]
  var last: Int64?
  var gaps = 0
  var garbage = 0
  var heartbeats = 0
  var resets = 0
  var snapshots = 0

  mutating func take(_ bytes: [UInt8]) {
    guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any],
      let data = (object["data"] as? [[String: Any]])?.first, let seqId = data["seqId"] as? Int64,
      let previous = data["prevSeqId"] as? Int64
    else {
      garbage += 1
      return
    }
    let isSnapshot = object["action"] as? String == "snapshot"
    if isSnapshot {
      snapshots += 1
      bids = [:]
      asks = [:]
    } else if previous != last {
      gaps += 1
    } else if seqId == previous {
      heartbeats += 1
    } else if seqId < previous {
      resets += 1
    }
    last = seqId
    func key(_ text: String) -> Int64 {
      try! DecimalNumber(text)!.units(of: Increment(mantissa: 1, decimals: 6))
    }
    for level in data["bids"] as? [[String]] ?? [] {
      bids[key(level[0])] = level[1] == "0" ? nil : level[1]
    }
    for level in data["asks"] as? [[String]] ?? [] {
      asks[key(level[0])] = level[1] == "0" ? nil : level[1]
    }
  }

  func agrees(with book: ExchangeBook, depth: Int) -> Bool {
    func side(_ levels: [BookLevel]) -> [Int64: String] {
      var output: [Int64: String] = [:]
      for level in levels {
        let price = try! book.specification.decimal(price: level.price).units(
          of: Increment(mantissa: 1, decimals: 6))
        output[price] = book.specification.text(quantity: level.quantity)
      }
      return output
    }
    return bids == side(book.top(.buy, depth)) && asks == side(book.top(.sell, depth))
  }
}

@Test(arguments: [PublicChannel.books, .booksTbt, .books50])
func pushesRebuildTheBook(_ channel: PublicChannel) throws {
  var market = GeneratedMarket(instruments: 2, seed: 3)
  var books = market.catalogue.list.map { ExchangeBook($0) }
  var publisher = MarketPublisher(market.catalogue)
  var early = Subscriber()
  var late = Subscriber()
  var pushes: [Push] = []
  for step in 0..<4_000 {
    let event = try following(&market)
    books[event.instrument].apply(event)
    pushes.removeAll()
    publisher.publish(
      event, book: books[event.instrument], subscribed: [channel], into: &pushes)
    for push in pushes where push.instrument == 0 {
      #expect(push.channel == channel)
      early.take(push.bytes)
      if step > 1_000 { late.take(push.bytes) }
    }
    if step == 1_000 {
      let text = publisher.snapshot(instrument: 0, channel: channel, book: books[0])
      late.take(try #require(text))
    }
  }
  for subscriber in [early, late] {
    #expect(subscriber.snapshots == 1 && subscriber.gaps == 0 && subscriber.garbage == 0)
    #expect(subscriber.agrees(with: books[0], depth: channel.depth))
  }
}

@Test func statesAndTradesArePushed() throws {
  var market = GeneratedMarket(instruments: 1, seed: 3)
  var books = market.catalogue.list.map { ExchangeBook($0) }
  var publisher = MarketPublisher(market.catalogue)
  var counts: [PublicChannel: Int] = [:]
  var trades = 0
  for _ in 0..<3_000 {
    let event = try following(&market)
    if event.kind == .trade { trades += 1 }
    books[event.instrument].apply(event)
    var pushes: [Push] = []
    publisher.publish(
      event, book: books[0], subscribed: [.bestBidOffer, .books5, .trades], into: &pushes)
    for push in pushes {
      counts[push.channel, default: 0] += 1
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(push.bytes)) as? [String: Any])
      #expect((object["arg"] as? [String: String])?["channel"] == push.channel.rawValue)
      let data = try #require((object["data"] as? [[String: Any]])?.first)
      if push.channel == .bestBidOffer {
        let best = try #require((data["bids"] as? [[String]])?.first)
        #expect(best[0] == market.catalogue[0].text(price: books[0].bestBid!.price))
        #expect(data["seqId"] as? Int64 == event.seqId)
      }
    }
  }
  #expect(counts[.trades] == trades && trades > 50)
  #expect((counts[.bestBidOffer] ?? 0) > 100 && counts[.bestBidOffer]! < counts[.books5]!)
}

@Test func theChannelThatAsksGetsTheRecordedBytes() throws {
  let frame =
    #"{"arg":{"channel":"books-l2-tbt","instId":"A-B"},"action":"snapshot","data":[{"asks":[["1.50","2"]],"bids":[["1.4","3.0"]],"ts":"5","checksum":-7}]}"#
  var market = try RecordedMarket(RecordingFile(bytes: Array("1.0: \(frame)".utf8)))
  var publisher = MarketPublisher(market.catalogue)
  var book = ExchangeBook(market.catalogue[0])
  let event = try following(&market)
  book.apply(event)
  var pushes: [Push] = []
  publisher.publish(event, book: book, subscribed: [.booksTbt, .books], into: &pushes)
  let numbers = ",\"seqId\":\(event.seqId),\"prevSeqId\":-1}]}"
  let sent = frame.replacingOccurrences(of: "}]}", with: numbers)
  #expect(
    pushes.map { String(decoding: $0.bytes, as: UTF8.self) }.sorted()
      == [
        sent.replacingOccurrences(of: "books-l2-tbt", with: "books"), sent,
      ].sorted())
  // A snapshot of ours keeps the digits, and so the checksum's text.
  let again = publisher.snapshot(instrument: 0, channel: .books, book: book)
  let text = String(decoding: try #require(again), as: UTF8.self)
  #expect(text.contains(#"["1.50","2","0","0"]"#) && text.contains(#"["1.4","3.0","0","0"]"#))
  #expect(text.contains("\"checksum\":\(book.checksum),"))
  #expect(book.checksum == Int32(bitPattern: 0x11CA_06D3) || book.checksum != 0)
}

@Test(arguments: FaultKind.allCases)
func eachFaultDoesWhatItSays(_ kind: FaultKind) throws {
  var market = GeneratedMarket(instruments: 2, seed: 9)
  let script = try FaultScript(text: "at 100 of BTC-USDT \(kind.rawValue) # a comment\n")
  var injector = try FaultInjector(script, market.catalogue)
  var books = market.catalogue.list.map { ExchangeBook($0) }
  var publisher = MarketPublisher(market.catalogue)
  var subscriber = Subscriber()
  var neighbour = Subscriber()
  var gapAt: Int?
  var messages = 0
  var disconnects = 0
  for _ in 0..<2_000 {
    var event = try following(&market)
    let plan = injector.plan(&event)
    books[event.instrument].apply(event)
    var pushes: [Push] = []
    publisher.publish(
      event, book: books[event.instrument], subscribed: [.books], plan: plan, into: &pushes)
    if event.instrument == 0 && event.isBook { messages += 1 }
    if plan.isFollowedByDisconnect { disconnects = messages }
    for push in pushes {
      if push.instrument == 0 { subscriber.take(push.bytes) } else { neighbour.take(push.bytes) }
    }
    if subscriber.gaps > 0 && gapAt == nil { gapAt = messages }
  }
  #expect(neighbour.gaps == 0 && neighbour.agrees(with: books[1], depth: 400))
  #expect(subscriber.garbage == (kind == .garbage ? 1 : 0))
  #expect(subscriber.heartbeats == (kind == .heartbeat ? 1 : 0))
  #expect(subscriber.resets == (kind == .reset ? 1 : 0))
  switch kind {
  case .drop, .reorder: #expect(gapAt == 101)
  case .duplicate, .gap: #expect(gapAt == 100)
  default: #expect(gapAt == nil && subscriber.agrees(with: books[0], depth: 400))
  }
  #expect(disconnects == (kind == .disconnect ? 100 : 0))
  if kind == .reject {
    let codes = [injector.rejection(instrument: 1), injector.rejection(instrument: 0)]
    #expect(codes == [nil, 50_026])
  }
  if kind == .dropSnapshot {
    let isTaken = injector.takesSnapshot(instrument: 0)
    #expect(isTaken)
  }
  let left = (injector.takesSnapshot(instrument: 0), injector.rejection(instrument: 0))
  #expect(left.0 == false && left.1 == nil)
  #expect(injector.injected == [kind: 1])
}

@Test func resetsRewriteRecordedFrames() throws {
  var lines = ""
  for index in 0..<6 {
    let action = index == 0 ? "snapshot" : "update"
    lines +=
      #"\#(index).0: {"arg":{"channel":"books","instId":"A-B"},"action":"\#(action)","data":[{"asks":[["1.5","\#(index + 1)"]],"bids":[],"ts":"5"}]}"#
      + "\n"
  }
  var market = try RecordedMarket(RecordingFile(bytes: Array(lines.utf8)))
  var injector = try FaultInjector(
    FaultScript(text: "at 3 of A-B reset\nat 0 of A-B drop-snapshot"), market.catalogue)
  var publisher = MarketPublisher(market.catalogue)
  var book = ExchangeBook(market.catalogue[0])
  var subscriber = Subscriber()
  while var event = market.next() {
    let plan = injector.plan(&event)
    book.apply(event)
    var pushes: [Push] = []
    publisher.publish(event, book: book, subscribed: [.books], plan: plan, into: &pushes)
    if plan.isDropped {
      subscriber.take(publisher.snapshot(instrument: 0, channel: .books, book: book)!)
    }
    for push in pushes { subscriber.take(push.bytes) }
  }
  #expect(subscriber.resets == 1 && subscriber.gaps == 0 && subscriber.heartbeats == 1)
  #expect(subscriber.last == book.seqId && subscriber.agrees(with: book, depth: 400))
  #expect(injector.injected == [.reset: 1, .dropSnapshot: 1])
}

@Test(arguments: [
  ("at x of A-B drop", 1), ("# fine\n\nat 5 of A-B explode", 3), ("at 5 A-B drop", 1),
  ("at 0 of A-B drop", 1), ("at 5 of connection gap", 1), ("at 5 of A-B drop 7", 1),
  ("at 5 of A-B reject 51008\nat 6 of A-B reject x", 2), ("at -1 of A-B drop", 1), ("drop", 1),
])
func wrongScriptsNameTheirLine(_ text: String, _ line: Int) {
  #expect { try FaultScript(text: text) } throws: { ($0 as? FaultScriptError)?.line == line }
}

@Test func scriptsOfConnectionsAndUnknownInstruments() throws {
  let script = try FaultScript(
    text: "at 3 of connection disconnect\r\nat 3 of connection reject 51008\nat 4 of BTC-USDT gap")
  #expect(script.entries.count == 3)
  let catalogue = GeneratedMarket(instruments: 1, seed: 1).catalogue
  var injector = try FaultInjector(script, catalogue)
  let faults = [injector.connectionFaults(message: 2), injector.connectionFaults(message: 3)]
  #expect(faults == [[], [.disconnect]])
  let codes = [injector.rejection(instrument: 0), injector.rejection(instrument: 0)]
  #expect(codes == [51_008, nil])
  #expect(throws: FaultScriptError.self) {
    try FaultInjector(FaultScript(text: "at 1 of NO-SUCH drop"), catalogue)
  }
}
