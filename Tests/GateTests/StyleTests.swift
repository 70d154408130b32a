// House rules that are checks: file length, the opening sentence, and no unfinished marks.
import Foundation
import Testing

@Test func sourcesKeepTheHouseRules() throws {
  var found: [String] = []
  for url in Repository.files(below: "Sources", withExtension: "swift") {
    let text = try Repository.text(url)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.count > 400 { found.append("\(Repository.relative(url)): \(lines.count) lines") }
    if !(lines.first?.hasPrefix("// ") ?? false) {
      found.append("\(Repository.relative(url)): no opening sentence")
    }
    for mark in ["TODO", "FIXME", "XXX", "HACK"] where text.contains(mark) {
      found.append("\(Repository.relative(url)): \(mark)")
    }
  }
  #expect(found == [])
}

@Test func thePackageIsNeverUnchecked() throws {
  let manifest = try Repository.text(Repository.root.appendingPathComponent("Package.swift"))
  #expect(!manifest.contains("-Ounchecked"))
  #expect(manifest.contains(".treatAllWarnings(as: .error)"))
  #expect(manifest.contains(".strictMemorySafety()"))
}
