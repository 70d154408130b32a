// The public decoder against OKX's shapes, their permutations, and everything that is none of them.

import Fixtures
import Foundation
import OKX
import Quantities
import Testing

@Test func anUpdateBecomesTicksAndLots() {
  let (frame, messages) = decodePublic(usualUpdate)
  #expect(frame.kind == .market && frame.messageCount == 1)
  #expect(
    messages == [
      Decoded(
        kind: .update, channel: .books, instrument: bitcoin,
        bids: [Level(ticks: 787222, lots: 1_200_000_000)],
        asks: [Level(ticks: 787223, lots: 38_699_412), Level(ticks: 787299, lots: 0)],
        time: 1_787_612_486_107, seqId: 80_274_874_876, prevSeqId: 80_274_874_800)
    ])
}

@Test func headersSayWhenAndWhence() {
  let decoder = PublicDecoder(instruments: usualTable)
  let claim = Claim()
  let frame = decoder.decode(Array(usualUpdate.utf8), claim, at: 77)
  let header = unsafe claim.buffer.load(as: MarketMessage.self)
  #expect(header.receivedAt == Instant(nanoseconds: 77))
  #expect(header.receivedStamp.ticks == 78)
  #expect(header.connection == 3)
  #expect(Int(header.byteCount) == frame.byteCount)
}

@Test func aChecksumBringsDigitsAlong() {
  let text = usualUpdate.replacingOccurrences(of: "\"checksum\":0", with: "\"checksum\":-855196043")
    .replacingOccurrences(of: "\"12\"", with: "\"12.500\"")
  let message = decodePublic(text).1!.first!
  #expect(message.checksum == -855_196_043 && message.hasChecksum)
  #expect(message.bids[0].digits == LevelDigits(price: 1, quantity: 3))
  #expect(
    message.asks.map(\.digits) == [
      LevelDigits(price: 1, quantity: 8), LevelDigits(price: 1, quantity: 0),
    ])
}

@Test(.recorded) func sampledFramesDecodeAsFoundationReadsThem() throws {
  var texts = try FrameText.lines(Recordings.file("samples/books-with-seqid-2026-08.jsonl"))
  texts += try FrameText.lines(Recordings.file("samples/public-frames-2026-08.jsonl"))
  for name in ["ws_bbo_tbt", "ws_trades"] {
    texts.append(
      try String(contentsOf: Recordings.file("samples/by-type/\(name).json"), encoding: .utf8))
  }
  // 7 books, 4 + 1 trades, 1 bbo; 5 acks; 3 tickers, 2 candles and 2 books5 that we never asked for.
  expectAsFoundationReads(texts, market: 13, acknowledged: 5)
}

@Test func madeFramesDecodeAsFoundationReadsThem() throws {
  // 4 books, 2 trades, 1 bbo; 3 acks; a ticker, a candle and a books5 that we never asked for.
  expectAsFoundationReads(
    try FrameText.lines(Made.publicFrames.url), market: 7, acknowledged: 3)
}

private func expectAsFoundationReads(_ texts: [String], market: Int, acknowledged: Int) {
  let instruments = table([
    ("BTC-USDT", "0.01", "0.00000001"), ("BTC-USDT-SWAP", "0.1", "0.01"),
    ("BTC-USD", "0.1", "0.00000001"),
  ])
  let decoder = PublicDecoder(instruments: instruments)
  let claim = Claim()
  var kinds: [PublicFrameKind: Int] = [:]
  for text in texts {
    let frame = decoder.decode(text, claim)
    kinds[frame.kind, default: 0] += 1
    if let wanted = Reference.decode(Array(text.utf8), instruments) {
      #expect(frame.kind == .market)
      #expect(claim.messages(frame.byteCount) == wanted)
    } else if text.contains("\"event\"") {
      #expect(frame.kind == .subscribed)
    } else {
      #expect(frame.fault == .unknownChannel)
    }
  }
  #expect(kinds[.market] == market && kinds[.subscribed] == acknowledged)
  #expect(kinds.values.reduce(0, +) == texts.count)
}

@Test(
  .recorded,
  arguments: [
    ("recordings/okx-2022-02-books-l2-tbt.raw", 3679, 3659),
    ("recordings/okx-2021-07-books-l2-tbt-lineA.raw", 1504, 1494),
    ("recordings/okx-2021-07-books-l2-tbt-lineB.raw", 1446, 1436),
  ])
func everyRecordedFrameDecodesAsFoundationReadsIt(_ file: String, _ books: Int, _ updates: Int)
  throws
{
  try expectWholeRecording(
    FrameText.frames(Recordings.file(file)), books: books, updates: updates)
}

@Test func everyMadeFrameDecodesAsFoundationReadsIt() throws {
  try expectWholeRecording(
    FrameText.frames(Made.books.url), books: MadeBooks.messages, updates: MadeBooks.updates)
}

