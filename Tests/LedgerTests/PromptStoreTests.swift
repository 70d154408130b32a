// Prompt versions: immutable, numbered without holes, in use at once, and never overwritten unseen.
import Foundation
import GRDB
import Ledger
import Testing

@Suite struct PromptStoreTests {
  private func draft(_ text: String, expected: Int? = nil) -> PromptDraft {
    PromptDraft(
      role: "macro_trader", text: text, format: .yaml, author: "edna", note: "why",
      expectedVersion: expected)
  }

  private func refusal(_ body: () throws -> Void) -> PromptRefusal? {
    do { try body() } catch { return error as? PromptRefusal }
    return nil
  }

  @Test func aSaveIsInUseAtOnceForEveryReader() throws {
    let fixture = try LedgerFixture()
    let other = try Ledger(path: fixture.path).prompts
    #expect(try other.live(role: "macro_trader") == nil)
    for number in 1...3 {
      let made = try fixture.ledger.prompts.save(
        draft("text \(number)", expected: number - 1), promoted: true, shipped: nil, at: 7)
      #expect(made.version == number && made.sha256 == PromptStore.sha256("text \(number)"))
      #expect(try other.live(role: "macro_trader") == made)
    }
    #expect(try other.versions(role: "macro_trader", limit: 2).map(\.version) == [3, 2])
    #expect(try other.versions(role: "macro_trader", limit: 9, before: 3).map(\.version) == [2, 1])
  }

