// Tables of news: items, and what cycles made of them; control plane.
import GRDB

enum NewsTables {
  /// Adds them to the ledger's migrations.
  static func register(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("news-1") { database in
      try database.execute(
        sql: """
          CREATE TABLE news_items (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            source TEXT NOT NULL,
            tier TEXT NOT NULL,
            arrived_at INTEGER NOT NULL,
            published_at INTEGER,
            url TEXT NOT NULL,
            content_hash TEXT NOT NULL UNIQUE,
            title_hash TEXT NOT NULL,
            title TEXT NOT NULL,
            body TEXT NOT NULL,
            flags TEXT NOT NULL
          ) STRICT;
          CREATE INDEX news_items_arrived ON news_items (arrived_at);
          CREATE INDEX news_items_title ON news_items (title_hash, arrived_at);
          CREATE TABLE news_labels (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            item TEXT NOT NULL REFERENCES news_items (id),
            cycle INTEGER NOT NULL,
            labelled_at INTEGER NOT NULL,
            label TEXT NOT NULL
          ) STRICT;
          CREATE INDEX news_labels_item ON news_labels (item, number);
          """)
    }
  }
}
