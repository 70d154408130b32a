// Sealed text of the outside world is opened in the few files that may, and nowhere else.
import Foundation
import Testing

/// Who may open it, by the reader that is named.
private let mayOpen: [String: Set<String>] = [
  ".newsCollector": [
    "Sources/Control/News/NewsEnvelope.swift", "Sources/Control/News/NewsRules.swift",
  ],
  ".store": ["Sources/Control/Ledger/News/NewsStore.swift"],
  ".person": ["Sources/llmtrading/NewsCommand.swift"],
]

private func openings(in source: String) -> [String] {
  source.components(separatedBy: "text(for:").dropFirst().map { rest in
    String(rest.drop { $0.isWhitespace }.prefix { $0 != ")" })
  }
}

@Test func sealedTextIsOpenedWhereItMayBe() throws {
  var seen = 0
  var found: [String] = []
  for url in Repository.files(below: "Sources", withExtension: "swift") {
    let path = Repository.relative(url)
    if path.hasSuffix("UntrustedText.swift") { continue }
    for reader in openings(in: try Repository.text(url)) {
      guard let files = mayOpen[reader] else { continue }
      seen += 1
      if !files.contains(path) { found.append("\(path): text(for: \(reader))") }
    }
  }
  #expect(seen >= 4)
  #expect(found == [])
}

@Test func theSealCheckCanFail() {
  #expect(openings(in: "let a = item.title.text(for: .newsCollector)") == [".newsCollector"])
  #expect(openings(in: "x.text(\n  for: .store)") == [])
  #expect(openings(in: "x.text(for:\n  .store)") == [".store"])
}
