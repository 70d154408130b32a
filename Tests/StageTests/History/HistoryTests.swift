// Whatever is lost, late, repeated or refused on the way: once it is quiet, both sides tell one truth.

import Foundation
import Journal
import Orders
import Quantities
import StageBench
import Testing

@Suite struct HistoryTests {
  /// Walked side by side: stages and their clocks are each history's own.
  private static let shares: UInt64 = 4

  /// `HISTORIES` of them, else 3,000, or 200 in a debug build; or the one of `HISTORY_SEED`, whose records are
  /// printed. A failure names its seed.
  @Test(arguments: 0..<shares)
  func everyHistoryEndsAtTheExchangesTruth(_ share: UInt64) throws {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["HISTORY_SEED"].flatMap({ UInt64($0) }) {
      if share == 0 { expectTruth(try history(seed, isTold: true), seed) }
      return
    }
    let usual: UInt64 = _isDebugAssertConfiguration() ? 200 : 3_000
    let count = environment["HISTORIES"].flatMap { UInt64($0) } ?? usual
    var failed = 0
    for seed in stride(from: share + 1, through: count, by: UInt64.Stride(HistoryTests.shares)) {
      if !expectTruth(try history(seed, isTold: false), seed) { failed += 1 }
      if failed == 3 { return }
    }
    if share == 0 { print("\(count) histories") }
  }

  @discardableResult
  private func expectTruth(_ failures: [String], _ seed: UInt64) -> Bool {
    #expect(failures.isEmpty, "HISTORY_SEED=\(seed): \(failures.joined(separator: "; "))")
    return failures.isEmpty
  }

  /// What is not as the exchange has it, in words.
  private func history(_ seed: UInt64, isTold: Bool) throws -> [String] {
    let walk = try HistoryWalk(seed: seed)
    if isTold { walk.tell = { print($0) } }
    for _ in 0..<120 { try walk.step() }
    walk.calm()
    let truth = HistoryTruth(walk)
    truth.check()
    return truth.failures
  }
}

/// Both sides of a history that has come to rest.
private final class HistoryTruth {
  private let walk: HistoryWalk
  private let bench: StageBench
  private(set) var failures: [String] = []

  init(_ walk: HistoryWalk) {
    self.walk = walk
    bench = walk.bench
  }

  private func expect(_ isTrue: Bool, _ text: @autoclosure () -> String) {
    if !isTrue { failures.append(text()) }
  }

  func check() {
    expect(walk.isReady, "start-up \(walk.starts) is not through")
    expect(bench.stops.requested(by: .reconcile, for: .none) == .active, "the desk is still held")
    checkOrders()
    checkFills()
    checkMoney()
  }

  private func checkOrders() {
    expect(bench.openOrders.isEmpty, "\(bench.openOrders.count) orders rest at the exchange")
    expect(bench.workingCount == 0, "\(bench.workingCount) orders at work")
    var ended: Set<UInt64> = []
    for report in walk.reports where [.filled, .cancelled, .rejected].contains(report.kind) {
      ended.insert(report.clientOrder.rawValue)
    }
    for report in walk.reports where report.kind == .sent {
      let order = report.clientOrder.rawValue
      expect(ended.contains(order), "order \(order) has no end on record")
    }
  }

  private func checkFills() {
    var lots: [UInt64: Int64] = [:]
    for report in walk.reports
    where [.fill, .fillNamed].contains(report.kind) && report.tradeID != 0 {
      expect(lots[report.tradeID] == nil, "trade \(report.tradeID) twice on record")
      lots[report.tradeID, default: 0] += report.lastQuantity.lots
    }
    for fill in bench.venue.engine.fills where walk.isolated.contains(fill.orderID) {
      // No push said so in time, or it counts nowhere: the position shows that below.
      lots[UInt64(bitPattern: fill.tradeID)] = nil
    }
    for fill in bench.venue.engine.fills where !walk.isolated.contains(fill.orderID) {
      let held = lots.removeValue(forKey: UInt64(bitPattern: fill.tradeID)) ?? 0
      expect(
        held == fill.quantity.lots,
        "trade \(fill.tradeID): \(held) of \(fill.quantity.lots) lots on record")
    }
    expect(lots.isEmpty, "trades that the exchange has not: \(lots.keys)")
    // What came without its trade was named later, in whole.
    let nameless = walk.reports.filter { $0.tradeID == 0 && $0.kind == .fill }
    let named = walk.reports.filter { $0.kind == .fillNamed }
    func sum(_ list: [Report]) -> Int64 { list.reduce(0) { $0 + $1.lastQuantity.lots } }
    expect(sum(nameless) == sum(named), "\(sum(nameless)) lots nameless, \(sum(named)) named")
  }

  private func checkMoney() {
    for name in ["AAA", "USDT"] {
      let held = bench.venue.engine.balance(name)?.cash.normalized
      expect(
        bench.cash(name)?.normalized == held,
        "\(name): \(bench.cash(name)?.description ?? "unknown"), exchange \(held?.description ?? "none")"
      )
    }
    for index in 0..<2 {
      let position = bench.position(index)
      expect(
        bench.builderPosition(index) == position,
        "Builder \(bench.builderPosition(index)) of \(index)")
      let lots = index == 0 ? bench.expectedPosition(0) : bench.venuePosition(1)
      let truth = lots * walk.factor(index)
      // A pair's position is the sum of its fills until the balance proves that less is there.
      if index == 0 && walk.repaired.contains(0) {
        let cash = bench.venue.engine.balance("AAA")?.cash ?? .zero
        let there = SpotHoldings.lots(cash, bench.instruments[InstrumentID(index: 0)].lot) ?? 0
        expect(
          abs(position - there) <= 2 * walk.factor(0), "position \(position) of 0, balance \(there)"
        )
        continue
      }
      expect(position == truth, "position \(position) of \(index), exchange \(truth)")
    }
  }
}
