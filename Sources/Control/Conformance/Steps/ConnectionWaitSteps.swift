// The chapter *Connections* of docs/OKX.md: idle connections and service upgrades, which take their time; control plane.

import JSON
import Quantities

extension ConformStep {
  static let connectionWaitSteps: [ConformStep] = [
    ConformStep(
      "connections.idle", "leave one connection alone, one without pushes, and ping on a third",
      rules: ["OKX-006", "OKX-009"], runsBeside: true, run: idle),
    ConformStep(
      "connections.notice", "wait for the notice of a service upgrade, and for its minute",
      rules: ["OKX-007"], runsBeside: true, run: notice),
  ]

  /// Pushed so seldom that a connection which follows it is silent.
  private static let silent: [String: JSONValue] = [
    "channel": "instruments", "instType": "FUTURES",
  ]

  private static let idle: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let alone = try await bench.open(.public)
    alone.keepsAlive(false)
    let opened = Instant.now()
    let quiet = try await bench.open(.public)
    quiet.keepsAlive(false)
    try await bench.subscribe(quiet, silent)
    let pinged = try await bench.open(.public)
    defer { for line in [alone, quiet, pinged] { bench.close(line) } }
    try await bench.subscribe(pinged, silent)
    let mark = pinged.mark
    pinged.send(text: "ping")
    let pong = try await findings.demand("OKX-006", "`pong` to `ping`") {
      try await pinged.next("pong", after: mark) { $0.json == .null }
    }
    findings.expect("OKX-006", pong.text == "pong", "`ping` is answered by `pong`", seen: pong.text)
    for (line, name) in [(alone, "without a subscription"), (quiet, "without a push")] {
      let end = try await findings.demand("OKX-006", "the end of a connection \(name)") {
        try await line.end(seconds: 45)
      }
      let since = line.frames.last?.at ?? opened
      let seconds = Double(Instant.now().since(since)) / 1e9
      findings.expect(
        "OKX-006", seconds > 28 && seconds < 36, "a connection \(name) is closed after 30 s",
        seen: "\(seconds.rounded()) s")
      findings.expect(
        "OKX-009", end.closeCode == 4_004, "an idle connection is closed with 4004",
        seen: "\(end.closeCode)")
    }
    // The pinged one has outlived 30 s by now, with nothing but pings and their answers.
    try await bench.pause(seconds: 4)
    findings.expect(
      "OKX-006", pinged.ended == nil, "pings keep a connection open",
      seen: pinged.ended.map { "it was closed with \($0.closeCode)" } ?? "it is open after 35 s")
  }

  private static let notice: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    var lines: [(path: ConformTarget.Path, line: ConformLine)] = []
    defer { for (_, line) in lines { bench.close(line) } }
    for path in ConformTarget.Path.allCases {
      let line =
        path == .private ? try await bench.openPrivate() : try await bench.open(path)
      lines.append((path, line))
      if path != .private { _ = try await bench.answer(line, ["channel": "status"]) }
    }
    let ids = lines.compactMap { $0.line.frames.compactMap { $0.json["connId"]?.string }.last }
    let isProvoked = try await bench.provoke(
      ["at 0ms of exchange notice \(ids.joined(separator: " "))"])
    let seconds = bench.patience(provoked: isProvoked)
    for _ in 0..<Int(seconds * 10) {
      if lines.allSatisfy({ told($0.line) != nil }) { break }
      try await bench.pause(seconds: 0.1)
    }
    if !isProvoked && lines.allSatisfy({ told($0.line) == nil }) {
      return findings.notSeen("OKX-007", "no notice in \(Int(seconds)) s")
    }
    for (path, line) in lines {
      let frame = told(line)
      let isDue = path != .business || bench.rules.has(.businessNotices)
      findings.expect(
        "OKX-007", isDue ? frame?.code == "64008" : frame == nil,
        isDue
          ? "a notice with 64008 on \(path.rawValue)"
          : "no notice on business before 2026-06-11", seen: frame?.text ?? "no notice")
    }
    guard isProvoked,
      let (line, at) = lines.lazy.compactMap({ pair in
        told(pair.line).map { (pair.line, $0.at) }
      }).first
    else { return }
    _ = try await findings.demand("OKX-007", "the end of the connection after its notice") {
      try await line.end(seconds: 70)
    }
    let ahead = Double(Instant.now().since(at)) / 1e9
    findings.expect(
      "OKX-007", ahead > 57 && ahead < 66, "the notice comes 60 s ahead",
      seen: "\(ahead.rounded()) s")
  }

  private static func told(_ line: ConformLine) -> ConformFrame? {
    line.frames.first { $0.event == "notice" }
  }
}
