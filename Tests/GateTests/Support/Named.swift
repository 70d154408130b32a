// What the repository calls by a name: paths, words of code, tests, routes, keys, targets, commands.
import Foundation

struct Named {
  private(set) var paths: Set<String> = []
  /// Words of code and of the texts in it; no word of a comment.
  private(set) var words: Set<String> = []
  /// `Suite/function`.
  private(set) var tests: Set<String> = []
  private(set) var routes: [[Substring]] = []
  private(set) var keys: [[Substring]] = []
  /// What `make` can be asked for, and what `llmtrading` can.
  private(set) var targets: Set<String> = []
  private(set) var commands: Set<String> = []

  static let own: Named = {
    var named = Named()
    named.readPaths()
    named.readScripts()
    for file in SourceFile.sources + SourceFile.shims + SourceFile.benchmarks {
      for token in file.tokens {
        named.words.formUnion(token.kind == .text ? words(in: token.value) : [token.value])
      }
    }
    for file in SourceFile.tests {
      for function in Functions.all(in: file) {
        named.tests.insert("\(file.parts[1])/\(function.name)")
      }
      named.words.formUnion(file.tokens.filter { $0.kind == .word }.map(\.value))
    }
    for file in SourceFile.sources { named.readTexts(of: file) }
    return named
  }()

  private mutating func readPaths() {
    guard let walk = FileManager.default.enumerator(atPath: Repository.root.path) else { return }
    for case let path as String in walk {
      if path.hasPrefix(".git/") || path.contains(".build") || path.hasPrefix(".swiftpm") {
        continue
      }
      paths.insert(path)
      let name = (path as NSString).lastPathComponent
      words.insert((name as NSString).deletingPathExtension)
    }
  }

  /// Routes, configuration keys and commands stand in texts beside the words that make them.
  private mutating func readTexts(of file: SourceFile) {
    let tokens = file.tokens
    let isSchema = file.path.contains("/Configuration/")
    for (index, token) in tokens.enumerated() where token.kind == .text {
      if token.value.hasPrefix("/api/") { routes.append(token.value.split(separator: "/")) }
      if isSchema, tokens[index - 1].isMark("("), !token.value.contains(" ") {
        keys.append(token.value.split(separator: "."))
      }
      if index > 2, tokens[index - 1].isMark(":"), tokens[index - 2].isWord("commandName") {
        commands.insert(token.value)
      }
    }
    guard file.module == "llmtrading" else { return }
    // A command without a name of its own is called by its type, an option by its property.
    for declared in Declarations.all(in: file) where declared.isType {
      commands.insert(Named.hyphenated(declared.name))
    }
    for (index, token) in tokens.enumerated() where token.isWord("var") {
      words.insert("--" + Named.hyphenated(tokens[index + 1].value))
    }
  }

  private mutating func readScripts() {
    for path in paths {
      let name = (path as NSString).lastPathComponent
      let isScript = ["sh", "py", "yaml", "js", "css", "html", "json", "yml"].contains(
        (path as NSString).pathExtension)
      guard isScript || ["Makefile", "run", "Package.swift"].contains(name) else { continue }
      let text = (try? Repository.text(Repository.root.appendingPathComponent(path))) ?? ""
      words.formUnion(Named.words(in: text))
      guard name == "Makefile" else { continue }
      for line in text.split(separator: "\n") where !line.hasPrefix("\t") {
        if let colon = line.firstIndex(of: ":") { targets.insert(String(line[..<colon])) }
      }
    }
  }

  static func hyphenated(_ name: String) -> String {
    name.reduce(into: "") { text, letter in
      if letter.isUppercase && !text.isEmpty { text += "-" }
      text += letter.lowercased()
    }
  }

  static func words(in text: String) -> Set<String> {
    Set(
      text.split { !($0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" || $0 == "-") }
        .flatMap { word in [String(word)] + word.split(separator: "-").map(String.init) })
  }
}
