// Streams: rotation, caps, readers beside a writer, unknown kinds, and a writer that is killed.

import Channels
import Foundation
import Glibc
import Journal
import Quantities
import Testing

@Test func segmentsFollowOneAnother() throws {
  let scratch = Scratch("rotate")
  var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings(8_192))
  let reader = try Tail(scratch.trade)
  let text = String(repeating: "r", count: 300)
  var read = 0
  for index in 0..<400 {
    try writer.append(.note, text: "\(index) " + text, at: .zero)
    if index % 3 == 0 { while try reader.next() != nil { read += 1 } }
  }
  while try reader.next() != nil { read += 1 }
  #expect(read == 400 && writer.segment > 10)
  #expect(try scratch.trade.segments() == Array(1...writer.segment))
  for segment in 1..<writer.segment {
    let checked = try JournalVerification(file: scratch.trade.file(segment))
    #expect(checked.end == .closed && checked.header.segment == segment)
    #expect(checked.endOffset <= 8_192)
  }
  let last = try JournalVerification(file: scratch.trade.file(writer.segment))
  #expect(last.end == .open && last.header.firstRecord + last.records == 400)
  #expect(throws: JournalError.tooLarge(bytes: 8_192)) {
    try writer.append(.note, text: String(repeating: "x", count: 8_192), at: .zero)
  }
  // From any place kept, reading goes on with the next record.
  let all = try records(scratch.trade)
  for index in stride(from: 0, to: 400, by: 37) {
    #expect(try records(scratch.trade, from: all[index].next).count == 399 - index)
  }
  try writer.close()
}

@Test func theOldestSegmentsGoWhenTheCapIsReached() throws {
  let scratch = Scratch("cap")
  var writer = try JournalWriter(
    scratch.market, identity: identity(), settings: settings(8_192, total: 40_000))
  let reader = try Tail(scratch.market)
  let text = String(repeating: "m", count: 1_000)
  for _ in 0..<100 { try writer.append(.note, text: text, at: .zero) }
  let left = try scratch.market.segments()
  #expect(left.last == writer.segment && left.count <= 5 && left.count >= 4)
  #expect(throws: JournalError.gone(segment: 1)) { while try reader.next() != nil {} }
  #expect(try records(scratch.market).count > 20, "the rest is whole")
  try writer.close()
}

@Test func unknownKindsAreSkippedAndCounted() throws {
  let scratch = Scratch("unknown")
  var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings())
  for index in 0..<10 {
    var header = RecordHeader(
      .note, stage: .gate, number: UInt64(index + 1), at: .zero, payloadByteCount: 0)
    if index % 2 == 1 { header.kind = 999 }
    let text = Array("k\(index)".utf8)
    try unsafe writer.append(header, text.span.bytes)
  }
  let reader = try Tail(scratch.trade)
  var read: [String] = []
  while let record = try reader.next() {
    read.append(String(decoding: record.payload, as: UTF8.self))
  }
  #expect(read == ["k0", "k2", "k4", "k6", "k8"] && reader.unknownRecords == 5)
  try writer.close()
  let checked = try JournalVerification(file: scratch.trade.file(1))
  #expect(checked.unknownRecords == 5 && checked.records == 10 && checked.holes == 0)
}

@Test func holesInAStagesNumbersAreFound() throws {
  let scratch = Scratch("holes")
  var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings())
  func put(_ kind: JournalKind, _ number: UInt64, _ bytes: [UInt8] = []) throws {
    let header = RecordHeader(kind, stage: .gate, number: number, at: .zero, payloadByteCount: 0)
    try unsafe writer.append(header, bytes.span.bytes)
  }
  try put(.note, 1)
  try put(.note, 2)
  let lost = LostRecord(stage: .gate, from: 3, to: 9)
  try put(.lost, 9, unsafe withUnsafeBytes(of: lost) { unsafe [UInt8]($0) })
  try put(.note, 10)
  var checked = try JournalVerification(file: scratch.trade.file(1))
  #expect(checked.holes == 0 && checked.lostRecords == 7 && checked.isSound)
  try put(.note, 12)
  checked = try JournalVerification(file: scratch.trade.file(1))
  #expect(checked.holes == 1 && !checked.isSound)
  try writer.close()
}

@Test func durabilityIsWhatWasAsked() throws {
  for (durability, expected) in [
    (JournalDurability.none, 0), (.every, 5), (.interval(3_000), 3),
  ] as [(JournalDurability, UInt64)] {
    let scratch = Scratch("durability")
    var settings = settings()
    settings.durability = durability
    var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings)
    for step in 1...5 {
      try writer.append(.note, text: "d", at: .zero)
      try writer.commit(at: Instant(nanoseconds: Int64(step) * 1_500 + 3_000))
      try writer.commit(at: Instant(nanoseconds: Int64(step) * 1_500 + 3_000))
    }
    #expect(writer.syncs == expected, "\(durability)")
    try writer.close()
  }
}

