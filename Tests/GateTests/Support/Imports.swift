// The modules that a file imports.

enum Imports {
  private static let kinds: Set<String> = [
    "struct", "enum", "class", "func", "protocol", "typealias", "let", "var",
  ]

  static func all(in tokens: [Token]) -> [String] {
    tokens.indices.dropLast().compactMap { index in
      guard tokens[index].isWord("import"), index == 0 || !tokens[index - 1].isMark(".") else {
        return nil
      }
      let next = tokens[index + 1]
      guard next.kind == .word, next.line == tokens[index].line else { return nil }
      guard kinds.contains(next.value), index + 2 < tokens.count else { return next.value }
      return tokens[index + 2].value
    }
  }
}
