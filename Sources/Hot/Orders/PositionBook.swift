// Positions, average entry, realised P&L and fees from fills; hot plane.

import Quantities

/// What the account holds of one instrument, by our own count.
@frozen
public struct Position: Sendable, BitwiseCopyable {
  /// Signed sum of fills, in lots.
  public var lots: Int64 = 0
  /// What the open lots cost, in `PositionBook` cost units (see `averageEntryTicks`); sign as `lots`.
  public var cost: Int128 = 0
  /// Realised P&L, in the same units.
  public var realised: Int128 = 0
  @inlinable public init() {}
}

/// What reconciliation found to differ.
@frozen
public struct PositionDifference: Hashable, Sendable, BitwiseCopyable {
  public var instrument: InstrumentID
  public var counted: Quantity
  public var stated: Quantity
  @inlinable public var isDifferent: Bool { counted != stated }
}

/// One row per instrument and one fee total per currency, fixed memory.
///
/// Costs are exact: lots × ticks for spot and linear contracts; for inverse ones, whose average entry is
/// harmonic, lots × 10¹⁸ / ticks. What leaves a position takes its share of the cost with it, and realised
/// and floating P&L always sum to what the fills say. Sums that leave 128 bits are counted and kept at their
/// bound: figures for display must not stop trading; positions themselves are exact or counted.
@safe
public struct PositionBook: ~Copyable, @unchecked Sendable {
  // SAFETY: allocated by `init`, freed by `deinit`, reached through this sole owner alone; indexed by ids
  // checked against `instruments.count` and `currencyCount`.
  let positions: UnsafeMutablePointer<Position>
  let fees: UnsafeMutablePointer<Amount>
  let instruments: InstrumentTable
  let currencyCount: Int
  /// Sums that left their range, and fills that named no instrument or currency of the table.
  public internal(set) var overflows: UInt64 = 0
  public internal(set) var unknown: UInt64 = 0

  static var inverseScale: Int128 { 1_000_000_000_000_000_000 }

  public init(instruments: InstrumentTable) {
    self.instruments = instruments
    currencyCount = instruments.currencyCount
    unsafe positions = .allocate(capacity: max(1, instruments.count))
    unsafe positions.initialize(repeating: Position(), count: max(1, instruments.count))
    unsafe fees = .allocate(capacity: max(1, currencyCount))
    unsafe fees.initialize(repeating: .zero, count: max(1, currencyCount))
  }

  deinit {
    unsafe positions.deallocate()
    unsafe fees.deallocate()
  }

  @_noLocks
  func isKnown(_ instrument: InstrumentID) -> Bool { Int(instrument.index) < instruments.count }

  @_noLocks
  public func position(_ instrument: InstrumentID) -> Position {
    isKnown(instrument) ? unsafe positions[Int(instrument.index)] : Position()
  }

  @_noLocks
  public func quantity(_ instrument: InstrumentID) -> Quantity {
    Quantity(lots: isKnown(instrument) ? unsafe positions[Int(instrument.index)].lots : 0)
  }

  /// Fees charged (negative) and rebates, in one currency.
  @_noLocks
  public func fees(_ currency: CurrencyID) -> Amount {
    Int(currency.index) < currencyCount ? unsafe fees[Int(currency.index)] : .zero
  }

  /// Takes a `.fill` report, and the fee of a `.fillNamed`; others are ignored. `.position` goes through `adopt`.
  @_noLocks
  public mutating func apply(_ report: Report) {
    if report.kind == .fillNamed { addFee(report) }
    if report.kind != .fill { return }
    if !isKnown(report.instrument) || report.lastQuantity.lots < 0 {
      unknown &+= 1
      return
    }
    addFee(report)
    let at = Int(report.instrument.index)
    let lots = report.side == .buy ? report.lastQuantity.lots : 0 &- report.lastQuantity.lots
    if lots == 0 { return }
    var held = unsafe positions[at]
    let (next, overflow) = held.lots.addingReportingOverflow(lots)
    if overflow {
      overflows &+= 1
      return
    }
    let isInverse = instruments[report.instrument].contract == .inverse
    let ticks = report.lastPrice.ticks
    if report.lastPrice.isNone || (isInverse && ticks <= 0) {
      // Lots count even where no price is known; its cost is then taken as the average's.
      unknown &+= 1
      let average = held.lots == 0 ? 0 : held.cost / Int128(held.lots)
      held.cost = average &* Int128(next)
    } else {
      trade(&held, lots: lots, unit: PositionBook.unitCost(ticks, isInverse))
    }
    held.lots = next
    if next == 0 { held.cost = 0 }
    unsafe positions[at] = held
  }

  /// Cost units of one lot at `ticks`.
  @_noLocks
  static func unitCost(_ ticks: Int64, _ isInverse: Bool) -> Int128 {
    isInverse ? inverseScale / Int128(ticks) : Int128(ticks)
  }

  /// Splits a trade into what reduces the position, which realises, and what opens. For inverse contracts
  /// the sign of what is realised is turned when read: coin is gained as 1/price falls.
  @_noLocks
  mutating func trade(_ held: inout Position, lots: Int64, unit: Int128) {
    let isReducing = (held.lots > 0 && lots < 0) || (held.lots < 0 && lots > 0)
    var opening = lots
    if isReducing {
      let reduced = held.lots.magnitude < lots.magnitude ? 0 &- held.lots : lots
      // The share of the cost that leaves; all of it when the position closes, so that nothing is lost.
      let leaving =
        reduced == 0 &- held.lots
        ? held.cost : PositionBook.share(held.cost, reduced, held.lots)
      let value = checked(Int128(0 &- reduced).multipliedReportingOverflow(by: unit))
      let gain = checked(value.subtractingReportingOverflow(leaving))
      held.realised = checked(held.realised.addingReportingOverflow(gain))
      held.cost = checked(held.cost.subtractingReportingOverflow(leaving))
      opening = lots &- reduced
    }
    if opening != 0 {
      let cost = checked(Int128(opening).multipliedReportingOverflow(by: unit))
      held.cost = checked(held.cost.addingReportingOverflow(cost))
    }
  }

  /// cost × |part| / |whole|, by quotient and remainder so that the product cannot overflow.
  @_noLocks
  static func share(_ cost: Int128, _ part: Int64, _ whole: Int64) -> Int128 {
    let divisor = Int128(whole.magnitude)
    let factor = Int128(part.magnitude)
    let (quotient, remainder) = cost.quotientAndRemainder(dividingBy: divisor)
    return quotient &* factor &+ remainder &* factor / divisor
  }

  @_noLocks
  mutating func checked(_ result: (partialValue: Int128, overflow: Bool)) -> Int128 {
    if result.overflow { overflows &+= 1 }
    return result.partialValue
  }

  @_noLocks
  mutating func addFee(_ report: Report) {
    if report.feeUnits == 0 { return }
    let at = Int(report.feeCurrency.index)
    if at >= currencyCount {
      unknown &+= 1
      return
    }
    do throws(DecimalError) {
      unsafe fees[at] = try fees[at].adding(
        Amount(units: Int128(report.feeUnits), decimals: report.feeDecimals))
    } catch { overflows &+= 1 }
  }
}
