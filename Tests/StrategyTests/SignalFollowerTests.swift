// The follower against the toy venue: it arrives, stays inside its rules, and stops when its lease dies.

import Quantities
import Strategy
import Testing

/// Rules that hold after each step.
private func holdsRules(_ venue: borrowing ToyVenue<SignalFollower>, _ note: String) {
  let buys = venue.openCount(.buy)
  let sells = venue.openCount(.sell)
  #expect(buys <= 1 && sells <= 1, "\(note)")
  #expect(buys + sells <= 1, "an own order of the other side is still at work: \(note)")
}

private func isWithinRate(_ intents: [Intent], _ kind: IntentKind) -> Bool {
  let times = intents.filter { $0.kind == kind }.map(\.madeAt.nanoseconds)
  for index in times.indices where index >= 30 {
    if times[index] - times[index - 30] < 2_000_000_000 { return false }
  }
  return true
}

private func settings(_ edit: (inout FollowerSettings) -> Void = { _ in }) -> FollowerSettings {
  var settings = FollowerSettings()
  settings.orderLotsMaximum = 50
  edit(&settings)
  return settings
}

@Suite struct SignalFollowerTests {
  @Test(arguments: 0..<30)
  func arrivesAtEachTarget(_ seed: UInt64) {
    var venue = ToyVenue(
      SignalFollower(settings: settings(), instrumentCount: 1), seed: seed)
    venue.refusals = seed % 3 == 0 ? 100 : 0
    var target: Int64 = 0
    for round in 0..<6 {
      target = Int64(venue.random.below(400)) - 200
      let urgency = Urgency.allCases[venue.random.below(3)]
      venue.lease(
        target: target, urgency: urgency, life: 30_000_000_000, request: UInt64(round + 1))
      for step in 0..<2_500 {
        venue.step()
        holdsRules(venue, "seed \(seed) round \(round) step \(step)")
        // Half of the rounds change their mind on the way.
        if step == 200 && round % 2 == 1 { break }
      }
      if round % 2 == 0 {
        if urgency == .low {
          #expect(abs(venue.position - target) < 400)
        } else {
          #expect(venue.position == target, "seed \(seed) round \(round)")
          #expect(venue.openCount(.buy) == 0 && venue.openCount(.sell) == 0)
        }
      }
    }
    #expect(venue.inFlight.position(InstrumentID(index: 0)).lots == venue.position)
    #expect(isWithinRate(venue.intents, .place) && isWithinRate(venue.intents, .cancel))
    #expect(venue.intents.allSatisfy { $0.isBookValid && $0.source == .manual })
    for intent in venue.intents where intent.kind == .place {
      #expect(intent.quantity.lots > 0 && intent.quantity.lots <= 50)
      #expect(intent.decision == DecisionID(rawValue: 9))
    }
  }

  /// A market that jumps at each step and an exchange that answers at once: only the budget holds it.
  @Test(arguments: [Urgency.low, .high])
  func neverOverHalfTheRate(_ urgency: Urgency) {
    var venue = ToyVenue(
      SignalFollower(
        settings: settings {
          $0.repriceTicks = 0
          $0.repriceNanoseconds = 0
          $0.crossIntervalNanoseconds = 0
          $0.orderLotsMaximum = 1
        }, instrumentCount: 1), seed: 20)
    venue.delay = 1
    venue.lease(target: 1_000_000, urgency: urgency, life: 60_000_000_000)
    for step in 0..<10_000 {
      venue.bid = 100_000 + Int64(step % 2) * 50
      venue.step(1_000_000, moves: false)
      holdsRules(venue, "step \(step)")
    }
    // A burst of 15, then 16 each 2 s, for 10 s.
    let placed = venue.intents.filter { $0.kind == .place }.count
    #expect(placed > 80 && placed <= 96)
    #expect(isWithinRate(venue.intents, .place) && isWithinRate(venue.intents, .cancel))
  }

  @Test(arguments: 0..<10)
  func neverBeyondAFixedTarget(_ seed: UInt64) {
    var venue = ToyVenue(
      SignalFollower(settings: settings(), instrumentCount: 1), seed: seed)
    venue.lease(target: 137)
    for _ in 0..<1_500 {
      venue.step()
      let open = venue.inFlight.working(InstrumentID(index: 0), .buy)?.remaining.lots ?? 0
      #expect(venue.position >= 0 && venue.position + open <= 137)
      #expect(venue.openCount(.sell) == 0)
    }
    #expect(venue.position == 137)
  }

