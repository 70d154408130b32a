// Cancels the desk's working orders by REST alone, when no core does; control plane.

import Account
import Foundation
import Logging
import Operations
import Pipeline
import Quantities

/// For a core that stays down, or an exchange whose private line does: asks for what works, cancels it, and asks again
/// until nothing of ours works and nothing sent before can arrive any more. It takes no lock and writes no journal: the
/// next start reads the ends from the exchange.
public struct OrderSweep: Sendable {
  public let configuration: Configuration
  public let log: Logger
  /// Other people's orders too.
  public var includesForeign = false
  /// It gives up after so long with orders still at work.
  public var patience = Duration.seconds(60)

  /// What came of it.
  public struct Outcome: Sendable {
    /// Orders that worked and work no more.
    public var ended = 0
    /// Orders that still work, or may, in words.
    public var left: [String] = []
    /// The last look came after anything sent before could arrive.
    var isSettled = false
    /// Of `left`, those that have a name.
    var working = 0
    /// Other people's, left alone.
    public var foreign = 0
  }

  /// Between two looks.
  private static let pause = Duration.milliseconds(500)
  /// Beyond an order's life: clocks differ, and pending orders lag.
  private static let grace = Duration.seconds(2)

  public init(configuration: Configuration, log: Logger) {
    self.configuration = configuration
    self.log = log
  }

  /// Throws where it cannot even ask: no keys, no address, no instruments.
  public func run() async throws -> Outcome {
    let directory = try StateDirectory(configuration.stateDirectory)
    let last = try directory.lastStartNumber() ?? 0
    guard let credentials = try Credentials.load(configuration.okx.credentials) else {
      throw AssemblyError("no keys: set okx.credentials, or the variables that it names")
    }
    guard let rest = try configuration.client(credentials) else {
      throw AssemblyError("no address: set okx.endpoints.rest")
    }
    let assembly = CoreAssembly(
      configuration: configuration, credentials: credentials, build: "")
    do {
      let table = try await assembly.instruments(rest: rest, patience: Patience(), log: log)
      let reader = AccountReader(rest: rest, instruments: table)
      let outcome = try await sweep(
        reader, table, lastStart: last, silentSince: ContinuousClock().now)
      await rest.shutdown()
      return outcome
    } catch {
      await rest.shutdown()
      throw error
    }
  }

  /// Beside a core that has sent nothing since `silentSince`; nil where the exchange did not answer within `patience`.
  func run(
    _ reader: AccountReader, _ table: InstrumentTable, lastStart: UInt32,
    silentSince: ContinuousClock.Instant
  ) async -> Outcome? {
    await withTaskGroup(of: Outcome?.self) { group in
      group.addTask {
        do {
          return try await sweep(reader, table, lastStart: lastStart, silentSince: silentSince)
        } catch {
          log.error("no sweep by REST", metadata: ["cause": "\(error)"])
          return nil
        }
      }
      group.addTask {
        try? await Task.sleep(for: patience + OrderSweep.pause)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
  }

  private func sweep(
    _ reader: AccountReader, _ table: InstrumentTable, lastStart: UInt32,
    silentSince: ContinuousClock.Instant
  ) async throws -> Outcome {
    let clock = ContinuousClock()
    let begun = clock.now
    let quiet =
      silentSince + .milliseconds(SenderSettings().orderLifeMilliseconds) + OrderSweep.grace
    var seen: Set<ExchangeOrderID> = []
    var outcome = Outcome()
    while true {
      let isQuiet = clock.now >= quiet
      outcome = try await look(reader, table, lastStart, &seen)
      outcome.isSettled = isQuiet
      if isQuiet && outcome.left.isEmpty || clock.now - begun >= patience { break }
      try await Task.sleep(for: OrderSweep.pause)
    }
    outcome.ended = seen.count - outcome.working
    return outcome
  }

  /// Asks once, and cancels what it finds.
  private func look(
    _ reader: AccountReader, _ table: InstrumentTable, _ lastStart: UInt32,
    _ seen: inout Set<ExchangeOrderID>
  ) async throws -> Outcome {
    var outcome = Outcome()
    let stated = try await Patience().ask("pending orders", log: log) {
      try await reader.pendingOrders()
    }
    for row in stated.odd where !row.isCounted {
      if row.reason.isForeign {
        outcome.foreign += 1
      } else {
        outcome.left.append("a row that is not understood: \(row)")
      }
    }
    for order in stated.rows {
      let start = order.clientOrder.start
      let isOurs =
        order.hasOurTag && !order.clientOrder.isForeign && start > 0 && start <= lastStart
      if !isOurs && !includesForeign {
        outcome.foreign += 1
        continue
      }
      let name = OrderWords(order, table).text
      let isNew = seen.insert(order.exchangeOrder).inserted
      outcome.working += 1
      switch await reader.cancel(order) {
      case .accepted: outcome.left.append("\(name): its cancel was taken, its end is not seen yet")
      case .refused(let code, let text):
        outcome.left.append("\(name): its cancel was refused: \(code) \(text)")
      case .unknown(let reason): outcome.left.append("\(name): no answer to its cancel: \(reason)")
      }
      if isNew {
        log.notice("a cancel by REST", metadata: ["order": "\(outcome.left.last ?? name)"])
      }
    }
    return outcome
  }
}
