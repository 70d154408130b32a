// A prompt's tree as a document: every key known, every value of its kind, each problem at its place; control plane.
import JSON
import Ledger
import Roles
import Yams

struct PromptReader {
  private let inputs: Set<InputKind>?
  private var problems: [PromptProblem] = []

  private static let keys = [
    "role", "title", "background", "goals", "constraints", "output_format", "parameters", "tags",
  ]

  init(inputs: Set<InputKind>?) { self.inputs = inputs }

  mutating func document(_ root: Node, role: String?) throws(PromptProblems) -> PromptDocument {
    guard case .mapping(let fields) = root else {
      throw PromptSyntax.one(
        .wrongType, root.line, root.column,
        "a prompt is a mapping with the keys "
          + PromptReader.keys.joined(separator: ", "))
    }
    var document = PromptDocument(role: "")
    var seen: Set<String> = []
    for (key, value) in fields {
      guard let name = key.plain else {
        add(.unknownKey, key, "a key is a word")
        continue
      }
      seen.insert(name)
      read(name, key, value, into: &document)
    }
    if !seen.contains("role") { add(.missing, root, "`role` is missing") }
    let sections = ["background", "goals", "constraints"]
    if seen.isDisjoint(with: sections) {
      add(.missing, root, "one of \(sections.joined(separator: ", ")) must be there")
    }
    if let role, seen.contains("role"), document.role != role, !document.role.isEmpty {
      let node = fields.first { $0.key.plain == "role" }?.value ?? root
      add(.role, node, "this is the prompt of `\(role)`, not of `\(document.role.prefix(40))`")
    }
    if !problems.isEmpty {
      problems.sort { ($0.line, $0.column) < ($1.line, $1.column) }
      throw PromptProblems(items: Array(problems.prefix(PromptDocument.problemsMax)))
    }
    return document
  }

  private mutating func read(
    _ name: String, _ key: Node, _ value: Node, into document: inout PromptDocument
  ) {
    switch name {
    case "role":
      document.role = text(value, name) ?? ""
      if !document.role.isEmpty && !PromptStore.isRole(document.role) {
        add(.outOfRange, value, "`role` takes at most 40 lower-case letters, digits and _")
      }
    case "title": document.title = text(value, name, scalarsMax: 80)
    case "background": document.background = section(value, name)
    case "goals": document.goals = section(value, name)
    case "constraints": document.constraints = section(value, name)
    case "output_format":
      document.outputFormat = text(value, name)
      if let text = document.outputFormat { placeholders(text, value) }
    case "parameters": parameters(value, into: &document.parameters)
    case "tags": document.tags = tags(value)
    default:
      add(
        .unknownKey, key,
        "unknown key `\(name.prefix(40))`; known are \(PromptReader.keys.joined(separator: ", "))")
    }
  }

  private mutating func text(_ node: Node, _ name: String, scalarsMax: Int = .max) -> String? {
    guard case .scalar(let scalar) = node, !node.isNull else {
      add(.wrongType, node, "`\(name)` is a text")
      return nil
    }
    // An escape can write what the text itself may not hold.
    if let found = scalar.string.unicodeScalars.first(where: PromptSyntax.isHidden) {
      add(.character, node, PromptSyntax.hidden(found))
      return nil
    }
    if scalar.string.trimmedLines.isEmpty {
      add(.empty, node, "`\(name)` is empty; leave it out or say something")
      return nil
    }
    if scalar.string.unicodeScalars.count > scalarsMax {
      add(.outOfRange, node, "`\(name)` takes at most \(scalarsMax) characters")
      return nil
    }
    return scalar.string
  }

  private mutating func section(_ node: Node, _ name: String) -> PromptDocument.Section? {
    if case .sequence(let items) = node {
      if items.isEmpty { add(.empty, node, "`\(name)` is an empty list") }
      var points: [String] = []
      for item in items {
        guard let point = text(item, "\(name)[\(points.count)]") else { continue }
        placeholders(point, item)
        points.append(point)
      }
      return .points(points)
    }
    if case .mapping = node {
      add(.wrongType, node, "`\(name)` is a text or a list of texts")
      return nil
    }
    guard let text = text(node, name) else { return nil }
    placeholders(text, node)
    return .text(text)
  }

