// From State's rows to a snapshot's sections: ticks become prices, what is absent stays absent; control plane.
import Channels
import Foundation
import Operations
import Quantities
import Roles
import State

struct SnapshotInput {
  var takenAt: Int64
  var now: Instant
  var entry: InstrumentEntry
  var slot: MarketSlot
  var desk: TradingStateRow
  var own: TradingStateRow
  var limits: Configuration.InstrumentRisk
  var isAllowed: Bool
  var track: PriceEvents?
  /// Of the agent slot.
  var lease: SignalLease?
  var boot = BootInstant(nanoseconds: 0)

  static let levelsShown = 5
  static let seriesMax = 120

  func snapshot() -> Snapshot {
    let item = entry.instrument
    var snapshot = Snapshot(
      takenAt: takenAt,
      instrument: InstrumentFacts(
        id: item.symbol.description, type: "\(item.type)", tickSize: item.tick.description,
        lotSize: item.lot.description, quote: entry.quote.description,
        isTradable: item.isTradable))
    if item.contract != .none { snapshot.instrument.contractValue = "\(item.contractValue)" }
    snapshot.book = book
    snapshot.trades = trades
    snapshot.indicators = indicators
    snapshot.series = series
    snapshot.position = position
    snapshot.limits = limitFacts
    return snapshot
  }

  /// Through the decimal text, so that a price reads as the exchange writes it.
  func price(_ ticks: Int64) -> Double? {
    DecimalNumber.of(units: ticks, increment: entry.instrument.tick).flatMap {
      Double($0.description)
    }
  }

  private func price(halfTicks: Int64) -> Double? {
    let tick = entry.instrument.tick
    let (mantissa, overflowed) = tick.mantissa.multipliedReportingOverflow(by: 5)
    if overflowed { return nil }
    let half = Increment(mantissa: mantissa, decimals: tick.decimals &+ 1)
    return DecimalNumber.of(units: halfTicks, increment: half).flatMap { Double($0.description) }
  }

  /// A price that is an average: two digits more than the tick has.
  private func price(approximately ticks: Double?) -> Double? {
    guard let ticks, ticks.isFinite, ticks > 0 else { return nil }
    let tick = entry.instrument.tick
    let step = Double(tick.mantissa) * pow(10, -Double(tick.decimals))
    let scale = pow(10, Double(tick.decimals) + 2)
    let value = (ticks * step * scale).rounded() / scale
    return value.isFinite ? value : nil
  }

  private func finite(_ value: Double?, digits: Double = 6) -> Double? {
    guard let value, value.isFinite else { return nil }
    let scale = pow(10, digits)
    let rounded = (value * scale).rounded() / scale
    return rounded.isFinite ? rounded : nil
  }

  private var book: BookFacts {
    var book = BookFacts(
      isValid: slot.isValid, ageMilliseconds: max(0, now.since(slot.receivedAt) / 1_000_000),
      sequence: slot.seqId)
    if !slot.isValid { return book }
    for index in 0..<min(Int(slot.bidCount), SnapshotInput.levelsShown) {
      guard let price = price(slot.bids[index].price.ticks) else { continue }
      book.bids.append(LevelFacts(price: price, lots: slot.bids[index].quantity.lots))
    }
    for index in 0..<min(Int(slot.askCount), SnapshotInput.levelsShown) {
      guard let price = price(slot.asks[index].price.ticks) else { continue }
      book.asks.append(LevelFacts(price: price, lots: slot.asks[index].quantity.lots))
    }
    book.bid = book.bids.first?.price
    book.ask = book.asks.first?.price
    book.midHalfTicks = slot.integer(.midHalfTicks)
    book.mid = book.midHalfTicks.flatMap { price(halfTicks: $0) }
    book.spreadTicks = slot.integer(.spreadTicks)
    return book
  }

