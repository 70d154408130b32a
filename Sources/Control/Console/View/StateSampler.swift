// State's rows as what the page shows; control plane.
import Channels
import Foundation
import Ledger
import Quantities
import State

enum StateSampler {
  static let levelsShown = 10

  /// What does not depend on an instrument, of a core that was never seen.
  static func absent(environment: String) -> StateSample {
    var sample = StateSample(
      time: WallMilliseconds.now().milliseconds, core: "down", environment: environment,
      tradingState: "unknown")
    sample.notice = "The core is not running. Start it with `llmtrading run`."
    return sample
  }

  /// The same of a core that runs or ran.
  static func fill(
    _ sample: inout StateSample, _ state: borrowing StateReader, _ now: Instant
  ) {
    let header = state.header
    let phase = state.phase
    let heard = StageName.allCases.map { state.heartbeat($0).at }.max() ?? .zero
    let isSilent = now.since(max(heard, header.clocks.monotonic)) > StateView.silenceNanoseconds
    let isUp = phase != .stopped && !isSilent && CoreProcess.exists(header.processID)
    sample.notice = nil
    sample.core = isUp ? "up" : "down"
    sample.topology = header.topology.map { "\($0)" }
    sample.transport = header.transport.map { "\($0)" }
    sample.start = header.startNumber
    sample.phase = "\(phase)"
    sample.tradingState = isUp ? "\(state.tradingState(of: .none).effective)" : "unknown"
    sample.clock = state.clock.map {
      .init(
        aheadMilliseconds: $0.aheadNanoseconds / 1_000_000,
        uncertaintyMilliseconds: $0.uncertainty / 1_000_000 + 1,
        ageMilliseconds: (BootInstant.now().nanoseconds - $0.measuredAt.nanoseconds) / 1_000_000)
    }
    if !isUp {
      sample.notice = "The core is down. What is shown is its last word."
    }
    sample.instruments = (0..<state.instrumentCount).map {
      state.instrument(InstrumentID(index: UInt16($0))).instrument.symbol.description
    }
    for hop in Hop.allCases {
      let figures = state.latency(hop)
      sample.latency[hop.name] = .init(
        count: figures.count, p50: figures.quantile(0.5), p99: figures.quantile(0.99),
        p999: figures.quantile(0.999), max: figures.count > 0 ? figures.maximum : nil)
    }
    sample.connections = state.connections.map { row in
      .init(
        name: row.name, state: isUp ? "\(row.state)" : "down", reconnects: row.reconnects,
        fault: row.lastFault.map { "\($0)" + (row.lastCode == 0 ? "" : " \(row.lastCode)") })
    }
    for row in state.balances where row.currency != Symbol() {
      sample.balances[row.currency.description] = row.total.normalized.description
    }
    for fault in FaultCode.allCases where fault != .none {
      let count = state.count(fault)
      if count > 0 { sample.faults["\(fault)"] = count }
    }
  }

  /// The instrument asked for, else one that somebody signals, else the first.
  static func choose(_ state: borrowing StateReader, _ name: String?) -> InstrumentID? {
    let count = state.instrumentCount
    if count == 0 { return nil }
    if let name, let symbol = Symbol(name), let id = state.find(symbol) { return id }
    for index in 0..<count {
      let id = InstrumentID(index: UInt16(index))
      if let slot = state.market(id), slot.source != .none { return id }
    }
    return InstrumentID(index: 0)
  }

