// Which bills are on record, how far they were read, and whether each balance goes on from the one before; control plane, pure.

import Journal
import Quantities

/// Knows each bill that the exchange may still show again, by its id. A bill may show so much later than one with a
/// higher id, so the cursor moves only past those that are older than the overlap.
///
/// The bills of a currency are a chain: each balance is the one before and the change. A link that does not hold is a
/// change that was not told, or one that was told wrongly. It may be one that shows late: the span is read again, and
/// what is broken in two readings is told (docs/OKX.md OKX-179).
public struct BillBook: Sendable {
  public struct Bill: Sendable, Equatable {
    public var id: UInt64
    public var at: WallMilliseconds

    public init(id: UInt64, at: WallMilliseconds) {
      self.id = id
      self.at = at
    }
  }

  /// A balance that does not go on from the one before it.
  public struct Gap: Sendable, Equatable {
    public var currency: Symbol
    public var before: UInt64
    public var bill: UInt64
    /// The balance before it and its change.
    public var counted: Amount
    public var stated: Amount
  }

  private struct Entry: Sendable {
    var id: UInt64
    var at: WallMilliseconds
    var currency: Symbol
    var change: Amount
    var balance: Amount
  }

  /// The exchange writes bills so much out of step.
  public static let overlapMilliseconds: Int64 = 600_000
  /// Balances are told to less than this: what is below it is rounding.
  static let tolerance = Amount(units: 1, decimals: 8)
  /// Entries held while a journal is read, before the old ones are let go.
  private static let readMax = 20_000

  /// Every bill at or before it is on record, or was too late.
  public private(set) var cursor: Bill?
  /// The latest time of a bill on record.
  public private(set) var newest: WallMilliseconds?
  /// On record, beyond the cursor.
  private var recent: [UInt64: Entry] = [:]
  /// By currency, the newest at or before the cursor.
  private var settled: [Symbol: Entry] = [:]
  /// Gaps of the latest reading that were not told, by the bill behind each.
  private var seen: [UInt64: Gap] = [:]
  /// Bills behind gaps that were told.
  private var told: Set<UInt64> = []

  public init() {}

  public func isOnRecord(_ id: UInt64) -> Bool { id <= cursor?.id ?? 0 || recent[id] != nil }

  /// Bills are to be read from here on; nil where none is on record. The span before a gap is read again.
  public var begin: WallMilliseconds? {
    guard let newest else { return nil }
    let first = seen.values.compactMap { entry($0.before, $0.currency)?.at }.min() ?? newest
    return WallMilliseconds(
      milliseconds: max(
        0, min(first, newest).milliseconds - BillBook.overlapMilliseconds))
  }

  /// It is on record from now on.
  public mutating func note(_ bill: BillRecord, at time: WallMilliseconds) {
    if isOnRecord(bill.bill) { return }
    recent[bill.bill] = Entry(
      id: bill.bill, at: time, currency: bill.currency, change: bill.change, balance: bill.balance)
    newest = max(newest ?? time, time)
  }

  /// From an earlier start's journal: what its gaps were, it told.
  mutating func remember(_ bill: BillRecord, at time: WallMilliseconds) {
    note(bill, at: time)
    if recent.count >= BillBook.readMax { settle() }
  }

  /// A reading is through: gaps that are told now, each once. The cursor moves where nothing is to be read again.
  public mutating func finish() -> [Gap] {
    let gaps = gaps()
    let lasting = gaps.filter { seen[$0.bill] == $0 }
    seen = [:]
    for gap in lasting { told.insert(gap.bill) }
    for gap in gaps where !told.contains(gap.bill) { seen[gap.bill] = gap }
    if seen.isEmpty { settle() }
    return lasting
  }

  /// To the newest bill that is old enough to have no late one before it.
  mutating func settle() {
    guard let newest else { return }
    let old = newest.milliseconds - BillBook.overlapMilliseconds
    let entries = recent.values.filter { $0.at.milliseconds <= old }
    for entry in entries {
      recent[entry.id] = nil
      told.remove(entry.id)
      if entry.id > settled[entry.currency]?.id ?? 0 { settled[entry.currency] = entry }
      if entry.id > cursor?.id ?? 0 { cursor = Bill(id: entry.id, at: entry.at) }
    }
  }

  private func entry(_ id: UInt64, _ currency: Symbol) -> Entry? {
    if let entry = recent[id] { return entry }
    return settled[currency].flatMap { $0.id == id ? $0 : nil }
  }

  /// Links that do not hold and were not told, oldest first.
  private func gaps() -> [Gap] {
    var last = settled
    var gaps: [Gap] = []
    for entry in recent.values.sorted(by: { $0.id < $1.id }) {
      if let before = last[entry.currency], before.id < entry.id, !told.contains(entry.id),
        let counted = try? before.balance.adding(entry.change),
        !BillBook.agree(counted, entry.balance)
      {
        gaps.append(
          Gap(
            currency: entry.currency, before: before.id, bill: entry.id, counted: counted,
            stated: entry.balance))
      }
      last[entry.currency] = entry
    }
    return gaps
  }

  /// What cannot be compared is no gap.
  private static func agree(_ a: Amount, _ b: Amount) -> Bool {
    guard let difference = try? a.adding(b.negated) else { return true }
    let size = Amount(
      units: difference.units < 0 ? 0 &- difference.units : difference.units,
      decimals: difference.decimals)
    return size.isLess(than: tolerance) ?? true
  }
}
