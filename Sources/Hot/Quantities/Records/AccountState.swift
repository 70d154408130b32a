// What the exchange says of the account as a whole, of a position and of a fee: records of State and journal; both planes.

/// The account in US dollars, as the exchange counts it (OKX `totalEq`, `availEq`). 56 bytes.
@frozen
public struct AccountRecord: Sendable, BitwiseCopyable, Equatable {
  @usableFromInline var totalHigh: Int64
  @usableFromInline var totalLow: UInt64
  @usableFromInline var availableHigh: Int64
  @usableFromInline var availableLow: UInt64
  /// OKX `uTime`: when the exchange last changed it; 0 where it named none.
  public var exchangeTime: WallMilliseconds
  /// When it came here.
  public var receivedAt: Instant
  @usableFromInline var totalDecimals: UInt8
  @usableFromInline var availableDecimals: UInt8
  /// OKX leaves `availEq` empty in some account modes: absent is not zero.
  public var holdsAvailable: Bool
  /// False: from a push, as after a fill; true: from a query, as once a second.
  public var isReconciled: Bool
  public var reserved: UInt32 = 0

  @inlinable
  public init(
    total: Amount, available: Amount?, exchangeTime: WallMilliseconds, receivedAt: Instant,
    isReconciled: Bool
  ) {
    totalHigh = Int64(truncatingIfNeeded: total.units >> 64)
    totalLow = UInt64(truncatingIfNeeded: total.units)
    totalDecimals = total.decimals
    let free = available ?? .zero
    availableHigh = Int64(truncatingIfNeeded: free.units >> 64)
    availableLow = UInt64(truncatingIfNeeded: free.units)
    availableDecimals = free.decimals
    holdsAvailable = available != nil
    self.exchangeTime = exchangeTime
    self.receivedAt = receivedAt
    self.isReconciled = isReconciled
  }

  /// Equity in US dollars.
  @inlinable public var total: Amount {
    Amount(units: Int128(totalHigh) << 64 | Int128(totalLow), decimals: totalDecimals)
  }
  /// What of it may be used, US dollars; nil where the exchange does not say.
  @inlinable public var available: Amount? {
    if !holdsAvailable { return nil }
    return Amount(
      units: Int128(availableHigh) << 64 | Int128(availableLow), decimals: availableDecimals)
  }
}

/// A position as the exchange margins it. Prices are to the nearest tick, `.none` where it states none. 72 bytes.
@frozen
public struct PositionDetailRecord: Sendable, BitwiseCopyable, Equatable {
  /// Signed, lots.
  public var quantity: Quantity
  public var averagePrice: Price
  public var markPrice: Price
  public var liquidationPrice: Price
  @usableFromInline var unrealisedHigh: Int64
  @usableFromInline var unrealisedLow: UInt64
  public var exchangeTime: WallMilliseconds
  public var receivedAt: Instant
  public var instrument: InstrumentID
  @usableFromInline var unrealisedDecimals: UInt8
  /// False: from a push; true: from a query.
  public var isReconciled: Bool
  /// Thousandths of OKX `lever`; 0 without leverage (spot).
  public var leverageMilli: Int32

  /// `unrealised`: P&L at the mark in the settlement currency (OKX `upl`).
  @inlinable
  public init(
    instrument: InstrumentID, quantity: Quantity, averagePrice: Price, markPrice: Price,
    liquidationPrice: Price, leverageMilli: Int32, unrealised: Amount,
    exchangeTime: WallMilliseconds, receivedAt: Instant, isReconciled: Bool
  ) {
    self.instrument = instrument
    self.quantity = quantity
    self.averagePrice = averagePrice
    self.markPrice = markPrice
    self.liquidationPrice = liquidationPrice
    self.leverageMilli = leverageMilli
    unrealisedHigh = Int64(truncatingIfNeeded: unrealised.units >> 64)
    unrealisedLow = UInt64(truncatingIfNeeded: unrealised.units)
    unrealisedDecimals = unrealised.decimals
    self.exchangeTime = exchangeTime
    self.receivedAt = receivedAt
    self.isReconciled = isReconciled
  }

  /// P&L at the mark in the settlement currency.
  @inlinable public var unrealised: Amount {
    Amount(
      units: Int128(unrealisedHigh) << 64 | Int128(unrealisedLow), decimals: unrealisedDecimals)
  }
}

/// What trading an instrument costs, as OKX signs it: a negative rate is charged, a positive one is a rebate. 32 bytes.
@frozen
public struct FeeRateRecord: Sendable, BitwiseCopyable, Equatable {
  @usableFromInline var makerMantissa: Int64
  @usableFromInline var takerMantissa: Int64
  /// When the exchange said it.
  public var exchangeTime: WallMilliseconds
  public var instrument: InstrumentID
  @usableFromInline var makerDecimals: UInt8
  @usableFromInline var takerDecimals: UInt8
  public var reserved: UInt32 = 0

  @inlinable
  public init(
    instrument: InstrumentID, maker: DecimalNumber, taker: DecimalNumber,
    exchangeTime: WallMilliseconds
  ) {
    self.instrument = instrument
    makerMantissa = maker.mantissa
    makerDecimals = maker.decimals
    takerMantissa = taker.mantissa
    takerDecimals = taker.decimals
    self.exchangeTime = exchangeTime
  }

  /// Of the notional.
  @inlinable public var maker: DecimalNumber {
    DecimalNumber(mantissa: makerMantissa, decimals: makerDecimals)
  }
  @inlinable public var taker: DecimalNumber {
    DecimalNumber(mantissa: takerMantissa, decimals: takerDecimals)
  }
}
