// What models have cost, from the decisions on record; control plane.
import GRDB

extension Ledger {
  /// Millionths of a US dollar of all records since `from`, Unix milliseconds, by role.
  public func modelCost(since from: Int64) throws(LedgerError) -> [String: Int64] {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT agent_id, SUM(cost_micros) AS cost FROM decisions WHERE recorded_at >= ?
          GROUP BY agent_id HAVING cost > 0
          """, arguments: [from])
      return Dictionary(uniqueKeysWithValues: rows.map { ($0["agent_id"], $0["cost"]) })
    }
  }
}