  @Test func passiveFirstThenCrossing() {
    var venue = ToyVenue(
      SignalFollower(settings: settings(), instrumentCount: 1), seed: 3)
    venue.lease(target: 40)
    venue.step(moves: false)
    let first = venue.intents.first
    #expect(first?.type == .postOnly && first?.price == Price(ticks: venue.bid))
    while venue.boot < 19_000_000_000 && venue.position < 40 { venue.step(moves: false) }
    for intent in venue.intents where intent.kind == .place {
      let isLate = intent.madeAt.nanoseconds - 1_000_000_000_000 >= 10_000_000_000
      #expect(intent.type == (isLate ? .immediateOrCancel : .postOnly))
    }
    var urgent = ToyVenue(
      SignalFollower(settings: settings(), instrumentCount: 1), seed: 4)
    urgent.lease(target: -40, urgency: .high)
    urgent.step(moves: false)
    let cross = urgent.intents.first
    #expect(cross?.type == .immediateOrCancel && cross?.side == .sell)
    // 5 basis points below the bid of 100,000.
    #expect(cross?.price == Price(ticks: 99_950))
  }

  @Test func anExpiredLeaseKeepsThePosition() {
    var venue = ToyVenue(
      SignalFollower(settings: settings(), instrumentCount: 1), seed: 5)
    venue.lease(target: 500, life: 2_000_000_000)
    while venue.boot < 2_000_000_000 { venue.step() }
    let placed = venue.intents.filter { $0.kind == .place }.count
    for _ in 0..<200 { venue.step() }
    #expect(venue.intents.filter { $0.kind == .place }.count == placed)
    #expect(venue.openCount(.buy) == 0 && venue.resting.isEmpty)
    #expect(venue.position > 0 && venue.position < 500)
    #expect(isWithinRate(venue.intents, .cancel))
  }

  @Test func anExpiredLeaseFlattensWhereConfigured() {
    var venue = ToyVenue(
      SignalFollower(settings: settings { $0.flattensOnExpiry = true }, instrumentCount: 1),
      seed: 6)
    venue.lease(target: 60, urgency: .high, life: 8_000_000_000)
    while venue.boot < 8_000_000_000 { venue.step() }
    #expect(venue.position == 60)
    let before = venue.intents.count
    for _ in 0..<1_500 { venue.step() }
    #expect(venue.position == 0)
    for intent in venue.intents[before...] where intent.kind == .place {
      #expect(intent.isReduceOnly && intent.side == .sell)
    }
  }

  @Test func aDriftedLeaseIsDeadForGood() {
    var venue = ToyVenue(
      SignalFollower(settings: settings(), instrumentCount: 1), seed: 7)
    venue.lease(target: 500, drift: 10)
    for _ in 0..<5 { venue.step(moves: false) }
    #expect(venue.openCount(.buy) == 1)
    // 10 bp of 100,001.5 is 100.0015 ticks: 100 are tolerated.
    venue.bid += 100
    venue.step(moves: false)
    let placed = venue.intents.filter { $0.kind == .place }.count
    venue.bid += 1
    for _ in 0..<30 { venue.step(moves: false) }
    #expect(venue.openCount(.buy) == 0)
    venue.bid -= 101
    for _ in 0..<100 { venue.step(moves: false) }
    #expect(venue.intents.filter { $0.kind == .place }.count == placed)
    // A new lease lives.
    venue.lease(target: 500, drift: 10, request: 2)
    for _ in 0..<5 { venue.step(moves: false) }
    #expect(venue.intents.filter { $0.kind == .place }.count > placed)
  }

  @Test func nothingFromAnInvalidBook() {
    var venue = ToyVenue(
      SignalFollower(settings: settings(), instrumentCount: 1), seed: 8)
    venue.lease(target: 5_000, life: 60_000_000_000)
    for _ in 0..<20 { venue.step(moves: false) }
    #expect(venue.openCount(.buy) == 1)
    venue.context.isBookValid = false
    // Out of the market's reach, so that the order stays.
    venue.bid += 10
    let before = venue.intents.count
    // Even a lease that dies meanwhile waits for the book, or for patience to end.
    venue.lease(target: -100, urgency: .high, life: 1_000_000_000, request: 2)
    var waited: Int64 = 0
    while waited < 4_900_000_000 {
      venue.step(50_000_000, moves: false)
      waited += 50_000_000
    }
    #expect(venue.intents.count == before)
    for _ in 0..<20 { venue.step(50_000_000, moves: false) }
    // Past patience the resting order is pulled; nothing is placed.
    #expect(venue.intents[before...].allSatisfy { $0.kind == .cancel })
    #expect(venue.intents.count > before)
    #expect(venue.openCount(.buy) == 0)
  }