  static func market(
    _ state: borrowing StateReader, _ id: InstrumentID, _ figures: [String: PositionFigures]
  ) -> StateSample.Market {
    let entry = state.instrument(id)
    let item = entry.instrument
    let symbol = item.symbol.description
    let slot = state.market(id) ?? MarketSlot()
    let decimals = Decimals(item)
    var market = StateSample.Market(
      id: symbol, valid: slot.isValid, fault: slot.fault == .none ? "no book yet" : "\(slot.fault)",
      bids: levels(slot, .buy, decimals), asks: levels(slot, .sell, decimals), indicators: [:],
      position: slot.position.lots, currency: entry.quote.description,
      working: Int(slot.workingOrders), lot: "\(item.lot)",
      contractValue: item.contract == .none ? nil : "\(item.contractValue)",
      tradingState: "\(state.tradingState(of: id).effective)", orders: [:], refusals: [:])
    if slot.lastPrice != .none { market.last = decimals.price(slot.lastPrice.ticks) }
    market.spread = slot.integer(.spreadTicks).map { decimals.price($0) }
    market.mid = slot.integer(.midHalfTicks).map { decimals.halfTicks($0) }
    market.indicators = indicators(slot, decimals)
    market.limits = state.limits(of: id)?.shown ?? [:]
    market.signals = signals(state, id)
    market.signal = market.signals.first
    let counters: [(String, InstrumentCounter)] = [
      ("sent", .ordersSent), ("acknowledged", .ordersAcknowledged), ("filled", .ordersFilled),
      ("cancelled", .ordersCancelled), ("rejected", .ordersRejected), ("unknown", .ordersUnknown),
      ("fills", .fills), ("signals", .signals), ("intents", .intents),
    ]
    for (name, counter) in counters { market.orders[name] = state.count(counter, of: id) }
    for code in RefusalCode.allCases where code != .approved {
      let count = state.count(code, of: id)
      if count > 0 { market.refusals["\(code)"] = count }
    }
    if let held = figures[symbol] {
      // Money is shown only where what we added up is what the core holds.
      if held.position == slot.position.lots && held.isCostKnown {
        market.averagePrice = decimals.average(held)
        market.realised = decimals.money(held.realised)
        if let mid = slot.integer(.midHalfTicks) {
          market.floating = decimals.floating(held, midHalfTicks: mid)
            .flatMap { decimals.money($0) }
        }
      }
    }
    return market
  }

  private static func levels(_ slot: MarketSlot, _ side: Side, _ decimals: Decimals) -> [[String]] {
    let count = side == .buy ? Int(slot.bidCount) : Int(slot.askCount)
    return (0..<min(count, levelsShown)).map { index in
      let level = side == .buy ? slot.bids[index] : slot.asks[index]
      return [decimals.price(level.price.ticks), decimals.size(level.quantity.lots)]
    }
  }

  private static func signals(_ state: borrowing StateReader, _ id: InstrumentID)
    -> [StateSample.Signal]
  {
    let now = BootInstant.now()
    var found: [StateSample.Signal] = []
    for place in SignalSlot.allCases {
      guard let lease = state.signal(of: id, in: place), lease.isLive(at: now) else { continue }
      found.append(
        .init(
          slot: "\(place)", source: "\(lease.source)", target: lease.target.lots,
          urgency: "\(lease.urgency)",
          expiresIn: Double(lease.expiresAt.nanoseconds &- now.nanoseconds) / 1e9,
          confidence: String(format: "%.1f %%", Double(lease.confidencePermille) / 10),
          decision: lease.decision.rawValue == 0 ? "–" : "\(lease.decision.rawValue)"))
    }
    return found
  }

  private static func indicators(_ slot: MarketSlot, _ decimals: Decimals) -> [String: String] {
    var found: [String: String] = [:]
    for indicator in BookIndicator.allCases {
      guard let label = indicator.label else { continue }
      found[label] =
        switch indicator.unit {
        case .halfTicks, .ticks: slot.integer(indicator).map { "\($0)" }
        case .lots: slot.integer(indicator).map { "\($0) lots" }
        case .price: slot.real(indicator).map { decimals.price(approximately: $0) }
        case .ratio: slot.real(indicator).map { String(format: "%+.3f", $0) }
        case .deviation: slot.real(indicator).map { String(format: "%.2e", $0) }
        }
    }
    return found
  }
}
