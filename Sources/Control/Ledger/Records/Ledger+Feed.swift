// The feed of decisions: every condition is answered from an index, page after page; control plane.
import GRDB

extension Ledger {
  /// Newest first. `.invalid` where the limit is out of `FeedQuery.limits`.
  public func feed(_ query: FeedQuery) throws(LedgerError) -> FeedPage {
    if !FeedQuery.limits.contains(query.limit) {
      throw .invalid(field: "limit", "is not 1…500")
    }
    var query = query
    var words: String?
    if let text = query.text {
      query.text = nil
      words = SearchText.words(text)
      // Blank is no condition; signs without a word are a condition that nothing meets.
      if words == nil && text.contains(where: { !$0.isWhitespace }) {
        return FeedPage(items: [], next: nil)
      }
    }
    return try read { [query, words] db in
      guard let statement = try FeedStatement(query, words: words, db) else {
        return FeedPage(items: [], next: nil)
      }
      var items = try Row.fetchAll(
        db.cachedStatement(sql: statement.sql), arguments: StatementArguments(statement.arguments)
      ).map { DecisionRows.item($0) }
      let hasMore = items.count > query.limit
      if hasMore { items.removeLast(items.count - query.limit) }
      try FeedStatement.join(&items, db)
      return FeedPage(items: items, next: hasMore ? items.last?.id : nil)
    }
  }
}

extension Ledger {
  /// SQLite's plan of a feed query, a line per step: that it walks an index is held by a test.
  public func plan(of query: FeedQuery) throws(LedgerError) -> [String] {
    var query = query
    let words = query.text.flatMap { SearchText.words($0) }
    query.text = nil
    return try read { [query] db in
      guard let statement = try FeedStatement(query, words: words, db) else { return [] }
      return try Row.fetchAll(
        db, sql: "EXPLAIN QUERY PLAN " + statement.sql,
        arguments: StatementArguments(statement.arguments)
      ).map { $0["detail"] }
    }
  }
}

/// The SQL of one feed query.
struct FeedStatement {
  var sql: String
  var arguments: [any DatabaseValueConvertible]

  /// Nil where the span of time holds nothing.
  init?(_ query: FeedQuery, words: String?, _ db: Database) throws {
    var low: Int64 = 0
    var high = Int64.max
    if let from = query.from {
      guard
        let first = try Int64.fetchOne(
          db.cachedStatement(
            sql: """
              SELECT id FROM decisions WHERE recorded_at >= ? ORDER BY recorded_at, id LIMIT 1
              """), arguments: [from])
      else { return nil }
      low = first
    }
    if let to = query.to {
      guard
        let last = try Int64.fetchOne(
          db.cachedStatement(
            sql: """
              SELECT id FROM decisions WHERE recorded_at <= ? ORDER BY recorded_at DESC, id DESC LIMIT 1
              """), arguments: [to])
      else { return nil }
      high = last
    }
    if let cursor = query.cursor {
      if cursor <= 0 { return nil }
      high = min(high, cursor - 1)
    }
    if low > high { return nil }
    sql = ""
    arguments = []
    var conditions: [String] = []
    var values: [any DatabaseValueConvertible] = []
    func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
      guard let value else { return }
      conditions.append(condition)
      values.append(value)
    }
    if let words {
      // Words and keys meet inside the full-text index, which walks ids downwards by itself.
      add(
        "decision_words MATCH ?",
        SearchText.expression(words, agent: query.agent, instrument: query.instrument))
      add("decision_words.rowid >= ?", low)
      add("decision_words.rowid <= ?", high)
      add("+d.trace_id = ?", query.trace)
      add("+d.cycle = ?", query.cycle)
      sql = """
        SELECT d.* FROM decision_words JOIN decisions d ON d.id = decision_words.rowid
        WHERE \(conditions.joined(separator: " AND "))
        ORDER BY decision_words.rowid DESC LIMIT ?
        """
    } else {
      add("d.trace_id = ?", query.trace)
      add("d.cycle = ?", query.cycle)
      let isNarrow = query.trace != nil || query.cycle != nil
      // A trace or a cycle is a handful of rows: its index is the one to use.
      add(isNarrow ? "+d.agent_id = ?" : "d.agent_id = ?", query.agent)
      add(isNarrow ? "+d.instrument = ?" : "d.instrument = ?", query.instrument)
      add("d.id >= ?", low)
      add("d.id <= ?", high)
      sql = """
        SELECT d.* FROM decisions d\(FeedStatement.index(query))
        WHERE \(conditions.joined(separator: " AND "))
        ORDER BY d.id DESC LIMIT ?
        """
    }
    arguments = values + [query.limit + 1]
  }

  /// Named rather than guessed: without statistics SQLite may prefer the ids and filter a million rows.
  private static func index(_ query: FeedQuery) -> String {
    let name: String
    if query.trace != nil {
      name = "decisions_trace"
    } else if query.cycle != nil {
      name = "decisions_cycle"
    } else {
      switch (query.agent, query.instrument) {
      case (.some, .some): name = "decisions_agent_instrument"
      case (.some, nil): name = "decisions_agent"
      case (nil, .some): name = "decisions_instrument"
      case (nil, nil): return ""
      }
    }
    return " INDEXED BY \(name)"
  }

  /// What rows of their own say of these records: the Door's answers, the orders.
  static func join(_ items: inout [FeedItem], _ db: Database) throws {
    let codes = try DecisionRows.doorCodes(
      cycles: Set(items.filter { $0.lease != nil }.map(\.cycle)), db)
    var orders: [Int64: [String]] = [:]
    let statement = try db.cachedStatement(
      sql: """
        SELECT cl_ord_id FROM orders
        WHERE decision = ? AND source = 'agent' AND action = 'place' ORDER BY cl_ord_id LIMIT ?
        """)
    for cycle in Set(items.map(\.cycle)) where cycle > 0 {
      orders[cycle] = try Int64.fetchAll(statement, arguments: [cycle, FeedItem.ordersMax])
        .map { String($0) }
    }
    for index in items.indices {
      let cycle = items[index].cycle
      items[index].lease = DecisionRows.answered(items[index].lease, codes[cycle])
      items[index].orderIDs = orders[cycle] ?? []
    }
  }
}
