// The indicators of a book and its tape: number, label, unit and value of each stand here alone; both planes.

/// Numbers are places in State's market slot, never used again for another.
@frozen
public enum BookIndicator: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case midHalfTicks = 0
  case spreadTicks = 1
  case microprice = 2
  case imbalance1 = 3
  case imbalance5 = 4
  case imbalance25 = 5
  case orderFlowImbalance = 6
  case tradeFlow = 7
  case windowVWAP = 8
  case sessionVWAP = 9
  case realisedVolatility = 10
}

/// What an indicator's figure counts.
public enum BookIndicatorUnit: Sendable {
  /// Integers.
  case halfTicks, ticks, lots
  /// A price in ticks and fractions of one.
  case price
  /// -1…1.
  case ratio
  /// A small number of no unit.
  case deviation

  /// The figure is an Int64, else a Double.
  public var isInteger: Bool {
    switch self {
    case .halfTicks, .ticks, .lots: true
    case .price, .ratio, .deviation: false
    }
  }
}

extension BookIndicator {
  /// As the page and the API name it; nil where a market shows it as a field of its own.
  public var label: String? {
    switch self {
    case .midHalfTicks, .spreadTicks: nil
    case .microprice: "microprice"
    case .imbalance1: "imbalance 1"
    case .imbalance5: "imbalance 5"
    case .imbalance25: "imbalance 25"
    case .orderFlowImbalance: "order-flow imbalance"
    case .tradeFlow: "trade flow"
    case .windowVWAP: "VWAP, window"
    case .sessionVWAP: "VWAP, session"
    case .realisedVolatility: "volatility"
    }
  }

  /// As snapshots, and so prompts and models, name it; nil where it stands elsewhere or nowhere in them.
  public var fact: String? {
    switch self {
    case .midHalfTicks, .spreadTicks, .tradeFlow: nil
    case .windowVWAP: "windowVwap"
    case .sessionVWAP: "sessionVwap"
    default: "\(self)"
    }
  }

  public var unit: BookIndicatorUnit {
    switch self {
    case .midHalfTicks: .halfTicks
    case .spreadTicks: .ticks
    case .orderFlowImbalance, .tradeFlow: .lots
    case .microprice, .windowVWAP, .sessionVWAP: .price
    case .imbalance1, .imbalance5, .imbalance25: .ratio
    case .realisedVolatility: .deviation
    }
  }
}

/// One reading of a view's indicators, nil where the warm-up is not over. Formulas and sources stand at
/// the types of Book that compute them: `BookIndicators`, `OrderFlowImbalance`, `TradeWindow`,
/// `RealisedVolatility`. Prices are in ticks, sizes in lots.
@frozen
public struct IndicatorValues: Sendable, BitwiseCopyable {
  /// Best bid + best ask: the mid in half ticks.
  public var midHalfTicks: Int64?
  public var spreadTicks: Int64?
  /// Ticks.
  public var microprice: Double?
  /// -1…1, over the best 1, 5 and 25 levels a side.
  public var imbalance1: Double?
  public var imbalance5: Double?
  public var imbalance25: Double?
  /// Lots, over the window.
  public var orderFlowImbalance: Int64?
  /// Buys less sells in lots, over the window.
  public var tradeFlow: Int64?
  /// Ticks, over the window.
  public var windowVWAP: Double?
  /// Ticks, since the session began.
  public var sessionVWAP: Double?
  /// Root of the summed squared log returns over the window; not annualised.
  public var realisedVolatility: Double?

  @inlinable public init() {}

  /// The figure's bit pattern, of an Int64 or a Double as its unit says.
  @_noLocks
  public func bits(_ indicator: BookIndicator) -> UInt64? {
    switch indicator {
    case .midHalfTicks: IndicatorValues.bits(midHalfTicks)
    case .spreadTicks: IndicatorValues.bits(spreadTicks)
    case .microprice: IndicatorValues.bits(microprice)
    case .imbalance1: IndicatorValues.bits(imbalance1)
    case .imbalance5: IndicatorValues.bits(imbalance5)
    case .imbalance25: IndicatorValues.bits(imbalance25)
    case .orderFlowImbalance: IndicatorValues.bits(orderFlowImbalance)
    case .tradeFlow: IndicatorValues.bits(tradeFlow)
    case .windowVWAP: IndicatorValues.bits(windowVWAP)
    case .sessionVWAP: IndicatorValues.bits(sessionVWAP)
    case .realisedVolatility: IndicatorValues.bits(realisedVolatility)
    }
  }

  @inline(__always)
  private static func bits(_ value: Int64?) -> UInt64? {
    guard let value else { return nil }
    return UInt64(bitPattern: value)
  }

  @inline(__always)
  private static func bits(_ value: Double?) -> UInt64? {
    guard let value else { return nil }
    return value.bitPattern
  }
}
