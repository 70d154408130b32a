// Whether there is anything new, cheaply; control plane.
import GRDB

extension Ledger {
  /// The id of the newest decision record, 0 without any: one step down an index.
  public func latestDecision() throws(LedgerError) -> Int64 {
    try read { db in
      try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(id) FROM decisions")) ?? 0
    }
  }
}
