// Fee, latency and queue models: each by itself, and each in the engine.

import Market
import Matching
import Quantities
import SampleMarket
import Testing

private func seeded(_ change: (inout EngineSettings) -> Void) -> EngineSettings {
  var settings = EngineSettings()
  settings.balances = ["USDT": amount("100000"), "BTC": amount("50")]
  change(&settings)
  return settings
}

@Suite struct FeeModelTests {
  @Test func tiersChargeByTypeAndSide() {
    let fees = TierFees()
    let value = amount("1000")
    #expect(equal(fees.charge(on: value, of: spot, isTaker: true), amount("1")))
    #expect(equal(fees.charge(on: value, of: spot, isTaker: false), amount("0.8")))
    #expect(equal(fees.charge(on: value, of: linear, isTaker: true), amount("0.5")))
    #expect(equal(fees.charge(on: value, of: inverse, isTaker: false), amount("0.2")))
  }

  @Test func ratesCanBeARebate() {
    var fees = TierFees()
    fees.spot.maker = DecimalNumber(mantissa: -1, decimals: 4)
    var desk = Desk([spot], seeded { $0.fees = fees })
    desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
    desk.order(.sell, "post_only", "100.1", "0.10")
    desk.trade(.buy, 1_002, 10)
    // 0.1 × 100.1 and a tenth of a thousandth of it on top.
    #expect(desk.cash("USDT") == "100010.011001")
  }

  @Test func whereNothingIsChargedCashIsTheTrade() {
    var desk = Desk([spot], seeded { $0.fees = ZeroFees() })
    desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
    desk.order(.buy, "limit", "100", "0.05")
    #expect(desk.cash("BTC") == "50.05" && desk.cash("USDT") == "99995")
    #expect(desk.engine.fills.allSatisfy { $0.fee.units == 0 })
  }

  /// A model outside of the module: so much a fill, whatever its size.
  private struct FlatFee: FeeModel {
    func rates(of type: InstrumentType) -> FeeRates { ZeroFees().rates(of: type) }
    func charge(
      on value: Amount, of instrument: InstrumentSpecification, isTaker: Bool
    ) -> Amount { Amount(units: 25, decimals: 2) }
  }

  @Test func aModelOfOnesOwnIsAsked() {
    var desk = Desk([linear], seeded { $0.fees = FlatFee() })
    desk.book(bids: [(200_000, 50)], asks: [(200_010, 1), (200_020, 50)])
    desk.order(.buy, "limit", "2000.20", "3")
    #expect(desk.engine.fills.map(\.fee.normalized.description) == ["-0.25", "-0.25"])
  }
}

@Suite struct LatencyModelTests {
  @Test func fixedIsTheSameForEveryRequest() {
    let latency = FixedLatency(nanoseconds: 7)
    #expect(
      [RequestKind.place, .amend, .cancel].map { latency.delay(of: $0, at: 0) } == [7, 7, 7])
    #expect(FixedLatency().delay(of: .place, at: 5) == 0)
  }

  @Test func jitterLiesWithinItsBoundsAndRepeats() {
    func delays(_ seed: UInt64) -> [Int64] {
      var latency = JitteredLatency(
        base: 1_000, jitterMean: 500, jitterMax: 4_000, seed: seed)
      return (0..<2_000).map { latency.delay(of: .place, at: $0) }
    }
    let first = delays(1)
    #expect(first == delays(1) && first != delays(2))
    #expect(first.allSatisfy { (1_000...5_000).contains($0) })
    #expect(first.contains(5_000) && Set(first).count > 500)
    let mean = first.reduce(0, +) / 2_000
    #expect((1_400...1_600).contains(mean), "mean \(mean)")
  }

  /// Delays as listed, the last one again and again.
  private struct Listed: LatencyModel {
    var delays: [Int64]
    mutating func delay(of request: RequestKind, at now: Int64) -> Int64 {
      delays.count > 1 ? delays.removeFirst() : delays[0]
    }
  }

  @Test func noRequestOvertakesAnother() throws {
    var desk = Desk([spot], seeded { $0.latency = Listed(delays: [9_000_000, 1, 0]) })
    desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
    desk.order(.buy, "limit", "99", "0.05", id: "slow")
    let due = try #require(desk.engine.nextDue)
    desk.order(.buy, "limit", "98", "0.05", id: "quick")
    _ = desk.engine.cancel(
      OrderSelector(clientID: "slow"), instrument: 0, at: desk.now, into: &desk.events)
    #expect(desk.story() == [], "the line is in order: nothing comes before the first")
    desk.now = due
    desk.engine.advance(to: due, into: &desk.events)
    #expect(desk.story() == ["live", "live", "canceled 1"])
    #expect(desk.engine.nextDue == nil)
    desk.order(.buy, "limit", "97", "0.05")
    #expect(desk.story() == ["live"], "without delay and with nothing on its way it is at once")
  }
}

