// Puts every change of the account's money on record, once; control plane of the core.

import Account
import Channels
import Foundation
import Journal
import Logging
import Quantities

/// Reads bills in one task. The newest bill on record is the cursor, so a restart goes on where the last
/// record ends, and a bill is on record exactly once.
public struct BillKeeper: Sendable {
  let reader: AccountReader
  let telemetry: ControlTelemetry
  let log: Logger
  private let last: JournalMemory.Bill?
  /// From here on where no bill is on record yet.
  private let since: WallMilliseconds

  public var period = Duration.seconds(45)
  /// Bills are read from so long before the newest on record: the exchange writes them a little out of step.
  private static let overlapMilliseconds: Int64 = 600_000
  private static let toldMax = 1_000
  private static let roomPause = Duration.milliseconds(20)

  public init(
    reader: AccountReader, memory: JournalMemory, telemetry: ControlTelemetry, log: Logger
  ) {
    self.reader = reader
    self.telemetry = telemetry
    self.log = log
    last = memory.lastBill
    since = memory.began ?? .now()
  }

  /// Returns when cancelled.
  public func run() async {
    var cursor = last
    var told: Set<String> = []
    var isFailing = false
    while !Task.isCancelled {
      do {
        try await read(&cursor, &told)
        if isFailing { log.notice("bills are read again") }
        isFailing = false
      } catch {
        if Task.isCancelled { return }
        if !isFailing {
          log.notice(
            "bills cannot be read: funding and transfers are not told",
            metadata: ["reason": "\(error)"])
        }
        isFailing = true
      }
      try? await Task.sleep(for: period)
    }
  }

  /// What is on record moves the cursor, bill by bill: whatever stops this, the rest follows later.
  private func read(
    _ cursor: inout JournalMemory.Bill?, _ told: inout Set<String>
  ) async throws {
    let begin = cursor.map { $0.at.milliseconds - BillKeeper.overlapMilliseconds }
    let stated = try await reader.bills(
      afterBill: cursor?.id,
      begin: WallMilliseconds(milliseconds: max(0, begin ?? since.milliseconds)), now: .now())
    // One that is newer than the newest on record comes again; it is told once.
    if told.count > BillKeeper.toldMax { told = [] }
    for row in stated.odd where told.insert("\(row)").inserted {
      log.warning("a bill that is not understood", metadata: ["row": "\(row)"])
    }
    for bill in stated.rows {
      while !telemetry.record(.bill, BillRecord(bill)) {
        try await Task.sleep(for: BillKeeper.roomPause)
      }
      cursor = JournalMemory.Bill(id: bill.billID, at: bill.exchangeTime)
    }
  }
}

extension BillRecord {
  init(_ row: BillRow) {
    self.init(
      bill: row.billID, type: row.type, subType: row.subType, currency: row.currency,
      change: row.change, balance: row.balance, profit: row.profit, fee: row.fee, size: row.size,
      instrument: row.instrument ?? Symbol(), exchangeOrder: row.exchangeOrder,
      tradeID: row.tradeID, exchangeTime: row.exchangeTime)
  }
}
