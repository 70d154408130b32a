// What we know of an instrument; both planes.

@frozen
public enum InstrumentType: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case unknown = 0
  case spot = 1
  case margin = 2
  case swap = 3
  case futures = 4
  case option = 5
}

@frozen
public enum ContractType: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// Spot: a lot is an amount of the base currency.
  case none = 0
  case linear = 1
  case inverse = 2
}

/// What the exchange does with an instrument (OKX `state`).
@frozen
public enum InstrumentState: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// A state that no document names: it is not traded.
  case unknown = 0
  case live = 1
  case suspend = 2
  case preopen = 3
  case test = 4
  case rebase = 5
  case postOnly = 6
  case expired = 7
  case settling = 8
  /// The exchange does not list it.
  case unlisted = 9

  /// As the exchange writes it; a row without one is of a build of the list that had none.
  public init(okxName: String?) {
    switch okxName {
    case nil, "live": self = .live
    case "suspend": self = .suspend
    case "preopen": self = .preopen
    case "test": self = .test
    case "rebase": self = .rebase
    case "post_only": self = .postOnly
    case "expired": self = .expired
    case "settling": self = .settling
    default: self = .unknown
    }
  }
}

/// One instrument (OKX `public/instruments`).
@frozen
public struct Instrument: Sendable, BitwiseCopyable {
  public var id: InstrumentID
  public var type: InstrumentType
  public var contract: ContractType
  /// False for what is shown but never traded: unknown type or contract value, a state other than live.
  public var isTradable: Bool
  public var state: InstrumentState
  public var symbol: Symbol
  /// OKX `instIdCode`; 0 when the exchange gave none.
  public var code: Int64
  /// What a `Price` and a `Quantity` count: the exchange's `tickSz` and `lotSz`, or a whole part of them. They are never
  /// made coarser while a desk runs, so that everything counted before stays exact.
  public var tick: Increment
  public var lot: Increment
  /// The exchange's `tickSz` in ticks and its `lotSz` in lots: orders are multiples of them. 1 unless the exchange made
  /// its own coarser.
  public var tickStep: Int64
  public var lotStep: Int64
  /// `minSz` and `maxLmtSz` in lots; a maximum of 0 means none was given.
  public var minimumLots: Int64
  public var maximumLots: Int64
  /// `ctVal × ctMult` in `ctValCcy` per contract; 1 for spot.
  public var contractValue: Increment
  public var base: CurrencyID
  public var quote: CurrencyID
  public var settle: CurrencyID
  /// The number of this run's last change that made its ticks, lots or contract value others, and 1; 0: they are as at
  /// the start.
  public var unitsChange: UInt16 = 0

  public init(
    id: InstrumentID, symbol: Symbol, type: InstrumentType, tick: Increment, lot: Increment
  ) {
    self.id = id
    self.type = type
    self.contract = .none
    self.isTradable = false
    self.state = .unknown
    self.symbol = symbol
    self.code = 0
    self.tick = tick
    self.lot = lot
    self.tickStep = 1
    self.lotStep = 1
    self.minimumLots = 1
    self.maximumLots = 0
    self.contractValue = Increment(mantissa: 1, decimals: 0)
    self.base = .none
    self.quote = .none
    self.settle = .none
  }

  /// The value of `quantity` at `price`: quote currency for spot and linear, `ctValCcy` (USD) for inverse.
  @inlinable
  public func notional(_ price: Price, _ quantity: Quantity) throws(DecimalError) -> Amount {
    let lots = try Amount(units: Int128(quantity.lots), decimals: 0).multiplied(by: lot)
    let size = try lots.multiplied(by: contractValue)
    if contract == .inverse { return size }
    return try size.multiplied(by: tick)
      .multiplied(by: DecimalNumber(mantissa: price.ticks, decimals: 0))
  }

  /// `price` on the exchange's grid: at or below it where a buyer pays it, at or above for a seller; never below one step.
  @inlinable
  public func onGrid(_ price: Price, _ side: Side) -> Price {
    if tickStep <= 1 || price.isNone { return price }
    let over = price.ticks % tickStep
    if over == 0 { return price }
    let below = price.ticks &- over
    let (above, overflow) = below.addingReportingOverflow(tickStep)
    if side == .buy && below > 0 { return Price(ticks: below) }
    return Price(ticks: overflow ? below : above)
  }

  /// Whole steps of `lots`, towards 0.
  @inlinable
  public func onGrid(lots: Int64) -> Int64 { lotStep <= 1 ? lots : lots &- lots % lotStep }
}
