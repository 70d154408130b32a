// Cost and realised profit of one position, from its fills; control plane.

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

  public static let scale: Int128 = 1_000_000

  public init() {}

  public mutating func fill(_ lots: Int64, at ticks: Int64) {
    var open = lots
    let isReducing = position != 0 && (position < 0) != (lots < 0)
    if isReducing {
      let closed = lots.magnitude < position.magnitude ? 0 &- lots : position
      if isCostKnown {
        let share = cost * Int128(closed) / Int128(position)
        realised += Int128(closed) * Int128(ticks) * PositionFigures.scale - share
        cost -= share
      }
      position &-= closed
      open = lots &+ closed
      if position == 0 {
        cost = 0
        isCostKnown = true
      }
    }
    position &+= open
    cost += Int128(open) * Int128(ticks) * PositionFigures.scale
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

  /// The exchange's word for the position.
  public mutating func stand(_ lots: Int64) {
    if lots == position { return }
    position = lots
    cost = 0
    isCostKnown = lots == 0
  }
}