private func expectWholeRecording(_ texts: [String], books: Int, updates: Int) throws {
  let frames = Reference.numbered(texts)
  let instruments = Reference.table(of: frames)
  let decoder = PublicDecoder(instruments: instruments)
  let claim = Claim()
  var found = (books: 0, updates: 0, trades: 0)
  for text in frames {
    let frame = decoder.decode(text, claim)
    guard let wanted = Reference.decode(Array(text.utf8), instruments) else {
      #expect(frame.kind == .subscribed || frame.fault == .unknownChannel, "\(text)")
      continue
    }
    let messages = claim.messages(frame.byteCount)
    // A blank at the end makes the decoder read by name instead of by position.
    let named = decoder.decode(text + " ", claim)
    #expect(claim.messages(named.byteCount) == messages)
    if messages != wanted { Issue.record("\(text) became \(String(describing: messages))") }
    for message in wanted {
      if message.kind == .trade { found.trades += 1 } else { found.books += 1 }
      if message.kind == .update { found.updates += 1 }
    }
  }
  #expect(found.books == books)
  #expect(found.updates == updates)
  #expect(found.trades > 0)
  #expect(claim.isIntact)
}

/// All orders of `items`.
private func permutations(_ items: [String]) -> [[String]] {
  if items.count < 2 { return [items] }
  return items.indices.flatMap { index -> [[String]] in
    var rest = items
    let first = rest.remove(at: index)
    return permutations(rest).map { [first] + $0 }
  }
}

@Test func keysMayComeInAnyOrder() {
  let fields = [
    #""asks":[["78722.3","1","0","1"]]"#,
    #""bids":[["78722.2","2","0","1"],["78722.1","3","0","1"]]"#,
    #""ts":"15""#, #""checksum":7"#, #""seqId":12"#, #""prevSeqId":11"#,
  ]
  let decoder = PublicDecoder(instruments: usualTable)
  let claim = Claim()
  func text(_ members: [String], _ element: [String], _ comma: String) -> String {
    let data = "\"data\":[{" + element.joined(separator: comma) + "}]"
    return "{" + members.map { $0 == "data" ? data : $0 }.joined(separator: comma) + "}"
  }
  let arg = #""arg":{"instId":"BTC-USDT","channel":"books"}"#
  let usual = [arg, #""action":"update""#, "data"]
  let wanted = Reference.decode(Array(text(usual, fields, ",").utf8), usualTable)
  #expect(wanted?.first?.bids.count == 2)
  for comma in [",", " ,\n\t"] {
    for element in permutations(fields) {
      let frame = decoder.decode(text(usual, element, comma), claim)
      #expect(claim.messages(frame.byteCount) == wanted)
    }
    for members in permutations(usual + [#""extra":{"data":[1]}"#]) {
      let frame = decoder.decode(text(members, fields, comma), claim)
      #expect(claim.messages(frame.byteCount) == wanted)
    }
  }
}

@Test func severalElementsLieBackToBack() {
  let trades =
    #"{"arg":{"channel":"trades","instId":"ETH-USDT"},"data":[{"instId":"ETH-USDT","tradeId":"1","px":"5.25","sz":"0.5","side":"buy","ts":"9","count":"3","source":"1","seqId":44},{"tradeId":"2","px":"5.26","sz":"1","side":"sell","ts":"10"}]}"#
  let (frame, messages) = decodePublic(trades)
  #expect(frame.messageCount == 2 && frame.byteCount == 208)
  #expect(
    messages == [
      Decoded(
        kind: .trade, channel: .trades, instrument: ether, time: 9, seqId: 44,
        trade: Decoded.Trade(
          ticks: 525, lots: 500_000, side: .buy, id: 1, count: 3, source: 1)),
      Decoded(
        kind: .trade, channel: .trades, instrument: ether, time: 10,
        trade: Decoded.Trade(ticks: 526, lots: 1_000_000, side: .sell, id: 2)),
    ])
  let element = #"{"asks":[["2","1","0","1"]],"bids":[],"ts":"1","seqId":2,"prevSeqId":1}"#
  let books =
    #"{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"snapshot","data":[\#(element),\#(element)]}"#
  #expect(decodePublic(books).1?.map(\.kind) == [.snapshot, .snapshot])
  #expect(
    decodePublic(books.replacingOccurrences(of: "\(element),\(element)", with: "")).0.byteCount == 0
  )
}

@Test func aBookOfAnyDepthUpToTheLimitFits() {
  for (count, checksum) in [(400, 0), (400, 9), (1024, 0), (1024, 1)] {
    func side(_ base: Int) -> String {
      (0..<count).map { "[\"\(base + $0).5\",\"0.\($0 + 1)\",\"0\",\"\($0)\"]" }.joined(
        separator: ",")
    }
    let text =
      #"{"arg":{"channel":"books-l2-tbt","instId":"BTC-USDT"},"action":"snapshot","data":[{"asks":[\#(side(50000))],"bids":[\#(side(10000))],"ts":"1","checksum":\#(checksum),"seqId":2,"prevSeqId":-1}]}"#
    let (frame, messages) = decodePublic(text)
    #expect(frame.kind == .market)
    #expect(messages == Reference.decode(Array(text.utf8), usualTable))
    let deeper = text.replacingOccurrences(
      of: "\"bids\":[", with: "\"bids\":[[\"9\",\"1\",\"0\",\"1\"],")
    if count == MarketMessage.levelsMax { #expect(publicFault(deeper) == .tooManyLevels) }
  }
}

@Test func aSmallClaimIsAResult() {
  let decoder = PublicDecoder(instruments: usualTable)
  for size in 0..<(64 + 3 * 16) {
    let claim = Claim(size: size)
    let frame = decoder.decode(usualUpdate, claim)
    #expect(frame.fault == (size < 64 ? .messageTooLarge : .tooManyLevels))
    #expect(claim.isIntact)
  }
  #expect(decoder.decode(usualUpdate, Claim(size: 64 + 3 * 16)).kind == .market)
}
