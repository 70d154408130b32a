// Money as a limit: by role and for all, at peak hours, across a restart, and what is left to do without it.

import AgentFixtures
import Foundation
import Ledger
import Logging
import Models
import Roles
import TestFolders
import Testing

@Suite(.serialized) struct ModelBudgetTests {
  private static let price = ModelPrice(
    prompt: 1_000_000, cachedPrompt: 1_000_000, completion: 1_000_000)
  private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

  private func roster(
    _ peer: ModelPeer, _ budgets: ModelBudgets, spent: [String: Int64] = [:],
    peak: PeakHours? = nil, now: Int64 = ModelBudgetTests.now
  ) -> ModelRoster {
    var endpoint = ModelFixture.endpoint(peer.base("good"), price: Self.price)
    endpoint.peak = peak
    return ModelRoster([endpoint], budgets: budgets, spentToday: spent, now: now)
  }

  private static let role = "technical_analyst"

  @Test func aRolesOwnBudgetEndsItAloneAndMidnightMakesItWhole() async throws {
    let peer = try ModelPeer()
    let roster = roster(
      peer, ModelBudgets(dailyMicros: 1_000_000, roleMicros: [Self.role: 50]))
    let answer = try await ModelFixture.ask(roster)
    #expect(answer.reason == "budget" && answer.outcome == .noDecision)
    #expect(try peer.requests().isEmpty)
    #expect(roster.thrift(of: Self.role, now: Self.now) == .spent)
    #expect(roster.thrift(of: "macro_trader", now: Self.now) == .ample)
    #expect(roster.thrift(of: Self.role, now: Self.now + 86_400_000) == .ample)
  }

  @Test func whatWasSpentBeforeARestartCounts() throws {
    let peer = try ModelPeer()
    let budgets = ModelBudgets(dailyMicros: 1_000, roleMicros: [Self.role: 500])
    func thrift(_ spent: [String: Int64], _ role: String = ModelBudgetTests.role) -> Thrift {
      roster(peer, budgets, spent: spent).thrift(of: role, now: Self.now)
    }
    #expect(thrift([:]) == .ample)
    #expect(thrift([Self.role: 399]) == .ample)
    #expect(thrift([Self.role: 400]) == .thrifty, "four fifths of its own")
    #expect(thrift([Self.role: 500]) == .spent)
    #expect(thrift([Self.role: 500], "macro_trader") == .ample)
    #expect(thrift(["other": 800]) == .thrifty, "four fifths of all")
    #expect(thrift(["other": 1_000]) == .spent)

    let folder = try Folder()
    defer { folder.remove() }
    let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
    let cycle = try ledger.beginCycle(
      trace: TraceContext().traceID, instrument: "BTC-USDT", at: Self.now)
    for (agent, micros) in [("macro_trader", 7), ("macro_trader", 5), ("data_analyst", 0)] {
      var record = DecisionRecord(
        cycle: cycle, traceID: TraceContext().traceID, spanID: TraceContext().spanID,
        agentID: agent, instrument: "BTC-USDT", startedAt: Self.now, endedAt: Self.now,
        outcome: .valid, source: "test")
      record.costMicros = Int64(micros)
      _ = try ledger.append(record)
    }
    #expect(try ledger.modelCost(since: Self.now - 60_000) == ["macro_trader": 12])
    #expect(try ledger.modelCost(since: Self.now + 60_000) == [:])
  }

  @Test func peakHoursCostMore() async throws {
    let peer = try ModelPeer()
    let all = try #require(PeakHours("00:00-24:00", permille: 3_000))
    let plain = roster(peer, ModelBudgets(dailyMicros: 1 << 40))
    let peak = roster(peer, ModelBudgets(dailyMicros: 1 << 40), peak: all)
    let cheap = try await ModelFixture.ask(plain)
    let dear = try await ModelFixture.ask(peak)
    #expect(cheap.costMicros > 0 && dear.costMicros == 3 * cheap.costMicros)
    let night = try #require(PeakHours("22:30-01:00, 12:00-13:00", permille: 2_000))
    func holds(_ hour: Int64, _ minute: Int64) -> Bool {
      night.holds(at: 20_000 * 86_400_000 + (hour * 60 + minute) * 60_000)
    }
    #expect(holds(22, 30) && holds(23, 59) && holds(0, 0) && holds(0, 59) && holds(12, 59))
    #expect(!holds(22, 29) && !holds(1, 0) && !holds(13, 0))
    for bad in ["", "12:00", "12:00-12:00", "25:00-26:00", "1:00-2:00", "12:60-13:00", "a-b"] {
      #expect(PeakHours(bad, permille: 2_000) == nil, "\(bad)")
    }
  }
}
