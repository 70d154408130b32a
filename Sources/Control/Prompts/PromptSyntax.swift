// From the text of a prompt to a tree with places, with nothing in it that could grow; control plane.
import JSON
import Ledger
import Roles
import Yams

enum PromptSyntax {
  static func root(_ text: String, _ format: PromptFormat) throws(PromptProblems) -> Node {
    let bytes = text.utf8.count
    if bytes > PromptDocument.bytesMax {
      throw one(.tooLarge, 1, 1, "\(bytes) bytes; at most \(PromptDocument.bytesMax) are taken")
    }
    try checkCharacters(text)
    switch format {
    case .yaml:
      // Before the composer runs: what has no anchor has no alias, and cannot grow.
      try checkAnchors(text)
      return try composed(text)
    case .json:
      do { _ = try JSONValue(parsing: text) } catch {
        let (line, column) = place(ofByte: error.offset, in: text)
        let code: PromptProblem.Code =
          switch error.code {
          case .duplicateKey: .duplicateKey
          case .tooDeep: .tooDeep
          default: .syntax
          }
        throw one(
          code, line, column,
          "not JSON: \(error.code.rawValue.replacing("_", with: " "))")
      }
      // Escaped surrogates are JSON and not YAML: then the places are those of the canonical text.
      if let node = try? composed(text) { return node }
      guard let value = try? JSONValue(parsing: text) else { throw one(.syntax, 1, 1, "not JSON") }
      return try composed(value.canonical)
    }
  }

  private static func composed(_ text: String) throws(PromptProblems) -> Node {
    do {
      let parser = try Parser(yaml: text)
      guard let node = try parser.singleRoot() else {
        throw one(.empty, 1, 1, "the document is empty")
      }
      return node
    } catch let problems as PromptProblems {
      throw problems
    } catch let error as YamlError {
      throw told(error, text)
    } catch {
      throw one(.syntax, 1, 1, "not YAML")
    }
  }

  private static func told(_ error: YamlError, _ text: String) -> PromptProblems {
    switch error {
    case .reader(let problem, let offset, _, _):
      let (line, column) = place(ofByte: offset ?? 0, in: text)
      return one(.syntax, line, column, problem)
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
      return one(.syntax, mark.line, mark.column, problem)
    case .composer(_, let problem, let mark, _):
      if problem.contains("alias") {
        return one(.alias, mark.line, mark.column, "aliases are not allowed: write the text out")
      }
      return one(.syntax, mark.line, mark.column, problem)
    case .duplicatedKeysInMapping(let keys, let context):
      let second = secondPlace(of: keys.first ?? "", after: context.mark, in: text)
      return one(
        .duplicateKey, second.line, second.column,
        "`\(keys.first?.prefix(40) ?? "")` is given twice, first in line \(context.mark.line)")
    default: return one(.syntax, 1, 1, "not YAML")
    }
  }

  /// The composer names the first of two equal keys (or any): the next line that begins with it is the second.
  private static func secondPlace(of key: String, after mark: Mark, in text: String) -> (
    line: Int, column: Int
  ) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for index in lines.indices where index >= mark.line {
      let line = lines[index]
      let indent = line.prefix { $0 == " " }.count
      let rest = line.dropFirst(indent)
      if rest.hasPrefix(key + ":") && indent + 1 == mark.column { return (index + 1, indent + 1) }
    }
    return (max(1, mark.line), max(1, mark.column))
  }

  /// Anchors are told wherever `&` begins a word, in prose too: no reading of the text can then be tricked.
  private static func checkAnchors(_ text: String) throws(PromptProblems) {
    var line = 1
    var column = 0
    var before: Unicode.Scalar = "\n"
    var isHeld = false
    for scalar in text.unicodeScalars {
      column += 1
      if isHeld, !scalar.properties.isWhitespace {
        throw one(
          .anchor, line, column - 1,
          "`&` before a word is an anchor of YAML, and anchors are not allowed: put a space after it"
        )
      }
      isHeld =
        scalar == "&"
        && (before.properties.isWhitespace || "[]{},:?-!\"'".unicodeScalars.contains(before)
          || before == "\u{FEFF}")
      before = scalar
      if scalar == "\n" {
        line += 1
        column = 0
      }
    }
  }

  private static func checkCharacters(_ text: String) throws(PromptProblems) {
    var line = 1
    var column = 0
    for scalar in text.unicodeScalars {
      column += 1
      if scalar == "\n" {
        line += 1
        column = 0
      } else if isHidden(scalar) {
        throw one(.character, line, column, hidden(scalar))
      }
    }
  }

  /// Line breaks that editors do not count, marks that turn text around, and what no screen shows.
  static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: false
    case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0x200B, 0xFEFF,
      0xE0000...0xE007F, 0xFFFE, 0xFFFF:
      true
    default: false
    }
  }

  static func hidden(_ scalar: Unicode.Scalar) -> String {
    "U+\(String(scalar.value, radix: 16, uppercase: true)) is not visible; take it out"
  }

  static func place(ofByte offset: Int, in text: String) -> (line: Int, column: Int) {
    var line = 1
    var column = 1
    var bytes = 0
    for scalar in text.unicodeScalars {
      bytes += UTF8.width(scalar)
      if bytes > offset { break }
      if scalar == "\n" {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
    return (line, column)
  }

  static func one(_ code: PromptProblem.Code, _ line: Int, _ column: Int, _ message: String)
    -> PromptProblems
  {
    PromptProblems(items: [PromptProblem(code, line: line, column: column, message)])
  }
}
