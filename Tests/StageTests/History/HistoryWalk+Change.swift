// A history's exchange makes ticks and lots finer: the desk is held, its orders end, and it counts anew.

import Core
import Pipeline
import Quantities
import StageBench

extension HistoryWalk {
  /// Lots of the desk in one of the exchange's.
  func factor(_ index: Int) -> Int64 {
    let held = bench.instruments[InstrumentID(index: UInt16(index))]
    guard let first = grids.first(where: { $0.id == held.id }) else { return 1 }
    return JournalFactor.of(first.lot, held.lot)
  }

  func ticks(_ index: Int) -> Int64 {
    let held = bench.instruments[InstrumentID(index: UInt16(index))]
    guard let first = grids.first(where: { $0.id == held.id }) else { return 1 }
    return JournalFactor.of(first.tick, held.tick)
  }

  func refine(_ index: Int) {
    if factor(index) >= 1_000 || ticks(index) >= 1_000 { return }
    let id = InstrumentID(index: UInt16(index))
    bench.stops.request(.cancelOnly, by: .exchange, for: id)
    for _ in 0..<40 where bench.working.own(id) > 0 || !isQuiet {
      _ = bench.account?.deliver(random.below(4) + 1)
      bench.settle()
      bench.serve()
      pass(50)
      isQuiet = true
    }
    isQuiet = false
    if bench.working.own(id) == 0 {
      let parts: [Int64] = [1, 2, 5, 10]
      let number = bench.refine(index, ticks: parts[random.below(4)], lots: parts[random.below(4)])
      if let number {
        grids.append(bench.instruments[id])
        take(.changed(number))
      }
      bench.settle()
    }
    bench.stops.request(.active, by: .exchange, for: id)
  }
}

enum JournalFactor {
  /// How many of the finer are in the other.
  static func of(_ coarse: Increment, _ fine: Increment) -> Int64 {
    let shift = Int(fine.decimals) - Int(coarse.decimals)
    var scaled = coarse.mantissa
    for _ in 0..<max(0, shift) { scaled *= 10 }
    var part = fine.mantissa
    for _ in 0..<max(0, 0 - shift) { part *= 10 }
    return scaled / part
  }
}
