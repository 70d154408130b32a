// What the simulated exchange knows of an instrument, and its row of `public/instruments`; simulation.

import Quantities

/// One instrument of the simulated exchange. Prices are counted in `tick`s, sizes in `lot`s.
public struct InstrumentSpecification: Sendable, Equatable {
  public var id: String
  public var type: InstrumentType
  public var contract: ContractType
  /// OKX `instIdCode`.
  public var code: Int64
  public var tick: Increment
  public var lot: Increment
  /// `minSz` and `maxLmtSz` in lots.
  public var minimumLots: Int64
  public var maximumLots: Int64
  /// `ctVal × ctMult`; 1 for spot.
  public var contractValue: Increment
  public var contractCurrency: String
  public var base: String
  public var quote: String
  public var settle: String
  public var family: String
  public var state: String
  public var leverage: String
  public var listTime: String
  public var expiry: String
  public var strike: String
  public var optionType: String
  /// False where contract value or type is unknown, for options, and for states other than live: orders are refused.
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

  /// Appends the row that `GET /api/v5/public/instruments` and `account/instruments` give.
  public func appendRow(to output: inout [UInt8]) {
    let minimum = text(quantity: Quantity(lots: minimumLots))
    let maximum = text(quantity: Quantity(lots: maximumLots))
    let contractName = contract == .linear ? "linear" : contract == .inverse ? "inverse" : ""
    let isContract = type != .spot && type != .margin && type != .unknown
    output.append(0x7B)
    appendDocumented(to: &output)
    output.append(field: "alias", "")
    output.append(field: "baseCcy", base)
    output.append(field: "category", "1")
    output.append(field: "ctMult", isContract ? "1" : "")
    output.append(field: "ctType", contractName)
    output.append(
      field: "ctVal", isContract && isValueKnown ? contractValue.normalized.description : "")
    output.append(field: "ctValCcy", contractCurrency)
    output.append(field: "expTime", expiry)
    output.append(field: "groupId", feeGroup)
    output.append(field: "instFamily", family)
    output.append(field: "instId", id)
    output.append(text: "\"instIdCode\":")
    output.append(integer: code)
    output.append(0x2C)
    output.append(field: "instType", typeName)
    output.append(field: "lever", leverage)
    output.append(field: "listTime", listTime)
    output.append(field: "lotSz", lot.normalized.description)
    output.append(field: "maxLmtSz", maximum)
    output.append(
      field: "maxMktSz",
      type == .spot ? String(InstrumentSpecification.marketWorthMax) : maximum)
    output.append(field: "minSz", minimum)
    output.append(field: "optType", optionType)
    output.append(field: "quoteCcy", quote)
    output.append(field: "ruleType", "normal")
    output.append(field: "settleCcy", settle)
    output.append(field: "state", state)
    output.append(field: "stk", strike)
    output.append(field: "tickSz", tick.normalized.description)
    output.append(text: "\"tradeQuoteCcyList\":[")
    if !quote.isEmpty { output.append(quoted: quote) }
    output.append(text: "],\"upcChg\":[],")
    output.append(field: "uly", family)
    output.close(with: 0x7D)
  }

  /// OKX `groupId`: the group of fees that `account/trade-fee` lists rates of.
  public var feeGroup: String { type == .spot ? "1" : "2" }

  /// False for a derivative that was derived from a recording alone.
  var isValueKnown: Bool { contractValue.mantissa > 0 }
}