  private mutating func tags(_ node: Node) -> [String] {
    guard case .sequence(let items) = node else {
      add(.wrongType, node, "`tags` is a list of words")
      return []
    }
    if items.count > PromptDocument.tagsMax {
      add(.outOfRange, node, "`tags` takes at most \(PromptDocument.tagsMax)")
    }
    var tags: [String] = []
    for item in items {
      guard let tag = text(item, "tags", scalarsMax: 40) else { continue }
      if tags.contains(tag) { add(.duplicateKey, item, "tag `\(tag)` is given twice") }
      tags.append(tag)
    }
    return tags
  }

  private mutating func placeholders(_ text: String, _ node: Node) {
    for name in PromptPlaceholder.names(in: text) {
      guard let place = PromptPlaceholder(rawValue: name) else {
        let known = PromptPlaceholder.allCases.map(\.rawValue).joined(separator: ", ")
        add(.placeholder, node, "unknown placeholder `{{\(name.prefix(40))`; known are \(known)")
        continue
      }
      if let inputs, let needed = place.input, !inputs.contains(needed) {
        add(
          .placeholder, node, "`{{\(name)}}`: the role's inputs do not have \(needed.rawValue)")
      }
    }
  }

  // ---- Parameters ----

  private mutating func parameters(_ node: Node, into values: inout ModelParameters) {
    guard case .mapping(let fields) = node else {
      add(.wrongType, node, "`parameters` is a mapping")
      return
    }
    for (key, value) in fields {
      switch key.plain ?? "" {
      case "model": values.model = text(value, "model", scalarsMax: 100)
      case "temperature": values.temperature = number(value, "temperature", 0...2)
      case "top_p": values.topP = number(value, "top_p", 0...1)
      case "max_tokens":
        if let count = number(value, "max_tokens", 1...131_072) {
          if count == count.rounded() {
            values.maxTokens = Int(count)
          } else {
            add(.wrongType, value, "`max_tokens` is a whole number")
          }
        }
      case "thinking":
        switch value.plain {
        case "true": values.thinking = true
        case "false": values.thinking = false
        default: add(.wrongType, value, "`thinking` is true or false")
        }
      case "reasoning_effort":
        let words = ["low", "medium", "high"]
        if let word = value.plain ?? value.quoted, words.contains(word) {
          values.reasoningEffort = word
        } else {
          add(
            .outOfRange, value,
            "`reasoning_effort` is one of \(words.joined(separator: ", "))")
        }
      default:
        add(
          .unknownKey, key,
          "unknown parameter; known are model, temperature, top_p, max_tokens, thinking, "
            + "reasoning_effort")
      }
    }
  }

  private mutating func number(_ node: Node, _ name: String, _ range: ClosedRange<Double>)
    -> Double?
  {
    guard let plain = node.isQuoted ? nil : node.plain,
      plain.utf8.allSatisfy({ (0x30...0x39).contains($0) || Array("+-.eE".utf8).contains($0) }),
      let value = Double(plain)
    else {
      add(.wrongType, node, "`\(name)` is a number")
      return nil
    }
    if !range.contains(value) {
      let lower = JSONValue.number(range.lowerBound).canonical
      let upper = JSONValue.number(range.upperBound).canonical
      add(.outOfRange, node, "`\(name)` is from \(lower) to \(upper)")
      return nil
    }
    return value
  }

  private mutating func add(_ code: PromptProblem.Code, _ node: Node, _ message: String) {
    if problems.count > 4 * PromptDocument.problemsMax { return }
    problems.append(PromptProblem(code, line: node.line, column: node.column, message))
  }
}

extension Node {
  var line: Int { max(1, mark?.line ?? 1) }
  var column: Int { max(1, mark?.column ?? 1) }

  var plain: String? {
    if case .scalar(let scalar) = self { return scalar.string }
    return nil
  }

  var quoted: String? { isQuoted ? plain : nil }

  var isQuoted: Bool {
    if case .scalar(let scalar) = self { return scalar.style != .plain && scalar.style != .any }
    return false
  }

  /// `key:` without a value, `null`, `~`.
  var isNull: Bool {
    if case .scalar(let scalar) = self {
      return !isQuoted && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
    return false
  }
}
