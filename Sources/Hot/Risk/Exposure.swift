// What an instrument could become if every open order of a side filled; hot plane.

import Quantities

/// Position and open orders of one instrument, in lots.
@frozen
public struct Exposure: Hashable, Sendable, BitwiseCopyable {
  /// Signed sum of fills.
  public var position: Int64 = 0
  /// Unfilled lots of open buys, and of open sells: never negative.
  public var openBuys: Int64 = 0
  public var openSells: Int64 = 0
  public var openOrders: Int64 = 0
  /// Of these, what nobody of ours placed.
  public var foreignBuys: Int64 = 0
  public var foreignSells: Int64 = 0
  public var foreignOrders: Int64 = 0
  @inlinable public init() {}

  /// Lots of open orders come (`lots` positive) or go. Saturating and never below zero, whatever is claimed.
  @inlinable
  public mutating func add(_ side: Side, _ lots: Int64, isForeign: Bool) {
    if side == .buy {
      openBuys = max(0, saturatingSum(openBuys, lots))
      if isForeign { foreignBuys = max(0, saturatingSum(foreignBuys, lots)) }
    } else {
      openSells = max(0, saturatingSum(openSells, lots))
      if isForeign { foreignSells = max(0, saturatingSum(foreignSells, lots)) }
    }
  }

  /// An order comes (1) or goes (-1).
  /// The same sizes in the instrument's new lots.
  @inlinable
  public mutating func take(_ change: InstrumentChange) {
    position = change.lots(position)
    openBuys = change.lots(openBuys)
    openSells = change.lots(openSells)
    foreignBuys = change.lots(foreignBuys)
    foreignSells = change.lots(foreignSells)
  }

  @inlinable
  public mutating func addOrder(_ count: Int64, isForeign: Bool) {
    openOrders &+= count
    if isForeign { foreignOrders &+= count }
  }

  /// The position if every open order of `side` and `quantity` more were filled, counted in that side's
  /// direction (a short grows with sells); saturates, so that overflow refuses.
  @inlinable
  public func worstCase(_ side: Side, adding quantity: Int64) -> Int64 {
    let directed: Int64
    let open: Int64
    if side == .buy {
      directed = position
      open = openBuys
    } else {
      directed = position == .min ? .max : 0 &- position
      open = openSells
    }
    return saturatingSum(saturatingSum(directed, open), quantity)
  }

  /// Lots that an order of `side` may have and still only shrink the position, our open orders of that side counted; 0
  /// when it would not shrink. Other people's orders do not keep the desk from getting flat: the exchange takes both.
  @inlinable
  public func reducible(_ side: Side) -> Int64 {
    let held: Int64
    if side == .buy {
      if position >= 0 { return 0 }
      held = position == .min ? .max : 0 &- position
    } else {
      if position <= 0 { return 0 }
      held = position
    }
    let open = side == .buy ? openBuys &- foreignBuys : openSells &- foreignSells
    return open >= held ? 0 : held &- open
  }
}

/// The sum, or the bound of Int64 that it left.
@inlinable
public func saturatingSum(_ a: Int64, _ b: Int64) -> Int64 {
  let (sum, overflow) = a.addingReportingOverflow(b)
  return overflow ? (b < 0 ? .min : .max) : sum
}
