// One instrument of the generated market: a random walk, and a ladder that follows it; simulation.

import Quantities

/// Makes one message at a time. Invariants: never crossed, at most 400 levels a side, every delta an absolute size.
/// It counts in listed ticks and lots; what it tells is in the specification's own (`shown`).
struct GeneratedBook: Sendable {
  var specification: InstrumentSpecification
  /// Worst first.
  var bids: [BookLevel] = []
  var asks: [BookLevel] = []
  var seqId: Int64
  /// Levels that a change of the grid moved, in the specification's ticks and lots: the next message tells them.
  var movedBids: [BookLevel] = []
  var movedAsks: [BookLevel] = []
  /// Nobody trades and nothing changes.
  var isHalted = false
  private var random: RandomSource
  /// Where the market wants to be, in ticks, and where it began.
  var fair: Double
  var origin: Double
  /// Steps of `fair` per message, in ticks.
  var volatility: Double
  var typicalLots: Double
  private var drift = 0.0
  private var isBurst = false
  private var tradeID: UInt64
  /// Levels changed by the message being made, in order; a price is changed once.
  private var changedBids: [BookLevel] = []
  private var changedAsks: [BookLevel] = []

  static let depthMax = 400
  /// The spread that makers leave alone, as a share of the price: half a basis point.
  private static let wideSpread = 0.000_05
  /// Below this a message appends levels at the far end.
  static let depthLow = 385

  init(
    _ specification: InstrumentSpecification, priceTicks: Int64, typicalLots: Int64, seed: UInt64
  ) {
    self.specification = specification
    random = RandomSource(seed: seed)
    fair = Double(priceTicks)
    origin = fair
    volatility = GeneratedBook.volatility(fair)
    self.typicalLots = Double(typicalLots)
    seqId = 1_000_000_000 + Int64(random.below(1_000_000))
    tradeID = 1_000_000 + UInt64(random.below(1_000_000))
    var bid = priceTicks - 1
    var ask = priceTicks + 1
    for _ in 0..<GeneratedBook.depthMax {
      bids.append(level(at: bid))
      asks.append(level(at: ask))
      bid -= gap()
      ask += gap()
    }
    bids.reverse()
    asks.reverse()
  }

  static func volatility(_ fair: Double) -> Double { max(0.2, fair * 0.000_004) }

  /// Nanoseconds to the next message, where `mean` is the long-run average. Messages come in bursts.
  mutating func wait(mean: Double) -> Int64 {
    let turn = random.below(90)
    if isBurst ? turn < 3 : turn < 2 {
      isBurst.toggle()
      drift = isBurst ? random.normal() * volatility : 0
    }
    return Int64(random.exponential() * mean * (isBurst ? 0.25 : 1.5))
  }

  mutating func snapshot(due: Int64, time: Int64) -> MarketEvent {
    var event = MarketEvent(
      instrument: 0, kind: .snapshot, due: due, exchangeTime: time, seqId: seqId, prevSeqId: -1)
    event.bids = bids.reversed().map(shown)
    event.asks = asks.reversed().map(shown)
    return event
  }

  /// Trades, if the message has any, then the update, all with one `seqId`.
  mutating func step(due: Int64, time: Int64, into events: inout [MarketEvent]) {
    if isHalted {
      // Nothing of the book or of trades: it keeps the instrument's turn.
      events.append(
        MarketEvent(
          instrument: 0, kind: .other, due: due, exchangeTime: time, seqId: seqId, prevSeqId: seqId)
      )
      return
    }
    tellMoves(due, time, &events)
    changedBids.removeAll(keepingCapacity: true)
    changedAsks.removeAll(keepingCapacity: true)
    fair += drift + random.normal() * volatility * (isBurst ? 2 : 1)
    fair += (origin - fair) * 0.000_1
    fair = min(max(fair, origin * 0.7), origin * 1.3)
    let previous = seqId
    seqId += 1 + Int64(random.below(5))

    let best = (bid: bids[bids.count - 1].price.ticks, ask: asks[asks.count - 1].price.ticks)
    let wantsUp = fair > Double(best.ask)
    let wantsDown = fair < Double(best.bid)
    if random.below(100) < (wantsUp || wantsDown ? 30 : 3) {
      let side: Side = wantsUp ? .buy : wantsDown ? .sell : random.below(2) == 0 ? .buy : .sell
      trade(side, due, time, &events)
    } else {
      for _ in 0..<changeCount() { change() }
    }
    if random.below(100) < 60 { tighten() }
    settle(.buy)
    settle(.sell)
    var event = MarketEvent(
      instrument: 0, kind: .update, due: due, exchangeTime: time, seqId: seqId, prevSeqId: previous)
    event.bids = changedBids.sorted { $0.price > $1.price }.map(shown)
    event.asks = changedAsks.sorted { $0.price < $1.price }.map(shown)
    events.append(event)
  }

