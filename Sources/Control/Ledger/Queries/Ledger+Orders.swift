// Orders on record; control plane.
import GRDB

extension Ledger {
  /// Orders read to fill one page where a state is asked for: the page may then be short of its limit,
  /// and `next` says where to go on.
  static let ordersScannedMax = 5_000

  /// Newest first. `.invalid` where the limit is out of 1…500.
  public func orders(_ query: OrderQuery) throws(LedgerError) -> OrderPage {
    if !(1...500).contains(query.limit) { throw .invalid(field: "limit", "is not 1…500") }
    return try read { db in
      var rows = OrderRows(db)
      var conditions = ["action = 'place'"]
      var values: [(any DatabaseValueConvertible)?] = []
      func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
        guard let value else { return }
        conditions.append(condition)
        values.append(value)
      }
      add("decision = ?", query.decision)
      add(query.decision == nil ? "instrument = ?" : "+instrument = ?", query.instrument)
      add("at >= ?", query.from)
      add("at <= ?", query.to)
      let index =
        query.decision != nil
        ? " INDEXED BY orders_decision"
        : query.instrument != nil ? " INDEXED BY orders_instrument" : ""
      let sql = """
        SELECT * FROM orders\(index) WHERE \(conditions.joined(separator: " AND ")) AND place < ?
        ORDER BY place DESC LIMIT ?
        """
      var cursor = query.cursor ?? .max
      var items: [OrderItem] = []
      var scanned = 0
      while true {
        let chunk = try Row.fetchAll(
          db.cachedStatement(sql: sql),
          arguments: StatementArguments(values + [cursor, query.limit + 1]))
        for row in chunk {
          if items.count == query.limit || scanned == Ledger.ordersScannedMax {
            return OrderPage(items: items, next: cursor)
          }
          cursor = row["place"]
          scanned += 1
          let item = try rows.item(row)
          if query.state == nil || query.state == item.state { items.append(item) }
        }
        if chunk.count <= query.limit { return OrderPage(items: items, next: nil) }
      }
    }
  }

  /// Nil for an id that is not on record.
  public func order(clOrdID: String) throws(LedgerError) -> OrderDetail? {
    guard let id = Int64(clOrdID), id > 0 else { return nil }
    return try read { db in
      let row = try Row.fetchOne(
        db.cachedStatement(
          sql: """
            SELECT * FROM orders WHERE cl_ord_id = ? AND action = 'place' ORDER BY place LIMIT 1
            """), arguments: [id])
      guard let row else { return nil }
      var rows = OrderRows(db)
      return try rows.detail(row)
    }
  }
}