@Test func readersBesideAWriterMissNothing() async throws {
  let path = Scratch("beside").path
  unsafe _ = mkdir(path, 0o700)
  let folder = JournalFolder(path: path, stream: .trade)
  let count = 30_000
  var writer = try JournalWriter(folder, identity: identity(), settings: settings(1 << 15))
  let readers = (0..<2).map { _ in
    Task.detached { () throws -> (Int, Bool) in
      let reader = try Tail(folder)
      var read = 0
      var isInOrder = true
      let deadline = Instant.now().advanced(byNanoseconds: 30_000_000_000)
      while read < count && Instant.now() < deadline {
        guard let record = try reader.next() else {
          sched_yield()
          continue
        }
        read += 1
        let expected = String(
          repeating: Character(UnicodeScalar(UInt8(97 + read % 26))), count: read % 200)
        isInOrder =
          isInOrder && record.header.number == UInt64(read)
          && record.payload == Array(expected.utf8)
      }
      return (read, isInOrder)
    }
  }
  for index in 1...count {
    let letter = Character(UnicodeScalar(UInt8(97 + index % 26)))
    try writer.append(.note, text: String(repeating: letter, count: index % 200), at: .zero)
    if index % 5_000 == 0 { usleep(1_000) }
  }
  for reader in readers {
    let (read, isInOrder) = try await reader.value
    #expect(read == count && isInOrder)
  }
  try writer.close()
  for segment in try folder.segments() { unsafe _ = unlink(folder.file(segment)) }
  unsafe _ = rmdir(path)
}

/// A process of its own appends until it is killed; all that `append` returned from is there.
@Test func aKilledWriterLosesNothing() throws {
  for delay in [300, 4_000, 20_000] as [UInt32] {
    let scratch = Scratch("killed")
    let shared = try MemoryRegion.create(file: scratch.path + "/count", byteCount: 4_096)
    let folder = scratch.trade
    var payload = [UInt8](repeating: 0x6B, count: 333)
    payload[0] = 0x41
    // Everything that a child cannot make safely is made before the fork.
    var writer = try JournalWriter(folder, identity: identity(), settings: settings(1 << 18))
    try writer.append(.note, bytes: payload, at: .zero)
    let forked = unsafe withUnsafeMutablePointer(to: &writer) { held -> pid_t? in
      forkedChild {
        var number: UInt64 = 1
        while true {
          guard unsafe (try? held.pointee.append(.note, bytes: payload, at: .zero)) != nil else {
            _exit(3)
          }
          number += 1
          unsafe shared.base.storeBytes(of: number, as: UInt64.self)
        }
      }
    }
    let child = try #require(forked)
    for _ in 0..<10_000 where counter(shared) < 500 { usleep(500) }
    usleep(delay)
    kill9(child)
    let promised = counter(shared)
    #expect(promised >= 500)

    let reader = try Tail(folder)
    var read: UInt64 = 0
    while let record = try reader.next() {
      read += 1
      if record.header.number != read || record.payload != payload { break }
    }
    #expect(read == promised || read == promised + 1)
    let next = try JournalWriter(folder, identity: identity(8), settings: settings())
    #expect(next.records == read)
    #expect(next.opening.lastNumbers[StageID.recorder.rawValue] == read)
    try next.close()
    #expect(try records(folder).count == Int(read))
    shared.unmap()
  }
}

