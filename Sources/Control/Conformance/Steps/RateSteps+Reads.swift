// Limits of what is read by REST (OKX-212, OKX-213); control plane.

import JSON
import Quantities

extension ConformStep {
  private struct ReadLimit {
    var path: String
    var calls: Int
    /// Overrun at OKX too: one is enough to see the refusal.
    var isOverrun = false
  }

  /// Docs/OKX.md OKX-212. Of bills five a second, so five at once.
  private static func readLimits(_ bench: ConformBench) -> [ReadLimit] {
    let (spot, swap) = (bench.name(bench.spot), bench.name(bench.swap))
    return [
      ReadLimit(path: "account/config", calls: 5, isOverrun: true),
      ReadLimit(path: "account/balance", calls: 10),
      ReadLimit(path: "account/positions", calls: 10),
      ReadLimit(
        path: "account/trade-fee?instType=SWAP&instFamily=\(bench.swap.text("instFamily"))",
        calls: 5),
      ReadLimit(path: "trade/order?instId=\(spot)&ordId=1", calls: 60),
      ReadLimit(path: "trade/orders-pending?instType=SPOT&limit=1", calls: 60),
      ReadLimit(path: "trade/fills?instType=SWAP&limit=1", calls: 60),
      ReadLimit(path: "trade/fills-history?instType=SWAP&limit=1", calls: 10),
      ReadLimit(path: "account/bills?limit=1", calls: 5),
      ReadLimit(path: "account/bills-archive?limit=1", calls: 5),
      ReadLimit(path: "market/candles?instId=\(swap)&limit=1", calls: 40),
      ReadLimit(path: "public/instruments?instType=SPOT&instId=\(spot)", calls: 20),
    ]
  }

  static func judgeReads(_ bench: ConformBench, _ findings: Findings) async throws {
    try await newWindow()
    var late: [ReadLimit] = []
    for limit in readLimits(bench) {
      if try await !judgeRead(bench, findings, limit, isLast: false) { late.append(limit) }
    }
    if late.isEmpty { return }
    // Somebody else of this account may have asked meanwhile: once more.
    try await newWindow()
    for limit in late { _ = try await judgeRead(bench, findings, limit, isLast: true) }
  }

  /// False, and nothing found, where it was refused early and is worth another try.
  private static func judgeRead(
    _ bench: ConformBench, _ findings: Findings, _ limit: ReadLimit, isLast: Bool
  ) async throws -> Bool {
    let begin = Instant.now()
    let name = limit.path.prefix { $0 != "?" }
    let refused = try await early(bench, limit)
    if refused > 0 && !isLast { return false }
    findings.expect(
      "OKX-212", refused == 0, "\(name) takes \(limit.calls) calls at once",
      seen: "\(refused) of \(limit.calls) refused")
    guard refused == 0, limit.isOverrun || bench.target.environment == .simulated else {
      return true
    }
    // As many as a window more, and one: wherever it begins, there are too many in it.
    for extra in 1...(limit.calls * 3 + 2) {
      let reply = try await read(bench, limit)
      if isAnswered(reply) { continue }
      findings.agrees("OKX-212", "\(name) refuses call \(limit.calls + extra)")
      findings.expect(
        "OKX-213", isTooMany(reply), "a call of \(name) too many is HTTP 429 or 50011",
        seen: "HTTP \(reply.status) \(reply.text)")
      return true
    }
    let seconds = Double(Instant.now().since(begin)) / 1e9
    let calls = limit.calls * 4 + 2
    if seconds > 2 {
      findings.notSeen("OKX-212", "\(calls) calls of \(name) took \(Int(seconds)) s")
    } else {
      findings.differs(
        "OKX-212", expected: "a refusal beyond \(limit.calls) calls of \(name) in two seconds",
        seen: "\(calls) calls were answered in \(Int(seconds * 1_000)) ms")
    }
    return true
  }

  /// How many of the calls that may go in two seconds were refused.
  private static func early(_ bench: ConformBench, _ limit: ReadLimit) async throws -> Int {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<limit.calls {
        group.addTask { !isAnswered(try await read(bench, limit)) }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
  }

  /// `trade/order` is asked for one that nobody has.
  private static func isAnswered(_ reply: ConformReply) -> Bool {
    ["0", "51603"].contains(reply.code)
  }

  private static func read(_ bench: ConformBench, _ limit: ReadLimit) async throws -> ConformReply {
    let isOpen = ["market/", "public/"].contains { limit.path.hasPrefix($0) }
    return try await bench.call("GET", limit.path, signed: !isOpen)
  }
}
