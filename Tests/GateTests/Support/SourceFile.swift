// A file of the repository as the gates see it: its place, its lines and its tokens, read once.
import Foundation

struct SourceFile: Sendable {
  var path: String
  var text: String
  var tokens: [Token]

  init(path: String, text: String) {
    self.path = path
    self.text = text
    let language = SourceLanguage(ofExtension: (path as NSString).pathExtension)
    tokens = language.map { SourceText.tokens(text, $0) } ?? []
  }

  var lines: [Substring] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.last == "" ? lines.dropLast() : lines
  }

  /// `Sources/Hot/OKX/Public/PublicSession.swift` split at its slashes.
  var parts: [String] { path.split(separator: "/").map(String.init) }
  var ext: String { (path as NSString).pathExtension }

  /// The target's name, for a file below Sources.
  var module: String? {
    guard parts.first == "Sources", parts.count > 2 else { return nil }
    return parts[1] == "llmtrading" ? parts[1] : parts[2]
  }

  /// The folder inside of the module, "" for a file at its root.
  var folder: String? {
    guard module != nil else { return nil }
    return parts.dropFirst(parts[1] == "llmtrading" ? 2 : 3).dropLast().joined(separator: "/")
  }

  static func all(below folder: String, _ extensions: String...) -> [SourceFile] {
    extensions.flatMap { Repository.files(below: folder, withExtension: $0) }.compactMap { url in
      (try? Repository.text(url)).map { SourceFile(path: Repository.relative(url), text: $0) }
    }
  }

  /// Every Swift file of the product.
  static let sources = all(below: "Sources", "swift")
  static let tests = all(below: "Tests", "swift")
  static let benchmarks = all(below: "Benchmarks", "swift")
  static let shims = all(below: "CShims", "c", "h")
  static let page = all(below: "Sources/Control/Console/Page", "js", "css", "html")
}