@Test func linesAreJSONAndCarryTheNames() throws {
  let scratch = Scratch("text")
  var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings())
  let symbol = try #require(Symbol("BTC-USDT"))
  let instrument = Instrument(
    id: InstrumentID(index: 0), symbol: symbol, type: .spot,
    tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 5))
  let at = Instant.now()
  try writer.append(.instrument, InstrumentRecord(instrument), at: at)
  let reference = DecisionReference(
    bid: Price(ticks: 787_220), ask: Price(ticks: 787_221), seqId: 5, receivedAt: at,
    exchangeTime: WallMilliseconds(milliseconds: 9))
  let intent = Intent(
    number: IntentNumber(rawValue: 3), instrument: instrument.id, kind: .place, side: .sell,
    type: .postOnly, source: .manual, isBookValid: true, isReduceOnly: false,
    price: Price(ticks: 787_225), quantity: Quantity(lots: 4), targetIntent: .none,
    decision: .none, reference: reference, madeAt: at, takenAt: at)
  try writer.append(.intent, intent, at: at)
  let verdict = Verdict(
    intent: intent.number, instrument: instrument.id, kind: .place, code: .priceCollar, limit: 50,
    figure: 51, decision: .none, judgedAt: at)
  try writer.append(.verdict, verdict, cause: Cause(.builder(1), 3), at: at)
  let id = try #require(ClientOrderID(start: 7, number: 12))
  let order = OrderRecord(
    intent, clientOrder: id, judgedAt: at, encodedAt: at,
    expiresAt: WallMilliseconds(milliseconds: 77), connection: 0, request: 12)
  try writer.append(.order, order, at: at)
  var report = Report(kind: .fill, instrument: instrument.id, side: .sell)
  report.lastPrice = intent.price
  report.feeUnits = -629_780
  report.feeDecimals = 8
  try writer.append(.report, report, at: at)
  let state = StateRecord(
    instrument: .none, source: .person, requested: .halted, inForce: .halted, before: .active,
    isFlattening: false, isRearm: false, changedAt: WallMilliseconds(milliseconds: 1), request: 4)
  try writer.append(.state, state, followedBy: "Ada: \"enough\"\n", at: at)
  let equity = EquityRecord(
    currency: try #require(Symbol("USDT")),
    cash: try #require(Amount("-123456789012345678901234567.25")),
    exchangeTime: WallMilliseconds(milliseconds: 1), isReconciled: true)
  try writer.append(.equity, equity, at: at)
  try writer.append(.signal, SignalLease.absent, at: at)
  let request = RequestRecord(
    number: 4, kind: 2, answer: 0, user: 1_000, process: 5, instrument: .none,
    receivedAt: WallMilliseconds(milliseconds: 1), answeredAt: at)
  try writer.append(.request, request, followedBy: "raw", at: at)
  let position = PositionRecord(
    instrument: instrument.id, position: Quantity(lots: -4), before: .zero,
    exchangeTime: WallMilliseconds(milliseconds: 1), isReconciled: false)
  try writer.append(.position, position, at: at)
  try writer.append(.lost, LostRecord(stage: .feed(2), from: 1, to: 9), at: at)
  try writer.append(.configuration, text: "environment: simulated\n", at: at)
  var market = MarketMessage()
  market.kind = .update
  market.instrument = instrument.id
  market.bidCount = 1
  market.byteCount = 80
  var entry = unsafe withUnsafeBytes(of: market) { unsafe [UInt8]($0) }
  let level = MarketLevel(price: Price(ticks: 787_220), quantity: Quantity(lots: 9))
  entry += unsafe withUnsafeBytes(of: level) { unsafe [UInt8]($0) }
  try writer.append(.market, bytes: entry + entry, at: at)
  market.kind = .trade
  market.bidCount = 0
  market.byteCount = 104
  let body = TradeBody(
    price: Price(ticks: 10), quantity: Quantity(lots: 2), side: .sell, tradeID: 5, seqId: 1,
    count: 1, source: 0)
  var trade = unsafe withUnsafeBytes(of: market) { unsafe [UInt8]($0) }
  trade += unsafe withUnsafeBytes(of: body) { unsafe [UInt8]($0) }
  // Bytes that no build wrote are shown, not believed.
  var wrong = unsafe withUnsafeBytes(of: verdict) { unsafe [UInt8]($0) }
  let place = try #require(MemoryLayout<Verdict>.offset(of: \.code))
  wrong[place] = UInt8(RefusalCode.allCases.count)
  #expect(Verdict(payload: wrong) == nil && Verdict(payload: Array(wrong.prefix(20))) == nil)
  try writer.append(.verdict, bytes: wrong, at: at)
  try writer.append(.market, bytes: Array(entry.prefix(70)), at: at)

  try writer.append(.market, bytes: trade, at: at)
  let reader = try Tail(scratch.trade)
  var text = JournalText()
  var lines: [[String: Any]] = []
  while let record = try reader.next() {
    var bytes: [UInt8] = []
    text.append(record, of: try #require(reader.header), to: &bytes)
    #expect(bytes.last == 0x0A && !bytes.dropLast().contains(0x0A))
    let object = try JSONSerialization.jsonObject(with: Data(bytes))
    lines.append(try #require(object as? [String: Any]))
  }
  #expect(lines.count == 16)
  #expect(
    lines.allSatisfy { $0["start"] as? Int == 7 && $0["environment"] as? String == "simulated" })
  #expect(lines[1]["instrument"] as? String == "BTC-USDT")
  #expect(lines[1]["price"] as? String == "78722.5" && lines[1]["side"] as? String == "sell")
  #expect(
    lines[2]["code"] as? String == "priceCollar" && lines[2]["cause"] as? String == "builder1:3")
  #expect(lines[3]["cl_ord_id"] as? String == "\(7 << 39 | 12)")
  #expect(lines[4]["fee"] as? String == "-0.0062978")
  #expect(
    lines[5]["text"] as? String == "Ada: \"enough\"\n"
      && lines[5]["in_force"] as? String == "halted")
  #expect(lines[6]["cash"] as? String == "-123456789012345678901234567.25")
  #expect(lines[9]["position"] as? Int == -4)
  let messages = try #require(lines[12]["messages"] as? [[String: Any]])
  #expect(messages.count == 2)
  #expect((messages[1]["bids"] as? [[String: Any]])?.first?["price"] as? String == "78722")
  let traded = try #require((lines[15]["messages"] as? [[String: Any]])?.first)
  #expect(traded["side"] as? String == "sell" && traded["price"] as? String == "1")
  #expect(lines[13]["hex"] != nil && lines[14]["hex"] != nil)
  #expect(
    EquityRecord(payload: unsafe withUnsafeBytes(of: equity) { unsafe [UInt8]($0) })?.cash
      == equity.cash)
  try writer.close()
}
