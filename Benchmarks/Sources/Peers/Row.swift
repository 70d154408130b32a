// One pair measured in rounds, and its line of the table.

import Foundation
import Workloads

struct Row {
  let name: String
  let operation: String
  let ours: Double
  let peer: Double
  /// How many times as long the peer took, per round, rising.
  let ratios: [Double]

  /// Nil when a side fails or the two do not answer alike: then they did not do the same work.
  init?(_ pair: Pair, rounds: Int, atLeast duration: Duration) {
    name = pair.name
    operation = pair.ours.operation
    // The first run of each warms it up and tells whether the answers agree.
    pair.ours.prepare()
    pair.peer.prepare()
    let answer = pair.ours.run()
    if answer == 0 || answer != pair.peer.run() { return nil }
    let oursRuns = Row.runs(pair.ours, duration)
    let peerRuns = Row.runs(pair.peer, duration)
    var times: [(ours: Double, peer: Double)] = []
    for round in 0..<rounds {
      // Who goes first changes: what one side leaves in the caches helps the other as often.
      let first = round % 2 == 0
      let before = first ? Row.time(pair.ours, oursRuns) : Row.time(pair.peer, peerRuns)
      let after = first ? Row.time(pair.peer, peerRuns) : Row.time(pair.ours, oursRuns)
      times.append(first ? (before, after) : (after, before))
    }
    ours = Row.median(times.map(\.ours))
    peer = Row.median(times.map(\.peer))
    ratios = times.map { $0.peer / $0.ours }.sorted()
  }

  /// Runs that fill `duration`.
  private static func runs(_ work: Work, _ duration: Duration) -> Int {
    var runs = 1
    while true {
      let spent = time(work, runs) * Double(work.operationsPerRun * runs)
      let wanted =
        Double(duration.components.attoseconds) / 1e9 + Double(duration.components.seconds) * 1e9
      if spent >= wanted { return runs }
      runs = max(runs + 1, min(runs * 8, Int(Double(runs) * wanted / max(spent, 1)) + 1))
    }
  }

  /// Nanoseconds an operation. `run` is a stored closure: the optimiser cannot see what it leaves undone.
  private static func time(_ work: Work, _ runs: Int) -> Double {
    var spent = Duration.zero
    for _ in 0..<runs {
      work.prepare()
      let start = ContinuousClock.now
      let answer = work.run()
      spent += ContinuousClock.now - start
      precondition(answer != 0, "Invariant: a batch that worked works again")
    }
    let nanoseconds =
      Double(spent.components.attoseconds) / 1e9 + Double(spent.components.seconds) * 1e9
    return nanoseconds / Double(work.operationsPerRun * runs)
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  static let heading =
    line("ours / peer", "per", "ours ns", "peer ns", "peer/ours", "least", "most")

  var text: String {
    Row.line(
      name, operation, Row.short(ours), Row.short(peer), Row.short(Row.median(ratios)),
      Row.short(ratios[0]), Row.short(ratios[ratios.count - 1]))
  }

  private static func short(_ value: Double) -> String {
    String(format: value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value)
  }

  private static func line(_ name: String, _ rest: String...) -> String {
    let cells = rest.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }
    return name.padding(toLength: 62, withPad: " ", startingAt: 0) + cells.joined()
  }
}
