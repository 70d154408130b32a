// Appending and reading decision records; control plane.
import Channels
import GRDB
import Quantities
import Synchronization

extension Ledger {
  /// Reserves a cycle's id, which is also the `DecisionID` of its lease. Durable when it returns.
  /// `at`: Unix milliseconds.
  public func beginCycle(trace: String, instrument: String, at: Int64) throws(LedgerError) -> Int64
  {
    try write { db in
      try db.cachedStatement(
        sql: "INSERT INTO cycles(trace_id, instrument, started_at) VALUES (?, ?, ?)"
      ).execute(arguments: [trace, instrument, at])
      return db.lastInsertedRowID
    }
  }

  /// One transaction; durable when it returns the record's id. `.invalid` where a field is of no use.
  public func append(_ record: DecisionRecord) throws(LedgerError) -> Int64 {
    do { try record.check() } catch {
      counts.refused.add(1, ordering: .relaxed)
      throw error
    }
    let now = WallMilliseconds.now().milliseconds
    let id = try write { db in try DecisionRows.insert(record, now: now, db) }
    counts.appended.add(1, ordering: .relaxed)
    return id
  }

  /// All in one transaction, or none; durable when it returns their ids.
  public func append(contentsOf records: [DecisionRecord]) throws(LedgerError) -> [Int64] {
    for record in records {
      do { try record.check() } catch {
        counts.refused.add(UInt64(records.count), ordering: .relaxed)
        throw error
      }
    }
    let now = WallMilliseconds.now().milliseconds
    let ids = try write { db in
      try records.map { try DecisionRows.insert($0, now: now, db) }
    }
    counts.appended.add(UInt64(ids.count), ordering: .relaxed)
    return ids
  }

  /// Whole; nil for an id that was never given.
  public func record(id: Int64) throws(LedgerError) -> DecisionRecord? {
    try read { db in
      guard
        let row = try Row.fetchOne(
          db.cachedStatement(
            sql: "SELECT * FROM decisions JOIN decision_texts USING (id) WHERE id = ?"),
          arguments: [id])
      else { return nil }
      var record = DecisionRows.record(row)
      let answers = try DecisionRows.doorCodes(cycles: [record.cycle], db)
      record.lease = DecisionRows.answered(record.lease, answers[record.cycle])
      return record
    }
  }

  /// Durable when it returns.
  public func record(leaseAnswer answer: LeaseAnswer) throws(LedgerError) {
    try write { db in
      try db.cachedStatement(
        sql: """
          INSERT INTO lease_answers(cycle, door_code, detail, answered_at) VALUES (?, ?, ?, ?)
          """
      ).execute(
        arguments: [answer.cycle, answer.doorCode, answer.detail, answer.answeredAt])
    }
  }

  /// In the order they were given.
  public func leaseAnswers(cycle: Int64) throws(LedgerError) -> [LeaseAnswer] {
    try read { db in
      try Row.fetchAll(
        db.cachedStatement(sql: "SELECT * FROM lease_answers WHERE cycle = ? ORDER BY id"),
        arguments: [cycle]
      ).map {
        LeaseAnswer(
          cycle: $0["cycle"], doorCode: $0["door_code"], detail: $0["detail"],
          answeredAt: $0["answered_at"])
      }
    }
  }

  /// Content-addressed: saving what is there already does nothing.
  public func saveSnapshot(hash: String, json: String) throws(LedgerError) {
    try write { db in
      try db.cachedStatement(sql: "INSERT OR IGNORE INTO snapshots(hash, json) VALUES (?, ?)")
        .execute(arguments: [hash, json])
    }
  }

  public func snapshot(hash: String) throws(LedgerError) -> String? {
    try read { db in
      try String.fetchOne(
        db.cachedStatement(sql: "SELECT json FROM snapshots WHERE hash = ?"), arguments: [hash])
    }
  }
}
