// Random lives of orders against a naive model: exposure is never negative and returns to zero.

import Quantities
import Risk
import Testing

/// A dictionary that counts what the gate should.
private struct NaiveExposure {
  struct Order {
    var side: Side
    var remaining: Int64
    var price: Int64
    var instrument: InstrumentID
  }
  var open: [UInt64: Order] = [:]
  var position: [UInt16: Int64] = [:]

  func exposure(_ instrument: InstrumentID) -> Exposure {
    var result = Exposure()
    result.position = position[instrument.index] ?? 0
    for order in open.values where order.instrument == instrument {
      if order.side == .buy { result.openBuys += order.remaining }
      if order.side == .sell { result.openSells += order.remaining }
      result.openOrders += 1
    }
    return result
  }

  mutating func fill(_ number: UInt64, _ side: Side, _ lots: Int64, _ instrument: InstrumentID) {
    position[instrument.index, default: 0] += side.sign * lots
    if var order = open[number] {
      order.remaining -= min(lots, order.remaining)
      open[number] = order
    }
  }
}

/// A gate and its model, led through one random life.
private struct ExposureWalk: ~Copyable {
  var random: TestRandom
  var gate = Fixture.gate { desk, limits in
    limits.positionLotsMaximum = 300
    limits.openOrdersMaximum = 40
    limits.ordersPerWindow = 1_000_000
    limits.orderNotionalMaximum = Amount("10000")!
    desk.openOrdersMaximum = 60
    desk.ordersPerWindow = 1_000_000
  }
  var model = NaiveExposure()
  var numbers: [UInt64] = []
  var approved = 0

  init(seed: UInt64) { random = TestRandom(seed: seed) }

  /// One event; what the gate said is what the model expects.
  mutating func step(_ number: UInt64) -> Bool {
    switch random.below(10) {
    case 0..<4: return place(number)
    case 4..<7:
      guard let target = random.element(numbers), let order = model.open[target] else { break }
      let lots = min(order.remaining, Int64(random.below(30)))
      gate.apply(Fixture.report(.fill, target, order.side, lots: lots, order.instrument))
      model.fill(target, order.side, lots, order.instrument)
    case 7:
      // Late, repeated, or foreign: frees nothing twice.
      let target = random.element(numbers) ?? 999_999
      let kind = [ReportKind.cancelled, .rejected, .filled][random.below(3)]
      gate.apply(Fixture.report(kind, target))
      model.open[target] = nil
    case 8:
      let target = random.element(numbers) ?? 999_999
      for kind in [ReportKind.sent, .acknowledged, .live, .unknown, .cancelRejected] {
        gate.apply(Fixture.report(kind, target))
      }
    default: fillTooMuch()
    }
    return true
  }

  private mutating func place(_ number: UInt64) -> Bool {
    let instrument = random.below(3) == 0 ? Fixture.inverse : Fixture.spot
    let side: Side = random.below(2) == 0 ? .buy : .sell
    let price = 10_000 + Int64(random.below(40)) - 20
    let lots = Int64(random.below(60)) + 2
    var intent = Fixture.place(number, side, lots: lots, price: price, instrument)
    intent.isReduceOnly = random.below(8) == 0
    let before = model.exposure(instrument)
    let judgement = gate.judge(intent, now: Fixture.start, wall: Fixture.wall)
    let crossed = model.open.values.contains {
      $0.instrument == instrument && $0.side != side
        && (side == .buy ? price >= $0.price : price <= $0.price)
    }
    let directed = side.sign * before.position
    let open = side == .buy ? before.openBuys : before.openSells
    let reducible = max(0, max(0, -directed) - open)
    let isInPosition = directed + open + lots <= 300 || lots <= reducible
    let expected =
      !crossed && isInPosition && (!intent.isReduceOnly || lots <= reducible)
      && before.openOrders < 40 && model.open.count < 60
    if judgement.isApproved {
      approved += 1
      model.open[number] = NaiveExposure.Order(
        side: side, remaining: lots, price: price, instrument: instrument)
      numbers.append(number)
      if random.below(20) == 0, let order = judgement.order {
        _ = gate.release(order, now: Fixture.start)
        model.open[number] = nil
      }
    }
    return judgement.isApproved == expected
  }

