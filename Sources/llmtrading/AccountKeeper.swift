// Keeps State and the journal told of equity, margins and fee rates; control plane of the core.
import Account
import Core
import Foundation
import Journal
import Logging
import Pipeline
import Quantities
import State

/// Asks once a second, and takes what the private connection pushes in between. What cannot be had is not
/// repeated from memory: its age in State grows.
struct AccountKeeper: Sendable {
  let reader: AccountReader
  let instruments: InstrumentTable
  let pushes: AccountPushes
  let sheet: AccountSheet
  let log: Logger

  private static let pushPoll = Duration.milliseconds(5)
  private static let lastWord = Duration.milliseconds(500)
  private static let period = Duration.seconds(1)
  /// `account/trade-fee` allows five questions in two seconds.
  private static let feePause = Duration.milliseconds(450)

  init(
    reader: AccountReader, instruments: InstrumentTable, pushes: AccountPushes, state: StateWriter,
    telemetry: ControlTelemetry, log: Logger
  ) {
    self.reader = reader
    self.instruments = instruments
    self.pushes = pushes
    sheet = AccountSheet(
      state: state, telemetry: telemetry, instrumentCount: instruments.count, log: log)
    self.log = log
  }

  /// Returns when cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await takePushes() }
      group.addTask { await ask() }
      group.addTask { await askFees() }
    }
  }

  /// What the account is worth as the core ends, after its last order is gone; at most `lastWord` is waited.
  func close() async {
    await drainPushes()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        if let record = try? await reader.account() { await sheet.take(record) }
        if let records = try? await reader.positionDetails() {
          for record in records { await sheet.take(record) }
        }
      }
      group.addTask { try? await Task.sleep(for: AccountKeeper.lastWord) }
      await group.next()
      group.cancelAll()
    }
  }

  private func takePushes() async {
    while !Task.isCancelled {
      await drainPushes()
      try? await Task.sleep(for: AccountKeeper.pushPoll)
    }
  }

  private func drainPushes() async {
    while let record = pushes.nextAccount() { await sheet.take(record) }
    while let record = pushes.nextPosition() { await sheet.take(record) }
  }

  private func ask() async {
    let clock = ContinuousClock()
    var due = clock.now
    var isFailing = false
    while !Task.isCancelled {
      do {
        let askedAt = Instant.now()
        // Both at once: the positions must not wait for the equity's answer.
        async let account = reader.account()
        async let positions = reader.positionDetails()
        if let record = try await account { await sheet.take(record) }
        await sheet.takeAll(try await positions, askedAt: askedAt)
        if isFailing { log.notice("the account answers again") }
        isFailing = false
      } catch {
        if Task.isCancelled { return }
        await sheet.count(error is AccountError ? .wrongType : .requestRefused)
        if !isFailing {
          log.warning("equity and margins cannot be asked for", metadata: ["reason": "\(error)"])
        }
        isFailing = true
      }
      due = max(due + AccountKeeper.period, clock.now)
      try? await Task.sleep(until: due, clock: clock)
    }
  }

  private func askFees() async {
    for index in 0..<instruments.count {
      let id = InstrumentID(index: UInt16(index))
      if !instruments[id].isTradable { continue }
      while !Task.isCancelled {
        do {
          await sheet.take(try await reader.feeRate(id))
          break
        } catch RESTError.refused(let code, let message) where code != "50011" {
          await sheet.count(.requestRefused)
          log.warning(
            "no fee rate",
            metadata: [
              "instrument": "\(instruments[id].symbol)", "code": "\(code)", "message": "\(message)",
            ])
          break
        } catch let error as AccountError {
          await sheet.count(.wrongType)
          log.warning("no fee rate", metadata: ["reason": "\(error)"])
          break
        } catch {
          try? await Task.sleep(for: AccountKeeper.period)
        }
      }
      try? await Task.sleep(for: AccountKeeper.feePause)
    }
  }
}

/// The account as it was last told: the only writer of its rows in State.
actor AccountSheet {
  private let state: StateWriter
  private let telemetry: ControlTelemetry
  private let log: Logger
  private var account: AccountRecord?
  private var details: [PositionDetailRecord?]
  /// When a position's mark was last journalled, milliseconds.
  private var journalled: [Int64]
  private var hasRoom = true

  /// Mark, liquidation price and P&L move with every tick: by themselves they are journalled this seldom.
  static let markMilliseconds: Int64 = 60_000

  init(state: StateWriter, telemetry: ControlTelemetry, instrumentCount: Int, log: Logger) {
    self.state = state
    self.telemetry = telemetry
    self.log = log
    details = Array(repeating: nil, count: instrumentCount)
    journalled = Array(repeating: 0, count: instrumentCount)
  }

  /// An answer that was overtaken by a push is dropped: equity never goes back in time.
  func take(_ record: AccountRecord) {
    if let account, AccountSheet.isOlder(record.exchangeTime, than: account.exchangeTime) { return }
    account = record
    state.set(record)
    write(.account, record)
  }

  func take(_ record: PositionDetailRecord) {
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
  /// a push told of it meanwhile.
  func takeAll(_ records: [PositionDetailRecord], askedAt: Instant) {
    for record in records { take(record) }
    let open = Set(records.map(\.instrument.index))
    for held in details.compactMap(\.self)
    where held.quantity.lots != 0 && !open.contains(held.instrument.index)
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
  func count(_ fault: FaultCode) { state.count(fault) }

  func take(_ record: FeeRateRecord) {
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
