// Whatever is lost, late, repeated or refused on the way: once it is quiet, both sides tell one truth.

import Foundation
import Journal
import Quantities
import StageBench
import Testing

@Suite struct HistoryTests {
  /// `HISTORIES` of them (150), or the one of `HISTORY_SEED`; a failure names its seed.
  @Test func everyHistoryEndsAtTheExchangesTruth() throws {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["HISTORIES"].flatMap { UInt64($0) } ?? 150
    let one = environment["HISTORY_SEED"].flatMap { UInt64($0) }
    for seed in one.map({ $0...$0 }) ?? 1...count {
      let failures = try history(seed)
      #expect(failures.isEmpty, "HISTORY_SEED=\(seed): \(failures.joined(separator: "; "))")
      if failures.count > 0 { return }
    }
  }

  /// What is not as the exchange has it, in words.
  private func history(_ seed: UInt64) throws -> [String] {
    let walk = try HistoryWalk(seed: seed)
    for _ in 0..<120 { walk.step() }
    walk.calm()
    let bench = walk.bench
    var failures: [String] = []
    func check(_ isTrue: Bool, _ text: @autoclosure () -> String) {
      if !isTrue { failures.append(text()) }
    }
    check(walk.isReady, "start-up is not through")
    check(bench.openOrders.isEmpty, "\(bench.openOrders.count) orders rest at the exchange")
    check(bench.workingCount == 0, "\(bench.workingCount) orders without an end")
    let truth = bench.expectedPosition()
    check(bench.position() == truth, "position \(bench.position()), exchange \(truth)")
    check(bench.builderPosition() == truth, "Builder \(bench.builderPosition()), \(truth)")
    var lots: [UInt64: Int64] = [:]
    for report in bench.reports(.fill) + bench.reports(.fillNamed) where report.tradeID != 0 {
      check(lots[report.tradeID] == nil, "trade \(report.tradeID) twice on record")
      lots[report.tradeID, default: 0] += report.lastQuantity.lots
    }
    for fill in bench.venue.engine.fills {
      check(
        lots[UInt64(bitPattern: fill.tradeID)] == fill.quantity.lots,
        "trade \(fill.tradeID): \(lots[UInt64(bitPattern: fill.tradeID)] ?? 0) of \(fill.quantity.lots) lots"
      )
    }
    check(lots.count == bench.venue.engine.fills.count, "trades that the exchange has not")
    var ends: [UInt64: Int] = [:]
    for report in bench.reports()
    where [.filled, .cancelled, .rejected].contains(report.kind) && report.clientOrder != .none {
      ends[report.clientOrder.rawValue, default: 0] += 1
    }
    let sent = Set(bench.reports(.sent).map(\.clientOrder.rawValue))
    check(sent.allSatisfy { ends[$0] ?? 0 >= 1 }, "an order without an end on record")
    check(bench.stops.requested(by: .reconcile, for: .none) == .active, "still held")
    return failures
  }
}
