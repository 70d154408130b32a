// The chapter *Books* of docs/OKX.md: levels, chain, window, pace; control plane.

import JSON
import Quantities

extension ConformStep {
  static let bookSteps: [ConformStep] = [
    ConformStep(
      "books.chain", "follow one deep book and hold each update against the one before it",
      rules: ["OKX-050", "OKX-052"], run: bookChain)
  ]

  private static let bookChain: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let name = bench.name(bench.swap)
    let mark = try await bench.subscribe(line, ["channel": "books", "instId": .string(name)])
    let pushes = try await line.collect(seconds: 10, after: mark, count: 20) {
      $0.isPush(of: "books", name)
    }
    guard let first = pushes.first, pushes.count > 1 else {
      return findings.differs(
        "OKX-052", expected: "a snapshot and updates", seen: "\(pushes.count) pushes in 10 s")
    }
    let begin = first.rows.first?["prevSeqId"]?.integer
    var broken = first.action == "snapshot" && begin == -1 ? nil : first.text
    var last = first.rows.first?["seqId"]?.integer
    for push in pushes.dropFirst() where broken == nil {
      let row = push.rows.first ?? .null
      if push.action != "update" || row["prevSeqId"]?.integer != last { broken = push.text }
      last = row["seqId"]?.integer
    }
    findings.expect(
      "OKX-052", broken == nil, "a snapshot with prevSeqId -1, then each update behind the last",
      seen: broken ?? "\(pushes.count) messages")
    let levels = pushes.flatMap(\.rows).flatMap {
      ($0["asks"]?.array ?? []) + ($0["bids"]?.array ?? [])
    }
    let odd = levels.first { level in
      guard let parts = level.array, parts.count == 4 else { return true }
      return parts.contains { $0.string.flatMap { DecimalNumber($0) } == nil }
        || parts[2].string != "0"
    }
    findings.expect(
      "OKX-050", odd == nil && !levels.isEmpty, "levels of four texts, the third 0",
      seen: odd?.canonical ?? "\(levels.count) levels")
  }
}
