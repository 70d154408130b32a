// Decision records: what is appended is what is read, and the feed's conditions hold.
import Foundation
import Ledger
import Testing

@Suite struct RecordTests {
  @Test func aRecordComesBackWhole() throws {
    let fixture = try LedgerFixture()
    let cycle = try fixture.ledger.beginCycle(
      trace: LedgerFixture.trace(7), instrument: "BTC-USDT", at: 900)
    var record = LedgerFixture.record(DecisionRecord.cycleAgent, cycle: cycle, trace: 7)
    record.outcome = .noDecision
    record.reason = "two analysts disagree"
    record.promptVersion = 3
    record.schemaHash = "s"
    record.snapshotHash = "h"
    record.parameters = "{\"temperature\":0.2}"
    record.requestedModel = "deepseek-flash"
    record.returnedModel = "deepseek-flash-1"
    record.fingerprint = "fp"
    record.usage = TokenUsage(
      promptTokens: 1, completionTokens: 2, cacheHitTokens: 3, cacheMissTokens: 4,
      reasoningTokens: 5)
    record.costMicros = 123_456
    record.latencyMilliseconds = 77
    record.attempts = "[{\"rung\":\"local\"}]"
    record.validation = "{\"ok\":true}"
    record.grounding = "{\"facts\":3}"
    record.tags = ["fast", "ä"]
    record.lease = LeaseFields(
      instrument: "BTC-USDT", targetLots: -5, urgency: "high", confidencePermille: 700,
      ttlMilliseconds: 60_000, maxDriftBps: 25, referenceHalfTicks: 1_234_567)
    record.id = try fixture.ledger.append(record)
    #expect(try fixture.ledger.record(id: record.id) == record)
    #expect(try fixture.ledger.record(id: record.id + 1) == nil)

    try fixture.ledger.record(
      leaseAnswer: LeaseAnswer(cycle: cycle, doorCode: "done", answeredAt: 1_001))
    record.lease?.doorCode = "done"
    #expect(try fixture.ledger.record(id: record.id) == record)
    let item = try #require(try fixture.ledger.feed(FeedQuery()).items.first)
    #expect(item.lease == record.lease)
    #expect(item.tags == ["fast", "ä"])
    #expect(try fixture.ledger.leaseAnswers(cycle: cycle).map(\.doorCode) == ["done"])
  }

  @Test func aSnapshotIsKeptOnce() throws {
    let fixture = try LedgerFixture()
    try fixture.ledger.saveSnapshot(hash: "a", json: "{}")
    try fixture.ledger.saveSnapshot(hash: "a", json: "other")
    #expect(try fixture.ledger.snapshot(hash: "a") == "{}")
    #expect(try fixture.ledger.snapshot(hash: "b") == nil)
  }

