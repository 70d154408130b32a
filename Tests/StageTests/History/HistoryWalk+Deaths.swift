// A history's process dies at some instruction, and starts again from its journal and from what the exchange says.

import Channels
import Core
import Foundation
import Journal
import Market
import Matching
import Orders
import Pipeline
import Quantities
import StageBench

extension HistoryWalk {
  /// The process dies at some instruction; the venue goes on, and requests on the wire arrive now, later or never.
  func die() throws {
    if random.isOne(in: 2) {
      size += 1
      for index in books.indices { bench.update(&books[index], bids: [(1_000, size)]) }
      _ = bench.market?.deliver()
      _ = bench.account?.deliver(random.below(3))
      let stages: [StageList] = [.feed, .builder, .gate, .sender]
      for stage in stages.prefix(random.below(5)) { bench.step(stage) }
    }
    switch random.below(3) {
    case 0: bench.serve()
    case 1: late += bench.account?.texts() ?? []
    default: break
    }
    bench.collect()
    keepRecords()
    try journal.write(bench.takeRecords(), of: starts, grids, begunAt: begunAt)
    bench.advance(by: Int64(random.below(3_000) + 1) * 1_000_000)
    starts += 1
    begunAt = bench.now
    var options = options
    options.startNumber = starts
    bench = try StageBench(after: bench, options)
    readings = []
    isReady = false
    let memory = try journal.memory()
    bench.remember(memory.strangers(latest: OrderTable.recordedStrangersMax, of: bench.instruments))
    machine = Reconciliation(
      instruments: bench.instruments, memory: memory, begunAt: bench.now.wall)
    begin()
  }

  func arriveLate() {
    bench.venue.takeLate(
      late.removeFirst(), at: bench.wallNanoseconds, pushes: bench.account)
  }

  /// The records of the start that runs, as far as they were collected.
  func keepRecords() {
    // In the exchange's lots, whatever the desk counted in then.
    var lots: [InstrumentID: Int64] = [:]
    for var report in bench.reports() {
      if report.kind == .instrument {
        lots[report.instrument, default: 1] *= report.lastQuantity.lots
      }
      report.lastQuantity = Quantity(
        lots: report.lastQuantity.lots / (lots[report.instrument] ?? 1))
      reports.append(report)
    }
    for report in bench.reports() { tell?("start \(starts) \(report)") }
    for record in bench.collected(.position, of: .sender) {
      if let position = record.read(PositionRecord.self), position.before != position.position {
        repaired.insert(Int(position.instrument.index))
      }
    }
  }
}
