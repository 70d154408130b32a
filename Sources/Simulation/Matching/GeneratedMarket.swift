// A seeded market: realistic cadence and depth, the same for the same seed; simulation.

import Quantities

/// Never ends. `due` runs from 0; `exchangeTime` is `start` milliseconds plus `due`.
public struct GeneratedMarket: MarketSource {
  public let catalogue: InstrumentCatalogue
  private var books: [GeneratedBook]
  /// Mean nanoseconds between messages, by instrument.
  private let means: [Double]
  /// A heap by due time, then by instrument.
  private var heap: [(due: Int64, instrument: Int)] = []
  private var waiting: [MarketEvent] = []
  private var taken = 0
  private let start: Int64

  /// Book and trade messages a second of all instruments together where nothing else is said.
  public static let messagesPerSecondDefault = 1_500

  /// At least one instrument, at most as many as an `InstrumentTable` holds.
  public init(
    instruments: Int, seed: UInt64,
    messagesPerSecond: Int = GeneratedMarket.messagesPerSecondDefault, start: Int64 = 0
  ) {
    let count = min(max(1, instruments), InstrumentTable.instrumentsMax)
    let templates = (0..<count).map(GeneratedInstrument.init(number:))
    catalogue = InstrumentCatalogue(templates.map(\.specification))
    self.start = start
    var random = RandomSource(seed: seed)
    books = []
    var weights: [Double] = []
    for index in 0..<count {
      let template = templates[index]
      books.append(
        GeneratedBook(
          catalogue[index], priceTicks: template.priceTicks, typicalLots: template.typicalLots,
          seed: random.next()))
      weights.append(1 / (1 + 0.2 * Double(min(index, 20))))
    }
    let sum = weights.reduce(0, +)
    let rate = Double(max(1, messagesPerSecond))
    means = weights.map { 1_000_000_000 * sum / ($0 * rate) }
    for index in 0..<count {
      var event = books[index].snapshot(due: 0, time: start)
      event.instrument = index
      waiting.append(event)
      push((books[index].wait(mean: means[index]), index))
    }
  }

  public mutating func next() -> MarketEvent? {
    if taken == waiting.count { fill() }
    taken += 1
    return waiting[taken - 1]
  }

  private mutating func fill() {
    waiting.removeAll(keepingCapacity: true)
    taken = 0
    let (due, index) = heap[0]
    books[index].step(due: due, time: start + due / 1_000_000, into: &waiting)
    for place in waiting.indices { waiting[place].instrument = index }
    // A trade print is a message too: the pause grows by as many.
    var pause: Int64 = 0
    for _ in waiting { pause += books[index].wait(mean: means[index]) }
    replaceTop((due + max(1, pause), index))
  }

  private mutating func push(_ entry: (due: Int64, instrument: Int)) {
    heap.append(entry)
    var child = heap.count - 1
    while child > 0 && heap[child] < heap[(child - 1) / 2] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func replaceTop(_ entry: (due: Int64, instrument: Int)) {
    heap[0] = entry
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child] < heap[least] { least = child }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}

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
}
