// What models have cost, from the decisions on record; control plane.
import GRDB

extension Ledger {
  /// Millionths of a US dollar of all records and shadow runs since `from`, Unix milliseconds, by role.
  /// What a candidate's run beside a cycle was compared with counts twice: dearer than it was, never cheaper.
  public func modelCost(since from: Int64) throws(LedgerError) -> [String: Int64] {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT agent_id, SUM(cost) AS cost FROM (
            SELECT agent_id, cost_micros AS cost FROM decisions WHERE recorded_at >= ?1
            UNION ALL
            SELECT prompt_shadows.role, runs.candidate_cost_micros + runs.live_cost_micros
            FROM prompt_shadow_runs AS runs
            JOIN prompt_shadows ON prompt_shadows.id = runs.shadow WHERE runs.ran_at >= ?1)
          GROUP BY agent_id HAVING SUM(cost) > 0
          """, arguments: [from])
      return Dictionary(uniqueKeysWithValues: rows.map { ($0["agent_id"], $0["cost"]) })
    }
  }
}
