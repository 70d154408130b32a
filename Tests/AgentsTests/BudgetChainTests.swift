// A budget that is spent, from the purse to the lease: rules decide, and only exits are left.

import AgentFixtures
import Agents
import Foundation
import Ledger
import Logging
import Models
import Roles
import Testing

@Suite(.serialized) struct BudgetChain {
  /// A budget that is spent before the first cycle: rules fill the roles and may only make the position smaller.
  @Test(arguments: [Int64(4), 0, -4])
  func withoutMoneyPositionsOnlyShrink(_ held: Int64) async throws {
    let core = try TestCore()
    defer { core.end() }
    let peer = try ModelPeer()
    let client = try ModelClient(silenceMilliseconds: 5_000)
    let roster = ModelRoster(
      [
        ModelFixture.endpoint(
          peer.base("good"),
          price: ModelPrice(
            prompt: 1_000_000, cachedPrompt: 1_000_000, completion: 1_000_000))
      ],
      budgets: ModelBudgets(dailyMicros: 1_000), spentToday: ["macro_trader": 1_000],
      now: Int64(Date().timeIntervalSince1970 * 1_000))
    let seat = Seat(
      ModelAnalyst(roster: roster, client: client, log: Logger(label: "test")),
      seeing: .model(.ratios))
    let agents = try AgentService(
      configuration: core.configuration(), ledger: core.ledger,
      stateFile: core.folder.path + "/state", doorSocket: core.folder.path + "/door",
      journalDirectory: core.folder.path + "/journal", seat: { _ in seat },
      thrift: { roster.thrift(of: $0, now: Int64(Date().timeIntervalSince1970 * 1_000)) },
      log: Logger(label: "test"))
    let run = Task { await agents.run() }
    let end = ContinuousClock.now + .seconds(30)
    // The flow says buy with all it has.
    while ContinuousClock.now < end, core.signals.count < 3 {
      core.show(lean: 1, position: held)
      try await Task.sleep(for: .milliseconds(50))
    }
    run.cancel()
    await run.value
    await client.shutdown()
    #expect(core.signals.count >= 3)
    #expect(try peer.requests().isEmpty)
    for signal in core.signals {
      let isExit =
        held >= 0 ? (0...held).contains(signal.target) : (held...0).contains(signal.target)
      #expect(isExit, "\(signal.target) of \(held)")
    }
    let cycle = try #require(try core.records("cycle").last { $0.lease != nil })
    #expect(cycle.reason.contains("budget") && cycle.reason.contains("only exits"))
    #expect(try core.records(RoleID.decisionMaker).allSatisfy { $0.source == "local" })
  }
}
