// Leases of which the Door's answer is not on record: what a killed console left open; control plane.
import Foundation
import GRDB

/// A cycle that recorded a lease and no answer to it.
public struct OpenLease: Sendable, Hashable {
  public var cycle: Int64
  public var instrument: String
  /// Unix milliseconds: when its record was appended.
  public var recordedAt: Int64
}

extension Ledger {
  /// Newest first, at most `limit`.
  public func openLeases(limit: Int = 1_000) throws(LedgerError) -> [OpenLease] {
    try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT cycle, instrument, recorded_at FROM decisions
          WHERE agent_id = ? AND lease IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM lease_answers WHERE lease_answers.cycle = decisions.cycle)
          ORDER BY id DESC LIMIT ?
          """, arguments: [DecisionRecord.cycleAgent, limit]
      ).map {
        OpenLease(
          cycle: $0["cycle"], instrument: $0["instrument"], recordedAt: $0["recorded_at"])
      }
    }
  }
}
