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

  private func rows(_ fixture: LedgerFixture) throws -> Int {
    try fixture.count(
      "SELECT " + tables.map { "(SELECT count(*) FROM \($0))" }.joined(separator: "+"))
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
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    try everything(&story)
    let written = story.written
    let importer = Import(fixture.ledger, fixture.folder)
    try importer.all()
    #expect(try rows(fixture) == written)
    for table in tables where table != "journal_faults" {
      #expect(try fixture.count("SELECT count(*) FROM \(table)") >= 1, "\(table)")
    }
    #expect(try fixture.texts("SELECT instrument FROM orders") == ["BTC-USDT"])
    #expect(try fixture.texts("SELECT trace_id FROM signals") == [LedgerFixture.trace(0xAB)])
    #expect(try fixture.texts("SELECT cash FROM balances") == ["123.45"])
    #expect(try fixture.texts("SELECT text FROM stops") == ["ann: enough"])
    #expect(try fixture.texts("SELECT fee || fee_currency FROM fills") == ["-0.000007BTC"])
    #expect(
      try fixture.texts("SELECT ord_id FROM reports WHERE kind = 'fill'")
        == [String(UInt64.max - 1)])
    #expect(try importer.poll() == 0)
    #expect(fixture.ledger.figures.imported == UInt64(written))
  }

  @Test func aRestartGoesOnExactlyThere() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder, segmentBytes: 8_192)
    for round in 0..<40 {
      try everything(&story)
      // A new importer each time: all that is kept is in the database.
      if round % 3 == 0 { try Import(fixture.ledger, fixture.folder).all() }
    }
    let written = story.written
    try story.close()
    try Import(fixture.ledger, fixture.folder).all()
    #expect(try rows(fixture) == written)
    #expect(try fixture.count("SELECT count(*) FROM fills") == 40)
    #expect(try JournalFolder(path: fixture.folder, stream: .trade).segments().count > 3)
  }

  @Test func numbersOfTwoStartsDoNotMix() throws {
    let fixture = try LedgerFixture()
    var one = try StoryJournal(fixture.folder, start: 1)
    let first = try one.order(bid: 999, ask: 1_001)
    try one.report(.fill, first, filled: 10, last: 10, price: 1_001)
    try one.close()
    var two = try StoryJournal(fixture.folder, start: 2)
    let second = try two.order(bid: 1_999, ask: 2_001)
    try two.report(.fill, second, filled: 10, last: 10, price: 2_003)
    try two.close()
    try Import(fixture.ledger, fixture.folder).all()
    let slippages = try fixture.ledger.orders(OrderQuery()).items.map(\.slippageTicks)
    #expect(slippages == ["3", "1"])
  }

  @Test func aNameThatComesLateIsWaitedFor() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder, named: false)
    try story.order()
    let importer = Import(fixture.ledger, fixture.folder)
    #expect(try importer.poll() == 0)
    try story.name()
    try importer.all()
    #expect(try fixture.texts("SELECT DISTINCT instrument FROM intents") == ["BTC-USDT"])
    #expect(try rows(fixture) == story.written)
  }

  @Test func aPayloadOfNoUseIsNotedAndNotRead() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    for kind in JournalKind.allCases where kind != .segmentEnd && kind != .market {
      try story.append(kind, bytes: [])
      try story.append(kind, bytes: [UInt8](repeating: 0xFF, count: 200))
    }
    try story.order()
    try Import(fixture.ledger, fixture.folder).all()
    #expect(fixture.ledger.figures.faults >= 10)
    #expect(
      try fixture.count("SELECT count(*) FROM journal_faults") == Int(fixture.ledger.figures.faults)
    )
    #expect(try fixture.count("SELECT count(*) FROM orders") == 1)
  }

  @Test func aReplacedJournalIsReadFromItsBeginning() throws {
    let fixture = try LedgerFixture()
    let path = fixture.folder + "/journal"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    var story = try StoryJournal(path)
    try story.order()
    try story.close()
    try Import(fixture.ledger, path).all()
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    var other = try StoryJournal(path)
    try other.order()
    try other.order()
    try Import(fixture.ledger, path).all()
    #expect(try fixture.count("SELECT count(*) FROM orders") == 3)
    #expect(fixture.ledger.figures.gaps == 1)
    #expect(try fixture.texts("SELECT reason FROM journal_gaps")[0].contains("replaced"))
  }

  @Test func aSegmentThatWasRemovedUnreadIsSaid() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder, segmentBytes: 8_192)
    try story.order()
    try Import(fixture.ledger, fixture.folder).all()
    for _ in 0..<100 { try story.order() }
    let folder = JournalFolder(path: fixture.folder, stream: .trade)
    let present = try folder.segments()
    for segment in present.prefix(2) {
      try FileManager.default.removeItem(atPath: folder.file(segment))
    }
    try Import(fixture.ledger, fixture.folder).all()
    #expect(fixture.ledger.figures.gaps == 1)
    let kept = try fixture.count("SELECT count(*) FROM orders")
    #expect(kept > 1 && kept < 101)
    #expect(try fixture.texts("SELECT reason FROM journal_gaps")[0].contains("removed"))
  }

  @Test func damageStopsTheImportWithACode() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    try story.order()
    let folder = JournalFolder(path: fixture.folder, stream: .trade)
    let path = folder.file(1)
    try story.close()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[SegmentHeader.byteCount + 60] ^= 0xFF
    try bytes.write(to: URL(fileURLWithPath: path))
    do {
      try Import(fixture.ledger, fixture.folder).all()
      Issue.record("imported")
    } catch let error as LedgerError { #expect(error.code == "LEDGER_JOURNAL", "\(error)") }
    #expect(try rows(fixture) == 0)
  }

  @Test func noJournalYetIsNoError() throws {
    let fixture = try LedgerFixture()
    #expect(try Import(fixture.ledger, fixture.folder).poll() == 0)
  }
}