  @Test func staleAndEqualTextsAreRefused() throws {
    let fixture = try LedgerFixture()
    let store = fixture.ledger.prompts
    _ = try store.save(draft("one"), promoted: true, shipped: "zero", at: 1)
    #expect(
      refusal {
        _ = try store.save(draft("two", expected: 0), promoted: true, shipped: nil, at: 2)
      } == .conflict(expected: 0, live: 1))
    #expect(
      refusal { _ = try store.save(draft("one"), promoted: true, shipped: nil, at: 2) }
        == .identical(version: 1))
    let second = try LedgerFixture()
    let fresh = second.ledger.prompts
    #expect(
      refusal { _ = try fresh.save(draft("zero"), promoted: true, shipped: "zero", at: 2) }
        == .identical(version: 0))
    for bad in ["", " \n"] {
      var empty = draft("x")
      empty.note = bad
      #expect(
        refusal { _ = try store.save(empty, promoted: true, shipped: nil, at: 2) }?.code
          == "prompt_invalid_field")
    }
    #expect(try fixture.count("SELECT count(*) FROM prompt_versions") == 1)
  }

  @Test func rowsAreNeverChanged() throws {
    let fixture = try LedgerFixture()
    _ = try fixture.ledger.prompts.save(draft("one"), promoted: true, shipped: nil, at: 1)
    try fixture.ledger.close()
    let queue = try DatabaseQueue(path: fixture.path)
    for statement in [
      "UPDATE prompt_versions SET text = 'x'", "DELETE FROM prompt_versions",
      "UPDATE prompt_promotions SET version = 9", "DELETE FROM prompt_promotions",
    ] {
      #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: statement) } }
    }
  }

  @Test func writersAtOnceLoseNothing() async throws {
    let fixture = try LedgerFixture()
    let path = fixture.path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          let store = try Ledger(path: path).prompts
          for number in 0..<25 {
            _ = try store.save(
              PromptDraft(
                role: "r", text: "\(writer)/\(number)", format: .yaml, author: "w\(writer)",
                note: "n"), promoted: true, shipped: nil, at: 1)
          }
        }
      }
      try await group.waitForAll()
    }
    let all = try fixture.ledger.prompts.versions(role: "r", limit: 500)
    #expect(all.map(\.version) == Array((1...100).reversed()))
    #expect(Set(all.map(\.text)).count == 100)
  }

  @Test func aThousandVersionsAreReadByTheirIndex() throws {
    let fixture = try LedgerFixture()
    let store = fixture.ledger.prompts
    for number in 1...1_000 {
      _ = try store.save(draft("text \(number)"), promoted: true, shipped: nil, at: 1)
    }
    #expect(try store.live(role: "macro_trader")?.version == 1_000)
    let plan = try store.livePlan()
    #expect(!plan.isEmpty && plan.allSatisfy { !$0.contains("SCAN prompt") }, "\(plan)")
    #expect(plan.allSatisfy { !$0.contains("TEMP B-TREE") }, "\(plan)")
  }

  private func run(_ hash: String, _ outcome: DecisionOutcome, agrees: Bool) -> ShadowRun {
    ShadowRun(
      snapshotHash: hash,
      live: .init(outcome: .valid, conclusion: "long", costMicros: 10, latencyMilliseconds: 100),
      candidate: .init(
        outcome: outcome, conclusion: "long", costMicros: 20, latencyMilliseconds: 300),
      agrees: agrees, ranAt: 1)
  }

  /// Closes rise by a step a minute: long was right, short was wrong, flat says nothing, and what has no
  /// market five minutes later is not known.
  @Test func aComparisonSaysWhoWasRightAndWhatItCost() throws {
    let fixture = try LedgerFixture()
    let store = fixture.ledger.prompts
    for text in ["one", "two"] {
      _ = try store.save(draft(text), promoted: text == "one", shipped: nil, at: 1)
    }
    let shadow = try store.startShadow(
      role: "macro_trader", candidate: 2, runsMin: 9, sharePermille: 0, person: "edna", at: 2)
    let minute: Int64 = 60_000
    try DatabaseQueue(path: fixture.path).write { db in
      for index in Int64(0)...10 {
        try db.execute(
          sql: """
            INSERT INTO bars(instrument, interval_s, open_at, source, run, instrument_id, place, open,
              high, low, close, lots, trades)
            VALUES ('BTC-USDT', 60, ?, 'own', 7, 0, ?, 1, 1, 1, ?, 1, 1)
            """, arguments: [(100 + index) * minute, index, 1_000 + index * 10])
      }
    }
    let cases = [
      ("a", 103, "long", "short"), ("b", 104, "flat", "long"), ("c", 103, "", "long"),
      ("d", 109, "long", "long"), ("e", 50, "long", "long"),
    ]
    for (hash, at, live, candidate) in cases {
      let json = "{\"instrument\":{\"id\":\"BTC-USDT\"},\"taken_at\":\(Int64(at) * minute)}"
      try fixture.ledger.saveSnapshot(hash: hash, json: json)
      var run = run(hash, .valid, agrees: live == candidate)
      run.live.conclusion = live
      run.candidate.conclusion = candidate
      #expect(try store.record(run, shadow: shadow.id))
    }
    let figures = try #require(try store.shadow(role: "macro_trader"))
    #expect(figures.liveSide.known == 1 && figures.liveSide.hits == 1)
    #expect(figures.candidateSide.known == 3 && figures.candidateSide.hits == 2)
    #expect(try fixture.ledger.modelCost(since: 0) == ["macro_trader": 5 * 30], "both sides' cost")
    #expect(try store.recentSnapshots(role: "macro_trader", shadow: shadow.id, limit: 9).isEmpty)
  }

  @Test func aCandidateWaitsForItsComparison() throws {
    let fixture = try LedgerFixture()
    let store = fixture.ledger.prompts
    let live = try store.save(draft("one"), promoted: true, shipped: nil, at: 1)
    let next = try store.save(draft("two"), promoted: false, shipped: nil, at: 1)
    func promote() throws -> ShadowFigures {
      try store.promote(role: "macro_trader", candidate: next.version, person: "edna", at: 3)
    }
    #expect(try store.live(role: "macro_trader") == live)
    #expect(refusal { _ = try promote() } == .noShadow(role: "macro_trader"))
    let shadow = try store.startShadow(
      role: "macro_trader", candidate: 2, runsMin: 2, sharePermille: 0, person: "edna", at: 2)
    #expect(try store.record(run("a", .valid, agrees: true), shadow: shadow.id))
    #expect(try !store.record(run("a", .valid, agrees: true), shadow: shadow.id), "only once")
    #expect(refusal { _ = try promote() }?.code == "prompt_shadow_incomplete")
    #expect(try store.live(role: "macro_trader") == live)
    #expect(try store.record(run("b", .noDecision, agrees: false), shadow: shadow.id))
    let figures = try promote()
    #expect(figures.runs == 2 && figures.agreeing == 1)
    #expect(figures.candidateSide.valid == 1 && figures.liveSide.valid == 2)
    #expect(figures.candidateSide.costMicros == 40 && figures.liveSide.costMicros == 20)
    #expect(figures.candidateSide.latencyMilliseconds == 300)
    #expect(figures.liveSide.latencyMilliseconds == 100)
    #expect(try store.live(role: "macro_trader") == next)
  }

  @Test func aComparisonWithWhatIsNoLongerInUseDoesNotCount() throws {
    let fixture = try LedgerFixture()
    let store = fixture.ledger.prompts
    _ = try store.save(draft("one"), promoted: true, shipped: nil, at: 1)
    _ = try store.save(draft("two"), promoted: false, shipped: nil, at: 1)
    let shadow = try store.startShadow(
      role: "macro_trader", candidate: 2, runsMin: 1, sharePermille: 0, person: "edna", at: 2)
    _ = try store.record(run("a", .valid, agrees: true), shadow: shadow.id)
    _ = try store.save(draft("three"), promoted: true, shipped: nil, at: 3)
    #expect(
      refusal {
        _ = try store.promote(role: "macro_trader", candidate: 2, person: "edna", at: 4)
      } == .noShadow(role: "macro_trader"))
  }
}
