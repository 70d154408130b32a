// News and its labels in the database: rows are appended and never changed; control plane.
import Foundation
import GRDB

/// What became of an item that was offered.
public enum NewsAdmission: Sendable, Equatable {
  case taken
  /// The very same text is there.
  case duplicate
  /// The same headline arrived within `nearDuplicateMilliseconds`.
  case nearDuplicate
}

/// Tables `news_items` and `news_labels`.
public struct NewsStore: Sendable {
  private let ledger: Ledger

  public static let nearDuplicateMilliseconds: Int64 = 48 * 3_600_000

  init(_ ledger: Ledger) { self.ledger = ledger }

  /// Stores the item unless its text, or lately its headline, is there already.
  public func admit(_ item: NewsItem) throws -> NewsAdmission {
    try ledger.write { database in
      let same = try Int.fetchOne(
        database, sql: "SELECT 1 FROM news_items WHERE content_hash = ? OR id = ?",
        arguments: [item.contentHash, item.id])
      if same != nil { return .duplicate }
      let near = try Int.fetchOne(
        database, sql: "SELECT 1 FROM news_items WHERE title_hash = ? AND arrived_at > ? LIMIT 1",
        arguments: [item.titleHash, item.arrivedAt - NewsStore.nearDuplicateMilliseconds])
      if near != nil { return .nearDuplicate }
      try database.execute(
        sql: """
          INSERT INTO news_items (id, source, tier, arrived_at, published_at, url, content_hash,
            title_hash, title, body, flags) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          item.id, item.source, item.tier.rawValue, item.arrivedAt, item.publishedAt,
          item.url.text(for: .store), item.contentHash, item.titleHash,
          item.title.text(for: .store), item.body.text(for: .store),
          item.flags.joined(separator: " "),
        ])
      return .taken
    }
  }

  /// Items that arrived in the range, newest first.
  public func items(from: Int64, to: Int64, limit: Int) throws -> [NewsItem] {
    try ledger.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM news_items WHERE arrived_at >= ? AND arrived_at <= ?
          ORDER BY arrived_at DESC, number DESC LIMIT ?
          """, arguments: [from, to, limit]
      ).compactMap(NewsStore.item)
    }
  }

  public func item(_ id: String) throws -> NewsItem? {
    try ledger.read { database in
      try Row.fetchOne(database, sql: "SELECT * FROM news_items WHERE id = ?", arguments: [id])
        .flatMap(NewsStore.item)
    }
  }

  /// Appends what a cycle made of items. A label of an item that is not stored is refused.
  public func append(_ labels: [NewsLabel], cycle: Int64, at: Int64) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try ledger.write { database in
      for label in labels {
        let text = String(decoding: try encoder.encode(label), as: UTF8.self)
        try database.execute(
          sql: "INSERT INTO news_labels (item, cycle, labelled_at, label) VALUES (?, ?, ?, ?)",
          arguments: [label.item, cycle, at, text])
      }
    }
  }

  /// The newest label of each item that arrived in the range, newest item first.
  /// - Parameter instrument: of the cycles whose labels count; nil: of any. What an item means is judged for
  ///   each instrument by its own cycles.
  public func labels(
    from: Int64, to: Int64, limit: Int, instrument: String? = nil
  ) throws -> [NewsLabel] {
    try ledger.read { database in
      let texts = try String.fetchAll(
        database,
        sql: """
          SELECT label FROM (
            SELECT news_items.arrived_at AS arrived, news_items.number AS place,
              (SELECT label FROM news_labels WHERE item = news_items.id
                AND (?1 IS NULL OR EXISTS (
                  SELECT 1 FROM cycles WHERE id = news_labels.cycle AND instrument = ?1))
                ORDER BY number DESC LIMIT 1) AS label
            FROM news_items WHERE arrived_at >= ?2 AND arrived_at <= ?3)
          WHERE label IS NOT NULL ORDER BY arrived DESC, place DESC LIMIT ?4
          """, arguments: [instrument, from, to, limit])
      return texts.compactMap {
        try? JSONDecoder().decode(NewsLabel.self, from: Data($0.utf8))
      }
    }
  }

  /// Every label of an item, newest first.
  public func labels(item: String) throws -> [NewsLabel] {
    try ledger.read { database in
      try String.fetchAll(
        database, sql: "SELECT label FROM news_labels WHERE item = ? ORDER BY number DESC",
        arguments: [item]
      ).compactMap { try? JSONDecoder().decode(NewsLabel.self, from: Data($0.utf8)) }
    }
  }

  private static func item(_ row: Row) -> NewsItem? {
    guard let tier = NewsTier(rawValue: row["tier"]) else { return nil }
    let flags: String = row["flags"]
    return NewsItem(
      id: row["id"], source: row["source"], tier: tier, arrivedAt: row["arrived_at"],
      publishedAt: row["published_at"], url: UntrustedText(row["url"]),
      contentHash: row["content_hash"], titleHash: row["title_hash"],
      title: UntrustedText(row["title"]), body: UntrustedText(row["body"]),
      flags: flags.split(separator: " ").map(String.init))
  }
}

extension Ledger {
  public var news: NewsStore { NewsStore(self) }
}
