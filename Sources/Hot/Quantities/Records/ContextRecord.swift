// One fact of the market around the book, as the exchange last said it; both planes.

@frozen
public enum ContextKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case none = 0
  case ticker = 1
  case fundingRate = 2
  case markPrice = 3
  case indexPrice = 4
  case openInterest = 5
  case priceLimit = 6
  case liquidation = 7
  /// Of the exchange, not of an instrument.
  case status = 8
}

/// What a figure of a record is. Numbers are the figure's place, per kind, and never reused.
@frozen
public enum ContextField: UInt8, Sendable, BitwiseCopyable {
  /// ticker: `last`; fundingRate: `fundingRate`; markPrice: `markPx`; indexPrice: `idxPx`;
  /// openInterest: `oi`, contracts; priceLimit: `buyLmt`; liquidation: `bkPx`; status: begin, ms.
  case first = 0
  /// ticker, indexPrice: `open24h`; fundingRate: `nextFundingRate`; openInterest: `oiCcy`;
  /// priceLimit: `sellLmt`; liquidation: `sz`; status: end, ms.
  case second = 1
  /// ticker, indexPrice: `high24h`; fundingRate: `fundingTime`, ms; openInterest: `oiUsd`;
  /// priceLimit: 1 where enabled; liquidation: 0 bought, 1 sold; status: `StatusState`.
  case third = 2
  /// ticker, indexPrice: `low24h`; fundingRate: `nextFundingTime`, ms.
  case fourth = 3
  /// ticker: `vol24h`, base currency or contracts.
  case fifth = 4
  /// ticker: `volCcy24h`.
  case sixth = 5
}

/// A decimal that may be absent. 16 bytes.
@frozen
public struct ContextFigure: Sendable, BitwiseCopyable, Equatable {
  public var mantissa: Int64
  public var decimals: UInt8
  public var isPresent: Bool
  @usableFromInline var reserved: UInt16 = 0
  @usableFromInline var reserved2: UInt32 = 0

  @inlinable public init(_ number: DecimalNumber?) {
    mantissa = number?.mantissa ?? 0
    decimals = number?.decimals ?? 0
    isPresent = number != nil
    reserved = 0
    reserved2 = 0
  }
  @inlinable public var number: DecimalNumber? {
    isPresent ? DecimalNumber(mantissa: mantissa, decimals: decimals) : nil
  }
}

/// 128 bytes. `status` has the instrument `.none`.
@frozen
public struct ContextRecord: Sendable, BitwiseCopyable, Equatable {
  public var instrument: InstrumentID
  public var kind: ContextKind
  public var reserved: UInt8 = 0
  public var reserved2: UInt32 = 0
  /// OKX `ts`.
  public var exchangeTime: WallMilliseconds
  public var receivedAt: Instant
  public var reserved3: UInt64 = 0
  @usableFromInline var figures: InlineArray<6, ContextFigure>

  @inlinable
  public init(
    _ kind: ContextKind, of instrument: InstrumentID = .none,
    exchangeTime: WallMilliseconds = WallMilliseconds(milliseconds: 0), receivedAt: Instant = .zero
  ) {
    self.kind = kind
    self.instrument = instrument
    self.exchangeTime = exchangeTime
    self.receivedAt = receivedAt
    figures = InlineArray(repeating: ContextFigure(nil))
  }

  @inlinable
  public subscript(field: ContextField) -> DecimalNumber? {
    get { figures[Int(field.rawValue)].number }
    set { figures[Int(field.rawValue)] = ContextFigure(newValue) }
  }

  @inlinable
  public static func == (one: ContextRecord, other: ContextRecord) -> Bool {
    if one.kind != other.kind || one.instrument != other.instrument
      || one.exchangeTime != other.exchangeTime
    {
      return false
    }
    var index = 0
    while index < 6 {
      if one.figures[index] != other.figures[index] { return false }
      index += 1
    }
    return true
  }

  /// Where the presence byte of a figure lies in the record's bytes: for bytes that were recorded.
  public static var figureCount: Int { 6 }
  public static func presenceOffset(_ figure: Int) -> Int {
    MemoryLayout<ContextRecord>.size - (figureCount - figure) * MemoryLayout<ContextFigure>.stride
      + 9
  }
}