  @Test(arguments: [
    (Int64.min, Int64(100)), (.min, .min), (0, 100), (100, 100), (101, 100), (.max, .max),
  ])
  func nothingFromPricesThatCannotBe(_ bid: Int64, _ ask: Int64) {
    var venue = ToyVenue(
      SignalFollower(settings: settings(), instrumentCount: 1), seed: 9)
    venue.lease(target: 10, urgency: .high)
    venue.context.reference.bid = Price(ticks: bid)
    venue.context.reference.ask = Price(ticks: ask)
    venue.decide()
    #expect(venue.intents.isEmpty)
  }

  @Test func belowMinimumCountsAsArrived() {
    var venue = ToyVenue(
      SignalFollower(settings: settings(), instrumentCount: 1), seed: 10, minimumLots: 10)
    venue.lease(target: 9, urgency: .high)
    for _ in 0..<50 { venue.step() }
    #expect(venue.intents.isEmpty && venue.position == 0)
  }

  @Test func statesMuteAndFlatten() {
    var venue = ToyVenue(
      SignalFollower(settings: settings(), instrumentCount: 1), seed: 12)
    venue.lease(target: 100, urgency: .high, life: 3_600_000_000_000)
    for _ in 0..<800 { venue.step() }
    #expect(venue.position == 100)

    var report = Report(kind: .tradingState, instrument: .none)
    report.detail = TradingState.reduceOnly.rawValue
    venue.inFlight.apply(report)
    venue.lease(target: -200, urgency: .high, life: 3_600_000_000_000, request: 2)
    let before = venue.intents.count
    for _ in 0..<1_500 { venue.step() }
    #expect(venue.position == 0, "to flat, and not through it")
    #expect(
      venue.intents[before...].allSatisfy { $0.kind == .cancel || $0.isReduceOnly })

    report.detail = TradingState.cancelOnly.rawValue
    venue.inFlight.apply(report)
    let stopped = venue.intents.count
    for _ in 0..<100 { venue.step() }
    #expect(venue.intents.count == stopped)

    report.detail = TradingState.active.rawValue
    venue.inFlight.apply(report)
    for _ in 0..<2_000 { venue.step() }
    #expect(venue.position == -200)
    venue.context.isFlattening = true
    for _ in 0..<2_000 { venue.step() }
    #expect(venue.position == 0)
    venue.context.isFlattening = false
    venue.context.isMuted = true
    for _ in 0..<200 { venue.step() }
    #expect(venue.position == 0 && venue.openCount(.sell) == 0)
  }

  @Test func hostileContextsCannotTrap() {
    let edges: [Int64] = [.min, .min + 1, -1, 0, 1, 100_000, .max - 1, .max]
    var random = TestRandom(seed: 13)
    var venue = ToyVenue(
      SignalFollower(settings: settings { $0.orderLotsMaximum = 0 }, instrumentCount: 1), seed: 13)
    func edge() -> Int64 { edges[random.below(edges.count)] }
    for _ in 0..<20_000 {
      venue.lease(target: edge(), urgency: Urgency.allCases[random.below(3)])
      venue.context.lease.issuedAt = BootInstant(nanoseconds: edge())
      venue.context.lease.expiresAt = BootInstant(nanoseconds: edge())
      venue.context.lease.referenceHalfTicks = edge()
      venue.context.lease.maximumDriftBasisPoints = random.below(2) == 0 ? 0 : .max
      venue.context.boot = BootInstant(nanoseconds: edge())
      venue.context.position = Quantity(lots: edge())
      venue.context.reference.bid = Price(ticks: edge())
      venue.context.reference.ask = Price(ticks: edge())
      venue.context.now = Instant(nanoseconds: edge())
      venue.buffer.removeAll()
      venue.strategy.decide(venue.context, working: venue.inFlight, into: &venue.buffer)
      for index in 0..<venue.buffer.count { #expect(venue.buffer[index].quantity.lots > 0) }
    }
  }
}
