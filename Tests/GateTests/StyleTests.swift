// House rules that are checks: the opening sentence, no unfinished marks, no process-wide mask, and a strict manifest.
import Foundation
import Testing

private func faults(_ file: SourceFile) -> [String] {
  var found: [String] = []
  if file.lines.first?.hasPrefix("// ") != true {
    found.append("\(file.path): no opening sentence")
  }
  let words = file.text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
  for mark in ["TODO", "FIXME", "XXX", "HACK"] where words.contains(Substring(mark)) {
    found.append("\(file.path): \(mark)")
  }
  // The mask belongs to the process: while one thread has narrowed it, files of the others lose bits.
  if file.path.hasPrefix("Sources/"), file.text.contains("umask(") {
    found.append("\(file.path): umask")
  }
  return found
}

@Test func sourcesKeepTheHouseRules() {
  // A test's own texts may hold a mark.
  let files =
    SourceFile.sources + SourceFile.tests.filter { !$0.path.hasSuffix("StyleTests.swift") }
  expectNone(files.flatMap(faults))
}

@Test func theStyleCheckCanFail() {
  #expect(faults(SourceFile(path: "f.swift", text: "// A.\nlet a = 1 // TODO b")).count == 1)
  #expect(faults(SourceFile(path: "f.swift", text: "import A\n")).count == 1)
  #expect(faults(SourceFile(path: "f.swift", text: "// A.\nlet hackney = 1\n")) == [])
  #expect(faults(SourceFile(path: "Sources/f.swift", text: "// A.\n_ = umask(0)\n")).count == 1)
}

@Test func thePackageIsNeverUnchecked() throws {
  let manifest = try Repository.text(Repository.root.appendingPathComponent("Package.swift"))
  #expect(!manifest.contains("-Ounchecked"))
  #expect(manifest.contains(".treatAllWarnings(as: .error)"))
  #expect(manifest.contains(".strictMemorySafety()"))
}
