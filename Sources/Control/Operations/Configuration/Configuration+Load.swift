// Loading, writing and hashing a configuration; control plane.

import Crypto
import Foundation

extension Configuration {
  /// Reads and checks a file. Throws every problem at once.
  ///
  /// - Parameters:
  ///   - overrides: keys from the command line (`state_dir`, `topology`), applied after the file.
  ///   - allowLive: --live was given.
  public static func load(
    path: String, overrides: [String: String] = [:], allowLive: Bool = false
  ) throws(ConfigurationError) -> Configuration {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ConfigurationError(source: path, problems: [.init("cannot be read")])
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw ConfigurationError(source: path, problems: [.init("is not UTF-8 text")])
    }
    return try parse(text, source: path, overrides: overrides, allowLive: allowLive)
  }

  /// `load` of a text.
  public static func parse(
    _ yaml: String, source: String = "configuration", overrides: [String: String] = [:],
    allowLive: Bool = false
  ) throws(ConfigurationError) -> Configuration {
    var reader = ConfigurationReader()
    reader.read(yaml: yaml)
    var configuration = reader.configuration
    var problems = reader.problems
    for (name, text) in overrides.sorted(by: { $0.key < $1.key }) {
      let path = name.split(separator: ".").map(String.init)
      guard let match = ConfigurationSchema.key(at: path) else {
        problems.append(.init(ConfigurationSchema.unknown(path)))
        continue
      }
      if !match.key.set(&configuration, match.wildcard, [text]) {
        problems.append(.init("\(name): \(match.key.expectation), not \"\(text)\""))
      }
    }
    // Values that were refused would only be reported twice, as missing.
    if problems.isEmpty { problems = configuration.problems(allowLive: allowLive) }
    if !problems.isEmpty { throw ConfigurationError(source: source, problems: problems) }
    return configuration
  }

  /// Checks a configuration made in code.
  public func validate(allowLive: Bool = false) throws(ConfigurationError) {
    let problems = problems(allowLive: allowLive)
    if !problems.isEmpty { throw ConfigurationError(source: "configuration", problems: problems) }
  }

  /// Every key that has a value, in the schema's order: full name and texts.
  var entries: [(path: [String], isList: Bool, texts: [String])] {
    ConfigurationSchema.keys.flatMap { key in
      key.get(self).map { wildcard, texts in
        (key.path.map { $0 == "*" ? wildcard : $0 }, key.isList, texts)
      }
    }
  }

  /// The effective configuration as a file that `parse` reads back to an equal value.
  public var yaml: String {
    var lines: [String] = []
    var open: [String] = []
    // Keys of one parent stand together: by parent, in the order of first appearance.
    for entry in grouped(entries) {
      var depth = 0
      while depth < open.count && depth < entry.path.count - 1 && open[depth] == entry.path[depth] {
        depth += 1
      }
      open = Array(open.prefix(depth))
      while open.count < entry.path.count - 1 {
        lines.append(indent(open.count) + quoted(entry.path[open.count]) + ":")
        open.append(entry.path[open.count])
      }
      let values = entry.texts.map(quoted)
      let text = entry.isList ? "[" + values.joined(separator: ", ") + "]" : values[0]
      lines.append(indent(open.count) + quoted(entry.path[open.count]) + ": " + text)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

  private func grouped(_ entries: [(path: [String], isList: Bool, texts: [String])])
    -> [(path: [String], isList: Bool, texts: [String])]
  {
    var order: [[String]: Int] = [:]
    for entry in entries {
      for length in 1...entry.path.count {
        let prefix = Array(entry.path.prefix(length))
        if order[prefix] == nil { order[prefix] = order.count }
      }
    }
    func rank(_ path: [String]) -> [Int] {
      (1...path.count).map { order[Array(path.prefix($0))] ?? 0 }
    }
    return entries.map { (rank($0.path), $0) }
      .sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1)
  }

  /// Plain where YAML cannot misread it, else in double quotes.
  private func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.utf8.allSatisfy {
        ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x61 && $0 <= 0x7A)
          || $0 == 0x5F || $0 == 0x2D || $0 == 0x2E || $0 == 0x2F
      } && !text.hasPrefix("-") && text != "null"
    if isPlain { return text }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// SHA-256 over the effective configuration, 32 bytes: `name=text` lines, sorted, so that neither the
  /// order of keys nor a default written out changes it. Journal headers carry it.
  public var hash: [UInt8] {
    let lines = entries.map { entry in
      entry.path.joined(separator: ".") + "=" + entry.texts.joined(separator: "\u{1F}") + "\n"
    }
    return Array(SHA256.hash(data: Data(lines.sorted().joined().utf8)))
  }

  public var hashText: String {
    hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
