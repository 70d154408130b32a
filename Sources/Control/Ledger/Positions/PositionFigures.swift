// Cost and realised profit of one position, from its fills; control plane.
import Quantities

/// Average cost: a fill that reduces the position realises price against average; rounding is a millionth of
/// tick × lot per fill. Fees are not in it. Money is in millionths of tick × lot.
public struct PositionFigures: Sendable, Equatable {
  /// Signed lots.
  public private(set) var position: Int64 = 0
  /// Paid for the position held; negative: received.
  public private(set) var cost: Int128 = 0
  /// Of what was closed while its cost was known.
  public private(set) var realised: Int128 = 0
  /// False: the exchange gave the position, so what it cost is not on record.
  public private(set) var isCostKnown = true
  /// False: it left 127 bits where ticks or lots changed.
  public private(set) var isRealisedKnown = true

  public static let scale: Int128 = 1_000_000

  public init() {}

  /// Past 127 bits the cost is not known rather than wrong: a record of an absurd size must stop nobody who reads it.
  public mutating func fill(_ lots: Int64, at ticks: Int64) {
    var open = lots
    let isReducing = position != 0 && (position < 0) != (lots < 0)
    if isReducing {
      let closed = lots.magnitude < position.magnitude ? 0 &- lots : position
      if isCostKnown { close(closed, at: ticks) }
      position &-= closed
      open = lots &+ closed
      if position == 0 {
        cost = 0
        isCostKnown = true
      }
    }
    if open == 0 { return }
    let (held, overflowed) = position.addingReportingOverflow(open)
    position = overflowed ? (open < 0 ? .min : .max) : held
    guard !overflowed, isCostKnown, let paid = PositionFigures.worth(open, at: ticks) else {
      forget()
      return
    }
    let (sum, isWide) = cost.addingReportingOverflow(paid)
    if isWide { forget() } else { cost = sum }
  }

  private mutating func close(_ lots: Int64, at ticks: Int64) {
    let (product, isWide) = cost.multipliedReportingOverflow(by: Int128(lots))
    guard !isWide, let received = PositionFigures.worth(lots, at: ticks) else {
      forget()
      return
    }
    let share = product / Int128(position)
    let (profit, overflowed) = received.subtractingReportingOverflow(share)
    let (sum, isPast) = realised.addingReportingOverflow(profit)
    if overflowed || isPast { return forget() }
    realised = sum
    cost -= share
  }

  private mutating func forget() {
    cost = 0
    isCostKnown = false
  }

  /// Of `lots` at `ticks`; nil past 127 bits.
  public static func worth(_ lots: Int64, at ticks: Int64) -> Int128? {
    // Two factors of 63 bits fit; the scale may not.
    let (product, overflowed) = (Int128(lots) * Int128(ticks)).multipliedReportingOverflow(
      by: scale)
    return overflowed ? nil : product
  }

  /// A settlement paid `profit` out on `lots`: what is still held of them costs so much more from now on.
  public mutating func settle(_ profit: Int128, on lots: Int64) {
    if position == 0 || lots == 0 || !isCostKnown { return }
    let held = Int128(min(position.magnitude, lots.magnitude))
    let (product, overflowed) = profit.multipliedReportingOverflow(by: held)
    if overflowed { return }
    let share = product / Int128(lots.magnitude)
    realised &+= share
    cost &+= share
  }

  /// The contract ended and paid `profit`.
  public mutating func deliver(_ profit: Int128) {
    realised &+= profit
    stand(0)
  }

  /// In other ticks and lots; see `count(from:to:)`.
  mutating func recount(position next: Int64, isExact: Bool, by factors: [(Increment, Increment)]) {
    position = next
    if let money = recounted(realised, by: factors) {
      realised = money
    } else {
      isRealisedKnown = false
    }
    guard isExact, isCostKnown, let money = recounted(cost, by: factors) else {
      if next == 0 { return stand(0) }
      return forget()
    }
    cost = money
  }

  /// The exchange's word for the position.
  public mutating func stand(_ lots: Int64) {
    if lots == position { return }
    position = lots
    cost = 0
    isCostKnown = lots == 0
  }
}
