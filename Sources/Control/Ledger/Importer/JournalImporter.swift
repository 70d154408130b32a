// Reads the trade journal into the Ledger, each record once; control plane.
import Foundation
import GRDB
import Journal
import Quantities

/// Rows and the place behind them are committed together: after any end of the process the next one goes on
/// exactly there. One importer per ledger.
public struct JournalImporter: ~Copyable {
  private let ledger: Ledger
  private let folder: JournalFolder
  private var reader: JournalReader?
  private var cursor: Cursor?
  private var book = InstrumentBook()
  /// Since when a record waits for the name of its instrument.
  private var waitingSince: Instant?

  /// Records of one transaction: what a reader of the database may have to wait behind at its checkpoint.
  public static let batchMax = 2_048
  /// A name may come behind the records that need it: the core writes them through different rings.
  static let nameWaitNanoseconds: Int64 = 5_000_000_000
  static let namesAheadMax = 16_384

  struct Cursor {
    var epoch: Int64
    var place: JournalOffset
    var fingerprint: String
    var records: Int64
  }

  /// `folder`: of the trade stream.
  public init(_ ledger: Ledger, folder: JournalFolder) {
    self.ledger = ledger
    self.folder = folder
  }

  /// Takes at most `batchMax` records; returns how many. 0: nothing new.
  public mutating func poll() throws(LedgerError) -> Int {
    do throws(LedgerError) {
      return try step()
    } catch {
      // The next poll begins at what is on disk.
      reader = nil
      cursor = nil
      throw error
    }
  }

  private mutating func step() throws(LedgerError) -> Int {
    if reader == nil {
      if try !begin() { return 0 }
    }
    guard var cursor else { return 0 }
    var batch: [ImportedRecord] = []
    var isHeld = false
    while batch.count < JournalImporter.batchMax {
      let place = cursor.place
      guard let record = try next() else { break }
      guard let header = reader?.header else { break }
      let item = ImportedRecord(
        record: record, place: try JournalPlace.key(epoch: cursor.epoch, record.place),
        run: JournalPlace.run(epoch: cursor.epoch, header),
        at: header.clocks.wall(of: record.header.instant).milliseconds)
      learn(item)
      if let id = item.instrument, !book.knows(item.run, id), try !isNamed(item, id) {
        // Taken again by the next poll.
        reader = try open(at: place)
        isHeld = true
        break
      }
      batch.append(item)
      cursor.place = record.next
      cursor.fingerprint = JournalPlace.fingerprint(header)
    }
    if !isHeld { waitingSince = nil }
    if batch.isEmpty { return 0 }
    cursor.records += Int64(batch.count)
    let faults = try commit(batch, cursor)
    self.cursor = cursor
    ledger.counts.imported.add(UInt64(batch.count), ordering: .relaxed)
    ledger.counts.faults.add(UInt64(faults), ordering: .relaxed)
    return batch.count
  }

  private func commit(_ batch: [ImportedRecord], _ cursor: Cursor) throws(LedgerError) -> Int {
    let book = book
    return try ledger.write { db in
      var rows = JournalRows(db, book)
      for item in batch { try rows.take(item) }
      try JournalCursor.store(cursor, db)
      return rows.faults
    }
  }

  // ---- Names ----

  private mutating func learn(_ item: ImportedRecord) {
    guard item.record.kind == .instrument,
      let value = InstrumentRecord(payload: item.record.payload)
    else { return }
    book.learn(item.run, value.instrument.index, value.symbol.description)
  }

  /// Looks ahead for the name; false while it may still come.
  private mutating func isNamed(_ item: ImportedRecord, _ id: InstrumentID) throws(LedgerError)
    -> Bool
  {
    var ahead = try open(at: item.record.next)
    var looked = 0
    while looked < JournalImporter.namesAheadMax {
      let record: JournalRecord?
      do { record = try ahead.next() } catch { break }
      guard let record, let header = ahead.header,
        JournalPlace.run(epoch: item.run >> 32, header) == item.run
      else { break }
      looked += 1
      if record.kind == .instrument, let value = InstrumentRecord(payload: record.payload) {
        book.learn(item.run, value.instrument.index, value.symbol.description)
      }
    }
    if book.knows(item.run, id) || looked >= JournalImporter.namesAheadMax { return true }
    let now = Instant.now()
    guard let since = waitingSince else {
      waitingSince = now
      return false
    }
    return now.since(since) >= JournalImporter.nameWaitNanoseconds
  }

  // ---- Where to go on ----

  private mutating func next() throws(LedgerError) -> JournalRecord? {
    do throws(JournalError) { return try reader?.next() } catch {
      throw .journal("\(error)")
    }
  }

  private func open(at place: JournalOffset) throws(LedgerError) -> JournalReader {
    do throws(JournalError) { return try JournalReader(folder, from: place) } catch {
      throw .journal("\(error)")
    }
  }

  /// Finds the place to go on; false where there is no journal yet.
  private mutating func begin() throws(LedgerError) -> Bool {
    let present: [UInt64]
    do throws(JournalError) { present = try folder.segments() } catch {
      throw .journal("\(error)")
    }
    guard let oldest = present.first, let newest = present.last else { return false }
    var kept = try ledger.read { db in try JournalCursor.load(db) }
    book = try ledger.read { db in try JournalCursor.names(db) }
    if let found = kept {
      var reason: String?
      var isReplaced = false
      if newest < found.place.segment {
        reason = "the journal was replaced: segment \(found.place.segment) is not there yet"
        isReplaced = true
      } else if oldest > found.place.segment {
        // The size cap removed what was not read: what follows is still the same journal.
        reason =
          "segments \(found.place.segment) to \(oldest - 1) were removed before they were read"
      } else if !found.fingerprint.isEmpty, let header = header(of: found.place.segment),
        JournalPlace.fingerprint(header) != found.fingerprint
      {
        reason = "the journal was replaced: segment \(found.place.segment) is another one"
        isReplaced = true
      }
      if let reason {
        let next = Cursor(
          epoch: found.epoch + (isReplaced ? 1 : 0),
          place: JournalOffset(segment: oldest, offset: UInt64(SegmentHeader.byteCount)),
          fingerprint: header(of: oldest).map { JournalPlace.fingerprint($0) } ?? "",
          records: found.records)
        _ = try JournalPlace.key(epoch: next.epoch, next.place)
        try ledger.write { db in
          try JournalCursor.gap(reason, next.epoch, db)
          try JournalCursor.store(next, db)
        }
        ledger.counts.gaps.add(1, ordering: .relaxed)
        kept = next
      }
    }
    let cursor =
      kept
      ?? Cursor(
        epoch: 0, place: JournalOffset(segment: oldest, offset: UInt64(SegmentHeader.byteCount)),
        fingerprint: "", records: 0)
    self.cursor = cursor
    reader = try open(at: cursor.place)
    return true
  }

  private func header(of segment: UInt64) -> SegmentHeader? {
    guard
      var one = try? JournalReader(
        folder, from: JournalOffset(segment: segment, offset: UInt64(SegmentHeader.byteCount)))
    else { return nil }
    _ = try? one.next()
    // An empty segment that was closed leads on to the next one.
    guard let header = one.header, header.segment == segment else { return nil }
    return header
  }
}
