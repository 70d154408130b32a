// The trade journal as rows: each record once, whatever ends the process and whatever the folder becomes.
import Foundation
import Journal
import Ledger
import Quantities
import Testing

/// An importer that expectations can hold.
final class Import {
  private var importer: JournalImporter
  init(_ ledger: Ledger, _ folder: String) {
    importer = JournalImporter(ledger, folder: JournalFolder(path: folder, stream: .trade))
  }
  func poll() throws -> Int { try importer.poll() }
  func all() throws {
    while try importer.poll() > 0 {}
  }
}

@Suite struct ImporterTests {
  private let tables = [
    "instruments", "signals", "requests", "intents", "verdicts", "orders", "reports", "stops",
    "balances", "positions", "losses", "journal_faults",
  ]

  private func rows(_ desk: Desk) throws -> Int {
    try desk.count("SELECT " + tables.map { "(SELECT count(*) FROM \($0))" }.joined(separator: "+"))
  }

  /// One record of every kind that has a row.
  private func everything(_ story: inout StoryJournal) throws {
    try story.signal(decision: 3)
    let id = try story.order(decision: 3)
    try story.report(.fill, id, filled: 10, last: 10, price: 1_001, fee: -7)
    try story.append(
      .equity,
      EquityRecord(
        currency: Symbol("USDT")!, cash: Amount(units: 12_345, decimals: 2),
        exchangeTime: .init(milliseconds: 5), isReconciled: true))
    try story.append(
      .position,
      PositionRecord(
        instrument: InstrumentID(index: 0), position: Quantity(lots: 10), before: .zero,
        exchangeTime: .init(milliseconds: 5), isReconciled: false))
    try story.append(
      .state,
      StateRecord(
        instrument: .none, source: .person, requested: .halted, inForce: .halted, before: .active,
        isFlattening: false, isRearm: false, changedAt: .init(milliseconds: 5), request: 9),
      followedBy: "ann: enough")
    try story.append(
      .request,
      RequestRecord(
        number: 9, kind: 2, answer: 0, user: 1, process: 2, instrument: .none,
        receivedAt: .init(milliseconds: 5), answeredAt: .now()))
    try story.append(.lost, LostRecord(stage: .gate, from: 4, to: 6))
  }

