// A seeded market: realistic cadence and depth, the same for the same seed; simulation.

import Quantities

/// Never ends. `due` runs from 0; `exchangeTime` is `start` milliseconds plus `due`.
public struct GeneratedMarket: MarketSource {
  public private(set) var catalogue: InstrumentCatalogue
  private var books: [GeneratedBook]
  /// Mean nanoseconds between messages, by instrument.
  private let means: [Double]
  /// A heap by due time, then by instrument.
  private var heap: [(due: Int64, instrument: Int)] = []
  private var waiting: [MarketEvent] = []
  private var taken = 0
  private let start: Int64
  private let seed: UInt64
  private let templates: [GeneratedInstrument]

  /// Book and trade messages a second of all instruments together where nothing else is said.
  public static let messagesPerSecondDefault = 1_500

  /// At least one spot instrument, at most as many as an `InstrumentTable` holds; behind them at most
  /// `GeneratedInstrument.swapsMax` linear swaps, which leave the spot books as they are without them.
  public init(
    instruments: Int, swaps: Int = 0, seed: UInt64,
    messagesPerSecond: Int = GeneratedMarket.messagesPerSecondDefault, start: Int64 = 0
  ) {
    let spots = min(max(1, instruments), InstrumentTable.instrumentsMax)
    let swapCount = min(
      max(0, swaps), GeneratedInstrument.swapsMax, InstrumentTable.instrumentsMax - spots)
    let count = spots + swapCount
    let templates =
      (0..<spots).map(GeneratedInstrument.init(number:))
      + (0..<swapCount).map(GeneratedInstrument.init(swap:))
    catalogue = InstrumentCatalogue(templates.map(\.specification))
    self.templates = templates
    self.start = start
    self.seed = seed
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

  /// Sixty days of bars before `start`, each ending at its instrument's first price.
  public var candles: [CandleSeries] {
    templates.map { template in
      let name = InstrumentSpecification.derivedCode(template.specification.id)
      let history = CandleHistory(
        seed: mix(seed, UInt64(name), 0), price: template.priceTicks,
        typicalLots: template.typicalLots, end: start)
      return CandleSeries(history: history, price: template.priceTicks)
    }
  }

  public mutating func next() -> MarketEvent? {
    if taken == waiting.count { fill() }
    taken += 1
    return waiting[taken - 1]
  }

  public mutating func change(
    _ instrument: Int, to specification: InstrumentSpecification, _ grid: GridChange
  ) -> Bool {
    catalogue.replace(instrument, with: specification)
    books[instrument].change(to: specification, grid)
    for place in taken..<waiting.count where waiting[place].instrument == instrument {
      waiting[place].change(to: grid)
    }
    return true
  }

  public mutating func halt(_ instrument: Int, _ isHalted: Bool) {
    books[instrument].isHalted = isHalted
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
