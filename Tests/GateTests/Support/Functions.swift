// Where the functions of a file begin and end, found by words and braces.

struct Function: Equatable {
  var name: String
  var line: Int
  var lines: Int
}

enum Functions {
  static func all(in file: SourceFile) -> [Function] {
    switch SourceLanguage(ofExtension: file.ext) {
    case .swift: swift(file.tokens)
    case .c: c(file.tokens)
    case .javaScript: javaScript(file.tokens)
    case nil: []
    }
  }

  /// Functions, initialisers, subscripts, and properties with a body.
  private static func swift(_ tokens: [Token]) -> [Function] {
    var found: [Function] = []
    for (index, token) in tokens.enumerated() where token.kind == .word {
      guard opens.contains(token.value), index == 0 || !tokens[index - 1].isMark(".") else {
        continue
      }
      let isProperty = token.value == "var"
      guard let brace = body(after: index, in: tokens, isProperty: isProperty) else { continue }
      let name =
        token.value == "func" || isProperty ? tokens[index + 1].value : token.value
      found.append(function(name, from: index, brace: brace, in: tokens))
    }
    return found
  }

  private static let opens: Set<String> = ["func", "init", "deinit", "subscript", "var"]
  /// A word that begins the next declaration: the one before it had no body.
  private static let declares: Set<String> = [
    "func", "init", "deinit", "subscript", "var", "let", "case", "struct", "enum", "class",
    "actor", "protocol", "extension", "typealias", "static", "mutating", "public", "private",
    "internal", "fileprivate", "import", "if", "for", "while", "guard", "return", "switch",
  ]

  private static func body(after index: Int, in tokens: [Token], isProperty: Bool) -> Int? {
    var at = index + 1
    while at < tokens.count {
      let token = tokens[at]
      if token.isMark("(") || token.isMark("[") {
        at = end(of: at, in: tokens)
      } else if token.isMark("{") {
        return at
      } else if token.isMark("}") || token.isMark(";") {
        return nil
      } else if isProperty, token.isMark("=") || token.isMark(",") || token.isMark(")") {
        return nil
      } else if at > index + 1, token.line > tokens[index].line, declares.contains(token.value) {
        return nil
      }
      at += 1
    }
    return nil
  }

  /// The place of the mark that closes the one at `open`.
  static func end(of open: Int, in tokens: [Token]) -> Int {
    var depth = 0
    for at in open..<tokens.count where tokens[at].kind == .mark {
      switch tokens[at].value {
      case "(", "[", "{": depth += 1
      case ")", "]", "}":
        depth -= 1
        if depth == 0 { return at }
      default: break
      }
    }
    return tokens.count - 1
  }

  /// The place of the mark that opens what the one at `close` closes.
  static func start(of close: Int, in tokens: [Token]) -> Int {
    var depth = 0
    for at in stride(from: close, through: 0, by: -1) where tokens[at].kind == .mark {
      switch tokens[at].value {
      case ")", "]", "}": depth += 1
      case "(", "[", "{":
        depth -= 1
        if depth == 0 { return at }
      default: break
      }
    }
    return 0
  }

  /// The ranges between the commas of a list; in a list of parameters angle brackets count too.
  static func arguments(
    from start: Int, to end: Int, in tokens: [Token], generics: Bool = false
  ) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var at = start
    var begin = start
    var angles = 0
    while at < end {
      if tokens[at].isMark("(") || tokens[at].isMark("[") || tokens[at].isMark("{") {
        at = Self.end(of: at, in: tokens)
      } else if generics, tokens[at].isMark("<") {
        angles += 1
      } else if generics, tokens[at].isMark(">"), !tokens[at - 1].isMark("-") {
        angles -= 1
      } else if tokens[at].isMark(","), angles <= 0 {
        found.append(begin..<at)
        begin = at + 1
      }
      at += 1
    }
    if begin < end { found.append(begin..<end) }
    return found
  }

  private static func function(_ name: String, from start: Int, brace: Int, in tokens: [Token])
    -> Function
  {
    let last = end(of: brace, in: tokens)
    return Function(
      name: name, line: tokens[start].line, lines: tokens[last].line - tokens[start].line + 1)
  }

  /// Braces at the outermost level that follow a list of parameters.
  private static func c(_ tokens: [Token]) -> [Function] {
    var found: [Function] = []
    var at = 0
    while at < tokens.count {
      if tokens[at].isMark("("), at > 0, tokens[at - 1].kind == .word {
        let close = end(of: at, in: tokens)
        if close + 1 < tokens.count, tokens[close + 1].isMark("{") {
          found.append(
            function(tokens[at - 1].value, from: at - 1, brace: close + 1, in: tokens))
          at = end(of: close + 1, in: tokens)
        } else {
          at = close
        }
      } else if tokens[at].isMark("{") {
        at = end(of: at, in: tokens)
      }
      at += 1
    }
    return found
  }

  private static let statements: Set<String> = ["if", "for", "while", "switch", "catch", "with"]

  /// Named functions, methods, and arrows with a body.
  private static func javaScript(_ tokens: [Token]) -> [Function] {
    var found: [Function] = []
    for (index, token) in tokens.enumerated() where token.isMark("{") && index > 1 {
      if tokens[index - 1].isMark(">"), tokens[index - 2].isMark("=") {
        found.append(function("=>", from: index, brace: index, in: tokens))
      } else if tokens[index - 1].isMark(")") {
        let open = start(of: index - 1, in: tokens) - 1
        guard open >= 0, !statements.contains(tokens[open].value) else { continue }
        found.append(function(tokens[open].value, from: open, brace: index, in: tokens))
      }
    }
    return found
  }
}
