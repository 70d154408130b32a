// The team at work: a cycle per instrument, samples and events, and what is left open by an earlier process; control plane.
import Foundation
import Journal
import Ledger
import Logging
import Models
import News
import Operations
import Prompts
import Roles

/// The service that the console runs beside its server. Knows no key of the exchange, makes no order.
public final class AgentService: Sendable {
  public let team: Team
  public let instruments: [String]
  private let parts: CycleParts
  private let cycles: [InstrumentCycle]
  private let recovery: Recovery

  /// Longest pause between two attempts while the core is not there.
  static let backoffSecondsMax = 60
  private static let eventPollMilliseconds = 200

  /// - Parameters:
  ///   - seat: who fills a role; local rules where nothing else is given.
  ///   - thrift: how far the budget still carries a role; ample where nothing else is given.
  public init(
    configuration: Configuration, ledger: Ledger, stateFile: String, doorSocket: String,
    journalDirectory: String, seat: @escaping @Sendable (Role) -> Seat = { _ in .local },
    thrift: @escaping @Sendable (String) -> Thrift = { _ in .ample }, log: Logger
  ) throws(TeamError) {
    team = try Team(folder: configuration.agents.rolesFolder)
    instruments = configuration.agentInstruments
    let calls = LedgerCalls(ledger, openMax: CycleLedger.openMax)
    // Reads of prompts do not stand in line behind records on their way to the disk.
    let live = LivePrompts(
      LedgerCalls(ledger, threads: 2, openMax: CycleLedger.openMax),
      roles: team.roles.map { PromptRole($0) }, settings: configuration.prompts)
    let isAffordable: @Sendable (String) -> Bool = { thrift($0) == .ample }
    parts = CycleParts(
      team: team, seat: seat, thrift: thrift,
      prompts: PromptRenderer(live),
      shadows: ShadowRuns(
        live, roles: team.roles, seat: seat, isAffordable: isAffordable, log: log),
      source: SnapshotTaker(path: stateFile, configuration: configuration),
      ledger: CycleLedger(calls, log: log), door: SignalDoor(path: doorSocket),
      settings: CycleSettings(configuration), caps: NewsCaps(configuration.news),
      counters: CycleCounters(), tasks: TaskShelf(),
      log: log)
    let parts = parts
    cycles = instruments.map { InstrumentCycle(instrument: $0, parts: parts) }
    recovery = Recovery(
      journal: JournalFolder(path: journalDirectory, stream: .trade), log: log)
  }

  public var figures: AgentFigures { parts.counters.figures }

  /// Wakes the roles that wait for news.
  public func newsArrived() async {
    for cycle in cycles { await cycle.note([.news]) }
  }

  /// Until cancelled; then waits for what is under way.
  public func run() async {
    if instruments.isEmpty { return }
    parts.log.notice(
      "agents decide",
      metadata: [
        "instruments": "\(instruments.joined(separator: " "))", "roles": "\(team.roles.count)",
      ])
    await recover()
    if let peak = await parts.ledger.equityPeak(at: WallClock.now()) {
      await parts.source.know(equity: peak)
    }
    await withTaskCancellationHandler {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.watch() }
        group.addTask { await self.parts.shadows.run() }
        for (index, cycle) in cycles.enumerated() {
          group.addTask { await self.drive(cycle, index) }
        }
      }
    } onCancel: {
      // A cycle that waits for an analyst gets its "late" now, records it and ends.
      parts.tasks.cancel()
    }
    await parts.tasks.close()
  }

  private func recover() async {
    try? await Task.sleep(for: .milliseconds(Recovery.settleMilliseconds))
    if Task.isCancelled { return }
    let recovery = recovery
    do { _ = try await parts.ledger.calls.call { try recovery.run($0) } } catch {
      parts.log.error(
        "leases of an earlier console could not be looked up", metadata: ["error": "\(error)"])
    }
  }

  /// Samples State and hands events on.
  private func watch() async {
    while !Task.isCancelled {
      let events = await parts.source.sample(instruments)
      for cycle in cycles {
        if let found = events[cycle.instrument] { await cycle.note(found) }
      }
      try? await Task.sleep(for: .milliseconds(SnapshotTaker.sampleMilliseconds))
    }
  }

  /// One instrument's cycles, one after the other. Instruments start apart, so that they do not ask at once.
  private func drive(_ cycle: InstrumentCycle, _ index: Int) async {
    let period = parts.settings.cycleMilliseconds
    let offset = period * Int64(index) / Int64(max(1, cycles.count))
    try? await Task.sleep(for: .milliseconds(min(offset, 30_000) + 500))
    var failures = 0
    var last = Thrift.ample
    while !Task.isCancelled {
      let started = ContinuousClock.now
      let thrift = parts.thrift(team.decisionMaker.id)
      if thrift != last { say(thrift, of: cycle.instrument) }
      last = thrift
      let result = await cycle.run()
      if result.isCoreThere {
        failures = 0
        let factor = thrift == .thrifty ? parts.settings.thriftFactor : 1
        await pause(cycle, until: started + .milliseconds(period * factor), from: started)
      } else {
        let seconds = min(AgentService.backoffSecondsMax, 1 << min(failures, 6))
        failures += 1
        try? await Task.sleep(for: .seconds(seconds))
      }
    }
  }

  private func say(_ thrift: Thrift, of instrument: String) {
    let meaning =
      switch thrift {
      case .ample: "models are asked at their cadence"
      case .thrifty: "the larger part of the budget is spent: fewer cycles"
      case .spent:
        "the budget is spent: rules decide, and positions are only closed or made smaller"
      }
    parts.log.warning("\(meaning)", metadata: ["instrument": "\(instrument)"])
  }

  /// Until the next cycle is due, or something happened and a quarter of the time is over.
  private func pause(
    _ cycle: InstrumentCycle, until due: ContinuousClock.Instant,
    from started: ContinuousClock.Instant
  ) async {
    let early = started + (due - started) / 4
    while !Task.isCancelled {
      let now = ContinuousClock.now
      if now >= due { return }
      if now >= early, await cycle.hasEvent { return }
      let left = min(.milliseconds(AgentService.eventPollMilliseconds), due - now)
      try? await Task.sleep(for: left)
    }
  }
}
