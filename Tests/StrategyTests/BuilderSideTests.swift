// What the Builder keeps for its strategies: leases, intents in flight, the out-buffer; and the small strategies.

import Book
import Quantities
import Strategy
import Testing

private func lease(_ source: SignalSource, until: Int64) -> SignalLease {
  SignalLease(
    instrument: InstrumentID(index: 0), source: source, target: Quantity(lots: 1), urgency: .normal,
    issuedAt: BootInstant(nanoseconds: 0), expiresAt: BootInstant(nanoseconds: until),
    referenceHalfTicks: 0, maximumDriftBasisPoints: 0, confidencePermille: 0, decision: .none,
    traceHigh: 0, traceLow: 0, request: 0)
}

@Suite struct EffectiveLeaseTests {
  @Test func manualWinsWhileItLives() {
    let now = BootInstant(nanoseconds: 100)
    let live = lease(.manual, until: 101)
    let dead = lease(.manual, until: 100)
    let agent = lease(.agent, until: 200)
    #expect(effectiveLease(manual: live, agent: agent, at: now).source == .manual)
    #expect(effectiveLease(manual: dead, agent: agent, at: now).source == .agent)
    #expect(effectiveLease(manual: dead, agent: .absent, at: now).source == .manual)
    #expect(effectiveLease(manual: .absent, agent: agent, at: now).source == .agent)
    #expect(effectiveLease(manual: .absent, agent: .absent, at: now).isPresent == false)
  }
}

/// The Builder's intents beside a dictionary of them, led through one random life.
private struct IntentWalk: ~Copyable {
  var venue = ToyVenue(Silent(), seed: 1)
  var tracked = IntentsInFlight(instrumentCount: 1)
  var model: [UInt64: (side: Side, remaining: Int64, isCancelling: Bool)] = [:]
  var cancels: [UInt64: UInt64] = [:]
  var random = TestRandom(seed: 2)
  var position: Int64 = 0
  private let id = InstrumentID(index: 0)

  /// One event; false where a publication was refused.
  mutating func step() -> Bool {
    let target = random.element(Array(model.keys.sorted()))
    let side = target.map { model[$0]!.side } ?? .buy
    var report = Report(kind: .live, instrument: id, side: side)
    report.intent = IntentNumber(rawValue: target ?? 999_999)
    venue.buffer.removeAll()
    switch random.below(8) {
    case 0, 1: return place()
    case 2: return cancel(target, side)
    case 3: refuse(target)
    case 4, 5:
      report.kind = .fill
      report.lastQuantity = Quantity(lots: 3)
      tracked.apply(report)
      position += side.sign * 3
      if let target { model[target]!.remaining = max(0, model[target]!.remaining - 3) }
    case 6:
      report.kind = [.cancelled, .rejected, .filled][random.below(3)]
      tracked.apply(report)
      if let target { model[target] = nil }
    default:
      report.kind = [.unknown, .cancelRejected][random.below(2)]
      tracked.apply(report)
      if let target { model[target]!.isCancelling = false }
    }
    return true
  }

  private mutating func place() -> Bool {
    let side: Side = random.below(2) == 0 ? .buy : .sell
    _ = venue.buffer.place(
      venue.context, side: side, type: .limit, price: Price(ticks: 5),
      quantity: Quantity(lots: 10))
    let intent = venue.buffer[0]
    model[intent.number.rawValue] = (side, 10, false)
    return tracked.publish(intent)
  }

  private mutating func cancel(_ target: UInt64?, _ side: Side) -> Bool {
    guard target != nil, let order = tracked.working(id, side) else { return true }
    _ = venue.buffer.cancel(venue.context, order)
    let cancel = venue.buffer[0]
    model[order.intent.rawValue]!.isCancelling = true
    cancels[cancel.number.rawValue] = order.intent.rawValue
    return tracked.publish(cancel)
  }

  /// The gate refuses an order or a cancel.
  private mutating func refuse(_ target: UInt64?) {
    let isCancel = random.below(2) == 0
    guard let number = isCancel ? random.element(cancels.keys.sorted()) : target else { return }
    tracked.apply(
      Verdict(
        intent: IntentNumber(rawValue: number), instrument: id,
        kind: isCancel ? .cancel : .place, code: .orderRate, limit: 0, figure: 0,
        decision: .none, judgedAt: .zero))
    guard isCancel else {
      model[number] = nil
      return
    }
    let order = cancels.removeValue(forKey: number)!
    // Only the latest cancel of an order speaks for it.
    if !cancels.contains(where: { $0.value == order && $0.key > number }) {
      model[order]?.isCancelling = false
    }
  }
}

