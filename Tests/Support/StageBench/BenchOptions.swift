// What a stage bench is made from; everything has a value that works.

import Channels
import Market
import OKX
import Pipeline
import Quantities
import Risk
import Transport

public struct BenchOptions {
  public var catalogue = BenchOptions.pairs(1)
  public var strategy = StrategyChoice.silent
  public var capacities = RingCapacities()
  /// Bytes of each stage's telemetry ring; the Builder's market stream has `marketTelemetryBytes`.
  public var telemetryBytes = 1 << 20
  public var marketTelemetryBytes = 1 << 20
  public var sender = SenderSettings()
  public var limits = InstrumentLimits()
  public var desk = DeskLimits()
  public var transport = TransportKind.epoll
  public var channels: [MarketChannel] = [.booksTbt]
  public var session = PublicSessionConfiguration()
  public var startNumber: UInt32 = 1
  /// Cash at the venue; nil: plenty of every currency.
  public var balances: [String: Amount]?
  /// Monotonic nanoseconds at the start, and the Unix milliseconds that this is.
  public var startNanoseconds: Int64 = 1_000_000_000_000
  public var startMilliseconds: Int64 = 1_780_000_000_000

  public init() {
    capacities.marketBytes = 1 << 20
    sender.perInstrument = RateBudget(count: 1_000_000, windowNanoseconds: 1_000_000_000)
    sender.account = RateBudget(count: 1_000_000, windowNanoseconds: 1_000_000_000)
    limits.isAllowed = true
    limits.orderLotsMaximum = 1_000_000_000
    limits.orderNotionalMaximum = Amount(units: 1_000_000_000, decimals: 0)
    limits.positionLotsMaximum = 1_000_000_000_000
    limits.openOrdersMaximum = 1_000
    limits.collarBasisPoints = 1_000
    limits.ordersPerWindow = 1_000_000
    limits.cancelsPerWindow = 1_000_000
    limits.referenceAgeMaximumNanoseconds = 1_000_000_000
    desk.openOrdersMaximum = 1_000
    desk.ordersPerWindow = 1_000_000
    desk.exchangeAgeMaximumMilliseconds = 60_000
  }

  /// `count` spot pairs `AAA-USDT`, `BBB-USDT`, …: tick 0.1, lot 0.001.
  public static func pairs(_ count: Int, minimumLots: Int64 = 1) -> InstrumentCatalogue {
    InstrumentCatalogue(
      (0..<count).map { index in
        let base = String(repeating: String(UnicodeScalar(UInt8(0x41 + index))), count: 3)
        var pair = InstrumentSpecification(
          id: base + "-USDT", base: base, quote: "USDT",
          tick: DecimalNumber(mantissa: 1, decimals: 1),
          lot: DecimalNumber(mantissa: 1, decimals: 3))
        pair.minimumLots = minimumLots
        return pair
      })
  }

  /// The pair `AAA-USDT` and the swap `BBB-USDT-SWAP`, both of tick 0.1; a contract is 0.001 BBB.
  public static func pairAndSwap() -> InstrumentCatalogue {
    let pair = BenchOptions.pairs(1).list[0]
    var swap = InstrumentSpecification(
      id: "BBB-USDT-SWAP", base: "", quote: "", tick: DecimalNumber(mantissa: 1, decimals: 1),
      lot: DecimalNumber(mantissa: 1, decimals: 0))
    swap.type = .swap
    swap.contract = .linear
    swap.contractValue = DecimalNumber(mantissa: 1, decimals: 3)
    swap.contractCurrency = "BBB"
    swap.settle = "USDT"
    swap.family = "BBB-USDT"
    return InstrumentCatalogue([pair, swap])
  }

  /// The table as the core holds it.
  var instruments: InstrumentTable {
    var currencies: [Symbol] = []
    func currency(_ name: String) -> CurrencyID {
      guard let symbol = Symbol(name), !name.isEmpty else { return .none }
      if let index = currencies.firstIndex(of: symbol) {
        return CurrencyID(index: UInt16(index))
      }
      currencies.append(symbol)
      return CurrencyID(index: UInt16(currencies.count - 1))
    }
    let list = catalogue.list.enumerated().map { index, item in
      var made = Instrument(
        id: InstrumentID(index: UInt16(index)), symbol: Symbol(item.id)!, type: item.type,
        tick: item.tick, lot: item.lot)
      made.contract = item.contract
      made.isTradable = true
      made.code = item.code
      made.minimumLots = item.minimumLots
      made.maximumLots = item.maximumLots
      made.contractValue = item.contractValue
      made.base = currency(item.base)
      made.quote = currency(item.quote)
      made.settle = currency(item.settlement)
      return made
    }
    return InstrumentTable(list, currencies: currencies)
  }
}
