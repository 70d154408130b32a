// Start-up and questions: the account's truth, taken from REST into the Sender and the journal; control plane.
import Account
import Channels
import Foundation
import Journal
import Logging
import Orders
import Pipeline
import Quantities

/// Runs in one task: start-up first, then the Sender's questions.
public struct Reconciler: Sendable {
  /// Nil: no REST in this configuration, so nothing can be reconciled.
  let rest: RESTClient?
  let instruments: InstrumentTable
  let port: AccountPort
  /// What earlier starts have on record.
  let memory: JournalMemory
  let telemetry: ControlTelemetry
  let log: Logger
  /// How long start-up goes on asking an exchange that is busy.
  public var patience = Patience()

  /// Between two looks at the Sender's questions.
  private static let pollSeconds = 0.005
  /// Asked for again beyond the last fill on record: two fills may share a millisecond, clocks differ.
  private static let overlapMilliseconds: Int64 = 60_000

  public init(
    rest: RESTClient?, instruments: InstrumentTable, port: AccountPort, memory: JournalMemory,
    telemetry: ControlTelemetry, log: Logger
  ) {
    self.rest = rest
    self.instruments = instruments
    self.port = port
    self.memory = memory
    self.telemetry = telemetry
    self.log = log
  }

  /// Calls `onReady` once start-up is through; returns when cancelled, or when the exchange refuses for good: then
  /// the desk stays as start-up holds it.
  public func run(onReady: @Sendable () -> Void) async {
    guard let rest else {
      log.warning("no REST or no keys: start-up reconciles nothing and goes active")
      onReady()
      return
    }
    let reader = AccountReader(rest: rest, instruments: instruments)
    // Fills recorded by an attempt that failed later are known to the next one.
    var memory = memory
    do {
      try await patience.ask("start-up", log: log) { try await startUp(reader, &memory) }
    } catch {
      if !(error is CancellationError) {
        log.critical("start-up refuses, and the desk stays cancelOnly: \(error)")
      }
      return
    }
    onReady()
    log.info("start-up is through: active")
    while !Task.isCancelled {
      while let query = port.nextQuery() {
        log.info("asking about an order", metadata: ["clOrdId": "\(query.clientOrder.rawValue)"])
        let reading = await reader.answer(query)
        if let failure = reading.failure {
          log.warning(
            "an order cannot be asked about",
            metadata: ["clOrdId": "\(query.clientOrder.rawValue)", "reason": "\(failure)"])
        }
        await tellFills(reader, reading.answer)
        await send(.answer(reading.answer))
      }
      try? await Task.sleep(for: .seconds(Reconciler.pollSeconds))
    }
  }

  /// Our own working orders are cancelled; fills, positions and balances are taken, differences recorded.
  private func startUp(_ reader: AccountReader, _ memory: inout JournalMemory) async throws {
    try await reader.requireMode()
    try await cancelWorking(reader)
    try await takeFills(reader, &memory)
    let positions = try await reader.positions()
    tell(positions.odd)
    for position in positions.rows { try await take(position, memory) }
    let balances = try await reader.balances()
    tell(balances.odd)
    for balance in balances.rows {
      let symbol = instruments.currencyName(balance.currency)
      try record(
        .equity,
        EquityRecord(
          currency: symbol, cash: balance.cash, exchangeTime: .now(), isReconciled: true))
      await send(.balance(currency: balance.currency, cash: balance.cash))
    }
  }

  private func cancelWorking(_ reader: AccountReader) async throws {
    var rounds = 0
    while true {
      let pending = try await reader.pendingOrders()
      let ours = pending.rows.map(\.update).filter { $0.clientOrder != .none }
      if rounds == 0 { tell(pending.odd) }
      if ours.isEmpty { return }
      log.warning(
        "cancelling working orders of an earlier start", metadata: ["count": "\(ours.count)"])
      for order in ours {
        if case .unknown(let reason) = await reader.cancel(order) {
          log.warning(
            "a cancel may not have arrived",
            metadata: ["ordId": "\(order.exchangeOrder.rawValue)", "reason": "\(reason)"])
        }
      }
      rounds += 1
      if rounds > 10 { throw RESTError.unreachable("orders of an earlier start stay working") }
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  /// Fills since the last one on record go on record, each once.
  private func takeFills(_ reader: AccountReader, _ memory: inout JournalMemory) async throws {
    guard let known = memory.fillsKnownUntil else { return }
    let begin = WallMilliseconds(
      milliseconds: max(0, known.milliseconds - Reconciler.overlapMilliseconds))
    let found = try await reader.fills(afterBill: nil, begin: begin, now: .now())
    tell(found.odd)
    let fills = found.rows.map(\.report)
    var stated: [UInt64: Int64] = [:]
    for fill in fills {
      stated[fill.exchangeOrder.rawValue, default: 0] += fill.lastQuantity.lots
    }
    for fill in fills {
      let symbol = instruments[fill.instrument].symbol
      let order = fill.exchangeOrder.rawValue
      let trade = JournalMemory.Trade(instrument: symbol, trade: fill.tradeID, order: order)
      // An order's fills may be on record under no trade id, where a query brought them.
      let isComplete = (memory.orderLots[order] ?? 0) >= (stated[order] ?? 0)
      if memory.trades.contains(trade) || isComplete { continue }
      try record(.report, fill)
      memory.take(fill, symbol)
      log.warning(
        "a fill that was not on record",
        metadata: [
          "instrument": "\(symbol)", "clOrdId": "\(fill.clientOrder.rawValue)",
          "trade": "\(Int64(bitPattern: fill.tradeID))", "lots": "\(fill.lastQuantity.lots)",
        ])
    }
  }

  private func take(_ position: StatedPosition, _ memory: JournalMemory) async throws {
    let symbol = instruments[position.instrument].symbol
    let before = memory.positions[symbol] ?? 0
    let lots = position.quantity.lots
    try record(
      .position,
      PositionRecord(
        instrument: position.instrument, position: position.quantity,
        before: Quantity(lots: before), exchangeTime: .now(), isReconciled: true))
    let metadata: Logger.Metadata = [
      "instrument": "\(symbol)", "lots": "\(lots)", "on_record": "\(before)",
    ]
    if lots == before || memory.fillsKnownUntil == nil {
      log.info("position", metadata: metadata)
    } else {
      log.warning("the exchange's position is not the one on record", metadata: metadata)
    }
    await send(
      .position(
        instrument: position.instrument, quantity: position.quantity,
        averagePrice: position.averagePrice))
  }

  /// Names what of a found order's fills is not understood, before its end is believed.
  private func tellFills(_ reader: AccountReader, _ answer: OrderAnswer) async {
    guard answer.kind == .found, answer.update.cumulativeFilled.lots > 0 else { return }
    let fills = try? await reader.orderFills(answer.update.instrument, answer.update.exchangeOrder)
    if let fills { tell(fills.odd) }
  }

  private func tell(_ odd: [OddRow]) {
    for row in odd { log.warning("a row that is not understood", metadata: ["row": "\(row)"]) }
  }

  private func record<Payload: BitwiseCopyable>(
    _ kind: JournalKind, _ payload: Payload
  ) throws {
    if !telemetry.record(kind, payload) {
      throw RESTError.unreachable("the journal has no room for what start-up found")
    }
  }

  private func send(_ message: AccountMessage) async {
    while !port.send(message) && !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(1))
    }
  }
}
