// One random history of a desk and its exchange: what is said gets lost, comes twice, late or in another order, lines break,
// other people trade, the system liquidates, REST lags or fails, and the process dies and starts again.

import Account
import Channels
import Core
import Foundation
import Journal
import Market
import Matching
import Orders
import Pipeline
import Quantities
import Risk
import StageBench
import Strategy

struct HistoryRandom {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func below(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }
  mutating func isOne(in count: Int) -> Bool { below(count) == 0 }
}

/// The desk trades a pair and a swap, by a strategy that the seed chooses. Everything else is luck. Beside the stages
/// runs the reconciliation machine, stepped by the same clock; the journal is a real one.
final class HistoryWalk {
  var bench: StageBench
  var random: HistoryRandom
  var machine: Reconciliation
  /// Readings under way: what was asked, what the exchange held then where it is answered from that, and when.
  var readings: [HistoryReading] = []
  /// What REST may still take for the present: it lags what the socket tells.
  var past: [(at: Instant, engine: MatchingEngine)] = []
  var isCalm = false
  /// The desk was held for a turn at least before its ticks and lots change.
  var isQuiet = false
  var isReady = false
  /// What every start put on record, in order.
  var reports: [Report] = []
  /// Instruments whose position was replaced by the exchange's word, on record.
  var repaired: Set<Int> = []
  var starts: UInt32 = 1
  /// When the start that runs began.
  var begunAt: Moment
  /// Where set, each start's records are told here as they are kept.
  var tell: ((String) -> Void)?
  /// What the table of this start was at first, and became.
  var grids: [Instrument] = []
  let journal: HistoryJournal
  var books = [BenchBook(instrument: 0), BenchBook(instrument: 1)]
  /// Orders of other people: instrument and id.
  private var phoned: [(instrument: Int, id: UInt64)] = []
  /// Of these, and gone ones: what moves a position beside ours.
  var isolated: Set<UInt64> = []
  /// Requests of dead connections that have yet to arrive.
  var late: [[UInt8]] = []
  var size: Int64 = 5_000
  let options: BenchOptions
  private let strategy: Int

  init(seed: UInt64) throws {
    random = HistoryRandom(seed: seed)
    strategy = random.below(3)
    var options = BenchOptions()
    options.catalogue = BenchOptions.pairAndSwap()
    options.strategy =
      [
        .reflex(InstrumentID(index: 0)), .reflex(InstrumentID(index: 1)),
        .follower([FollowerSettings(), FollowerSettings()]),
      ][strategy]
    options.balances = [
      "USDT": Amount(units: 1_000_000, decimals: 0),
      "AAA": Amount(units: random.isOne(in: 2) ? 0 : 1_000, decimals: 0),
    ]
    options.sender.reconciliation = .rest
    let policies: [ForeignOrderPolicy] = [.ignore, .ignore, .adopt, .cancel]
    options.sender.onForeignOrders = random.isOne(in: 20) ? .halt : policies[random.below(4)]
    options.telemetryBytes = 1 << 18
    options.marketTelemetryBytes = 1 << 18
    self.options = options
    journal = try HistoryJournal(hasCursors: !random.isOne(in: 6))
    bench = try StageBench(options)
    begunAt = bench.now
    machine = Reconciliation(
      instruments: bench.instruments, memory: JournalMemory(), begunAt: bench.now.wall)
    begin()
  }

  func begin() {
    grids = (0..<2).map { bench.instruments[InstrumentID(index: UInt16($0))] }
    bench.open()
    if starts > 1 && random.isOne(in: 2) {
      // It fills between the line's acknowledgement and the journal's word.
      for index in books.indices { fillSome(index) }
      bench.run()
    }
    for index in books.indices {
      bench.snapshot(&books[index], bids: [(1_000, 5_000)], asks: [(1_001, 5_000)])
    }
    pass(1)
    // Some starts are still under way when luck begins.
    if starts == 1 { settle(40) }
  }

  // ---- Luck ----

  func step() throws {
    switch random.below(20) {
    case 0..<5: decide()
    case 5, 6: fillSome(random.below(2))
    case 7: phone(random.below(2))
    case 8, 9: faultyWire()
    case 10: if random.isOne(in: 6) { breakLine() }
    case 11: if random.isOne(in: 3) { bench.stops.requestCancel(for: .none) }
    case 12: if random.isOne(in: 4) { try die() }
    case 13: if random.isOne(in: 3) { system() }
    case 14: if !late.isEmpty { arriveLate() }
    case 15: if random.isOne(in: 3) { flatten() }
    case 16: if random.isOne(in: 4) { refine(random.below(2)) }
    default: break
    }
    deliver()
    pass(Int64(random.below(400) + 1))
  }

  /// The strategy hears of a new book, and where it follows leases, of a new one now and then.
  private func decide() {
    if random.isOne(in: 12) { bench.venue.refusals = ["51008"] }
    if strategy == 2 && random.isOne(in: 2) { lease(random.below(2)) }
    size += 1
    for index in books.indices {
      bench.update(&books[index], bids: [(1_000, size)])
    }
    _ = bench.market?.deliver()
    bench.settle([.feed, .builder, .gate, .sender])
    if random.isOne(in: 10) { bench.venue.losesRequests = true }
    bench.serve()
    bench.venue.losesRequests = false
  }

