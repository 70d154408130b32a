// Shadow comparisons as rows, and the promotion that waits for them; control plane.
import GRDB

extension PromptStore {
  /// Begins to compare `candidate` with the version in use. The newest shadow of a role is the running one.
  /// - Parameters:
  ///   - runsMin: runs before a promotion, 1…10,000.
  ///   - sharePermille: of cycles that run the candidate beside the live one, 0…1000.
  public func startShadow(
    role: String, candidate: Int, runsMin: Int, sharePermille: Int, person: String, at: Int64
  ) throws -> ShadowFigures {
    if !(1...10_000).contains(runsMin) {
      throw PromptRefusal.invalid(field: "runs", "is a whole number from 1 to 10000")
    }
    if !(0...1_000).contains(sharePermille) {
      throw PromptRefusal.invalid(field: "share_permille", "is a whole number from 0 to 1000")
    }
    return try write { db in
      guard try PromptStore.version(role, candidate, db) != nil else {
        throw PromptRefusal.unknownVersion(role: role, version: candidate)
      }
      let live = try PromptStore.live(role, db)?.version ?? 0
      if live == candidate { throw PromptRefusal.identical(version: live) }
      try db.execute(
        sql: """
          INSERT INTO prompt_shadows (role, candidate, live, runs_min, share_permille, person,
            started_at) VALUES (?, ?, ?, ?, ?, ?, ?)
          """, arguments: [role, candidate, live, runsMin, sharePermille, person, at])
      guard let figures = try PromptStore.figures(role, db) else {
        throw PromptRefusal.noShadow(role: role)
      }
      return figures
    }
  }

  /// The role's newest comparison; nil: none was started.
  public func shadow(role: String) throws -> ShadowFigures? {
    try read { try PromptStore.figures(role, $0) }
  }

  /// Appends a run; false: this snapshot was compared already.
  public func record(_ run: ShadowRun, shadow: Int64) throws -> Bool {
    try write { db in
      try db.execute(
        sql: """
          INSERT OR IGNORE INTO prompt_shadow_runs (shadow, snapshot_hash, live_outcome,
            live_conclusion, live_cost_micros, live_latency_ms, candidate_outcome,
            candidate_conclusion, candidate_cost_micros, candidate_latency_ms, agrees, ran_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          shadow, run.snapshotHash, run.live.outcome.rawValue, run.live.conclusion,
          run.live.costMicros, run.live.latencyMilliseconds, run.candidate.outcome.rawValue,
          run.candidate.conclusion, run.candidate.costMicros, run.candidate.latencyMilliseconds,
          run.agrees, run.ranAt,
        ])
      return db.changesCount == 1
    }
  }

  /// Puts the newest shadow's candidate in use, where its comparison is complete and still is with the
  /// version in use.
  public func promote(role: String, candidate: Int, person: String, at: Int64) throws
    -> ShadowFigures
  {
    try write { db in
      guard let figures = try PromptStore.figures(role, db), figures.candidate == candidate,
        figures.live == (try PromptStore.live(role, db)?.version ?? 0)
      else { throw PromptRefusal.noShadow(role: role) }
      if !figures.isComplete { throw PromptRefusal.shadowIncomplete(figures) }
      try PromptStore.promote(role, candidate, person, at, db)
      return figures
    }
  }

  /// Hashes of the newest recorded snapshots that the role has answered and the comparison has not, newest
  /// first.
  public func recentSnapshots(role: String, shadow: Int64, limit: Int) throws -> [String] {
    try read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT snapshot_hash FROM decisions WHERE agent_id = ?1 AND snapshot_hash <> ''
            AND snapshot_hash NOT IN (
              SELECT snapshot_hash FROM prompt_shadow_runs WHERE shadow = ?2)
          GROUP BY snapshot_hash ORDER BY max(id) DESC LIMIT ?3
          """, arguments: [role, shadow, limit])
    }
  }

  /// Which way the market went after each run that named a direction.
  private static func outcomes(_ shadow: Int64, _ db: Database) throws -> (
    live: (known: Int, hits: Int), candidate: (known: Int, hits: Int)
  ) {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT live_conclusion, candidate_conclusion,
          (SELECT close FROM bars WHERE instrument = item AND interval_s = 60
            AND open_at > at - 360000 AND open_at <= at - 60000
            ORDER BY open_at DESC LIMIT 1) AS before,
          (SELECT close FROM bars WHERE instrument = item AND interval_s = 60
            AND open_at >= at + 240000 AND open_at < at + 420000
            ORDER BY open_at LIMIT 1) AS after
        FROM (
          SELECT runs.live_conclusion, runs.candidate_conclusion,
            json_extract(snapshots.json, '$.instrument.id') AS item,
            json_extract(snapshots.json, '$.taken_at') AS at
          FROM prompt_shadow_runs AS runs JOIN snapshots ON snapshots.hash = runs.snapshot_hash
          WHERE runs.shadow = ?)
        """, arguments: [shadow])
    var live = (known: 0, hits: 0)
    var candidate = (known: 0, hits: 0)
    func count(_ conclusion: String, _ move: Int64, _ side: inout (known: Int, hits: Int)) {
      guard conclusion == "long" || conclusion == "short" else { return }
      side.known += 1
      if conclusion == "long" ? move > 0 : move < 0 { side.hits += 1 }
    }
    for row in rows {
      guard let before: Int64 = row["before"], let after: Int64 = row["after"] else { continue }
      count(row["live_conclusion"], after - before, &live)
      count(row["candidate_conclusion"], after - before, &candidate)
    }
    return (live, candidate)
  }

  private static func figures(_ role: String, _ db: Database) throws -> ShadowFigures? {
    guard
      let row = try Row.fetchOne(
        db, sql: "SELECT * FROM prompt_shadows WHERE role = ? ORDER BY id DESC LIMIT 1",
        arguments: [role])
    else { return nil }
    let id: Int64 = row["id"]
    let valid = [DecisionOutcome.valid, .repaired, .abstained]
      .map { "'\($0.rawValue)'" }.joined(separator: ", ")
    let sums = try Row.fetchOne(
      db,
      sql: """
        SELECT count(*) AS runs, coalesce(sum(agrees), 0) AS agreeing,
          coalesce(sum(live_outcome IN (\(valid))), 0) AS live_valid,
          coalesce(sum(live_cost_micros), 0) AS live_cost,
          coalesce(CAST(avg(live_latency_ms) AS INTEGER), 0) AS live_latency,
          coalesce(sum(candidate_outcome IN (\(valid))), 0) AS candidate_valid,
          coalesce(sum(candidate_cost_micros), 0) AS candidate_cost,
          coalesce(CAST(avg(candidate_latency_ms) AS INTEGER), 0) AS candidate_latency
        FROM prompt_shadow_runs WHERE shadow = ?
        """, arguments: [id])
    guard let sums else { return nil }
    let outcomes = try outcomes(id, db)
    return ShadowFigures(
      id: id, role: role, candidate: row["candidate"], live: row["live"], runs: sums["runs"],
      runsMin: row["runs_min"], sharePermille: row["share_permille"], agreeing: sums["agreeing"],
      liveSide: .init(
        valid: sums["live_valid"], costMicros: sums["live_cost"],
        latencyMilliseconds: sums["live_latency"], known: outcomes.live.known,
        hits: outcomes.live.hits),
      candidateSide: .init(
        valid: sums["candidate_valid"], costMicros: sums["candidate_cost"],
        latencyMilliseconds: sums["candidate_latency"], known: outcomes.candidate.known,
        hits: outcomes.candidate.hits))
  }
}
