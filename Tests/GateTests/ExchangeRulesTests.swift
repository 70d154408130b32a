// docs/OKX.md: its rules are numbered once, each names its source and code that exists, and whatever
// cites a rule cites one that stands there.
import Foundation
import Testing

private struct Rule {
  var number: String
  var cells: [String]
}

/// The rows `| OKX-NNN | rule | source | done in | conform |`, in their order.
private func rules(_ text: String) -> [Rule] {
  text.split(separator: "\n").compactMap { line in
    guard line.hasPrefix("| OKX-") else { return nil }
    let cells = line.split(separator: "|", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    return Rule(number: cells[1], cells: Array(cells.dropFirst().dropLast()))
  }
}

private func matches(_ pattern: String, in text: String) throws -> [String] {
  let expression = try NSRegularExpression(pattern: pattern)
  return expression.matches(in: text, range: NSRange(text.startIndex..., in: text)).compactMap {
    Range($0.range(at: $0.numberOfRanges - 1), in: text).map { String(text[$0]) }
  }
}

/// What is wrong with the table itself.
private func faults(_ rules: [Rule], exists: (String) -> Bool) throws -> [String] {
  var found: [String] = []
  for (rule, next) in zip(rules, rules.dropFirst()) where rule.number >= next.number {
    found.append("\(next.number) stands after \(rule.number)")
  }
  for rule in rules {
    if try matches("^(OKX-[0-9]{3})$", in: rule.number).isEmpty {
      found.append("\(rule.number): no number of three digits")
    }
    if rule.cells.count != 5 || rule.cells.contains("") {
      found.append("\(rule.number): a row is number, rule, source, code and steps of conform")
      continue
    }
    let files = try matches("`([^`]+)`", in: rule.cells[3])
    if files.isEmpty { found.append("\(rule.number): names no code") }
    for file in files where !exists(file) {
      found.append("\(rule.number): no file \(file)")
    }
  }
  return found
}

private func exists(_ file: String) -> Bool {
  FileManager.default.fileExists(atPath: Repository.root.appendingPathComponent(file).path)
}

private func documentRules() throws -> [Rule] {
  rules(try Repository.text(Repository.root.appendingPathComponent("docs/OKX.md")))
}

/// Everything that a reader may be sent on from.
private func citing() -> [URL] {
  ["Sources", "Tests", "Benchmarks"].flatMap { Repository.files(below: $0, withExtension: "swift") }
    + Repository.files(below: "docs", withExtension: "md")
}

@Test func everyRuleOfTheExchangeNamesItsSourceAndItsCode() throws {
  let rules = try documentRules()
  #expect(rules.count > 80)
  #expect(try faults(rules, exists: exists) == [])
}

@Test func everyCitedRuleStandsInTheDocument() throws {
  let known = Set(try documentRules().map(\.number))
  var found: [String] = []
  var cited: Set<String> = []
  for url in citing() where url.lastPathComponent != "ExchangeRulesTests.swift" {
    let numbers = try matches("\\b(OKX-[0-9]{3})\\b", in: try Repository.text(url))
    if url.lastPathComponent != "OKX.md" { cited.formUnion(numbers) }
    found += numbers.filter { !known.contains($0) }.map { "\(Repository.relative(url)): \($0)" }
  }
  #expect(found == [])
  #expect(cited.count > 30)
}

@Test func theRuleCheckCanFail() throws {
  let good =
    "| OKX-001 | a | b | `Package.swift` | `c.d` |\n| OKX-002 | a | b | `README.md` | `c.d` |"
  #expect(try faults(rules(good), exists: exists) == [])
  for bad in [
    "| OKX-002 | a | b | `Package.swift` | `c.d` |\n| OKX-001 | a | b | `README.md` | `c.d` |",
    "| OKX-001 | a | b | `Package.swift` | `c.d` |\n| OKX-001 | a | b | `README.md` | `c.d` |",
    "| OKX-1 | a | b | `Package.swift` | `c.d` |", "| OKX-001 | a |  | `Package.swift` | `c.d` |",
    "| OKX-001 | a | b | `Package.swift` |", "| OKX-001 | a | b | `Package.swift` |  |",
    "| OKX-001 | a | b | code | `c.d` |",
    "| OKX-001 | a | b | `Sources/Hot/Nowhere.swift` | `c.d` |",
  ] {
    #expect(try faults(rules(bad), exists: exists) != [], "\(bad)")
  }
}
