// The chain of one trace: news, roles, cycle, lease, orders, fills; control plane.
import GRDB

/// News that a cycle's collector labelled. The text stays where it is: it is nobody's to print.
public struct AuditNews: Sendable, Hashable, Codable {
  public var id: String
  public var source: String
  public var tier: String
  public var arrivedAt: Int64
  /// The collector's closed vocabulary, JSON.
  public var label: String

  enum CodingKeys: String, CodingKey {
    case id, source, tier
    case arrivedAt = "arrived_at"
    case label
  }
}

/// A signal as the core took it.
public struct AuditSignal: Sendable, Hashable, Codable {
  public var at: Int64
  public var instrument: String
  public var isPresent: Bool
  public var targetLots: Int64
  /// What it counts in; nil where the journal never named the instrument.
  public var lot: String?
  public var urgency: String
  public var ttlMilliseconds: Int64

  enum CodingKeys: String, CodingKey {
    case at, instrument
    case isPresent = "present"
    case targetLots = "target_lots"
    case lot, urgency
    case ttlMilliseconds = "ttl_ms"
  }
}

public struct AuditCycle: Sendable, Hashable, Codable {
  public var id: Int64
  public var instrument: String
  public var startedAt: Int64
  public var news: [AuditNews]
  /// Roles in the order they were appended; the cycle's own record is last.
  public var records: [DecisionRecord]
  public var leaseAnswers: [LeaseAnswer]
  public var signals: [AuditSignal]
  /// What the strategy wanted under the lease and the gate's answer, refusals included; at most `intentsMax`.
  public var intents: [IntentItem]
  /// At most `FeedItem.ordersMax`.
  public var orders: [OrderDetail]

  public static let intentsMax = 500

  enum CodingKeys: String, CodingKey {
    case id, instrument
    case startedAt = "started_at"
    case news, records
    case leaseAnswers = "lease_answers"
    case signals, intents, orders
  }
}

public struct AuditTrail: Sendable, Hashable, Codable {
  public var traceID: String
  public var cycles: [AuditCycle]

  enum CodingKeys: String, CodingKey {
    case traceID = "trace_id"
    case cycles
  }
}

/// One line of `audit list`.
public struct AuditEntry: Sendable, Hashable, Codable {
  public var cycle: Int64
  public var traceID: String
  public var instrument: String
  public var startedAt: Int64
  /// Empty: the cycle never ended, as when the process was killed in it.
  public var outcome: String
  public var conclusion: String
  public var orders: Int

  enum CodingKeys: String, CodingKey {
    case cycle
    case traceID = "trace_id"
    case instrument
    case startedAt = "started_at"
    case outcome, conclusion, orders
  }
}

extension Ledger {
  /// Nil for a trace that began no cycle.
  public func audit(trace: String) throws(LedgerError) -> AuditTrail? {
    try read { db in
      let cycles = try Row.fetchAll(
        db.cachedStatement(sql: "SELECT * FROM cycles WHERE trace_id = ? ORDER BY id"),
        arguments: [trace])
      if cycles.isEmpty { return nil }
      return AuditTrail(traceID: trace, cycles: try cycles.map { try Ledger.audit($0, db) })
    }
  }

  /// The newest cycles first; at most `limit` (1…500).
  public func auditList(limit: Int = 20) throws(LedgerError) -> [AuditEntry] {
    if !(1...500).contains(limit) { throw .invalid(field: "limit", "is not 1…500") }
    return try read { db in
      try Row.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT c.id, c.trace_id, c.instrument, c.started_at, d.outcome, d.conclusion,
              (SELECT count(*) FROM orders o INDEXED BY orders_decision
               WHERE o.decision = c.id AND o.source = 'agent' AND o.action = 'place') AS orders
            FROM cycles c LEFT JOIN decisions d ON d.id =
              (SELECT max(id) FROM decisions INDEXED BY decisions_cycle
               WHERE cycle = c.id AND agent_id = 'cycle')
            ORDER BY c.id DESC LIMIT ?
            """), arguments: [limit]
      ).map {
        AuditEntry(
          cycle: $0["id"], traceID: $0["trace_id"], instrument: $0["instrument"],
          startedAt: $0["started_at"], outcome: $0["outcome"] ?? "",
          conclusion: $0["conclusion"] ?? "", orders: $0["orders"])
      }
    }
  }

  private static func audit(_ cycle: Row, _ db: Database) throws -> AuditCycle {
    let id: Int64 = cycle["id"]
    func rows(_ sql: String, _ more: Int...) throws -> [Row] {
      let values: [any DatabaseValueConvertible] = [id] + more
      return try Row.fetchAll(
        db.cachedStatement(sql: sql), arguments: StatementArguments(values))
    }
    var orderRows = OrderRows(db)
    let code = try DecisionRows.doorCodes(cycles: [id], db)[id]
    let records = try rows(
      "SELECT * FROM decisions JOIN decision_texts USING (id) WHERE cycle = ? ORDER BY id"
    ).map { row in
      var record = DecisionRows.record(row)
      record.lease = DecisionRows.answered(record.lease, code)
      return record
    }
    return AuditCycle(
      id: id, instrument: cycle["instrument"], startedAt: cycle["started_at"],
      news: try rows(
        """
        SELECT i.id, i.source, i.tier, i.arrived_at, l.label FROM news_labels l
        JOIN news_items i ON i.id = l.item WHERE l.cycle = ? ORDER BY l.number
        """
      ).map {
        AuditNews(
          id: $0["id"], source: $0["source"], tier: $0["tier"], arrivedAt: $0["arrived_at"],
          label: $0["label"])
      }, records: records,
      leaseAnswers: try rows("SELECT * FROM lease_answers WHERE cycle = ? ORDER BY id").map {
        LeaseAnswer(
          cycle: id, doorCode: $0["door_code"], detail: $0["detail"],
          answeredAt: $0["answered_at"])
      },
      signals: try rows(
        "SELECT * FROM signals WHERE decision = ? AND source = 'agent' ORDER BY place LIMIT 100"
      ).map {
        let scale = try orderRows.scales.of(
          run: $0["run"], symbol: $0["instrument"], at: $0["place"])
        return AuditSignal(
          at: $0["at"], instrument: $0["instrument"], isPresent: $0["is_present"],
          targetLots: $0["target_lots"], lot: scale.map { "\($0.lot)" }, urgency: $0["urgency"],
          ttlMilliseconds: $0["ttl_ms"])
      },
      intents: try rows(
        "SELECT * FROM intents WHERE decision = ? AND source = 'agent' ORDER BY place LIMIT ?",
        AuditCycle.intentsMax
      ).map { try orderRows.intent($0) },
      orders: try rows(
        """
        SELECT * FROM orders INDEXED BY orders_decision
        WHERE decision = ? AND source = 'agent' AND action = 'place' ORDER BY place LIMIT ?
        """, FeedItem.ordersMax
      ).map { try orderRows.detail($0) })
  }
}
