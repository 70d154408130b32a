// The tables of prompts, their promotions and their shadow runs; control plane.
import GRDB

extension LedgerMigration {
  static let prompts = [
    LedgerMigration("prompts/1") { db in
      try db.execute(
        sql: """
          CREATE TABLE prompt_versions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            role TEXT NOT NULL,
            version INTEGER NOT NULL CHECK (version > 0),
            parent INTEGER NOT NULL,
            text TEXT NOT NULL,
            format TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            author TEXT NOT NULL,
            note TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            origin TEXT NOT NULL,
            UNIQUE (role, version)
          ) STRICT;
          -- The newest one of a role is in use.
          CREATE TABLE prompt_promotions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            role TEXT NOT NULL,
            version INTEGER NOT NULL,
            person TEXT NOT NULL,
            promoted_at INTEGER NOT NULL,
            FOREIGN KEY (role, version) REFERENCES prompt_versions (role, version)
          ) STRICT;
          CREATE INDEX prompt_promotions_role ON prompt_promotions (role, id);
          CREATE TABLE prompt_shadows (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            role TEXT NOT NULL,
            candidate INTEGER NOT NULL,
            live INTEGER NOT NULL,
            runs_min INTEGER NOT NULL,
            share_permille INTEGER NOT NULL,
            person TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            FOREIGN KEY (role, candidate) REFERENCES prompt_versions (role, version)
          ) STRICT;
          CREATE INDEX prompt_shadows_role ON prompt_shadows (role, id);
          CREATE TABLE prompt_shadow_runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            shadow INTEGER NOT NULL REFERENCES prompt_shadows (id),
            snapshot_hash TEXT NOT NULL,
            live_outcome TEXT NOT NULL,
            live_conclusion TEXT NOT NULL,
            live_cost_micros INTEGER NOT NULL,
            live_latency_ms INTEGER NOT NULL,
            candidate_outcome TEXT NOT NULL,
            candidate_conclusion TEXT NOT NULL,
            candidate_cost_micros INTEGER NOT NULL,
            candidate_latency_ms INTEGER NOT NULL,
            agrees INTEGER NOT NULL,
            ran_at INTEGER NOT NULL,
            UNIQUE (shadow, snapshot_hash)
          ) STRICT;
          """)
      for table in [
        "prompt_versions", "prompt_promotions", "prompt_shadows", "prompt_shadow_runs",
      ] {
        for action in ["UPDATE", "DELETE"] {
          try db.execute(
            sql: """
              CREATE TRIGGER \(table)_no_\(action.lowercased()) BEFORE \(action) ON \(table)
              BEGIN SELECT RAISE(ABORT, '\(table) is append-only'); END
              """)
        }
      }
    }
  ]
}
