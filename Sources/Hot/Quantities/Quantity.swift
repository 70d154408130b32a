// A size as a whole number of the instrument's lots; hot plane.

/// A quantity, in lots of its instrument (`Instrument.lot`); signed where it is a position.
@frozen
public struct Quantity: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var lots: Int64

  @inlinable public init(lots: Int64) { self.lots = lots }
  @inlinable public static func < (a: Quantity, b: Quantity) -> Bool { a.lots < b.lots }
  @inlinable public static var zero: Quantity { Quantity(lots: 0) }
}

/// The side of an order or trade (for a trade: the taker's).
@frozen
public enum Side: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case buy = 1
  case sell = 2

  @inlinable public var opposite: Side { self == .buy ? .sell : .buy }
  /// +1 for a buy, -1 for a sell: what a fill of one lot adds to the position.
  @inlinable public var sign: Int64 { self == .buy ? 1 : -1 }
}
