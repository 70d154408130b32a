// What models have cost, from the decisions on record; control plane.
import GRDB

extension Ledger {
  /// Millionths of a US dollar of all records since `from`, Unix milliseconds.
  public func modelCost(since from: Int64) throws(LedgerError) -> Int64 {
    try read { db in
      try Int64.fetchOne(
        db, sql: "SELECT COALESCE(SUM(cost_micros), 0) FROM decisions WHERE recorded_at >= ?",
        arguments: [from]) ?? 0
    }
  }
}
