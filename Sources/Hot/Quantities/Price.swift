// A price as a whole number of the instrument's ticks; hot plane.

/// A price, in ticks of its instrument (`Instrument.tick`). Meaningless without the instrument.
@frozen
public struct Price: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var ticks: Int64

  @inlinable public init(ticks: Int64) { self.ticks = ticks }
  @inlinable public static func < (a: Price, b: Price) -> Bool { a.ticks < b.ticks }
  /// No price: what a side without levels shows.
  @inlinable public static var none: Price { Price(ticks: Int64.min) }
  @inlinable public var isNone: Bool { ticks == Int64.min }
}
