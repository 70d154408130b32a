// The functions and types that a file declares, how far each can be seen, and how each is called.

struct Declaration {
  enum Reach { case file, module, everywhere }

  struct Parameter: Equatable {
    /// "_" without a label.
    var label: String
    var mayBeLeftOut: Bool
  }

  var name: String
  var path: String
  var line: Int
  var reach: Reach
  /// At the file's outermost level.
  var isOuter: Bool
  /// What a protocol asks for; those that answer it are called through it.
  var isRequirement: Bool
  /// Nil for a type.
  var parameters: [Parameter]?

  var isType: Bool { parameters == nil }

  /// `name(label:_:)`.
  var signature: String {
    name + (parameters.map { "(" + $0.map { $0.label + ":" }.joined() + ")" } ?? "")
  }
}

enum Declarations {
  static let types: Set<String> = ["struct", "enum", "class", "actor", "protocol", "typealias"]
  private static let modifiers: Set<String> = [
    "public", "package", "internal", "private", "fileprivate", "static", "final", "mutating",
    "nonmutating", "consuming", "borrowing", "nonisolated", "indirect", "isolated", "unsafe",
    "async", "class", "prefix", "postfix", "infix", "distributed", "dynamic", "lazy", "required",
    "convenience", "sending", "rethrows", "override",
  ]

  /// What overrides another module's declaration is left out.
  static func all(in file: SourceFile) -> [Declaration] {
    let tokens = file.tokens
    var found: [Declaration] = []
    var depth = 0
    // The protocol whose requirements are being read: their reach is its own.
    var openProtocol: (depth: Int, reach: Declaration.Reach)?
    for index in tokens.indices.dropLast() {
      let token = tokens[index]
      if token.isMark("{") { depth += 1 }
      if token.isMark("}") {
        depth -= 1
        if let open = openProtocol, depth <= open.depth { openProtocol = nil }
      }
      guard declares(index, in: tokens) else { continue }
      let words = modifiers(before: index, in: tokens)
      if words.contains("override") { continue }
      var reach: Declaration.Reach = .module
      if words.contains("public") || words.contains("package") { reach = .everywhere }
      if words.contains("private") || words.contains("fileprivate") { reach = .file }
      if let open = openProtocol { reach = open.reach }
      if token.value == "protocol" { openProtocol = (depth, reach) }
      found.append(
        Declaration(
          name: tokens[index + 1].value, path: file.path, line: tokens[index + 1].line,
          reach: reach, isOuter: depth == 0,
          isRequirement: openProtocol.map { $0.depth < depth } ?? false,
          parameters: token.value == "func" ? parameters(after: index + 1, in: tokens) : nil))
    }
    return found
  }

  private static func declares(_ index: Int, in tokens: [Token]) -> Bool {
    let token = tokens[index]
    let name = tokens[index + 1]
    guard token.kind == .word, token.value == "func" || types.contains(token.value),
      name.kind == .word, name.value != "func", name.value != "var"
    else { return false }
    return index == 0 || !tokens[index - 1].isMark(".") && !tokens[index - 1].isWord("import")
  }

  private static func modifiers(before index: Int, in tokens: [Token]) -> Set<String> {
    var words: Set<String> = []
    var at = index - 1
    while at >= 0 {
      if tokens[at].kind == .word, modifiers.contains(tokens[at].value) {
        words.insert(tokens[at].value)
        at -= 1
      } else if tokens[at].isMark(")") {
        // The arguments of an attribute or of a modifier: `@available(…)`, `nonisolated(unsafe)`.
        let open = Functions.start(of: at, in: tokens)
        guard open > 1, tokens[open - 1].kind == .word else { break }
        at = open - 1
        if !modifiers.contains(tokens[at].value) {
          guard tokens[at - 1].isMark("@") else { break }
          at -= 2
        }
      } else if at > 0, tokens[at].kind == .word, tokens[at - 1].isMark("@") {
        at -= 2
      } else {
        break
      }
    }
    return words
  }

  private static func parameters(after name: Int, in tokens: [Token]) -> [Declaration.Parameter] {
    guard let open = tokens[name...].firstIndex(where: { $0.isMark("(") }) else { return [] }
    let close = Functions.end(of: open, in: tokens)
    return Functions.arguments(from: open + 1, to: close, in: tokens, generics: true).map { range in
      var first = range.lowerBound
      while tokens[first].isMark("@") { first += 2 }
      // Defaults, closures that may trail, and lists of any length.
      let rest = tokens[range]
      let isOptional =
        rest.contains { $0.isMark("=") } || rest.last?.isMark(".") == true
        || zip(rest, rest.dropFirst()).contains { $0.isMark("-") && $1.isMark(">") }
      return Declaration.Parameter(label: tokens[first].value, mayBeLeftOut: isOptional)
    }
  }
}
