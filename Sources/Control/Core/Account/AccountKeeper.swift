// Keeps State and the journal told of equity, margins and fee rates; control plane of the core.
import Account
import Foundation
import Logging
import Pipeline
import Quantities
import State

/// Asks once a second, and takes what the private connection pushes in between. What cannot be had is not
/// repeated from memory: its age in State grows.
public struct AccountKeeper: Sendable {
  let reader: AccountReader
  let instruments: InstrumentTable
  let pushes: AccountPushes
  let sheet: AccountSheet
  let log: Logger

  private static let pushPoll = Duration.milliseconds(5)
  private static let lastWord = Duration.milliseconds(500)
  private static let period = Duration.seconds(1)
  /// Odd rows are told once each, of so many at a time.
  private static let toldMax = 1_000
  /// `account/trade-fee` allows five questions in two seconds.
  private static let feePause = Duration.milliseconds(450)

  public init(
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
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await takePushes() }
      group.addTask { await ask() }
      group.addTask { await askFees() }
    }
  }

  /// What the account is worth as the core ends, after its last order is gone; at most `lastWord` is waited.
  public func close() async {
    await drainPushes()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        if let record = try? await reader.account() { await sheet.take(record) }
        if let stated = try? await reader.positionDetails() {
          for record in stated.rows { await sheet.take(record) }
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
    var told: Set<String> = []
    while !Task.isCancelled {
      do {
        let askedAt = Instant.now()
        // Both at once: the positions must not wait for the equity's answer.
        async let account = reader.account()
        async let positions = reader.positionDetails()
        if let record = try await account { await sheet.take(record) }
        let stated = try await positions
        await sheet.takeAll(
          stated.rows, unread: Set(stated.odd.filter { !$0.reason.isForeign }.map(\.instrument)),
          askedAt: askedAt)
        for row in stated.odd where told.insert("\(row)").inserted {
          await sheet.count(.wrongType)
          log.warning("a position that is not understood", metadata: ["row": "\(row)"])
        }
        if told.count > AccountKeeper.toldMax { told = [] }
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

  /// Of each instrument once it trades; one that is not live yet is asked about when it is.
  private func askFees() async {
    var asked: Set<InstrumentID> = []
    while !Task.isCancelled {
      for index in 0..<instruments.count {
        let id = InstrumentID(index: UInt16(index))
        if !instruments[id].isTradable || !asked.insert(id).inserted { continue }
        await askFee(id)
        try? await Task.sleep(for: AccountKeeper.feePause)
      }
      try? await Task.sleep(for: AccountKeeper.period)
    }
  }

  /// Until the exchange said something of it.
  private func askFee(_ id: InstrumentID) async {
    while !Task.isCancelled {
      do {
        await sheet.take(try await reader.feeRate(id))
        return
      } catch RESTError.refused(let code, let message) where code != "50011" {
        await sheet.count(.requestRefused)
        log.warning(
          "no fee rate",
          metadata: [
            "instrument": "\(instruments[id].symbol)", "code": "\(code)", "message": "\(message)",
          ])
        return
      } catch let error as AccountError {
        await sheet.count(.wrongType)
        log.warning("no fee rate", metadata: ["reason": "\(error)"])
        return
      } catch {
        try? await Task.sleep(for: AccountKeeper.period)
      }
    }
  }
}
