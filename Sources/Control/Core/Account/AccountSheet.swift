// The account as it was last told, shown in State and put on record; control plane of the core.

import Channels
import Journal
import Logging
import Quantities
import State

/// The account as it was last told: the only writer of its rows in State.
public actor AccountSheet {
  private let state: StateWriter
  private let telemetry: ControlTelemetry
  private let log: Logger
  private var account: AccountRecord?
  private var details: [PositionDetailRecord?]
  /// When a position's mark was last journalled, milliseconds.
  private var journalled: [Int64]
  private var hasRoom = true

  /// Mark, liquidation price and P&L move with every tick: by themselves they are journalled this seldom.
  public static let markMilliseconds: Int64 = 60_000

  public init(state: StateWriter, telemetry: ControlTelemetry, instrumentCount: Int, log: Logger) {
    self.state = state
    self.telemetry = telemetry
    self.log = log
    details = Array(repeating: nil, count: instrumentCount)
    journalled = Array(repeating: 0, count: instrumentCount)
  }

  /// An answer that was overtaken by a push is dropped: equity never goes back in time.
  public func take(_ record: AccountRecord) {
    if let account, AccountSheet.isOlder(record.exchangeTime, than: account.exchangeTime) { return }
    account = record
    state.set(record)
    write(.account, record)
  }

  public func take(_ record: PositionDetailRecord) {
    let index = Int(record.instrument.index)
    if index >= details.count { return }
    let before = details[index]
    // A position that never was is no news; one whose row is older than ours was overtaken.
    if before == nil && record.quantity.lots == 0 { return }
    if let before, AccountSheet.isOlder(record.exchangeTime, than: before.exchangeTime) { return }
    details[index] = record
    state.set(record)
    let now = WallMilliseconds.now().milliseconds
    let isChanged =
      before?.quantity != record.quantity || before?.averagePrice != record.averagePrice
      || before?.leverageMilli != record.leverageMilli
    if !isChanged && now - journalled[index] < AccountSheet.markMilliseconds { return }
    journalled[index] = now
    write(.positionDetail, record)
  }

  /// All open positions as REST states them, asked at `askedAt`: one that is not among them is closed, unless
  /// a push told of it meanwhile, or a row about it was not understood (`unread`).
  public func takeAll(
    _ records: [PositionDetailRecord], unread: Set<InstrumentID> = [], askedAt: Instant
  ) {
    for record in records { take(record) }
    let open = Set(records.map(\.instrument.index))
    for held in details.compactMap(\.self)
    where held.quantity.lots != 0 && !open.contains(held.instrument.index)
      && !unread.contains(held.instrument)
      && held.receivedAt < askedAt
    {
      take(
        PositionDetailRecord(
          instrument: held.instrument, quantity: .zero, averagePrice: .none, markPrice: .none,
          liquidationPrice: .none, leverageMilli: held.leverageMilli, unrealised: .zero,
          exchangeTime: held.exchangeTime, receivedAt: .now(), isReconciled: true))
    }
  }

  /// A time that the exchange did not say (0) decides nothing.
  private static func isOlder(_ a: WallMilliseconds, than b: WallMilliseconds) -> Bool {
    a.milliseconds > 0 && a < b
  }

  /// Shown in State and logged by the core's monitor.
  public func count(_ fault: FaultCode) { state.count(fault) }

  public func take(_ record: FeeRateRecord) {
    state.set(record)
    write(.feeRate, record)
  }

  private func write<Payload: BitwiseCopyable>(_ kind: JournalKind, _ payload: Payload) {
    let isTaken = telemetry.record(kind, payload)
    if !isTaken { state.count(.ringFull) }
    if isTaken != hasRoom {
      hasRoom = isTaken
      log.log(
        level: isTaken ? .notice : .error,
        isTaken ? "the journal has room again" : "the journal has no room for the account's records"
      )
    }
  }
}
