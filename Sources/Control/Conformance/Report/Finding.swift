// What a check found of one rule, and what a run found of all of them; control plane.

import Synchronization

/// How the exchange stands to a rule of docs/OKX.md.
public enum Verdict: String, Sendable, CaseIterable {
  case agrees
  case differs
  /// It could not be asked, or nothing of the kind happened.
  case notSeen = "not seen"
}

public struct Finding: Sendable, Equatable {
  /// `OKX-052`.
  public var rule: String
  /// The step that found it.
  public var step: String
  public var verdict: Verdict
  /// What was seen, in the exchange's words where it has some; what was expected where it differs.
  public var text: String
}

/// What one step found so far. From any task.
public final class Findings: Sendable {
  public let step: String
  private let list = Mutex<[Finding]>([])

  package init(step: String) { self.step = step }

  public var all: [Finding] { list.withLock { $0 } }

  public func agrees(_ rule: String, _ seen: String) { add(rule, .agrees, seen) }

  public func differs(_ rule: String, expected: String, seen: String) {
    add(rule, .differs, "expected \(expected); seen \(seen)")
  }

  public func notSeen(_ rule: String, _ why: String) { add(rule, .notSeen, why) }

  /// Agrees where it holds, differs where it does not; answers with `holds`.
  @discardableResult
  public func expect(
    _ rule: String, _ holds: Bool, _ expected: String, seen: @autoclosure () -> String
  ) -> Bool {
    let seen = seen()
    if holds {
      agrees(rule, "\(expected): \(seen)")
    } else {
      differs(rule, expected: expected, seen: seen)
    }
    return holds
  }

  /// What `body` brings; silence differs from a rule by which something has to come.
  public func demand<Value>(
    _ rule: String, _ expected: String, _ body: () async throws -> Value
  ) async throws -> Value {
    do { return try await body() } catch let silence as ConformSilence {
      differs(rule, expected: expected, seen: silence.description)
      throw silence
    }
  }

  private func add(_ rule: String, _ verdict: Verdict, _ text: String) {
    let finding = Finding(
      rule: rule, step: step, verdict: verdict, text: String(text.prefix(Findings.textMax)))
    list.withLock { $0.append(finding) }
  }

  private static let textMax = 400
}
