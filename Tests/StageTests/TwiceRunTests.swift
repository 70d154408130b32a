// The same inputs at the same instants give the same outputs, byte for byte.

import Journal
import Market
import Pipeline
import Quantities
import Risk
import StageBench
import Strategy
import Testing

@Suite struct TwiceRun {
  static let messages = 100_000

  /// Everything that one run brought out.
  private struct Outputs: Equatable {
    var builder: [UInt8] = []
    var gate: [UInt8] = []
    var sender: [UInt8] = []
    /// What left for the exchange, as it was masked.
    var wire: [UInt8] = []
    var intents = 0
    var verdicts = 0
    var orders = 0
    var fills = 0
    var position: Int64 = 0
  }

  @Test func aHundredThousandMessagesTwice() throws {
    let first = try TwiceRun.run(seed: 7)
    let second = try TwiceRun.run(seed: 7)
    #expect(first.intents > 1_000, "\(first.intents) intents")
    #expect(first.orders > 500, "\(first.orders) orders")
    #expect(first.fills > 100, "\(first.fills) fills")
    #expect(first.verdicts == first.intents)
    #expect(first.builder == second.builder)
    #expect(first.gate == second.gate)
    #expect(first.sender == second.sender)
    #expect(first.wire == second.wire)
    #expect(first == second)
  }

  @Test func anotherSeedIsAnotherRun() throws {
    let first = try TwiceRun.run(seed: 7, messages: 3_000)
    let other = try TwiceRun.run(seed: 8, messages: 3_000)
    #expect(first.builder != other.builder)
    #expect(first.wire != other.wire)
  }

  private static func run(seed: UInt64, messages: Int = TwiceRun.messages) throws -> Outputs {
    var source = GeneratedMarket(
      instruments: 2, seed: seed, messagesPerSecond: 2_000, start: 1_780_000_000_000)
    var options = BenchOptions()
    options.catalogue = source.catalogue
    options.channels = [.bestBidOffer, .booksTbt]
    var follower = FollowerSettings()
    follower.repriceTicks = 1
    follower.repriceNanoseconds = 5_000_000
    follower.orderLotsMaximum = 50
    follower.crossIntervalNanoseconds = 20_000_000
    follower.rate = RateBudget(count: 400, windowNanoseconds: 1_000_000_000)
    options.strategy = .follower([follower, follower])
    options.telemetryBytes = 4 << 20
    options.marketTelemetryBytes = 8 << 20
    let bench = try StageBench(options)
    bench.open()
    var outputs = Outputs()
    let start = bench.now.instant
    var published = 0
    while published < messages, let event = source.next() {
      let due = start.advanced(byNanoseconds: event.due)
      bench.advance(by: max(0, due.since(bench.now.instant)))
      if published % 4_000 == 0 { target(bench, published) }
      bench.publish(event)
      bench.run()
      published += 1
      if published % 500 == 0 { drain(bench, &outputs) }
    }
    drain(bench, &outputs)
    outputs.wire = (bench.account?.log ?? []) + (bench.market?.log ?? [])
    outputs.position = bench.position()
    #expect(bench.position() == bench.expectedPosition())
    #expect(bench.workingCount == bench.openOrders.count)
    return outputs
  }

  /// A lease for each pair, now one way and now the other.
  private static func target(_ bench: StageBench, _ count: Int) {
    for index in 0..<2 {
      let sign: Int64 = (count / 4_000 + index).isMultiple(of: 2) ? 1 : -1
      let id = InstrumentID(index: UInt16(index))
      let boot = bench.now.boot
      bench.state.publish(
        SignalLease(
          instrument: id, source: .agent, target: Quantity(lots: sign * 400), urgency: .normal,
          issuedAt: boot,
          expiresAt: BootInstant(nanoseconds: boot.nanoseconds + 1_900_000_000),
          referenceHalfTicks: 0, maximumDriftBasisPoints: 0, confidencePermille: 500,
          decision: DecisionID(rawValue: UInt64(count + index + 1)), traceHigh: 0, traceLow: 0,
          request: UInt64(count + index + 1)), for: id, in: .agent)
    }
  }

  private static func drain(_ bench: StageBench, _ outputs: inout Outputs) {
    bench.collect()
    outputs.intents += bench.collected(.intent, of: .builder()).count
    outputs.verdicts += bench.collected(.verdict, of: .gate).count
    outputs.orders += bench.collected(.order, of: .sender).count
    outputs.fills += bench.reports(.fill).count
    let taken = bench.takeRecords()
    for record in taken[.builder()] ?? [] { outputs.builder += record }
    for record in taken[.gate] ?? [] { outputs.gate += record }
    for record in taken[.sender] ?? [] { outputs.sender += record }
  }
}
