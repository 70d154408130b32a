// The importer's place and the names it has learned, in the database; control plane.
import Channels
import GRDB
import Journal
import Quantities

enum JournalCursor {
  static func load(_ db: Database) throws -> JournalImporter.Cursor? {
    try Row.fetchOne(db, sql: "SELECT * FROM journal_cursor WHERE id = 1").map { row in
      let segment: Int64 = row["segment"]
      let offset: Int64 = row["offset"]
      return JournalImporter.Cursor(
        epoch: row["epoch"],
        place: JournalOffset(segment: UInt64(max(0, segment)), offset: UInt64(max(0, offset))),
        fingerprint: row["fingerprint"], records: row["records"])
    }
  }

  static func store(_ cursor: JournalImporter.Cursor, _ db: Database) throws {
    try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO journal_cursor VALUES (1, ?, ?, ?, ?, ?)"
    ).execute(arguments: [
      cursor.epoch, Int64(clamping: cursor.place.segment), Int64(clamping: cursor.place.offset),
      cursor.fingerprint, cursor.records,
    ])
  }

  static func gap(_ reason: String, _ epoch: Int64, _ db: Database) throws {
    try db.execute(
      sql: "INSERT INTO journal_gaps(noticed_at, epoch, reason) VALUES (?, ?, ?)",
      arguments: [WallMilliseconds.now().milliseconds, epoch, reason])
  }

  static func names(_ db: Database) throws -> InstrumentBook {
    var book = InstrumentBook()
    let rows = try Row.fetchCursor(db, sql: "SELECT run, id, symbol FROM instruments")
    while let row = try rows.next() { book.learn(row["run"], row["id"], row["symbol"]) }
    return book
  }
}
