// The limits of one instrument, all integers: each one's key, unit, scale and meaning stand here alone; both planes.

/// One limit, in the order in which the configuration lists them.
@frozen
public enum InstrumentLimit: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case orderLots = 0
  case orderNotional = 1
  case positionLots = 2
  case openOrders = 3
  case priceCollar = 4
  case ordersPerWindow = 5
  case cancelsPerWindow = 6
  case window = 7
  case bookAge = 8
}

/// What a person is told of a limit, and how the configuration gives it. Control plane.
public struct InstrumentLimitText: Sendable {
  /// Below `risk.defaults` and `risk.instruments.ID`.
  public var key: String
  public var unit: String
  public var meaning: String
  /// Of the configuration's number; nil where it is an amount with its currency.
  public var range: ClosedRange<Int64>?
  /// Configured units to those of `InstrumentLimits`.
  public var scale: Int64 = 1
  /// Without it nothing of the instrument may be traded.
  public var isMandatory = true
}

extension InstrumentLimit {
  /// The order of a Door request's figures. It is part of the Door's layout.
  public static let doorOrder: [InstrumentLimit] = [
    .orderLots, .positionLots, .openOrders, .priceCollar, .ordersPerWindow, .bookAge,
    .orderNotional,
  ]

  /// A request may make it stricter. (An amount is compared as one, see `tightened`.)
  var isTightened: Bool {
    @_noLocks get {
      switch self {
      case .orderLots, .positionLots, .openOrders, .priceCollar, .ordersPerWindow, .bookAge: true
      case .orderNotional, .cancelsPerWindow, .window: false
      }
    }
  }

  public var text: InstrumentLimitText {
    let positive: ClosedRange<Int64> = 1...Int64.max
    let milliseconds: ClosedRange<Int64> = 1...86_400_000
    return switch self {
    case .orderLots:
      InstrumentLimitText(
        key: "order_lots", unit: "lots", meaning: "Largest single order.", range: positive)
    case .orderNotional:
      InstrumentLimitText(
        key: "order_notional", unit: "currency",
        meaning: "Largest value of a single order, with the quote currency's name (USD for inverse "
          + "contracts): \"2500 USDT\".")
    case .positionLots:
      InstrumentLimitText(
        key: "position_lots", unit: "lots",
        meaning: "Largest position either way, open orders of that side included.",
        range: positive)
    case .openOrders:
      InstrumentLimitText(
        key: "open_orders", unit: "orders", meaning: "Most open orders.", range: positive)
    case .priceCollar:
      InstrumentLimitText(
        key: "price_collar_basis_points", unit: "basis points",
        meaning: "How far a price may lie outside of the book it was decided on.",
        range: 1...10_000)
    case .ordersPerWindow:
      InstrumentLimitText(
        key: "orders_per_window", unit: "orders", meaning: "Most new orders in any window.",
        range: positive)
    case .cancelsPerWindow:
      InstrumentLimitText(
        key: "cancels_per_window", unit: "cancels",
        meaning: "Most cancels in any window; without it the exchange's own 60 per 2 s.",
        range: positive, isMandatory: false)
    case .window:
      InstrumentLimitText(
        key: "window_milliseconds", unit: "milliseconds",
        meaning: "Length of these windows; without it 2000.", range: milliseconds,
        scale: 1_000_000, isMandatory: false)
    case .bookAge:
      InstrumentLimitText(
        key: "book_age_milliseconds", unit: "milliseconds",
        meaning: "Oldest book, by its local receipt, that an order may be decided on. A quiet "
          + "instrument is silent for 60 s between heartbeats.",
        range: milliseconds, scale: 1_000_000)
    }
  }
}

/// Limits of one instrument. A limit that is zero or negative is *missing*, and missing refuses.
@frozen
public struct InstrumentLimits: Hashable, Sendable, BitwiseCopyable {
  /// On the allow-list.
  public var isAllowed: Bool = false
  /// Largest order, in lots.
  public var orderLotsMaximum: Int64 = 0
  /// Largest value of one order, in the quote currency (USD for inverse contracts).
  public var orderNotionalMaximum: Amount = .zero
  /// Largest position either way, open orders of that side included, in lots.
  public var positionLotsMaximum: Int64 = 0
  /// Most open orders.
  public var openOrdersMaximum: Int64 = 0
  /// How far a price may lie outside of the reference bid and ask, in basis points.
  public var collarBasisPoints: Int64 = 0
  /// Most orders in any `windowNanoseconds`.
  public var ordersPerWindow: Int64 = 0
  /// Most cancels in any `windowNanoseconds`; where missing, the exchange's own 60 per 2 s, since a
  /// missing limit must never keep an order from being cancelled.
  public var cancelsPerWindow: Int64 = 0
  public var windowNanoseconds: Int64 = 2_000_000_000
  /// Oldest reference book, from its local receipt, in nanoseconds.
  public var referenceAgeMaximumNanoseconds: Int64 = 0

  @inlinable public init() {}

  /// What asks for no change: allowed, and no figure.
  public static var unchanged: InstrumentLimits {
    var limits = InstrumentLimits()
    limits.isAllowed = true
    limits.windowNanoseconds = 0
    return limits
  }

  /// The figure of `limit`; of an amount its units, whose decimals stay as they are.
  public subscript(limit: InstrumentLimit) -> Int64 {
    @_noLocks get {
      switch limit {
      case .orderLots: orderLotsMaximum
      case .orderNotional: Int64(clamping: orderNotionalMaximum.units)
      case .positionLots: positionLotsMaximum
      case .openOrders: openOrdersMaximum
      case .priceCollar: collarBasisPoints
      case .ordersPerWindow: ordersPerWindow
      case .cancelsPerWindow: cancelsPerWindow
      case .window: windowNanoseconds
      case .bookAge: referenceAgeMaximumNanoseconds
      }
    }
    @_noLocks set {
      switch limit {
      case .orderLots: orderLotsMaximum = newValue
      case .orderNotional: orderNotionalMaximum.units = Int128(newValue)
      case .positionLots: positionLotsMaximum = newValue
      case .openOrders: openOrdersMaximum = newValue
      case .priceCollar: collarBasisPoints = newValue
      case .ordersPerWindow: ordersPerWindow = newValue
      case .cancelsPerWindow: cancelsPerWindow = newValue
      case .window: windowNanoseconds = newValue
      case .bookAge: referenceAgeMaximumNanoseconds = newValue
      }
    }
  }

  /// These limits where `other` is not stricter: no field of the result is looser than here.
  ///
  /// A field of `other` that is zero or negative changes nothing: a request that leaves a limit out
  /// must not take it away. Nil when notional amounts cannot be compared (128-bit overflow).
  @_noLocks
  public func tightened(by other: InstrumentLimits) -> InstrumentLimits? {
    var result = self
    result.isAllowed = isAllowed && other.isAllowed
    var number: UInt8 = 0
    while let limit = InstrumentLimit(rawValue: number) {
      number &+= 1
      let asked = other[limit]
      if limit.isTightened && asked > 0 && asked < self[limit] { result[limit] = asked }
    }
    if other.orderNotionalMaximum.units > 0 {
      guard let isLess = other.orderNotionalMaximum.isLess(than: orderNotionalMaximum) else {
        return nil
      }
      if isLess { result.orderNotionalMaximum = other.orderNotionalMaximum }
    }
    return result
  }
}
