// What of a spot position can be sold: its coins less fees, rounded down to a lot; hot plane.

import Quantities

/// A spot position is the sum of its fills; the coins that are there may be fewer, because buys pay their fee in them
/// (docs/OKX.md OKX-157) or because somebody moved them. Sells are capped by what is there, and what is left below one
/// lot is dust.
@safe
public struct SpotHoldings: ~Copyable, @unchecked Sendable {
  // SAFETY: allocated by `init`, freed by `deinit`, reached through this sole owner alone; indexed by instrument ids
  // checked against `instruments.count`.
  let rows: UnsafeMutablePointer<Row>
  let instruments: InstrumentTable

  struct Row: BitwiseCopyable {
    /// Whole lots of balance; meaningless before `isKnown`.
    var lots: Int64 = 0
    var isKnown = false
    var heardAt: Instant = .zero
    var fillAt: Instant = .zero
    var askedAt: Instant = .zero
    var shortSince: Instant = .zero
  }

  /// Balance pushes lag fills; what stays so long is so.
  static var patienceNanoseconds: Int64 { 2_000_000_000 }
  /// A balance told so soon after a fill may be of before it: REST takes its time, and lags the pushes.
  static var proofNanoseconds: Int64 { 3_000_000_000 }

  @_noLocks
  static func isProof(_ row: Row) -> Bool {
    row.fillAt == .zero || row.heardAt.since(row.fillAt) >= proofNanoseconds
  }

  public init(instruments: InstrumentTable) {
    self.instruments = instruments
    unsafe rows = .allocate(capacity: max(1, instruments.count))
    unsafe rows.initialize(repeating: Row(), count: max(1, instruments.count))
  }

  deinit { unsafe rows.deallocate() }

  @_noLocks
  func isSpot(_ instrument: InstrumentID) -> Bool {
    Int(instrument.index) < instruments.count && instruments[instrument].type == .spot
  }

  /// A fill was counted. What was sold is gone before any balance says so. True when the lots changed with it.
  @_noLocks
  public mutating func note(fill report: Report) -> Bool {
    if !isSpot(report.instrument) { return false }
    let at = Int(report.instrument.index)
    unsafe rows[at].fillAt = report.receivedAt
    if unsafe report.side == .buy || !rows[at].isKnown { return false }
    let left = unsafe max(0, rows[at].lots &- report.lastQuantity.lots)
    let isChanged = unsafe left != rows[at].lots
    unsafe rows[at].lots = left
    return isChanged
  }

  /// A position stands although the last balance leaves nothing to sell, and that balance is older than the last fill:
  /// it has to be asked for. Once for each fill.
  @_noLocks
  public mutating func needsBalance(_ instrument: InstrumentID, lots: Int64, now: Instant) -> Bool {
    if lots <= 0 || sellable(instrument) != 0 { return false }
    let at = Int(instrument.index)
    let row = unsafe rows[at]
    if SpotHoldings.isProof(row) || row.askedAt >= row.fillAt { return false }
    if now.since(row.fillAt) < SpotHoldings.proofNanoseconds { return false }
    unsafe rows[at].askedAt = now
    return true
  }

  /// The cash of `currency`. True when the lots of `instrument`, whose base it is, changed with it.
  @_noLocks
  public mutating func note(
    _ cash: Amount, of currency: CurrencyID, for instrument: InstrumentID, now: Instant
  ) -> Bool {
    if !isSpot(instrument) || instruments[instrument].base != currency { return false }
    let at = Int(instrument.index)
    let before = unsafe rows[at]
    guard let lots = SpotHoldings.lots(cash, instruments[instrument].lot) else { return false }
    unsafe rows[at].lots = lots
    unsafe rows[at].isKnown = true
    unsafe rows[at].heardAt = now
    return !before.isKnown || before.lots != lots
  }

  /// Whole lots in `cash`, rounded down, 0 for a debt; nil past 128 bits.
  @_noLocks
  public static func lots(_ cash: Amount, _ lot: Increment) -> Int64? {
    if cash.units <= 0 || lot.mantissa <= 0 { return 0 }
    guard let up = powerOfTen(lot.decimals), let down = powerOfTen(cash.decimals) else {
      return nil
    }
    let (numerator, overflow) = cash.units.multipliedReportingOverflow(by: Int128(up))
    let (denominator, carried) = Int128(lot.mantissa).multipliedReportingOverflow(by: Int128(down))
    if overflow || carried || denominator <= 0 { return nil }
    return Int64(clamping: numerator / denominator)
  }

  /// Lots that can be sold; nil where the balance is not known, or the instrument is no spot.
  @_noLocks
  public func sellable(_ instrument: InstrumentID) -> Int64? {
    if !isSpot(instrument) { return nil }
    let row = unsafe rows[Int(instrument.index)]
    return row.isKnown ? row.lots : nil
  }

  /// What a position of `lots` with no order at work has to become: nothing, where less than a lot is left of it; what is
  /// there, where the balance lacks more than fees explain. Nil while it stands.
  ///
  /// - Parameter fees: lots that fees in the base coin may have taken, rounded up.
  @_noLocks
  public mutating func settled(
    _ instrument: InstrumentID, lots: Int64, openOrders: Int64, fees: Int64, now: Instant
  ) -> Int64? {
    guard let there = sellable(instrument) else { return nil }
    let at = Int(instrument.index)
    let row = unsafe rows[at]
    let isQuiet =
      now.since(row.fillAt) >= SpotHoldings.patienceNanoseconds && SpotHoldings.isProof(row)
    let (missing, overflow) = lots.subtractingReportingOverflow(there)
    let isShort = lots > 0 && (there == 0 || overflow || missing > max(0, fees) &+ 1)
    if !isShort || openOrders > 0 || !isQuiet {
      unsafe rows[at].shortSince = .zero
      return nil
    }
    if row.shortSince == .zero { unsafe rows[at].shortSince = now }
    if unsafe now.since(rows[at].shortSince) < SpotHoldings.patienceNanoseconds { return nil }
    unsafe rows[at].shortSince = .zero
    return there
  }
}
