// Finding keys by name, and guessing what a wrong name meant; control plane.

extension ConfigurationSchema {
  /// The key at `path`, and what its wildcard stands for (empty without one).
  static func key(at path: [String]) -> (key: ConfigurationKey, wildcard: String)? {
    for key in keys where key.path.count == path.count {
      if zip(key.path, path).allSatisfy({ $0 == "*" || $0 == $1 }) {
        let wildcard = zip(key.path, path).first { $0.0 == "*" }?.1 ?? ""
        return (key, wildcard)
      }
    }
    return nil
  }

  /// The names that may stand directly below `path`.
  static func names(below path: [String]) -> [String] {
    var names: [String] = []
    for key in keys where key.path.count > path.count {
      let isBelow = zip(key.path, path).allSatisfy { $0 == "*" || $0 == $1 }
      let name = key.path[path.count]
      if isBelow && !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// What to say of a path that is no key.
  static func unknown(_ path: [String]) -> String {
    let text = path.joined(separator: ".")
    let siblings = names(below: Array(path.dropLast())).filter { $0 != "*" }
    let wrong = path.last ?? ""
    let nearest =
      siblings.map { (name: $0, distance: distance($0, wrong)) }
      .min { $0.distance < $1.distance }
    if let nearest, nearest.distance <= max(2, wrong.count / 2) {
      let guess = (path.dropLast() + [nearest.name]).joined(separator: ".")
      return "unknown key \(text); did you mean \(guess)?"
    }
    // The right name in the wrong place.
    if let elsewhere = keys.first(where: { $0.path.last == wrong }) {
      return "unknown key \(text); did you mean \(elsewhere.name)?"
    }
    return "unknown key \(text)"
  }

  /// Levenshtein distance.
  static func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a)
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let substituted = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }

  /// What `llmtrading config explain [KEY]` prints: one key, all below a name, or all. Nil with
  /// a suggestion's text in `unknown` when there is none.
  public static func explain(_ name: String? = nil) -> Result<String, ConfigurationError> {
    guard let name else { return .success(keys.map(describe).joined(separator: "\n")) }
    let path = name.split(separator: ".").map(String.init)
    if let match = key(at: path) { return .success(describe(match.key)) }
    let below = keys.filter { key in
      key.path.count > path.count && zip(key.path, path).allSatisfy { $0 == "*" || $0 == $1 }
    }
    if !below.isEmpty && !path.isEmpty {
      return .success(below.map(describe).joined(separator: "\n"))
    }
    return .failure(
      ConfigurationError(source: "config explain", problems: [.init(unknown(path))]))
  }

  private static func describe(_ key: ConfigurationKey) -> String {
    var facts = [key.typeName]
    if !key.unit.isEmpty { facts.append(key.unit) }
    if let range = key.range {
      facts.append(
        range.upperBound == .max
          ? "at least \(range.lowerBound)" : "\(range.lowerBound)…\(range.upperBound)")
    }
    facts.append(key.defaultText.map { "default \($0)" } ?? "no default")
    return "\(key.name)\n    \(facts.joined(separator: "; "))\n    \(key.meaning)\n"
  }
}
