// What the simulated exchange knows of an instrument; simulation.

import Quantities

/// One instrument of the simulated exchange. Prices are counted in `tick`s, sizes in `lot`s: what is listed as
/// tickSz and lotSz is so many of them (`tickUnits`, `lotUnits`), more than one once an instrument that had a finer
/// grid was given a coarser one. So a price that rests off a new grid stays a whole number.
public struct InstrumentSpecification: Sendable, Equatable {
  public var id: String
  public var type: InstrumentType
  public var contract: ContractType
  /// OKX `instIdCode`.
  public var code: Int64
  public var tick: Increment
  public var lot: Increment
  /// OKX `tickSz` in ticks and `lotSz` in lots: prices and sizes of new orders are multiples of them.
  public var tickUnits: Int64 = 1
  public var lotUnits: Int64 = 1
  /// `minSz` and `maxLmtSz` in lots.
  public var minimumLots: Int64
  public var maximumLots: Int64
  /// OKX `maxMktSz`: dollars for spot (docs/OKX.md OKX-194), contracts for derivatives; nil: `maximumLots`.
  public var marketMaximum: DecimalNumber?
  /// OKX `upcChg`: what is announced and not yet in force, the earliest first.
  public var upcoming: [UpcomingChange] = []
  /// False once it is delisted: no request names it any more.
  public var isListed = true
  /// `ctVal × ctMult`; 1 for spot.
  public var contractValue: Increment
  public var contractCurrency: String
  public var base: String
  public var quote: String
  public var settle: String
  /// OKX `tradeQuoteCcyList` of spot; nil: its own quote currency alone (docs/OKX.md OKX-194).
  public var offeredQuotes: [String]?
  public var family: String
  public var state: String
  public var leverage: String
  public var listTime: String
  public var expiry: String
  public var strike: String
  public var optionType: String
  /// False where contract value or type is unknown, and for options: orders are refused. Whether its state takes
  /// orders is another question (`accepts`).
  public var isTradable: Bool

  /// OKX `maxMktSz` of spot, in USDT (docs/OKX.md OKX-194).
  public static let marketWorthMax: Int64 = 1_000_000

  /// Largest order where nothing else is said.
  public static let maximumLotsDefault: Int64 = 1_000_000_000_000

  /// Spot, live, `minSz` one lot; set the rest as fits.
  public init(id: String, base: String, quote: String, tick: Increment, lot: Increment) {
    self.id = id
    type = .spot
    contract = .none
    code = InstrumentSpecification.derivedCode(id)
    self.tick = tick
    self.lot = lot
    minimumLots = 1
    maximumLots = InstrumentSpecification.maximumLotsDefault
    contractValue = Increment(mantissa: 1, decimals: 0)
    contractCurrency = ""
    self.base = base
    self.quote = quote
    settle = ""
    family = ""
    state = "live"
    leverage = ""
    listTime = "1548133413000"
    expiry = ""
    strike = ""
    optionType = ""
    isTradable = true
  }

  /// A code made from the name (FNV-1a), the same in every run; 10,000 … 1,010,000 less one.
  public static func derivedCode(_ id: String) -> Int64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in id.utf8 {
      hash ^= UInt64(byte)
      hash = hash &* 0x100_0000_01B3
    }
    return 10_000 + Int64((hash ^ hash >> 32) % 1_000_000)
  }

  /// The currency that P&L and derivative fees are booked in: settle, or quote for spot.
  public var settlement: String { type == .spot ? quote : settle }

  /// What spot orders may be paid in.
  public var tradeQuotes: [String] { offeredQuotes ?? (quote.isEmpty ? [] : [quote]) }

  public var typeName: String {
    switch type {
    case .spot: "SPOT"
    case .margin: "MARGIN"
    case .swap: "SWAP"
    case .futures: "FUTURES"
    case .option: "OPTION"
    case .unknown: ""
    }
  }

  /// The price as a decimal with the tick's digits.
  public func decimal(price: Price) -> DecimalNumber {
    DecimalNumber.of(units: price.ticks, increment: tick) ?? DecimalNumber(mantissa: 0, decimals: 0)
  }
  /// The size as a decimal with the lot's digits.
  public func decimal(quantity: Quantity) -> DecimalNumber {
    DecimalNumber.of(units: quantity.lots, increment: lot)
      ?? DecimalNumber(mantissa: 0, decimals: 0)
  }
  /// Plain notation without trailing zeros.
  public func text(price: Price) -> String { decimal(price: price).normalized.description }
  public func text(quantity: Quantity) -> String {
    decimal(quantity: quantity).normalized.description
  }

  /// The largest market order in lots; that of spot is limited by its worth.
  public var marketMaximumLots: Int64 {
    guard type != .spot, let marketMaximum, let lots = try? marketMaximum.units(of: lot) else {
      return maximumLots
    }
    return lots
  }

  /// OKX `groupId`: the group of fees that `account/trade-fee` lists rates of.
  public var feeGroup: String { type == .spot ? "1" : "2" }

  /// False for a derivative that was derived from a recording alone.
  var isValueKnown: Bool { contractValue.mantissa > 0 }
}