@Suite struct IntentsInFlightTests {
  @Test func equalsADictionary() {
    var walk = IntentWalk()
    for step in 0..<5_000 {
      let isPublished = walk.step()
      #expect(isPublished, "step \(step)")
      var seen = 0
      for side in [Side.buy, .sell] {
        var next = walk.tracked.working(InstrumentID(index: 0), side)
        while let order = next {
          seen += 1
          let held = walk.model[order.intent.rawValue]
          #expect(held?.side == side && held?.remaining == order.remaining.lots, "step \(step)")
          #expect(held?.isCancelling == order.isCancelInFlight, "step \(step)")
          next = walk.tracked.working(after: order)
        }
      }
      let count = walk.tracked.count
      let position = walk.tracked.position(InstrumentID(index: 0)).lots
      #expect(seen == walk.model.count && count == walk.model.count)
      #expect(position == walk.position)
    }
  }

  @Test func startsStoppedAndHalts() {
    var tracked = IntentsInFlight(instrumentCount: 1)
    let id = InstrumentID(index: 0)
    #expect(tracked.tradingState(id) == .cancelOnly)
    var report = Report(kind: .tradingState, instrument: .none)
    tracked.apply(report)
    #expect(tracked.tradingState(id) == .active)
    report.instrument = id
    report.detail = TradingState.reduceOnly.rawValue
    tracked.apply(report)
    #expect(tracked.tradingState(id) == .reduceOnly)
    #expect(tracked.tradingState(InstrumentID(index: 1)) == .halted)
    report.detail = 77
    tracked.apply(report)
    #expect(tracked.tradingState(id) == .halted)
  }

  @Test func theTableHoldsItsCapacity() {
    var venue = ToyVenue(Silent(), seed: 1)
    var tracked = IntentsInFlight(instrumentCount: 1)
    for _ in 0..<IntentsInFlight.ordersMax {
      venue.buffer.removeAll()
      _ = venue.buffer.place(
        venue.context, side: .buy, type: .limit, price: Price(ticks: 5), quantity: Quantity(lots: 1)
      )
      #expect(tracked.publish(venue.buffer[0]) == true)
    }
    #expect(tracked.room == 0)
    venue.buffer.removeAll()
    _ = venue.buffer.place(
      venue.context, side: .buy, type: .limit, price: Price(ticks: 5), quantity: Quantity(lots: 1))
    #expect(tracked.publish(venue.buffer[0]) == false)
  }
}

@Suite struct IntentBufferTests {
  @Test func numbersAndFills() {
    let venue = ToyVenue(Silent(), seed: 1)
    var buffer = IntentBuffer(shard: 3)
    for index in 0..<IntentBuffer.capacity {
      let isTaken = buffer.place(
        venue.context, side: .buy, type: .limit, price: Price(ticks: 5), quantity: Quantity(lots: 1)
      )
      #expect(isTaken && buffer[index].number.rawValue == 3 << 56 | UInt64(index + 1))
    }
    let isTaken = buffer.place(
      venue.context, side: .buy, type: .limit, price: Price(ticks: 5), quantity: Quantity(lots: 1))
    #expect(!isTaken && buffer.room == 0)
  }
}

@Suite struct SmallStrategyTests {
  @Test func reflexAnswersEachUpdateOnce() {
    var venue = ToyVenue(Reflex(instrument: InstrumentID(index: 0)), seed: 1, minimumLots: 7)
    for _ in 0..<50 {
      venue.step()
      venue.decide()
    }
    #expect(venue.intents.count == 50)
    for intent in venue.intents {
      #expect(intent.side == .buy && intent.type == .limit && intent.quantity.lots == 7)
      #expect(intent.price == intent.reference.bid)
    }
    #expect(Set(venue.intents.map(\.reference.seqId)).count == 50)
    venue.context.isBookValid = false
    venue.step()
    #expect(venue.intents.count == 50)
  }

  @Test func silentIsSilent() {
    var venue = ToyVenue(Silent(), seed: 1)
    venue.lease(target: 100)
    for _ in 0..<50 { venue.step() }
    #expect(venue.intents.isEmpty)
  }

  @Test func theTemplateFollowsTheLean() {
    var venue = ToyVenue(
      TemplateStrategy(
        instrument: InstrumentID(index: 0), lots: Quantity(lots: 5), positionMaximum: 100), seed: 1)
    venue.step(moves: false)
    #expect(venue.intents.isEmpty, "no opinion before the indicator is warm")
    venue.context.indicators.imbalance5 = 0.5
    venue.step(moves: false)
    #expect(venue.intents.count == 1 && venue.intents[0].type == .postOnly)
    for _ in 0..<10 { venue.step(moves: false) }
    venue.context.indicators.imbalance5 = -0.5
    for _ in 0..<30 { venue.step(moves: false) }
    #expect(venue.openCount(.buy) == 0)
    #expect(TemplateStrategy.readsIndicators && !SignalFollower.readsIndicators)
  }
}
