// The tables that the trade journal is read into; control plane.
import GRDB

extension LedgerMigration {
  /// `place` is a record's own place in the journal (`JournalPlace`): a record has one row, whatever
  /// happens. `at` is Unix milliseconds; `run` is the start that wrote it; prices are ticks, sizes lots.
  static let journal = [
    LedgerMigration("journal/1") { db in
      try db.execute(
        sql: """
          CREATE TABLE journal_cursor (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            epoch INTEGER NOT NULL, segment INTEGER NOT NULL, offset INTEGER NOT NULL,
            fingerprint TEXT NOT NULL, records INTEGER NOT NULL
          ) STRICT;
          CREATE TABLE journal_gaps (
            id INTEGER PRIMARY KEY, noticed_at INTEGER NOT NULL, epoch INTEGER NOT NULL,
            reason TEXT NOT NULL
          ) STRICT;
          CREATE TABLE journal_faults (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind INTEGER NOT NULL, bytes INTEGER NOT NULL
          ) STRICT;
          CREATE TABLE instruments (
            run INTEGER NOT NULL, id INTEGER NOT NULL, place INTEGER NOT NULL UNIQUE,
            symbol TEXT NOT NULL,
            type INTEGER NOT NULL, contract INTEGER NOT NULL,
            tick_mantissa INTEGER NOT NULL, tick_decimals INTEGER NOT NULL,
            lot_mantissa INTEGER NOT NULL, lot_decimals INTEGER NOT NULL,
            contract_mantissa INTEGER NOT NULL, contract_decimals INTEGER NOT NULL,
            is_tradable INTEGER NOT NULL,
            PRIMARY KEY (run, id)
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE signals (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, run INTEGER NOT NULL,
            instrument TEXT NOT NULL, source TEXT NOT NULL, is_present INTEGER NOT NULL,
            target_lots INTEGER NOT NULL, urgency TEXT NOT NULL, confidence_permille INTEGER NOT NULL,
            max_drift_bps INTEGER NOT NULL, reference_half_ticks INTEGER NOT NULL,
            ttl_ms INTEGER NOT NULL, decision INTEGER NOT NULL, trace_id TEXT NOT NULL,
            request INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX signals_decision ON signals(decision);
          CREATE TABLE requests (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, run INTEGER NOT NULL,
            instrument TEXT NOT NULL, number INTEGER NOT NULL, kind INTEGER NOT NULL,
            answer INTEGER NOT NULL, user INTEGER NOT NULL, process INTEGER NOT NULL
          ) STRICT;
          CREATE TABLE intents (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, run INTEGER NOT NULL,
            instrument_id INTEGER NOT NULL, instrument TEXT NOT NULL, intent INTEGER NOT NULL,
            action TEXT NOT NULL, side TEXT NOT NULL, type TEXT NOT NULL, source TEXT NOT NULL,
            is_book_valid INTEGER NOT NULL, is_reduce_only INTEGER NOT NULL,
            price INTEGER, lots INTEGER NOT NULL, target_intent INTEGER NOT NULL,
            decision INTEGER NOT NULL, bid INTEGER, ask INTEGER, seq_id INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX intents_number ON intents(run, intent);
          CREATE INDEX intents_decision ON intents(decision);
          CREATE TABLE verdicts (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, run INTEGER NOT NULL,
            instrument TEXT NOT NULL, intent INTEGER NOT NULL, action TEXT NOT NULL,
            code TEXT NOT NULL, limit_figure INTEGER NOT NULL, figure INTEGER NOT NULL,
            decision INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX verdicts_intent ON verdicts(run, intent);
          CREATE INDEX verdicts_decision ON verdicts(decision);
          CREATE TABLE orders (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, run INTEGER NOT NULL,
            instrument_id INTEGER NOT NULL, instrument TEXT NOT NULL,
            cl_ord_id INTEGER NOT NULL, ord_id TEXT NOT NULL, intent INTEGER NOT NULL,
            action TEXT NOT NULL, side TEXT NOT NULL, type TEXT NOT NULL, source TEXT NOT NULL,
            is_reduce_only INTEGER NOT NULL, price INTEGER, lots INTEGER NOT NULL,
            target_intent INTEGER NOT NULL, decision INTEGER NOT NULL, expires_at INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX orders_id ON orders(cl_ord_id);
          CREATE INDEX orders_instrument ON orders(action, instrument);
          CREATE INDEX orders_decision ON orders(decision, source, action, cl_ord_id);
          CREATE TABLE reports (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, run INTEGER NOT NULL,
            instrument_id INTEGER NOT NULL, instrument TEXT NOT NULL, kind TEXT NOT NULL,
            side TEXT NOT NULL, cl_ord_id INTEGER NOT NULL, ord_id TEXT NOT NULL,
            intent INTEGER NOT NULL, code TEXT NOT NULL, exchange_code INTEGER NOT NULL,
            price INTEGER, lots INTEGER NOT NULL, filled_lots INTEGER NOT NULL,
            exchange_at INTEGER NOT NULL, detail INTEGER NOT NULL, is_reconciled INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX reports_order ON reports(cl_ord_id);
          -- What a report of kind `fill` says of the trade.
          CREATE TABLE fills (
            place INTEGER PRIMARY KEY REFERENCES reports(place), at INTEGER NOT NULL,
            run INTEGER NOT NULL, instrument_id INTEGER NOT NULL, instrument TEXT NOT NULL,
            cl_ord_id INTEGER NOT NULL, intent INTEGER NOT NULL, side TEXT NOT NULL,
            trade_id TEXT NOT NULL, price INTEGER, lots INTEGER NOT NULL, fee TEXT NOT NULL,
            fee_currency TEXT NOT NULL, is_taker INTEGER NOT NULL, exchange_at INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX fills_order ON fills(cl_ord_id);
          CREATE INDEX fills_instrument ON fills(instrument);
          CREATE TABLE stops (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, run INTEGER NOT NULL,
            instrument TEXT NOT NULL, source TEXT NOT NULL, requested TEXT NOT NULL,
            in_force TEXT NOT NULL, before TEXT NOT NULL, is_flattening INTEGER NOT NULL,
            is_rearm INTEGER NOT NULL, request INTEGER NOT NULL, text TEXT NOT NULL
          ) STRICT;
          CREATE TABLE balances (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, currency TEXT NOT NULL, cash TEXT NOT NULL,
            exchange_at INTEGER NOT NULL, is_reconciled INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX balances_currency ON balances(currency, at);
          CREATE TABLE positions (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, run INTEGER NOT NULL,
            instrument_id INTEGER NOT NULL, instrument TEXT NOT NULL, lots INTEGER NOT NULL,
            before_lots INTEGER NOT NULL, is_reconciled INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX positions_instrument ON positions(instrument);
          CREATE TABLE losses (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, stage TEXT NOT NULL,
            first INTEGER NOT NULL, last INTEGER NOT NULL
          ) STRICT;
          -- Equity of the account, US dollars.
          CREATE TABLE equities (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, total TEXT NOT NULL, available TEXT,
            is_reconciled INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX equities_at ON equities(at);
          CREATE TABLE position_details (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, run INTEGER NOT NULL,
            instrument_id INTEGER NOT NULL, instrument TEXT NOT NULL, lots INTEGER NOT NULL,
            average_price INTEGER, mark_price INTEGER, liquidation_price INTEGER,
            leverage_milli INTEGER NOT NULL, unrealised TEXT NOT NULL
          ) STRICT;
          CREATE INDEX position_details_instrument ON position_details(instrument);
          CREATE TABLE fee_rates (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, instrument TEXT NOT NULL,
            maker TEXT NOT NULL, taker TEXT NOT NULL
          ) STRICT;
          CREATE INDEX fee_rates_instrument ON fee_rates(instrument);
          -- One row per bar: a back-filled bar that is there already adds none.
          CREATE TABLE bars (
            instrument TEXT NOT NULL, interval_s INTEGER NOT NULL, open_at INTEGER NOT NULL,
            run INTEGER NOT NULL, instrument_id INTEGER NOT NULL, place INTEGER NOT NULL,
            open INTEGER NOT NULL, high INTEGER NOT NULL, low INTEGER NOT NULL, close INTEGER NOT NULL,
            lots INTEGER NOT NULL, trades INTEGER NOT NULL, source TEXT NOT NULL,
            PRIMARY KEY (instrument, interval_s, open_at)
          ) STRICT, WITHOUT ROWID;
          """)
    },
    // Bars of each source stand side by side, so that one that differs from ours is seen; no build wrote
    // any before.
    LedgerMigration("journal/2") { db in
      try db.execute(
        sql: """
          DROP TABLE bars;
          CREATE TABLE bars (
            instrument TEXT NOT NULL, interval_s INTEGER NOT NULL, open_at INTEGER NOT NULL,
            source TEXT NOT NULL, run INTEGER NOT NULL, instrument_id INTEGER NOT NULL,
            place INTEGER NOT NULL, open INTEGER NOT NULL, high INTEGER NOT NULL,
            low INTEGER NOT NULL, close INTEGER NOT NULL, lots INTEGER NOT NULL,
            trades INTEGER NOT NULL,
            PRIMARY KEY (instrument, interval_s, open_at, source)
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE contexts (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, instrument TEXT NOT NULL,
            kind TEXT NOT NULL, exchange_at INTEGER NOT NULL, figures TEXT NOT NULL
          ) STRICT;
          CREATE INDEX contexts_kind ON contexts(instrument, kind);
          """)
    },
    // What the exchange said beside a report's code.
    LedgerMigration("journal/3") { db in
      try db.execute(
        sql: """
          CREATE TABLE refusals (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, run INTEGER NOT NULL,
            instrument TEXT NOT NULL, operation TEXT NOT NULL, cl_ord_id INTEGER NOT NULL,
            request TEXT NOT NULL, exchange_code INTEGER NOT NULL, sub_code INTEGER NOT NULL,
            text TEXT NOT NULL
          ) STRICT;
          CREATE INDEX refusals_id ON refusals(cl_ord_id);
          """)
    },
    LedgerMigration("journal/4") { db in
      try db.execute(
        sql: """
          -- Changes of the account's money, as OKX signs them.
          CREATE TABLE bills (
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, bill TEXT NOT NULL,
            exchange_at INTEGER NOT NULL, currency TEXT NOT NULL, instrument TEXT NOT NULL,
            type INTEGER NOT NULL, sub_type INTEGER NOT NULL, meaning TEXT NOT NULL, change TEXT NOT NULL,
            balance TEXT NOT NULL, pnl TEXT NOT NULL, fee TEXT NOT NULL, size TEXT NOT NULL,
            ord_id TEXT NOT NULL, trade_id TEXT NOT NULL
          ) STRICT;
          """)
    },
    LedgerMigration("journal/5") { db in
      try db.execute(
        sql: """
          -- Every row of an instrument that a start named, by its place; `instruments` keeps the first.
          CREATE TABLE instrument_rows (
            place INTEGER PRIMARY KEY, run INTEGER NOT NULL, id INTEGER NOT NULL,
            tick_mantissa INTEGER NOT NULL, tick_decimals INTEGER NOT NULL,
            lot_mantissa INTEGER NOT NULL, lot_decimals INTEGER NOT NULL,
            contract_mantissa INTEGER NOT NULL, contract_decimals INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX instrument_rows_run ON instrument_rows(run, id, place);
          -- What its figures count in from a place on; 0: from the start's beginning, since the name may come behind the
          -- records that need it.
          CREATE TABLE instrument_units (
            run INTEGER NOT NULL, id INTEGER NOT NULL, place INTEGER NOT NULL,
            tick_mantissa INTEGER NOT NULL, tick_decimals INTEGER NOT NULL,
            lot_mantissa INTEGER NOT NULL, lot_decimals INTEGER NOT NULL,
            contract_mantissa INTEGER NOT NULL, contract_decimals INTEGER NOT NULL,
            PRIMARY KEY (run, id, place)
          ) STRICT, WITHOUT ROWID;
          INSERT INTO instrument_rows SELECT place, run, id, tick_mantissa, tick_decimals, lot_mantissa,
            lot_decimals, contract_mantissa, contract_decimals FROM instruments;
          INSERT INTO instrument_units SELECT run, id, 0, tick_mantissa, tick_decimals, lot_mantissa,
            lot_decimals, contract_mantissa, contract_decimals FROM instruments;
          -- Lot factors of changes were not kept before: what was read of such a start stays in its first lots.
          INSERT INTO journal_gaps(noticed_at, epoch, reason)
            SELECT max(at), 0, 'an earlier build read ' || instrument || ' of start ' || (run & 4294967295)
              || ': where ticks or lots changed, figures are counted in those it began with'
            FROM reports WHERE kind = 'instrument' GROUP BY run, instrument;
          """)
    },
  ]
}
