// Puts every change of the account's money on record, once; control plane of the core.

import Account
import Channels
import Foundation
import Journal
import Logging
import Quantities

/// Reads bills in one task. What is on record is known by id, over restarts too, so a bill is on record exactly once
/// however late it shows (`BillBook`).
public struct BillKeeper: Sendable {
  let reader: AccountReader
  let telemetry: ControlTelemetry
  let log: Logger
  private let book: BillBook
  /// From here on where no bill is on record yet.
  private let since: WallMilliseconds
  /// Counts a fault where people see it.
  private let count: @Sendable (FaultCode) -> Void

  public var period = Duration.seconds(45)
  private static let toldMax = 1_000
  private static let roomPause = Duration.milliseconds(20)

  public init(
    reader: AccountReader, memory: JournalMemory, telemetry: ControlTelemetry, log: Logger,
    count: @escaping @Sendable (FaultCode) -> Void
  ) {
    self.reader = reader
    self.telemetry = telemetry
    self.log = log
    self.count = count
    book = memory.bills
    since = memory.began ?? .now()
  }

  /// What lasts from one reading to the next.
  private struct Progress {
    var book: BillBook
    var told: Set<String> = []
    /// Gaps told, by currency.
    var gaps: [Symbol: Int] = [:]
  }

  /// Returns when cancelled.
  public func run() async {
    var progress = Progress(book: book)
    var isFailing = false
    while !Task.isCancelled {
      do {
        try await read(&progress)
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

  /// Each bill is known as on record once it is: whatever stops this, the rest follows later.
  private func read(_ progress: inout Progress) async throws {
    let stated = try await reader.bills(
      afterBill: progress.book.cursor?.id, begin: progress.book.begin ?? since, now: reader.now)
    // One that is newer than the newest on record comes again; it is told once.
    if progress.told.count > BillKeeper.toldMax { progress.told = [] }
    for row in stated.odd where progress.told.insert("\(row)").inserted {
      log.warning("a bill that is not understood", metadata: ["row": "\(row)"])
    }
    for bill in stated.rows where !progress.book.isOnRecord(bill.billID) {
      let record = BillRecord(bill)
      while !telemetry.record(.bill, record) {
        try await Task.sleep(for: BillKeeper.roomPause)
      }
      progress.book.note(record, at: bill.exchangeTime)
    }
    for gap in progress.book.finish() { tell(gap, &progress) }
  }

  /// An account whose list leaves changes out has gaps all day: they are named ever more seldom, and counted all.
  private func tell(_ gap: BillBook.Gap, _ progress: inout Progress) {
    count(.balanceGap)
    let number = progress.gaps[gap.currency, default: 0] + 1
    progress.gaps[gap.currency] = number
    if number & (number - 1) != 0 { return }
    log.warning(
      "a balance does not go on from the bill before it: a change of the account's money is not on record",
      metadata: [
        "currency": "\(gap.currency)", "bill": "\(gap.bill)", "before": "\(gap.before)",
        "counted": "\(gap.counted.normalized)", "stated": "\(gap.stated.normalized)",
        "gaps": "\(number)",
      ])
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
