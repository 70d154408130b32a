// A run: every step against one exchange, and what it found of each rule; control plane.

import Account
import ExchangeCalendar
import Foundation
import JSON
import Quantities

public struct ConformanceRun: Sendable {
  public var target: ConformTarget
  public var steps: [ConformStep]
  /// Told before each step and behind it, for people who wait.
  public var progress: @Sendable (String) -> Void

  public init(
    _ target: ConformTarget, steps: [ConformStep], progress: @escaping @Sendable (String) -> Void
  ) {
    self.target = target
    self.steps = steps
    self.progress = progress
  }

  /// - Parameter names: steps or chapters (`books`); empty: all.
  /// - Throws: `ConformHindrance` where a name fits no step.
  public static func steps(named names: [String]) throws -> [ConformStep] {
    for name in names where !ConformStep.all.contains(where: { $0.fits(name) }) {
      throw ConformHindrance("no step \(name): `llmtrading conform --list` names them")
    }
    return ConformStep.all.filter { step in names.isEmpty || names.contains { step.fits($0) } }
  }

  public func run() async throws -> ConformanceReport {
    let bench = try await prepare()
    let held = try await bench.position()
    let begin = Instant.now()
    let beside = steps.filter(\.runsBeside)
    let found = try await withThrowingTaskGroup(of: [Finding].self) { group in
      for step in beside { group.addTask { await self.run(step, bench) } }
      var all: [Finding] = []
      for step in steps where !step.runsBeside {
        all += await self.run(step, bench)
        try Task.checkCancellation()
      }
      for try await findings in group { all += findings }
      return all
    }
    bench.closeAll()
    let left = await bench.tidy(held)
    return ConformanceReport(
      environment: target.environment.rawValue, host: target.publicURL.host, day: bench.day,
      seconds: Double(Instant.now().since(begin)) / 1e9, findings: found, left: left, log: bench.log
    )
  }

  private func run(_ step: ConformStep, _ bench: ConformBench) async -> [Finding] {
    progress("\(step.name): \(step.what)")
    let findings = Findings(step: step.name)
    var why = "the step brought nothing of it"
    do { try await step.run(bench, findings) } catch { why = "the step ended early: \(error)" }
    for rule in step.rules where !findings.all.contains(where: { $0.rule == rule }) {
      findings.notSeen(rule, why)
    }
    return findings.all
  }

  private func prepare() async throws -> ConformBench {
    let rest = target.rest
    try await rest.measureClock()
    let day =
      target.day ?? CalendarDay(milliseconds: rest.venueClock.now().milliseconds)
    let log = FrameLog()
    return ConformBench(
      target, log: log, day: day, spot: try await row("SPOT", target.spot, log),
      swap: try await row("SWAP", target.swap, log))
  }

  private func row(_ type: String, _ name: String, _ log: FrameLog) async throws -> JSONValue {
    let path = "/api/v5/public/instruments?instType=\(type)&instId=\(name)"
    let body = String(decoding: try await target.rest.get(path), as: UTF8.self)
    log.add("rest", .received, call: "GET \(path)", body)
    guard let row = (try? JSONValue(parsing: body))?["data"]?[0] else {
      throw ConformHindrance("\(name) is not listed: choose another by --spot or --swap")
    }
    guard row.text("state") == "live" else {
      throw ConformHindrance("\(name) is \(row.text("state")), not live: choose another")
    }
    return row
  }
}

extension ConformStep {
  /// Its name or its chapter.
  func fits(_ name: String) -> Bool { self.name == name || self.name.hasPrefix(name + ".") }
}
