// docs/REQUIREMENTS.md: every row of the product requirements has a row, and every test it names exists.
import Foundation
import Testing

private struct Row {
  var id: String
  var cells: [String]
}

private func rows() throws -> [Row] {
  let text = try Repository.text(Repository.root.appendingPathComponent("docs/REQUIREMENTS.md"))
  return text.split(separator: "\n").filter { $0.hasPrefix("| ") }.map { line in
    let cells = line.split(separator: "|", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    return Row(id: cells[1], cells: Array(cells[2...].dropLast()))
  }.filter { $0.id != "id" && !$0.id.hasPrefix("-") }
}

/// `Suite/test` names in backticks.
private func testNames(in cell: String) -> [String] {
  cell.split(separator: "`").map(String.init).filter {
    $0.contains("/") && !$0.contains(" ") && !$0.contains(".")
  }
}

@Test func everyRequirementHasARow() throws {
  let ids = Set(try rows().map(\.id))
  let expected = [
    "card.1", "card.2", "card.3", "card.4", "card.5", "3.1.a", "3.1.b", "3.1.c", "3.1.d", "3.1.e",
    "3.1.f", "3.1.g", "3.1.h", "3.2.a", "3.2.b", "3.2.c", "3.2.d", "4.1", "4.2", "4.3", "5.1",
    "5.2", "5.3", "6.1", "6.2", "6.3", "7.1", "9", "10", "11", "12",
  ]
  #expect(expected.filter { !ids.contains($0) } == [])
  for row in try rows() {
    #expect(row.cells.count == 4, "\(row.id): requirement, status, where, test or reason")
    #expect(
      ["done", "part", "open", "differs"].contains(row.cells[1]), "\(row.id): \(row.cells[1])")
    #expect(!row.cells[3].isEmpty, "\(row.id): a test, or the reason why there is none")
  }
}

@Test func everyNamedTestExists() throws {
  var sources: [String: String] = [:]
  for url in Repository.files(below: "Tests", withExtension: "swift") {
    let suite = Repository.relative(url).split(separator: "/")[1]
    sources[String(suite), default: ""] += try Repository.text(url)
  }
  var missing: [String] = []
  for row in try rows() {
    for name in testNames(in: row.cells[3]) {
      let parts = name.split(separator: "/").map(String.init)
      guard parts.count == 2, sources[parts[0]]?.contains("func \(parts[1])(") == true else {
        missing.append("\(row.id): \(name)")
        continue
      }
    }
  }
  #expect(missing == [])
}

@Test func theRequirementsCheckReadsNames() {
  #expect(
    testNames(in: "`GateTests/everyNamedTestExists`, see `docs/RISK.md`") == [
      "GateTests/everyNamedTestExists"
    ])
}