  @Test func everyRecordHasItsRow() throws {
    let desk = try Desk()
    var story = try StoryJournal(desk.folder)
    try everything(&story)
    let written = story.written
    let importer = Import(desk.ledger, desk.folder)
    try importer.all()
    #expect(try rows(desk) == written)
    for table in tables where table != "journal_faults" {
      #expect(try desk.count("SELECT count(*) FROM \(table)") >= 1, "\(table)")
    }
    #expect(try desk.texts("SELECT instrument FROM orders") == ["BTC-USDT"])
    #expect(try desk.texts("SELECT trace_id FROM signals") == [Desk.trace(0xAB)])
    #expect(try desk.texts("SELECT cash FROM balances") == ["123.45"])
    #expect(try desk.texts("SELECT text FROM stops") == ["ann: enough"])
    #expect(try desk.texts("SELECT fee || fee_currency FROM fills") == ["-0.000007BTC"])
    #expect(
      try desk.texts("SELECT ord_id FROM reports WHERE kind = 'fill'")
        == [String(UInt64.max - 1)])
    #expect(try importer.poll() == 0)
    #expect(desk.ledger.figures.imported == UInt64(written))
  }

  @Test func aRestartGoesOnExactlyThere() throws {
    let desk = try Desk()
    var story = try StoryJournal(desk.folder, segmentBytes: 8_192)
    for round in 0..<40 {
      try everything(&story)
      // A new importer each time: all that is kept is in the database.
      if round % 3 == 0 { try Import(desk.ledger, desk.folder).all() }
    }
    let written = story.written
    try story.close()
    try Import(desk.ledger, desk.folder).all()
    #expect(try rows(desk) == written)
    #expect(try desk.count("SELECT count(*) FROM fills") == 40)
    #expect(try JournalFolder(path: desk.folder, stream: .trade).segments().count > 3)
  }

  @Test func numbersOfTwoStartsDoNotMix() throws {
    let desk = try Desk()
    var one = try StoryJournal(desk.folder, start: 1)
    let first = try one.order(bid: 999, ask: 1_001)
    try one.report(.fill, first, filled: 10, last: 10, price: 1_001)
    try one.close()
    var two = try StoryJournal(desk.folder, start: 2)
    let second = try two.order(bid: 1_999, ask: 2_001)
    try two.report(.fill, second, filled: 10, last: 10, price: 2_003)
    try two.close()
    try Import(desk.ledger, desk.folder).all()
    let slippages = try desk.ledger.orders(OrderQuery()).items.map(\.slippageTicks)
    #expect(slippages == ["3", "1"])
  }

  @Test func aNameThatComesLateIsWaitedFor() throws {
    let desk = try Desk()
    var story = try StoryJournal(desk.folder, named: false)
    try story.order()
    let importer = Import(desk.ledger, desk.folder)
    #expect(try importer.poll() == 0)
    try story.name()
    try importer.all()
    #expect(try desk.texts("SELECT DISTINCT instrument FROM intents") == ["BTC-USDT"])
    #expect(try rows(desk) == story.written)
  }

  @Test func aPayloadOfNoUseIsNotedAndNotRead() throws {
    let desk = try Desk()
    var story = try StoryJournal(desk.folder)
    for kind in JournalKind.allCases where kind != .segmentEnd && kind != .market {
      try story.append(kind, bytes: [])
      try story.append(kind, bytes: [UInt8](repeating: 0xFF, count: 200))
    }
    try story.order()
    try Import(desk.ledger, desk.folder).all()
    #expect(desk.ledger.figures.faults >= 10)
    #expect(
      try desk.count("SELECT count(*) FROM journal_faults") == Int(desk.ledger.figures.faults))
    #expect(try desk.count("SELECT count(*) FROM orders") == 1)
  }

  @Test func aReplacedJournalIsReadFromItsBeginning() throws {
    let desk = try Desk()
    let path = desk.folder + "/journal"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    var story = try StoryJournal(path)
    try story.order()
    try story.close()
    try Import(desk.ledger, path).all()
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    var other = try StoryJournal(path)
    try other.order()
    try other.order()
    try Import(desk.ledger, path).all()
    #expect(try desk.count("SELECT count(*) FROM orders") == 3)
    #expect(desk.ledger.figures.gaps == 1)
    #expect(try desk.texts("SELECT reason FROM journal_gaps")[0].contains("replaced"))
  }

  @Test func aSegmentThatWasRemovedUnreadIsSaid() throws {
    let desk = try Desk()
    var story = try StoryJournal(desk.folder, segmentBytes: 8_192)
    try story.order()
    try Import(desk.ledger, desk.folder).all()
    for _ in 0..<100 { try story.order() }
    let folder = JournalFolder(path: desk.folder, stream: .trade)
    let present = try folder.segments()
    for segment in present.prefix(2) {
      try FileManager.default.removeItem(atPath: folder.file(segment))
    }
    try Import(desk.ledger, desk.folder).all()
    #expect(desk.ledger.figures.gaps == 1)
    let kept = try desk.count("SELECT count(*) FROM orders")
    #expect(kept > 1 && kept < 101)
    #expect(try desk.texts("SELECT reason FROM journal_gaps")[0].contains("removed"))
  }

  @Test func damageStopsTheImportWithACode() throws {
    let desk = try Desk()
    var story = try StoryJournal(desk.folder)
    try story.order()
    let folder = JournalFolder(path: desk.folder, stream: .trade)
    let path = folder.file(1)
    try story.close()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[SegmentHeader.byteCount + 60] ^= 0xFF
    try bytes.write(to: URL(fileURLWithPath: path))
    do {
      try Import(desk.ledger, desk.folder).all()
      Issue.record("imported")
    } catch let error as LedgerError { #expect(error.code == "LEDGER_JOURNAL", "\(error)") }
    #expect(try rows(desk) == 0)
  }

  @Test func noJournalYetIsNoError() throws {
    let desk = try Desk()
    #expect(try Import(desk.ledger, desk.folder).poll() == 0)
  }
}