  /// A fill of an order the gate never saw, and one larger than what is left.
  private mutating func fillTooMuch() {
    let lots = Int64(random.below(20))
    gate.apply(Fixture.report(.fill, 5_000_000, .sell, lots: lots))
    model.fill(5_000_000, .sell, lots, Fixture.spot)
    guard let target = random.element(numbers), let order = model.open[target] else { return }
    gate.apply(Fixture.report(.fill, target, order.side, lots: 77, order.instrument))
    model.fill(target, order.side, 77, order.instrument)
  }
}

@Suite struct ExposurePropertyTests {
  @Test(arguments: 0..<24)
  func equalsTheModel(_ seed: UInt64) {
    var walk = ExposureWalk(seed: seed)
    for step in 1...3_000 {
      let isAsExpected = walk.step(UInt64(step))
      #expect(isAsExpected, "seed \(seed) step \(step)")
      for instrument in [Fixture.spot, Fixture.inverse] {
        let exposure = walk.gate.exposure(instrument)
        #expect(exposure == walk.model.exposure(instrument), "seed \(seed) step \(step)")
        #expect(exposure.openBuys >= 0 && exposure.openSells >= 0 && exposure.openOrders >= 0)
      }
      #expect(walk.gate.openOrderCount == Int64(walk.model.open.count))
    }
    #expect(walk.approved > 100)
    for number in walk.model.open.keys { walk.gate.apply(Fixture.report(.cancelled, number)) }
    for instrument in [Fixture.spot, Fixture.inverse] {
      let exposure = walk.gate.exposure(instrument)
      #expect(exposure.openBuys == 0 && exposure.openSells == 0 && exposure.openOrders == 0)
    }
    #expect(walk.gate.openOrderCount == 0)
  }

  @Test func hostileReportsCannotTrap() {
    var gate = Fixture.gate()
    var random = TestRandom(seed: 99)
    let edges: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
    for step in 0..<4_000 {
      let kind = ReportKind.allCases[random.below(ReportKind.allCases.count)]
      var report = Fixture.report(
        kind, UInt64(random.below(4)), random.below(2) == 0 ? .buy : .sell,
        lots: edges[random.below(edges.count)], InstrumentID(index: UInt16(random.below(5))))
      report.quantity = Quantity(lots: edges[random.below(edges.count)])
      report.detail = UInt8(random.below(256))
      gate.apply(report)
      var intent = Fixture.place(
        UInt64(step), random.below(2) == 0 ? .buy : .sell, lots: edges[random.below(edges.count)],
        price: edges[random.below(edges.count)], InstrumentID(index: UInt16(random.below(5))))
      intent.reference.bid = Price(ticks: edges[random.below(edges.count)])
      intent.reference.ask = Price(ticks: edges[random.below(edges.count)])
      intent.reference.exchangeTime.milliseconds = edges[random.below(edges.count)]
      intent.reference.receivedAt = Instant(nanoseconds: edges[random.below(edges.count)])
      _ = gate.judge(intent, now: Instant(nanoseconds: .max), wall: Fixture.wall)
      let exposure = gate.exposure(Fixture.spot)
      #expect(exposure.openBuys >= 0 && exposure.openSells >= 0 && exposure.openOrders >= 0)
    }
  }

  @Test func theTableHoldsExactlyItsCapacity() {
    var gate = Fixture.gate { desk, limits in
      limits.openOrdersMaximum = .max
      limits.positionLotsMaximum = .max
      limits.ordersPerWindow = 10_000_000
      desk.openOrdersMaximum = .max
      desk.ordersPerWindow = 10_000_000
    }
    for number in 1...Gate.openOrdersMax {
      #expect(gate.at(Fixture.place(UInt64(number), lots: 2)).code == .approved)
    }
    let verdict = gate.at(Fixture.place(5_000, lots: 2))
    #expect(verdict.code == .openOrders && verdict.limit == Int64(Gate.openOrdersMax))
    gate.apply(Fixture.report(.filled, 512))
    #expect(gate.at(Fixture.place(5_001, lots: 2)).code == .approved)
    #expect(gate.at(Fixture.place(5_001, lots: 2)).code == .invalidIntent)
  }
}
