// The shell around reconciliation: readings over REST, questions and answers over the rings, words to the log; control plane.
import Account
import Channels
import Foundation
import Journal
import Logging
import Orders
import Pipeline
import Quantities
import Synchronization

/// Runs in one task, from start-up to the end.
public struct Reconciler: Sendable {
  /// Nil: no REST in this configuration, so nothing can be reconciled.
  let rest: RESTClient?
  let instruments: InstrumentTable
  let port: AccountPort
  /// What earlier starts have on record.
  let memory: JournalMemory
  let telemetry: ControlTelemetry
  let log: Logger
  /// Changes of instruments: taken between two readings, so that none mixes the ticks and lots of before and after.
  let changes: InstrumentMailbox
  /// How long start-up goes on asking an exchange that is busy.
  public var patience = Patience()
  /// What the account and its key are held against before the desk goes active.
  public var rules = SetupRules(money: .simulated, traded: [])

  /// Between two looks at the Sender's questions.
  private static let poll = Duration.milliseconds(5)

  public init(
    rest: RESTClient?, instruments: InstrumentTable, port: AccountPort, memory: JournalMemory,
    changes: InstrumentMailbox, telemetry: ControlTelemetry, log: Logger
  ) {
    self.changes = changes
    self.rest = rest
    self.instruments = instruments
    self.port = port
    self.memory = memory
    self.telemetry = telemetry
    self.log = log
  }

  /// Calls `onReady` once start-up is through; returns when cancelled, or when the exchange refuses for good: then
  /// the desk stays as start-up holds it.
  public func run(onReady: @escaping @Sendable () -> Void) async {
    guard let rest else {
      log.warning("no REST or no keys: start-up reconciles nothing and goes active")
      onReady()
      return
    }
    let reader = AccountReader(rest: rest, instruments: instruments)
    do {
      try await check(reader)
    } catch {
      if !(error is CancellationError) {
        log.critical("start-up refuses, and the desk stays cancelOnly: \(error)")
      }
      return
    }
    await withDiscardingTaskGroup { group in
      var clock = MomentClock(rest.venueClock)
      var machine = Reconciliation(
        instruments: instruments, memory: memory, begunAt: clock.read().exchange)
      let inbox = Inbox()
      while !Task.isCancelled {
        var events: [Reconciliation.Event] = inbox.take()
        while let question = port.nextQuestion() { events.append(.question(question)) }
        while let change = changes.next() {
          instruments.set(change.instrument)
          events.append(.changed(change.number))
        }
        events.append(.tick)
        for event in events {
          for action in machine.take(event, at: clock.read()) {
            switch action {
            case .ask(let ask, let round):
              group.addTask { inbox.put(await read(ask, round, reader)) }
            case .tell(let message): await send(message)
            case .record(let balance): record(balance)
            case .say(let note): note.write(to: log, instruments)
            case .ready:
              onReady()
              log.info("start-up is through: active")
            }
          }
        }
        try? await Task.sleep(for: Reconciler.poll)
      }
      group.cancelAll()
    }
  }

  /// Says once what was found; throws what refuses.
  private func check(_ reader: AccountReader) async throws {
    let setup = try await patience.ask("start-up", log: log) { try await reader.setup() }
    var metadata: Logger.Metadata = [:]
    for (name, value) in setup.summary { metadata[name] = "\(value)" }
    log.notice("the account as the exchange states it", metadata: metadata)
    let findings = setup.findings(rules)
    for finding in findings where !finding.refuses { log.warning("\(finding.text)") }
    let refusals = findings.filter(\.refuses).map(\.text)
    if !refusals.isEmpty { throw AccountError.setup(refusals) }
  }

  private func read(
    _ ask: Reconciliation.Ask, _ round: UInt64, _ reader: AccountReader
  ) async -> Reconciliation.Event {
    do {
      switch ask {
      case .pending: return .pending(try await reader.pendingOrders(), round: round)
      case .fills(let after, let begin):
        return .fills(
          try await reader.fills(afterBill: after, begin: begin, now: reader.now), round: round)
      case .balances: return .balances(try await reader.balances(), round: round)
      case .positions: return .positions(try await reader.positions(), round: round)
      case .order(let query): return .order(query, await reader.answer(query))
      }
    } catch { return .failed("\(error)", round: round) }
  }

  /// For when `run` has returned: with nothing to reconcile the stages are told of changes all the same, until cancelled.
  func passChanges() async {
    while !Task.isCancelled {
      while let change = changes.next() {
        instruments.set(change.instrument)
        await send(.changed(number: change.number))
      }
      try? await Task.sleep(for: Reconciler.poll)
    }
  }

  private func record(_ balance: StatedBalance) {
    let record = EquityRecord(
      currency: instruments.currencyName(balance.currency), cash: balance.cash,
      exchangeTime: .now(), isReconciled: true)
    if !telemetry.record(.equity, record) {
      log.error("the journal has no room for what start-up found")
    }
  }

  private func send(_ message: AccountMessage) async {
    while !port.send(message) && !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(1))
    }
  }
}

/// What readings brought, until the loop takes it.
private final class Inbox: Sendable {
  private let events = Mutex<[Reconciliation.Event]>([])

  func put(_ event: Reconciliation.Event) { events.withLock { $0.append(event) } }

  func take() -> [Reconciliation.Event] {
    events.withLock { held in
      defer { held = [] }
      return held
    }
  }
}