  private func lease(_ index: Int) {
    let id = InstrumentID(index: UInt16(index))
    let target = Int64(random.below(12)) - (index == 1 ? 6 : 0)
    bench.state.publish(
      SignalLease(
        instrument: id, source: .manual, target: Quantity(lots: target),
        urgency: random.isOne(in: 2) ? .high : .normal, issuedAt: bench.now.boot,
        expiresAt: BootInstant(nanoseconds: bench.now.boot.nanoseconds + 60_000_000_000),
        referenceHalfTicks: 0, maximumDriftBasisPoints: 0, confidencePermille: 1_000,
        decision: .none, traceHigh: 0, traceLow: 0, request: UInt64(size)),
      for: id, in: .manual)
  }

  /// Somebody sells into our bids, or buys our asks, some of them.
  func fillSome(_ index: Int) {
    let lots = Int64(random.below(4) + 1)
    if random.isOne(in: 3) {
      bench.update(&books[index], bids: [(1_001, lots)])
      bench.update(&books[index], bids: [(1_001, 0)])
    } else {
      bench.update(&books[index], asks: [(1_000, lots)])
      bench.update(&books[index], asks: [(1_000, 0)])
    }
  }

  private func phone(_ index: Int) {
    let now = bench.wallNanoseconds
    if random.isOne(in: 2), let order = phoned.popLast() {
      bench.venue.cancelByPhone(order.id, instrument: order.instrument, at: now, bench.account)
      return
    }
    if random.isOne(in: 4), let order = phoned.last {
      bench.venue.amendByPhone(
        order.id, instrument: order.instrument,
        size: order.instrument == 0 ? "0.00\(random.below(5) + 1)" : "\(random.below(5) + 1)",
        at: now, bench.account)
      return
    }
    let crosses = random.isOne(in: 2)
    let isBuy = random.below(3) > 0
    let isIsolated = index == 1 && random.isOne(in: 6)
    let id = bench.venue.phone(
      isBuy ? .buy : .sell, instrument: index,
      price: isBuy ? (crosses ? "100.1" : "90") : (crosses ? "100" : "110"),
      size: index == 0 ? "0.002" : "2",
      // Other programs number their orders too: by chance as an earlier start of ours might have.
      clientID: random.isOne(in: 2) ? String(1 << 39 + UInt64(900_000 + size)) : "",
      isIsolated: isIsolated, at: now, bench.account)
    if let id, isIsolated { isolated.insert(id) }
    size += 1
    if let id, !crosses { phoned.append((index, id)) }
  }

  /// Liquidation, funding, transfers.
  private func system() {
    let now = bench.wallNanoseconds
    switch random.below(4) {
    case 0, 1:
      bench.venue.liquidate(
        1, lots: random.isOne(in: 2) ? 1 : nil, leaving: Int64(random.below(4)),
        isSilent: random.isOne(in: 3), at: now, bench.account)
    case 2: bench.venue.fund(1, rate: "0.0001", at: now, bench.account)
    default:
      bench.venue.transfer(
        "USDT", Amount(units: Int128(random.below(21) - 10), decimals: 1), at: now, bench.account)
    }
  }

  /// A person asks for flat, and later takes it back.
  private func flatten() {
    let isOn = random.isOne(in: 2)
    bench.stops.setFlattening(isOn, for: .none)
  }

  private func faultyWire() {
    switch random.below(4) {
    case 0: _ = bench.account?.drop(1)
    case 1: bench.account?.repeatNext(random.below(3))
    default: bench.account?.swapNext()
    }
  }

  /// The line is gone, with whatever was on it.
  private func breakLine() {
    if random.isOne(in: 3) {
      // Its end was announced, and comes before the next line stands.
      bench.account?.say("{\"event\":\"notice\",\"code\":\"64008\",\"msg\":\"\"}")
      _ = bench.account?.deliver()
      bench.settle()
    }
    bench.account?.hangUp()
    bench.settle()
    bench.collectReturns()
  }

  private func deliver() {
    if isCalm || random.below(3) > 0 { _ = bench.account?.deliver(random.below(4) + 1) }
    _ = bench.market?.deliver()
    bench.settle()
    // What the core sent may be on its way for a while.
    if isCalm || random.below(4) > 0 { bench.serve() }
  }

  // ---- Time ----

  func pass(_ milliseconds: Int64) {
    bench.advance(by: milliseconds * 1_000_000)
    bench.settle()
    bench.collectReturns()
    remember()
    reconcile()
    bench.settle()
    bench.collect()
  }

  /// Luck is over: what waits is delivered, and time passes until nothing is left to ask.
  func calm() {
    isCalm = true
    bench.control.setMuted(true)
    bench.stops.setFlattening(false, for: .none)
    while !late.isEmpty { arriveLate() }
    if bench.account?.isOpen != true { bench.connectAccount() }
    // The system goes on with what it began.
    if !bench.venue.engine.reducing.isEmpty {
      bench.venue.liquidate(
        1, lots: nil, isSilent: false, at: bench.wallNanoseconds, bench.account)
    }
    for order in phoned {
      bench.venue.cancelByPhone(
        order.id, instrument: order.instrument, at: bench.wallNanoseconds, bench.account)
    }
    bench.stops.requestCancel(for: .none)
    settle(400)
    keepRecords()
  }

  func settle(_ rounds: Int) {
    for _ in 0..<rounds {
      bench.run()
      pass(200)
    }
  }
}
