// The instruments that a generated market may list: spot pairs and linear swaps; simulation.

import Quantities

/// The generated instruments by number: well-known spot pairs, then `SIM001-USDT` and on.
struct GeneratedInstrument {
  var specification: InstrumentSpecification
  var priceTicks: Int64
  /// Mean size of a level.
  var typicalLots: Int64

  /// Base, tick, lot, price in ticks, typical level in lots.
  private static let known: [(String, String, String, Int64, Int64)] = [
    ("BTC", "0.1", "0.00001", 787_220, 20_000), ("ETH", "0.01", "0.0001", 412_050, 30_000),
    ("SOL", "0.01", "0.001", 18_520, 40_000), ("XRP", "0.0001", "0.1", 28_410, 50_000),
    ("DOGE", "0.00001", "1", 21_730, 60_000), ("ADA", "0.0001", "0.1", 8_120, 50_000),
    ("AVAX", "0.01", "0.01", 2_390, 20_000), ("LINK", "0.001", "0.01", 17_840, 20_000),
    ("DOT", "0.001", "0.01", 4_120, 30_000), ("LTC", "0.01", "0.001", 11_460, 30_000),
  ]

  init(number: Int) {
    let known = GeneratedInstrument.known
    let isKnown = number < known.count
    let row =
      isKnown
      ? known[number]
      : ("SIM", "0.01", "0.001", Int64(5_000 + number * 37 % 40_000), Int64(20_000))
    var base = row.0
    if !isKnown {
      let digits = String(number - known.count + 1)
      base += String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }
    let one = DecimalNumber(mantissa: 1, decimals: 0)
    specification = InstrumentSpecification(
      id: base + "-USDT", base: base, quote: "USDT", tick: DecimalNumber(row.1) ?? one,
      lot: DecimalNumber(row.2) ?? one)
    priceTicks = row.3
    typicalLots = row.4
  }

  /// Base and contract value of the linear swaps, as OKX lists them (OKX-191); lots of 0.01 contracts.
  private static let swaps: [(number: Int, value: String)] = [
    (0, "0.01"), (1, "0.1"), (2, "1"), (3, "100"), (4, "1000"),
  ]
  static let swapsMax = swaps.count

  /// The perpetual of a known pair: its tick and first price, a size of about the same worth.
  init(swap number: Int) {
    let spot = GeneratedInstrument(number: GeneratedInstrument.swaps[number].number)
    let base = spot.specification.base
    let one = DecimalNumber(mantissa: 1, decimals: 0)
    let value = DecimalNumber(GeneratedInstrument.swaps[number].value) ?? one
    let lot = DecimalNumber(mantissa: 1, decimals: 2)
    specification = InstrumentSpecification(
      id: base + "-USDT-SWAP", base: "", quote: "", tick: spot.specification.tick, lot: lot)
    specification.type = .swap
    specification.contract = .linear
    specification.contractValue = value
    specification.contractCurrency = base
    specification.settle = "USDT"
    specification.family = base + "-USDT"
    specification.leverage = "100"
    priceTicks = spot.priceTicks
    let size = try? Amount(units: Int128(spot.typicalLots), decimals: 0)
      .multiplied(by: spot.specification.lot)
    let unit = try? Amount(lot).multiplied(by: value)
    let lots = size.flatMap { size in unit.flatMap { size.divided(by: $0, places: 0) } }
    typicalLots = max(10, Int64(clamping: lots?.units ?? 0))
  }
}
