// Nothing is longer than a reader can hold: functions, files, and lines of the page.
import Foundation
import Testing

private let functionLinesMax = 70
private let fileLinesMax = 300
private let columnsMax = 100

private let code = SourceFile.sources + SourceFile.tests + SourceFile.shims + SourceFile.page

private func longFunctions(_ file: SourceFile) -> [String] {
  Functions.all(in: file).filter { $0.lines > functionLinesMax }.map {
    "\(file.path):\($0.line): \($0.name) has \($0.lines) lines"
  }
}

private func longFile(_ file: SourceFile) -> [String] {
  file.lines.count > fileLinesMax ? ["\(file.path): \(file.lines.count) lines"] : []
}

private func wideLines(_ file: SourceFile) -> [String] {
  file.lines.enumerated().filter { $0.element.count > columnsMax }.map {
    "\(file.path):\($0.offset + 1): \($0.element.count) columns"
  }
}

@Test func noFunctionIsLongerThanAPage() {
  #expect(code.count > 400)
  expectNone(code.flatMap(longFunctions))
}

@Test func noFileIsLongerThanItsReason() {
  expectNone(code.flatMap(longFile))
}

/// Swift's lines are the linter's.
@Test func noLineOfThePageOrTheShimsIsTooWide() {
  let files = (SourceFile.page + SourceFile.shims).filter { $0.ext != "html" }
  #expect(files.count > 20)
  expectNone(files.flatMap(wideLines))
}

@Test func theLengthChecksCanFail() {
  let body = Array(repeating: "  a()", count: 69).joined(separator: "\n")
  let long = [
    "f.swift": "struct S {\n  func f(_ g: () -> Int = { 1 }) async\n  throws {\n\(body)\n}\n}",
    "g.swift": "struct S { var f: Int {\n\(body)\n\n}\n}",
    "h.swift": "init() {\n\(body)\n\n}",
    "f.c": "static int f(int a) {\n\(body)\n\n}",
    "f.js": "export const f = (a) => {\n\(body)\n\n};",
    "g.js": "async function f(a) {\n\(body)\n\n}",
  ]
  for (path, text) in long {
    #expect(longFunctions(SourceFile(path: path, text: text)).count == 1, "\(path)")
    let short = text.replacingOccurrences(of: "  a()\n  a()\n  a()\n", with: "  a()\n")
    #expect(longFunctions(SourceFile(path: path, text: short)) == [], "\(path)")
  }
  let lines = SourceFile(path: "f.css", text: String(repeating: "a\n", count: 300))
  #expect(longFile(lines) == [])
  #expect(longFile(SourceFile(path: "f.css", text: lines.text + "a\n")).count == 1)
  #expect(wideLines(SourceFile(path: "f.js", text: String(repeating: "é", count: 100))) == [])
  #expect(wideLines(SourceFile(path: "f.js", text: String(repeating: "é", count: 101))).count == 1)
}

@Test func tokensLeaveOutCommentsAndKeepInterpolations() {
  let text =
    #"let a = "x \(f("}")) y" // g {"# + "\n/* h /* i */ j */ let b = \"\"\"\n { \"\n\"\"\"\n"
  let words = SourceText.tokens(text).filter { $0.kind == .word }.map(\.value)
  #expect(words == ["let", "a", "f", "let", "b"] || words == ["let", "a", "f", "let", "b"])
  #expect(SourceText.tokens(text).filter { $0.isMark("{") } == [])
  #expect(
    SourceText.tokens("a.replace(/[\"/]{2}/g, '{'); b / c; `{${d}{`", .javaScript)
      .filter { $0.kind == .word }.map(\.value) == ["a", "replace", "g", "b", "c", "d"])
}