@Suite struct QueueModelTests {
  struct Belief: Sendable {
    var model: any QueueModel
    /// Lots before us when 33, 66 and all of 100 go, 60 of which were before us.
    var ahead: [Int64]
    /// Before us in the engine: ten displayed, ten join, ten go.
    var halved: Int64
  }

  static let beliefs = [
    Belief(model: ProportionalQueue(), ahead: [41, 21, 0], halved: 5),
    Belief(model: BackQueue(), ahead: [60, 60, 60], halved: 10),
    Belief(model: FrontQueue(), ahead: [27, -6, -40], halved: 0),
    Belief(model: PowerQueue(exponent: 1), ahead: [41, 21, 0], halved: 5),
    // 0.6³ against 0.4³: 0.2286 of what goes stood behind us.
    Belief(model: PowerQueue(), ahead: [35, 10, -17], halved: 5),
  ]

  @Test(arguments: beliefs) func sixtyOfAHundredAreBeforeUs(_ belief: Belief) {
    #expect(belief.model.ahead(joining: 60) == 60)
    let found = [33, 66, 100].map { belief.model.ahead(of: 60, standing: 100, left: $0) }
    #expect(found == belief.ahead, "\(belief.model)")
  }

  @Test(arguments: beliefs) func theEngineAsksTheModel(_ belief: Belief) {
    var desk = Desk([spot], seeded { $0.queue = belief.model })
    desk.book(bids: [(990, 10), (980, 5)], asks: [(1_000, 10)])
    desk.order(.buy, "limit", "99", "0.05")
    desk.book(0, .update, bids: [(990, 20)])
    desk.book(0, .update, bids: [(990, 10)])
    #expect(desk.engine.openOrders[0].queueAhead.lots == belief.halved)
    // A trade takes from the front whatever the belief: what it leaves is ours.
    desk.trade(.sell, 990, belief.halved + 2)
    #expect(desk.story() == ["live", "partially_filled 2@990 M"])
  }

  @Test(arguments: beliefs) func theAnswerStaysWithinWhatIsDisplayed(_ belief: Belief) {
    var desk = Desk([spot], seeded { $0.queue = belief.model })
    desk.book(bids: [(990, 10), (980, 5)], asks: [(1_000, 10)])
    desk.order(.buy, "limit", "99", "0.05")
    desk.book(0, .update, bids: [(990, 3)])
    #expect((0...3).contains(desk.engine.openOrders[0].queueAhead.lots))
    desk.book(0, .update, bids: [(990, 0)])
    #expect(desk.engine.openOrders[0].queueAhead.lots == 0)
  }

  /// A higher power moves us as much or more when most are before us, and less when few are.
  @Test func powerQueuesAreOrdered() {
    for left in [10, 40, 70] as [Int64] {
      let many = (1...8).map { PowerQueue(exponent: $0).ahead(of: 80, standing: 100, left: left) }
      let few = (1...8).map { PowerQueue(exponent: $0).ahead(of: 20, standing: 100, left: left) }
      #expect(zip(many, many.dropFirst()).allSatisfy { $0 >= $1 })
      #expect(zip(few, few.dropFirst()).allSatisfy { $0 <= $1 })
    }
    for ahead in [0, 1, 50, 99, 100] as [Int64] {
      let model = PowerQueue(exponent: 8)
      #expect(model.ahead(of: ahead, standing: 100, left: 1) >= ahead - 1)
      #expect(model.ahead(of: ahead, standing: 100, left: 1) <= ahead)
    }
  }
}
