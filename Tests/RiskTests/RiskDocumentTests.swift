// docs/RISK.md has one line for each refusal code, with its number and name.

import Foundation
import Quantities
import Testing

@Suite struct RiskDocumentTests {
  @Test func aLineForEachCode() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "docs/RISK.md"), encoding: .utf8)
    var written: [UInt16: String] = [:]
    for line in text.split(separator: "\n") {
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard cells.count == 7, let number = UInt16(cells[1]) else { continue }
      #expect(written[number] == nil, "code \(number) stands twice")
      written[number] = cells[2].trimmingCharacters(in: CharacterSet(charactersIn: "`"))
      #expect(cells[3...5].allSatisfy { !$0.isEmpty }, "code \(number) lacks a column")
    }
    var expected: [UInt16: String] = [:]
    for code in RefusalCode.allCases { expected[code.rawValue] = "\(code)" }
    #expect(written == expected)
    #expect(
      RefusalCode.allCases.allSatisfy { $0.rawValue < 128 }, "the gate counts codes below 128")
  }
  @Test func aLineForEachLimit() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "docs/RISK.md"), encoding: .utf8)
    var refuses: [String: Bool] = [:]
    for line in text.split(separator: "\n") {
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard cells.count == 6, cells[1].hasPrefix("`") else { continue }
      refuses[cells[1].trimmingCharacters(in: CharacterSet(charactersIn: "`"))] =
        cells[4] == "refuses"
    }
    let expected = InstrumentLimit.allCases.map { ($0.text.key, $0.text.isMandatory) }
    #expect(refuses == Dictionary(uniqueKeysWithValues: expected))
  }
}
