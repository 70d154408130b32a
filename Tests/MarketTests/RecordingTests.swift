// Recordings: what is in them, that our book agrees with every recorded checksum, and what derivation adds.

import Fixtures
import Foundation
import Market
import Quantities
import Testing

private let files: [(name: String, books: Int)] = [
  ("okx-2022-02-books-l2-tbt", 3_679), ("okx-2021-07-books-l2-tbt-lineA", 1_504),
  ("okx-2021-07-books-l2-tbt-lineB", 1_446),
]

/// A book of texts, sharing nothing with the one under test.
private struct TextBook {
  var bids: [String: String] = [:]
  var asks: [String: String] = [:]

  mutating func apply(_ frame: [UInt8]) throws {
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(frame)) as? [String: Any])
    let element = try #require((object["data"] as? [[String: Any]])?.first)
    if object["action"] as? String == "snapshot" { self = TextBook() }
    for level in try #require(element["bids"] as? [[String]]) {
      bids[level[0]] = level[1] == "0" ? nil : level[1]
    }
    for level in try #require(element["asks"] as? [[String]]) {
      asks[level[0]] = level[1] == "0" ? nil : level[1]
    }
  }

  var lines: String {
    func plain(_ text: String) -> String { Amount(text)!.normalized.description }
    func sorted(_ side: [String: String]) -> [(String, String)] {
      side.sorted { Decimal(string: $0.key)! < Decimal(string: $1.key)! }.map { ($0.key, $0.value) }
    }
    var output = ""
    for (price, size) in sorted(bids).reversed() { output += "b,\(plain(price)),\(plain(size))\n" }
    for (price, size) in sorted(asks) { output += "a,\(plain(price)),\(plain(size))\n" }
    return output
  }
}

private func recording(_ name: String) throws -> RecordingFile {
  try RecordingFile(path: Recordings.file("recordings/\(name).raw").path)
}

@Test(.recorded, arguments: files.indices)
func recordedBooksAgreeWithTheirChecksums(_ index: Int) throws {
  let rest = try Recordings.file("rest/okx-2022-02-public-instruments.raw")
  try agreesWithItsChecksums(
    recording(files[index].name), [UInt8](Data(contentsOf: rest)), books: files[index].books,
    instruments: 10)
}

@Test func madeBooksAgreeWithTheirChecksums() throws {
  try agreesWithItsChecksums(
    RecordingFile(path: Made.books.path), Made.instruments.bytes(), books: MadeBooks.messages,
    instruments: MadeBooks.instruments)
}

