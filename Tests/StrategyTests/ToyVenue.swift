// A toy venue around one strategy: a wandering market, delays both ways, fills, refusals; it keeps the books of the truth.

import Quantities
import Strategy

struct ToyOrder {
  var intent: Intent
  var remaining: Int64
  var isCancelRequested = false
}

/// What happens later.
struct ToyEvent {
  var at: Int64
  var action: Action
  enum Action {
    case arrive(Intent)
    case cancel(IntentNumber)
    case verdict(Verdict)
    case report(Report)
  }
}

struct ToyVenue<Followed: Strategy & ~Copyable>: ~Copyable {
  var strategy: Followed
  var inFlight = IntentsInFlight(instrumentCount: 1)
  var buffer = IntentBuffer()
  var random: TestRandom
  var context: StrategyContext
  /// Orders at the venue.
  var resting: [UInt64: ToyOrder] = [:]
  var events: [ToyEvent] = []
  var position: Int64 = 0
  var bid: Int64 = 100_000
  var intents: [Intent] = []
  /// Permille of placing intents that the gate refuses, and of post-only orders the exchange does.
  var refusals = 0
  var boot: Int64 = 0
  /// Longest way of a message, nanoseconds.
  var delay = 41_000_000

  init(_ strategy: consuming Followed, seed: UInt64, minimumLots: Int64 = 1) {
    self.strategy = strategy
    random = TestRandom(seed: seed)
    var instrument = Instrument(
      id: InstrumentID(index: 0), symbol: Symbol("BTC-USDT")!, type: .swap,
      tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 2))
    instrument.contract = .linear
    instrument.isTradable = true
    instrument.minimumLots = minimumLots
    context = StrategyContext(
      instrument: instrument,
      reference: DecisionReference(
        bid: .none, ask: .none, seqId: 0, receivedAt: .zero,
        exchangeTime: WallMilliseconds(milliseconds: 0)), isBookValid: true,
      moment: Moment(
        Instant(nanoseconds: 1_000_000_000_000), ClockOffsets(boot: -1_000_000_000_000)))
    var active = Report(kind: .tradingState, instrument: .none)
    active.detail = TradingState.active.rawValue
    inFlight.apply(active)
    refresh()
  }

  var now: Int64 { context.now.nanoseconds }
  var ask: Int64 { bid + 3 }

  mutating func refresh() {
    context.reference.bid = Price(ticks: bid)
    context.reference.ask = Price(ticks: ask)
    context.reference.seqId += 1
    context.reference.receivedAt = context.now
    context.boot = BootInstant(nanoseconds: boot)
    context.position = inFlight.position(InstrumentID(index: 0))
    context.tradingState = inFlight.tradingState(InstrumentID(index: 0))
  }

  mutating func lease(
    target: Int64, urgency: Urgency = .normal, life: Int64 = 20_000_000_000, drift: UInt32 = 0,
    request: UInt64 = 1
  ) {
    context.lease = SignalLease(
      instrument: InstrumentID(index: 0), source: .manual, target: Quantity(lots: target),
      urgency: urgency, issuedAt: BootInstant(nanoseconds: boot),
      expiresAt: BootInstant(nanoseconds: boot + life), referenceHalfTicks: bid + ask,
      maximumDriftBasisPoints: drift, confidencePermille: 500, decision: DecisionID(rawValue: 9),
      traceHigh: 0, traceLow: 0, request: request)
  }

  /// One step of `nanoseconds`: the market moves, due events happen, the strategy decides.
  mutating func step(_ nanoseconds: Int64 = 10_000_000, moves: Bool = true) {
    context.now = context.now.advanced(byNanoseconds: nanoseconds)
    boot += nanoseconds
    if moves { bid += Int64(random.below(5)) - 2 }
    match()
    while let at = events.firstIndex(where: { $0.at <= now }) {
      happen(events.remove(at: at).action)
    }
    refresh()
    decide()
  }

  mutating func decide() {
    buffer.removeAll()
    strategy.decide(context, working: inFlight, into: &buffer)
    for index in 0..<buffer.count {
      let intent = buffer[index]
      intents.append(intent)
      _ = inFlight.publish(intent)
      judge(intent)
    }
  }

  mutating func later(_ action: ToyEvent.Action) {
    events.append(
      ToyEvent(at: now + Int64(random.below(delay)), action: action))
  }

  mutating func judge(_ intent: Intent) {
    let isRefused = intent.kind == .place && random.below(1_000) < refusals
    later(
      .verdict(
        Verdict(
          intent: intent.number, instrument: intent.instrument, kind: intent.kind,
          code: isRefused ? .position : .approved, limit: 0, figure: 0, decision: intent.decision,
          judgedAt: context.now)))
    if isRefused { return }
    if intent.kind == .cancel {
      later(.cancel(intent.targetIntent))
    } else {
      later(.arrive(intent))
    }
  }

  mutating func happen(_ action: ToyEvent.Action) {
    switch action {
    case .verdict(let verdict):
      inFlight.apply(verdict)
      strategy.observe(verdict, now: context.now)
    case .report(let report):
      inFlight.apply(report)
      strategy.observe(report, now: context.now)
    case .cancel(let target):
      if resting[target.rawValue] == nil {
        // On its way still, or gone: the exchange does not know it.
        happenNow(.cancelRejected, target, .buy)
      } else {
        happenNow(.cancelled, target, resting[target.rawValue]!.intent.side)
        resting[target.rawValue] = nil
      }
    case .arrive(let intent):
      arrive(intent)
    }
  }

  mutating func happenNow(
    _ kind: ReportKind, _ intent: IntentNumber, _ side: Side, lots: Int64 = 0
  ) {
    var report = Report(kind: kind, instrument: InstrumentID(index: 0), side: side)
    report.intent = intent
    report.lastQuantity = Quantity(lots: lots)
    inFlight.apply(report)
    strategy.observe(report, now: context.now)
  }

  mutating func arrive(_ intent: Intent) {
    let isBuy = intent.side == .buy
    let crosses = isBuy ? intent.price.ticks >= ask : intent.price.ticks <= bid
    if intent.type == .postOnly && crosses {
      happenNow(.cancelled, intent.number, intent.side)
      return
    }
    happenNow(.live, intent.number, intent.side)
    resting[intent.number.rawValue] = ToyOrder(
      intent: intent, remaining: intent.quantity.lots)
    if crosses { fill(intent.number.rawValue, Int64(random.below(40) + 1)) }
    if intent.type == .immediateOrCancel, resting[intent.number.rawValue] != nil {
      resting[intent.number.rawValue] = nil
      happenNow(.cancelled, intent.number, intent.side)
    }
  }

  mutating func fill(_ number: UInt64, _ lots: Int64) {
    guard var order = resting[number] else { return }
    let done = min(lots, order.remaining)
    order.remaining -= done
    position += order.intent.side.sign * done
    happenNow(.fill, order.intent.number, order.intent.side, lots: done)
    if order.remaining == 0 {
      resting[number] = nil
      happenNow(.filled, order.intent.number, order.intent.side)
    } else {
      resting[number] = order
    }
  }

  /// Resting orders that the market reached fill in part.
  mutating func match() {
    for number in resting.keys.sorted() {
      let order = resting[number]!
      let isReached =
        order.intent.side == .buy ? order.intent.price.ticks > bid : order.intent.price.ticks < ask
      let isAtBest =
        order.intent.side == .buy
        ? order.intent.price.ticks == bid : order.intent.price.ticks == ask
      if isReached || (isAtBest && random.below(10) == 0) {
        fill(number, Int64(random.below(20) + 1))
      }
    }
  }

  /// Orders of a side anywhere between the strategy and the venue's book.
  func openCount(_ side: Side) -> Int {
    var count = 0
    var order = inFlight.working(InstrumentID(index: 0), side)
    while let held = order {
      count += 1
      order = inFlight.working(after: held)
    }
    return count
  }
}
