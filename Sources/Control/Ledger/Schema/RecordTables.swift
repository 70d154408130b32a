// The tables of cycles, decisions, lease answers and snapshots; control plane.
import Channels
import GRDB
import Quantities

extension LedgerMigration {
  static let records = [
    LedgerMigration("records/1") { db in
      try db.execute(
        sql: """
          CREATE TABLE cycles (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            trace_id TEXT NOT NULL,
            instrument TEXT NOT NULL,
            started_at INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX cycles_trace ON cycles(trace_id);

          CREATE TABLE decisions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            cycle INTEGER NOT NULL,
            trace_id TEXT NOT NULL,
            span_id TEXT NOT NULL,
            agent_id TEXT NOT NULL,
            instrument TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            ended_at INTEGER NOT NULL,
            recorded_at INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            reason TEXT NOT NULL,
            source TEXT NOT NULL,
            prompt_version INTEGER NOT NULL,
            schema_hash TEXT NOT NULL,
            snapshot_hash TEXT NOT NULL,
            requested_model TEXT NOT NULL,
            returned_model TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            completion_tokens INTEGER NOT NULL,
            cache_hit_tokens INTEGER NOT NULL,
            cache_miss_tokens INTEGER NOT NULL,
            reasoning_tokens INTEGER NOT NULL,
            cost_micros INTEGER NOT NULL,
            latency_ms INTEGER NOT NULL,
            input_summary TEXT NOT NULL,
            conclusion TEXT NOT NULL,
            tags TEXT NOT NULL,
            lease TEXT
          ) STRICT;
          -- Each ends in the row's id, which is the feed's order.
          CREATE INDEX decisions_recorded ON decisions(recorded_at);
          CREATE INDEX decisions_agent ON decisions(agent_id);
          CREATE INDEX decisions_instrument ON decisions(instrument);
          CREATE INDEX decisions_agent_instrument ON decisions(agent_id, instrument);
          CREATE INDEX decisions_cycle ON decisions(cycle);
          CREATE INDEX decisions_trace ON decisions(trace_id);

          -- Apart, so that a feed reads short rows.
          CREATE TABLE decision_texts (
            id INTEGER PRIMARY KEY REFERENCES decisions(id),
            rendered_prompt TEXT NOT NULL,
            parameters TEXT NOT NULL,
            attempts TEXT NOT NULL,
            raw_reply TEXT NOT NULL,
            output TEXT NOT NULL,
            validation TEXT NOT NULL,
            grounding TEXT NOT NULL
          ) STRICT;

          -- Holds words only; `keys` are agent and instrument as words that nobody can type.
          CREATE VIRTUAL TABLE decision_words USING fts5(
            keys, conclusion, input_summary, rendered_prompt, raw_reply, output,
            content = '', tokenize = 'unicode61 remove_diacritics 2'
          );

          CREATE TABLE lease_answers (
            id INTEGER PRIMARY KEY,
            cycle INTEGER NOT NULL,
            door_code TEXT NOT NULL,
            detail TEXT NOT NULL,
            answered_at INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX lease_answers_cycle ON lease_answers(cycle);

          CREATE TABLE snapshots (
            hash TEXT PRIMARY KEY,
            json TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;
          """)
      // Orders name cycles in the journal, which outlives this file: a later ledger's cycles begin above
      // all of an earlier one's, at up to 16 a second.
      let first = WallMilliseconds.now().milliseconds / 1_000 * 16
      try db.execute(
        sql: "INSERT INTO sqlite_sequence(name, seq) VALUES ('cycles', ?)", arguments: [first])
    }
  ]
}