private func agreesWithItsChecksums(
  _ file: RecordingFile, _ rest: [UInt8], books count: Int, instruments: Int
) throws {
  #expect(file.channelCounts["books-l2-tbt"] == count)
  #expect((file.channelCounts["trades"] ?? 0) > 0 && (file.channelCounts["event"] ?? 0) > 0)
  #expect(file.connectionLines == 1 && file.requestLines > 0 && file.unknownLines == 0)
  #expect(file.depthInstruments.map(\.instruments.count) == [instruments])
  var market = try RecordedMarket(file, instruments: rest)
  #expect(market.channel == .booksTbt && market.bookMessages == count)
  var books = market.catalogue.list.map { ExchangeBook($0) }
  var texts = [TextBook](repeating: TextBook(), count: books.count)
  var last = [Int64](repeating: -1, count: books.count)
  var due: Int64 = 0
  var verified = 0
  var heartbeats = 0
  while let event = market.next() {
    #expect(event.due >= due)
    due = event.due
    if !event.isBook { continue }
    #expect(event.prevSeqId == (event.kind == .snapshot ? -1 : last[event.instrument]))
    last[event.instrument] = event.seqId
    books[event.instrument].apply(event)
    if event.kind == .heartbeat {
      heartbeats += 1
      #expect(event.seqId == event.prevSeqId && event.recorded == nil)
      continue
    }
    try texts[event.instrument].apply(try #require(event.recorded).bytes)
    if books[event.instrument].checksum == event.checksum { verified += 1 }
  }
  #expect(verified == count)
  #expect(heartbeats == instruments)
  for (book, text) in zip(books, texts) {
    #expect(String(decoding: book.digestLines, as: UTF8.self) == text.lines)
    #expect(book.bids.count <= 400 && book.asks.count <= 400)
  }
}

@Test(.recorded) func derivationTouchesNoOtherByte() throws {
  try derivesWithoutTouching(recording(files[1].name))
}

@Test func derivationTouchesNoOtherByteOfMadeFrames() throws {
  try derivesWithoutTouching(RecordingFile(path: Made.books.path))
}

private func derivesWithoutTouching(_ file: RecordingFile) throws {
  let frames = file.frames.filter { $0.kind == .push && $0.channel == "books-l2-tbt" }
  var market = try RecordedMarket(file)
  var index = 0
  var steps: Set<Int64> = []
  while let event = market.next() {
    guard event.isBook, let push = event.recorded else { continue }
    let inserted = ",\"seqId\":\(event.seqId),\"prevSeqId\":\(event.prevSeqId)"
    let sent = String(decoding: push.bytes, as: UTF8.self)
    let original = String(decoding: file.bytes(of: frames[index]), as: UTF8.self)
    #expect(sent.hasSuffix(inserted + "}]}"))
    #expect(sent.replacingOccurrences(of: inserted, with: "") == original)
    if event.prevSeqId != -1 { steps.insert(event.seqId - event.prevSeqId) }
    index += 1
  }
  #expect(index == frames.count)
  #expect(steps.count > 1, "a client that counts by one must be caught out")
}

@Test(.recorded) func recordedNumbersAreKept() throws {
  let lines = try FrameText.lines(Recordings.file("samples/books-with-seqid-2026-08.jsonl"))
  #expect(try lastNumberKept(lines) > 80_274_874_887)
}

@Test func madeNumbersAreKept() throws {
  let lines = try FrameText.lines(Made.publicFrames.url).filter {
    $0.contains("\"channel\":\"books\"") && !$0.contains("\"event\"")
  }
  #expect(lines.count == 4)
  #expect(try lastNumberKept(lines) == 4, "a reset keeps its number too")
}

/// The last `seqId` of frames that carry numbers; each event has its frame's bytes and numbers.
private func lastNumberKept(_ lines: [String]) throws -> Int64 {
  let raw = lines.enumerated().map { "1787612486.\($0.offset): \($0.element)" }
  let file = RecordingFile(bytes: Array(raw.joined(separator: "\n").utf8))
  var market = try RecordedMarket(file)
  #expect(market.channel == .books)
  let frames = file.frames.filter { $0.kind == .push }
  var last: Int64 = -1
  for frame in frames {
    let event = try following(&market)
    #expect(event.recorded?.bytes == file.bytes(of: frame))
    #expect(event.prevSeqId == last || event.kind == .snapshot)
    last = event.seqId
  }
  return last
}

@Test func linesOfEveryFormAndNone() throws {
  let text = """
    wss://ws.okx.com:8443/ws/v5/public <-> 1646003666.6408682
    wss://ws.okx.com:8443/ws/v5/public <- 1646003667.399285: {"op":"subscribe"}
    configuration: {"l2_book":[]}
    1646003667.5: {"event":"subscribe","arg":{"channel":"books","instId":"A-B"}}
    1646003667.1234567891: {"arg":{"channel":"books","instId":"A-B"},"action":"snapshot","data":[]}
    1646003668: pong
    https://www.okx.com/x -> 1646003664.399105: {"code":"0"}

    99999999999999999999.1: {}
    1646003669.2: {"arg":{"channel":"trades"
    """
  let file = RecordingFile(bytes: Array(text.utf8))
  #expect(file.connectionLines == 1 && file.requestLines == 1 && file.unknownLines == 2)
  #expect(file.bodies.map(\.url) == ["https://www.okx.com/x"])
  #expect(file.frames.map(\.kind) == [.event, .push, .other, .other])
  #expect(file.frames[0].time == 1_646_003_667_500_000_000)
  #expect(file.frames[1].time == 1_646_003_667_123_456_789)
  #expect(file.frames[2].time == 1_646_003_668_000_000_000)
  #expect(file.frames[1].instrument == "A-B" && file.frames[1].action == "snapshot")
  #expect(file.bytes(of: file.frames[2]) == Array("pong".utf8))
  #expect(throws: RecordingError.malformedFrame(line: 5)) { try RecordedMarket(file) }
  #expect(throws: RecordingError.noBooks) { try RecordedMarket(RecordingFile(bytes: [])) }
  #expect(throws: RecordingError.unreadable("/none")) { try RecordingFile(path: "/none") }
}

@Test func everyTornFrameIsRefusedNotTrapped() throws {
  let frame =
    #"{"arg":{"channel":"books","instId":"A-B"},"action":"snapshot","data":[{"asks":[["1.5","2","0","1"]],"bids":[],"ts":"5","checksum":-7,"seqId":3,"prevSeqId":-1}]}"#
  let whole = try RecordedMarket(RecordingFile(bytes: Array("1.0: \(frame)".utf8)))
  #expect(whole.bookMessages == 1)
  for count in 0..<frame.utf8.count {
    let torn = Array("1.0: ".utf8) + frame.utf8.prefix(count)
    #expect(throws: RecordingError.self) { try RecordedMarket(RecordingFile(bytes: torn)) }
  }
  for index in frame.utf8.indices {
    var bytes = Array(frame.utf8)
    bytes[frame.utf8.distance(from: frame.utf8.startIndex, to: index)] = 0x5B
    _ = try? RecordedMarket(RecordingFile(bytes: Array("1.0: ".utf8) + bytes))
  }
}

/// A recording whose trades are finer than its books, in price and size.
private let fine = [
  #"{"arg":{"channel":"books","instId":"A-B"},"action":"snapshot","data":[{"asks":[["1.5","2"]],"bids":[["1.4","3"]],"ts":"5"}]}"#,
  #"{"arg":{"channel":"books","instId":"C-D"},"action":"snapshot","data":[{"asks":[["7","2"]],"bids":[],"ts":"6"}]}"#,
  #"{"arg":{"channel":"trades","instId":"A-B"},"data":[{"instId":"A-B","tradeId":"9","px":"1.45","sz":"0.25","side":"buy","ts":"7"}]}"#,
  #"{"arg":{"channel":"books","instId":"A-B"},"action":"update","data":[{"asks":[["1.5","1"]],"bids":[],"ts":"8"}]}"#,
].enumerated().map { "\($0 + 1).0: \($1)" }.joined(separator: "\n")

@Test func aTradeFinerThanTheBooksIsATrade() throws {
  let rows =
    #"{"data":[{"instType":"SPOT","instId":"A-B","baseCcy":"A","quoteCcy":"B","tickSz":"0.1","lotSz":"1","minSz":"1","state":"live"}]}"#
  for instruments in [nil, Array(rows.utf8)] {
    var market = try RecordedMarket(
      RecordingFile(bytes: Array(fine.utf8)), instruments: instruments)
    let item = market.catalogue[0]
    #expect(item.listedTick.normalized.description == "0.1")
    #expect(item.listedLot.normalized.description == "1")
    var book = ExchangeBook(item)
    var prints: [TradePrint] = []
    while let event = market.next() {
      if event.instrument == 0 { book.apply(event) }
      if let trade = event.trade { prints.append(trade) }
    }
    let print = try #require(prints.first, "a print")
    #expect(prints.count == 1 && item.text(price: print.price) == "1.45")
    #expect(item.text(quantity: print.quantity) == "0.25")
    #expect(String(decoding: book.digestLines, as: UTF8.self) == "b,1.4,3\na,1.5,1\n")
  }
}

@Test func anOpeningIsTakenOnceAndOutOfTurn() throws {
  var market = try RecordedMarket(RecordingFile(bytes: Array(fine.utf8)))
  let taken = market.opening(1)
  let opening = try #require(taken)
  #expect(opening.kind == .snapshot && opening.instrument == 1 && opening.asks.count == 1)
  let again = market.opening(1)
  #expect(again == nil)
  var kinds: [String] = []
  while let event = market.next() { kinds.append("\(event.instrument) \(event.kind)") }
  #expect(kinds == ["0 snapshot", "0 trade", "0 update", "0 heartbeat", "1 heartbeat"])
  // What has been played is no opening any more.
  let late = market.opening(0)
  #expect(late == nil)
}

@Test func writtenRecordingsReadBack() throws {
  let path = NSTemporaryDirectory() + "/recording-\(UUID().uuidString).raw"
  defer { try? FileManager.default.removeItem(atPath: path) }
  let frame = Array(
    #"{"arg":{"channel":"books","instId":"A-B"},"data":[{"asks":[["1.50","2"]]}]}"#.utf8)
  do {
    var writer = try RecordingWriter(path: path)
    try writer.opened(url: "wss://x/y", at: 1_646_003_666_000_000_001)
    try writer.sent(url: "wss://x/y", Array(#"{"op":"subscribe"}"#.utf8), at: 5)
    for index in 0..<2_000 {
      try writer.received(frame, at: 1_646_003_667_000_000_000 + Int64(index))
    }
    #expect(throws: RecordingError.self) { try writer.received([0x0A], at: 1) }
    #expect(writer.frames == 2_000)
  }
  let file = try RecordingFile(path: path)
  #expect(file.frames.count == 2_000 && file.unknownLines == 0)
  #expect(file.connectionLines == 1 && file.requestLines == 1)
  #expect(file.frames[1_999].time == 1_646_003_667_000_001_999)
  #expect(file.bytes(of: file.frames[7]) == frame)
  #expect(throws: RecordingError.unwritable(path)) { _ = try RecordingWriter(path: path) }
}