  @Test func aRecordThatCannotBeFoundAgainIsRefusedAndCounted() throws {
    let fixture = try LedgerFixture()
    var record = LedgerFixture.record()
    record.traceID = "ABC"
    #expect(throws: LedgerError.invalid(field: "trace_id", "is not 32 lower-case hex digits")) {
      try fixture.ledger.append(record)
    }
    record = LedgerFixture.record()
    record.endedAt = record.startedAt - 1
    #expect(throws: LedgerError.self) { try fixture.ledger.append(record) }
    #expect(fixture.ledger.figures.refused == 2)
    #expect(fixture.ledger.figures.appended == 0)
    #expect(try fixture.ledger.feed(FeedQuery()).items.isEmpty)
  }

  @Test func pagesJoinWithoutGapOrRepeat() throws {
    let fixture = try LedgerFixture()
    var ids: [Int64] = []
    for number in 0..<25 {
      ids.append(try fixture.ledger.append(LedgerFixture.record(at: Int64(1_000 + number))))
    }
    var seen: [Int64] = []
    var cursor: Int64?
    repeat {
      let page = try fixture.ledger.feed(FeedQuery(limit: 7, cursor: cursor))
      seen += page.items.map(\.id)
      cursor = page.next
      // New records arrive while pages are turned.
      _ = try fixture.ledger.append(LedgerFixture.record(at: 2_000))
    } while cursor != nil
    #expect(seen == ids.reversed())
    #expect(throws: LedgerError.self) { try fixture.ledger.feed(FeedQuery(limit: 0)) }
    #expect(throws: LedgerError.self) { try fixture.ledger.feed(FeedQuery(limit: 501)) }
    #expect(try fixture.ledger.feed(FeedQuery(cursor: 0)).items.isEmpty)
    #expect(try fixture.ledger.feed(FeedQuery(cursor: .min)).items.isEmpty)
    #expect(try fixture.ledger.feed(FeedQuery(cursor: .max)).items.count == 29)
  }

  @Test func everyConditionHoldsAloneAndTogether() throws {
    let fixture = try LedgerFixture()
    let agents = ["macro_trader", "news_collector", "cycle"]
    let instruments = ["BTC-USDT", "ETH-USDT"]
    var all: [DecisionRecord] = []
    for number in 0..<120 {
      var record = LedgerFixture.record(
        agents[number % 3], cycle: Int64(number / 6), instrument: instruments[number / 3 % 2],
        at: Int64(10_000 + number * 10), trace: number / 6)
      record.conclusion = number % 5 == 0 ? "funding turned" : "nothing new"
      record.id = try fixture.ledger.append(record)
      all.append(record)
    }
    let choices: [FeedQuery] = [
      FeedQuery(limit: 500),
      FeedQuery(limit: 500, agent: "cycle"), FeedQuery(limit: 500, instrument: "ETH-USDT"),
      FeedQuery(limit: 500, agent: "cycle", instrument: "ETH-USDT"),
      FeedQuery(limit: 500, from: 10_200), FeedQuery(limit: 500, to: 10_200),
      FeedQuery(limit: 500, from: 10_195, to: 10_405),
      FeedQuery(limit: 500, agent: "cycle", from: 10_195, to: 10_405),
      FeedQuery(limit: 500, text: "FUNDING"),
      FeedQuery(limit: 500, agent: "cycle", text: "funding turned"),
      FeedQuery(limit: 500, agent: "cycle", instrument: "BTC-USDT", from: 10_195, text: "funding"),
      FeedQuery(limit: 500, trace: LedgerFixture.trace(3)), FeedQuery(limit: 500, cycle: 4),
      FeedQuery(limit: 500, agent: "cycle", text: "new", trace: LedgerFixture.trace(3)),
      FeedQuery(limit: 500, agent: "nobody"), FeedQuery(limit: 500, from: 99_999),
      FeedQuery(limit: 500, to: 1),
    ]
    for query in choices {
      let expected = all.filter { record in
        (query.agent.map { $0 == record.agentID } ?? true)
          && (query.instrument.map { $0 == record.instrument } ?? true)
          && (query.from.map { record.endedAt >= $0 } ?? true)
          && (query.to.map { record.endedAt <= $0 } ?? true)
          && (query.trace.map { $0 == record.traceID } ?? true)
          && (query.cycle.map { $0 == record.cycle } ?? true)
          && (query.text.map { text in
            text.lowercased().split(separator: " ").allSatisfy { record.conclusion.contains($0) }
          } ?? true)
      }
      #expect(
        try fixture.ledger.feed(query).items.map(\.id) == expected.map(\.id).reversed(), "\(query)")
    }
  }

  @Test(arguments: [
    "\"", "\"\"", "*", "a*", "NEAR(a b)", "a OR", "AND", "NOT", "conclusion : x", "{a} : b", "(",
    "^a", "a + b", "-", "a\u{0}b", "';DROP TABLE decisions;--", "keys:61", "\u{202E}x", "日本",
  ])
  func searchTextIsNeverSyntax(_ text: String) throws {
    let fixture = try LedgerFixture()
    _ = try fixture.ledger.append(LedgerFixture.record())
    #expect(try fixture.ledger.feed(FeedQuery(text: text)).items.isEmpty)
    var record = LedgerFixture.record()
    record.rawReply = text + " " + text
    let id = try fixture.ledger.append(record)
    let found = try fixture.ledger.feed(FeedQuery(text: text)).items.map(\.id)
    let hasWord = text.contains { $0.isLetter || $0.isNumber }
    if hasWord && !text.contains("\0") { #expect(found == [id]) } else { #expect(found.isEmpty) }
  }

  @Test func searchFindsEachTextAndPhrasesOfAWord() throws {
    let fixture = try LedgerFixture()
    var record = LedgerFixture.record()
    record.conclusion = "alpha BTC-USDT-SWAP"
    record.inputSummary = "bravo"
    record.renderedPrompt = "charlie"
    record.rawReply = "delta Größe"
    record.output = "{\"echo\":1}"
    let id = try fixture.ledger.append(record)
    for word in ["alpha", "bravo", "charlie", "delta", "echo", "grosse", "GRÖSSE", "btc-usdt-swap"]
    {
      let found = try fixture.ledger.feed(FeedQuery(text: word)).items.map(\.id)
      // The index folds case and accents, and keeps ß.
      #expect(found == (word == "grosse" || word == "GRÖSSE" ? [] : [id]), "\(word)")
    }
    #expect(try fixture.ledger.feed(FeedQuery(text: "größe")).items.count == 1)
    #expect(try fixture.ledger.feed(FeedQuery(text: "usdt-btc")).items.isEmpty)
    #expect(try fixture.ledger.feed(FeedQuery(text: "alpha zulu")).items.isEmpty)
    #expect(try fixture.ledger.feed(FeedQuery(text: "   ")).items.count == 1)
  }

  @Test func theFeedsTimeNeverFalls() throws {
    let fixture = try LedgerFixture()
    for at in [5_000, 4_000, 6_000, Int64.max / 2, 7_000] as [Int64] {
      var record = LedgerFixture.record(at: 3_000)
      record.endedAt = at
      _ = try fixture.ledger.append(record)
    }
    let now = Int64(Date().timeIntervalSince1970 * 1_000)
    let times = try fixture.ledger.feed(FeedQuery()).items.map(\.recordedAt)
    #expect(times == times.sorted(by: >))
    #expect(times.allSatisfy { $0 <= now })
    #expect(times.suffix(3) == [6_000, 5_000, 5_000])
  }

  @Test func itemsEncodeAsTheRoutesSay() throws {
    let fixture = try LedgerFixture()
    var record = LedgerFixture.record()
    record.costMicros = 1_230_000
    _ = try fixture.ledger.append(record)
    let page = try fixture.ledger.feed(FeedQuery())
    let json = try #require(
      JSONSerialization.jsonObject(with: JSONEncoder().encode(page)) as? [String: Any])
    #expect(json["next"] is NSNull)
    let item = try #require((json["items"] as? [[String: Any]])?.first)
    #expect(item["cost_usd"] as? String == "1.23")
    #expect(item["lease"] is NSNull)
    for key in [
      "id", "cycle", "trace_id", "agent_id", "instrument", "started_at", "ended_at", "outcome",
      "reason", "source", "prompt_version", "schema_hash", "snapshot_hash", "requested_model",
      "returned_model", "usage", "latency_ms", "input_summary", "conclusion", "tags", "order_ids",
    ] { #expect(item[key] != nil, "\(key)") }
    #expect(item["rendered_prompt"] == nil)
    #expect(USDollars.text(micros: -5) == "-0.000005")
    #expect(USDollars.text(micros: 0) == "0")
    #expect(USDollars.text(micros: 2_000_000) == "2")
  }
}
