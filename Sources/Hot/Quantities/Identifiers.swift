// The ids that tie intents, orders, reports and decisions together; hot plane.

/// An instrument's index in this run's `InstrumentTable`.
@frozen
public struct InstrumentID: Hashable, Sendable, BitwiseCopyable {
  public var index: UInt16
  @inlinable public init(index: UInt16) { self.index = index }
  @inlinable public static var none: InstrumentID { InstrumentID(index: .max) }
  @inlinable public var isNone: Bool { index == .max }
}

/// A currency's index in this run's `InstrumentTable`.
@frozen
public struct CurrencyID: Hashable, Sendable, BitwiseCopyable {
  public var index: UInt16
  @inlinable public init(index: UInt16) { self.index = index }
  @inlinable public static var none: CurrencyID { CurrencyID(index: .max) }
  @inlinable public var isNone: Bool { index == .max }
}

/// The numeric `clOrdId` we give an order: start number (24 bits) above order number (39 bits), so a positive Int64.
@frozen
public struct ClientOrderID: Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt64
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  @inlinable public static var none: ClientOrderID { ClientOrderID(rawValue: 0) }

  @inlinable public static var startMax: UInt32 { (1 << 24) - 1 }
  @inlinable public static var numberMax: UInt64 { (1 << 39) - 1 }

  /// Nil when either part leaves its bits or is zero.
  @inlinable
  public init?(start: UInt32, number: UInt64) {
    if start == 0 || start > ClientOrderID.startMax { return nil }
    if number == 0 || number > ClientOrderID.numberMax { return nil }
    self.rawValue = UInt64(start) << 39 | number
  }
  /// The key under which an order that nobody of ours numbered is held: its exchange's id above the bits of ours.
  @inlinable
  public init(foreign exchange: ExchangeOrderID) {
    rawValue = exchange.rawValue == 0 ? 0 : exchange.rawValue | (1 << 63)
  }
  @inlinable public var isForeign: Bool { rawValue >> 63 != 0 }
  @inlinable public var start: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 39) }
  @inlinable public var number: UInt64 { rawValue & ClientOrderID.numberMax }
}

/// OKX's `ordId`, numeric.
@frozen
public struct ExchangeOrderID: Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt64
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  @inlinable public static var none: ExchangeOrderID { ExchangeOrderID(rawValue: 0) }
}

/// The Builder's number for an intent, 1 upwards in one run; verdicts and reports carry it back.
@frozen
public struct IntentNumber: Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt64
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  @inlinable public static var none: IntentNumber { IntentNumber(rawValue: 0) }

  /// Stands for the intent of an order that no Builder of this run made, so that the gate can count it. Far above any
  /// number that a Builder reaches.
  @inlinable
  public init(standingFor order: ClientOrderID) {
    rawValue = order.rawValue & ((1 << 62) &- 1) | (1 << 62)
  }
  /// No Builder of this run made it.
  @inlinable public var isStandIn: Bool { rawValue >> 62 == 1 }
}

/// The decision a signal came from; 0 for none.
@frozen
public struct DecisionID: Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt64
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  @inlinable public static var none: DecisionID { DecisionID(rawValue: 0) }
}