  /// p50 1, p99 13 (docs/OKX.md OKX-061: p50 1–2, p99 13–14).
  private mutating func changeCount() -> Int {
    switch random.below(1_000) {
    case ..<540: 1
    case ..<770: 2
    case ..<910: 3 + random.below(2)
    case ..<972: 5 + random.below(4)
    case ..<991: 9 + random.below(5)
    default: 14 + random.below(7)
    }
  }

  /// A taker takes up to three levels: a print each, at the price and within the size displayed.
  private mutating func trade(
    _ side: Side, _ due: Int64, _ time: Int64, _ events: inout [MarketEvent]
  ) {
    let against = side.opposite
    var left = Int64(random.exponential() * typicalLots * 1.2) + 1
    for _ in 0..<3 where left > 0 {
      let levels = against == .buy ? bids : asks
      guard levels.count > 10, var level = levels.last else { return }
      let taken = min(left, level.quantity.lots)
      left -= taken
      // A print sums up so many matches and has the number of the last (docs/OKX.md OKX-070).
      let count = 1 + random.below(3)
      tradeID += UInt64(count)
      var event = MarketEvent(
        instrument: 0, kind: .trade, due: due, exchangeTime: time, seqId: seqId, prevSeqId: seqId)
      event.trade = TradePrint(
        id: tradeID, price: Price(ticks: level.price.ticks &* specification.tickUnits),
        quantity: Quantity(lots: taken &* specification.lotUnits), side: side,
        count: Int32(count))
      events.append(event)
      let rest = level.quantity.lots - taken
      if rest == 0 {
        remove(against, at: levels.count - 1)
      } else {
        level.quantity = Quantity(lots: rest)
        level.orders = max(1, level.orders - 1)
        level.quantityDigits = digits(rest, specification.listedLot)
        put(against, level, at: levels.count - 1)
      }
    }
  }

  private mutating func change() {
    let side: Side = random.below(2) == 0 ? .buy : .sell
    let count = side == .buy ? bids.count : asks.count
    let distance = min(count - 1, Int(random.exponential() * 7))
    let index = count - 1 - distance
    let held = side == .buy ? bids[index] : asks[index]
    switch random.below(100) {
    case ..<56:
      put(side, level(at: held.price.ticks), at: index)
    case ..<77 where count > 50:
      remove(side, at: index)
    default:
      add(side, near: held.price.ticks, isBest: distance == 0)
    }
  }

  /// A new price beside `ticks`; at the touch towards the fair price, inside the spread.
  private mutating func add(_ side: Side, near ticks: Int64, isBest: Bool) {
    let bid = bids[bids.count - 1].price.ticks
    let ask = asks[asks.count - 1].price.ticks
    var price = ticks - side.sign * Int64(1 + random.below(3))
    if isBest {
      let room = ask - bid - 1
      let wanted = side == .buy ? Int64(fair) - bid : ask - Int64(fair)
      if room < 1 || wanted < 1 { return }
      price = ticks + side.sign * Int64(1 + random.below(Int(min(room, wanted))))
    }
    if side == .buy ? price >= ask : price <= bid { return }
    if price < 1 { return }
    let levels = side == .buy ? bids : asks
    let index = ExchangeBook.position(levels, side, Price(ticks: price))
    if index < levels.count && levels[index].price.ticks == price { return }
    insert(side, level(at: price), at: index)
  }

