// Models that invent, in every seat, up to the Door: what they make up is in no lease.

import AgentFixtures
import Foundation
import Ledger
import Logging
import Models
import Roles
import Testing

@Suite struct MutantChain {
  @Test func noInventionReachesALease() async throws {
    let peer = try ModelPeer()
    let core = try TestCore()
    defer { core.end() }
    let configuration = core.configuration {
      $0.agents.deadlineMilliseconds = 10_000
      $0.agents.leaseMilliseconds = 60_000
    }
    let client = try ModelClient(silenceMilliseconds: 10_000)
    let seat = Seat(
      ModelAnalyst(
        roster: ModelFixture.roster([ModelFixture.endpoint(peer.base("mutant"))]), client: client,
        log: Logger(label: "test")), seeing: .model(.ratios))
    let agents = try core.agents(configuration) { _ in seat }
    let run = Task { await agents.run() }
    let end = ContinuousClock.now + .seconds(90)
    var mids: Set<Int64> = []
    while ContinuousClock.now < end,
      try core.signals.count < 6 || core.records("cycle").count < 25
    {
      let mid = 200_001 + 2 * Int64(mids.count % 50)
      mids.insert(mid)
      core.show(midHalfTicks: mid)
      // Whatever happens every few cycles, so that every role is asked anew.
      await agents.newsArrived()
      try await Task.sleep(for: .milliseconds(100))
    }
    run.cancel()
    await run.value
    await client.shutdown()

    let records = try core.records()
    let counts = Dictionary(grouping: records, by: \.outcome).mapValues(\.count)
    let replies = records.reduce(0) { $0 + max(0, $1.attempts.split(separator: "{").count - 1) }
    print("mutants: \(replies) replies, \(core.signals.count) leases, \(counts)")
    #expect(core.signals.count >= 6 && replies >= 100)
    // The newest 500 of all roles need not hold the first cycles; those of the cycle alone do.
    let cycles = Dictionary(
      uniqueKeysWithValues: try core.records("cycle").map { (UInt64($0.cycle), $0) })
    for signal in core.signals {
      #expect(signal.instrument.description == TestCore.instrument)
      #expect(abs(signal.target) <= TestCore.limitLots)
      #expect(mids.contains(signal.referenceHalfTicks), "a mid that was shown")
      let lease = try #require(cycles[signal.decision]?.lease)
      #expect(lease.targetLots == signal.target && lease.instrument == TestCore.instrument)
      #expect(signal.confidencePermille <= 1_000)
    }
    // What was used says nothing that the snapshot does not; what was invented is on record as such.
    for record in records where [.valid, .repaired].contains(record.outcome) {
      for invented in ["BTC-USDC", "DOGE", "n9\"", "9999999", "10101"] {
        #expect(!record.output.contains(invented), "\(record.agentID) \(record.output)")
      }
    }
    #expect((counts[.quarantined] ?? 0) + (counts[.noDecision] ?? 0) > 5)
  }
}
