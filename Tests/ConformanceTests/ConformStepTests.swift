// The steps of `llmtrading conform` against docs/OKX.md: each rule has its steps, in code and in the document.
import Conformance
import Foundation
import Testing

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

/// Rule to steps, as the last column of docs/OKX.md names them.
private func documented() throws -> [String: Set<String>] {
  let text = try String(contentsOf: root.appendingPathComponent("docs/OKX.md"), encoding: .utf8)
  var found: [String: Set<String>] = [:]
  for line in text.split(separator: "\n") where line.hasPrefix("| OKX-") {
    let cells = line.split(separator: "|", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    guard cells.count == 7 else {
      found[cells[1]] = []
      continue
    }
    found[cells[1]] = Set(
      cells[5].split(separator: ",").map { $0.trimmingCharacters(in: [" ", "`"]) })
  }
  return found
}

@Test func everyStepHasANameOfItsOwnAndRules() {
  let names = ConformStep.all.map(\.name)
  #expect(Set(names).count == names.count)
  for step in ConformStep.all {
    #expect(step.name.split(separator: ".").count == 2, "\(step.name)")
    #expect(!step.rules.isEmpty && Set(step.rules).count == step.rules.count, "\(step.name)")
    #expect(!step.what.isEmpty)
  }
}

/// A rule without a step, a step without its rule in the document: both are named.
@Test func everyRuleHasItsSteps() throws {
  let documented = try documented()
  #expect(documented.count > 80)
  var stepped: [String: Set<String>] = [:]
  for step in ConformStep.all {
    for rule in step.rules { stepped[rule, default: []].insert(step.name) }
  }
  let wrong = Set(documented.keys).union(stepped.keys).sorted().filter {
    documented[$0] != stepped[$0] || stepped[$0] == nil
  }.map { rule in
    "\(rule): the document names \(documented[rule]?.sorted() ?? []), the code \(stepped[rule]?.sorted() ?? [])"
  }
  #expect(wrong == [])
}