  /// A wide spread draws a maker in on the side that has fallen behind the fair price, and a hole near the
  /// touch is filled: else removals there would open the spread for good.
  private mutating func tighten() {
    let bid = bids[bids.count - 1].price.ticks
    let ask = asks[asks.count - 1].price.ticks
    let wide = max(4, Int64(fair * GeneratedBook.wideSpread))
    if ask - bid <= wide { return fillHole(wider: wide) }
    let side: Side = fair - Double(bid) > Double(ask) - fair ? .buy : .sell
    let wanted = Int64(fair) - side.sign * Int64(1 + random.below(Int(wide / 2)))
    let price = min(max(wanted, bid + 1), ask - 1)
    insert(side, level(at: price), at: side == .buy ? bids.count : asks.count)
  }

  /// One level into the first wide gap of the five behind the touch.
  private mutating func fillHole(wider wide: Int64) {
    let side: Side = random.below(2) == 0 ? .buy : .sell
    let near = (side == .buy ? bids : asks).suffix(6)
    for (index, (worse, better)) in zip(near.indices, zip(near, near.dropFirst())).reversed() {
      let gap = abs(better.price.ticks - worse.price.ticks)
      if gap <= wide { continue }
      let price = better.price.ticks - side.sign * Int64(1 + random.below(Int(wide)))
      return insert(side, level(at: price), at: index + 1)
    }
  }

  /// Brings a side back into the window: the server deletes what leaves it and sends what enters.
  private mutating func settle(_ side: Side) {
    while (side == .buy ? bids.count : asks.count) > GeneratedBook.depthMax { remove(side, at: 0) }
    if (side == .buy ? bids.count : asks.count) >= GeneratedBook.depthLow { return }
    for _ in 0..<3 {
      let worst = (side == .buy ? bids[0] : asks[0]).price.ticks
      let price = worst - side.sign * gap()
      if price < 1 { return }
      insert(side, level(at: price), at: 0)
    }
  }

  private mutating func gap() -> Int64 { 1 + Int64(random.exponential() * 0.9) }

  private mutating func level(at ticks: Int64) -> BookLevel {
    let lots = 1 + Int64(random.exponential() * typicalLots)
    return BookLevel(
      price: Price(ticks: ticks), quantity: Quantity(lots: lots),
      orders: Int32(1 + random.below(12)), priceDigits: digits(ticks, specification.listedTick),
      quantityDigits: digits(lots, specification.listedLot))
  }

  // The three ways a side changes. A price that this message changed already stays as it is,
  // but for the window's own deletes, which replace it.

  private mutating func put(_ side: Side, _ level: BookLevel, at index: Int) {
    if !note(side, level) { return }
    if side == .buy { bids[index] = level } else { asks[index] = level }
  }

  private mutating func insert(_ side: Side, _ level: BookLevel, at index: Int) {
    if !note(side, level) { return }
    if side == .buy { bids.insert(level, at: index) } else { asks.insert(level, at: index) }
  }

  private mutating func remove(_ side: Side, at index: Int) {
    var gone = side == .buy ? bids[index] : asks[index]
    gone.quantity = .zero
    gone.orders = 0
    gone.quantityDigits = 0
    if !note(side, gone) {
      if index != 0 { return }
      if side == .buy {
        changedBids.removeAll { $0.price == gone.price }
      } else {
        changedAsks.removeAll { $0.price == gone.price }
      }
      _ = note(side, gone)
    }
    if side == .buy { bids.remove(at: index) } else { asks.remove(at: index) }
  }

  private mutating func note(_ side: Side, _ level: BookLevel) -> Bool {
    if (side == .buy ? changedBids : changedAsks).contains(where: { $0.price == level.price }) {
      return false
    }
    if side == .buy { changedBids.append(level) } else { changedAsks.append(level) }
    return true
  }
}

/// Digits after the point of `units × increment` without trailing zeros.
func digits(_ units: Int64, _ increment: Increment) -> UInt8 {
  (DecimalNumber.of(units: units, increment: increment) ?? increment).normalized.decimals
}