  private var trades: TradeFacts? {
    if slot.lastPrice.isNone { return nil }
    guard let last = price(slot.lastPrice.ticks) else { return nil }
    return TradeFacts(
      lastPrice: last, lastLots: slot.lastQuantity.lots, lastSide: "\(slot.lastSide)",
      lastAt: slot.lastTradeTime.milliseconds, flowLots: slot.integer(.tradeFlow))
  }

  private var indicators: BookIndicatorFacts? {
    if slot.presentIndicators == 0 || !slot.isValid { return nil }
    var facts = BookIndicatorFacts()
    for indicator in BookIndicator.allCases where indicator.fact != nil {
      let value = slot.value(indicator)
      switch indicator.unit {
      case .price: facts[indicator] = price(approximately: value)
      case .deviation: facts[indicator] = finite(value, digits: 9)
      case .halfTicks, .ticks, .lots, .ratio: facts[indicator] = finite(value)
      }
    }
    return facts
  }

  private var series: [Series] {
    guard let track, !track.mids.isEmpty else { return [] }
    let mids = track.mids.suffix(SnapshotInput.seriesMax).compactMap { price(halfTicks: $0) }
    let spreads = track.spreads.suffix(SnapshotInput.seriesMax).map { Double($0) }
    return [
      Series(
        name: "mid", unit: entry.quote.description, isPrice: true,
        intervalMilliseconds: SnapshotTaker.sampleMilliseconds, newestAt: track.newestAt,
        values: mids),
      Series(
        name: "spread", unit: "ticks", isPrice: false,
        intervalMilliseconds: SnapshotTaker.sampleMilliseconds, newestAt: track.newestAt,
        values: spreads),
    ]
  }

  private var position: PositionFacts {
    var facts = PositionFacts(
      lots: slot.position.lots, workingBuyLots: slot.workingBuy.lots,
      workingSellLots: slot.workingSell.lots, workingOrders: Int(slot.workingOrders))
    if let limit = limits[.positionLots], limit > 0 {
      facts.permilleOfLimit = Permille.of(slot.position.lots, limit: limit)
    }
    if let lease, lease.isLive(at: boot) { facts.targetLots = lease.target.lots }
    return facts
  }

  private var limitFacts: LimitFacts {
    let state = max(desk.effective.rawValue, own.effective.rawValue)
    var facts = LimitFacts(
      isAllowed: isAllowed, tradingState: "\(TradingState(rawValue: state) ?? .halted)",
      isFlattening: desk.isFlattening || own.isFlattening)
    facts.positionLots = limits[.positionLots]
    facts.orderLots = limits[.orderLots]
    facts.bookAgeMilliseconds = limits[.bookAge]
    return facts
  }
}

extension PositionFacts {
  /// What the exchange says of the position beside its size; nothing where it says nothing.
  mutating func add(_ detail: PositionDetailRecord?, tick: Increment) {
    guard let detail else { return }
    func price(_ price: Price) -> Double? {
      if price.isNone || price.ticks <= 0 { return nil }
      return DecimalNumber.of(units: price.ticks, increment: tick).flatMap {
        Double($0.description)
      }
    }
    averagePrice = price(detail.averagePrice)
    markPrice = price(detail.markPrice)
    liquidationPrice = price(detail.liquidationPrice)
    if detail.leverageMilli > 0 { leverage = Double(detail.leverageMilli) / 1_000 }
    floatingProfit = Double(detail.unrealised.description)
  }
}

/// Shares of a position limit.
enum Permille {
  /// Lots over the limit, −1000…1000, to the nearest.
  static func of(_ lots: Int64, limit: Int64) -> Int64 {
    if limit <= 0 { return 0 }
    let share = (Double(lots) / Double(limit) * 1_000).rounded()
    return Int64(min(max(share, -1_000), 1_000))
  }

  /// The nearest whole number of lots within the limit.
  static func lots(_ permille: Int64, limit: Int64) -> Int64 {
    let bounded = min(max(permille, -1_000), 1_000)
    let lots = (Double(bounded) * Double(limit) / 1_000).rounded()
    return min(max(Int64(lots), -limit), limit)
  }
}
