// A prompt document as JSON and as YAML: what either says, the other says too; control plane.
import JSON
import Roles

extension PromptDocument {
  /// Keys sorted; read back it is this document.
  public var json: String { value.canonical + "\n" }

  var value: JSONValue {
    var fields: [String: JSONValue] = ["role": .string(role)]
    fields["title"] = title.map { .string($0) }
    fields["background"] = background.map(PromptDocument.value)
    fields["goals"] = goals.map(PromptDocument.value)
    fields["constraints"] = constraints.map(PromptDocument.value)
    fields["output_format"] = outputFormat.map { .string($0) }
    if parameters != ModelParameters() { fields["parameters"] = parameters.json }
    if !tags.isEmpty { fields["tags"] = .array(tags.map { .string($0) }) }
    return .object(fields)
  }

  private static func value(_ section: Section) -> JSONValue {
    switch section {
    case .text(let text): .string(text)
    case .points(let points): .array(points.map { .string($0) })
    }
  }

  /// Sections in their order, texts of many lines as blocks; read back it is this document.
  public var yaml: String {
    var text = "role: \(role)\n"
    if let title { text += "title: \(PromptDocument.scalar(title))\n" }
    if let background { text += PromptDocument.yaml("background", background) }
    if let goals { text += PromptDocument.yaml("goals", goals) }
    if let constraints { text += PromptDocument.yaml("constraints", constraints) }
    if let outputFormat { text += PromptDocument.yaml("output_format", .text(outputFormat)) }
    if case .object(let fields) = parameters.json, !fields.isEmpty {
      text += "parameters:\n"
      for name in fields.keys.sorted() {
        text += "  \(name): \((fields[name] ?? .null).canonical)\n"
      }
    }
    if !tags.isEmpty {
      text += "tags:\n" + tags.map { "  - \(scalar($0))\n" }.joined()
    }
    return text
  }

  private func scalar(_ text: String) -> String { PromptDocument.scalar(text) }

  private static func yaml(_ name: String, _ section: Section) -> String {
    switch section {
    case .points(let points):
      return "\(name):\n" + points.map { "  - \(scalar($0))\n" }.joined()
    case .text(let text):
      guard isBlock(text) else { return "\(name): \(scalar(text))\n" }
      let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
      return "\(name): |\n" + lines.map { $0.isEmpty ? "\n" : "  \($0)\n" }.joined()
    }
  }

  /// Whether a literal block gives exactly this text back: it ends in one line break, begins with a letter,
  /// and has nothing that a block would lose.
  private static func isBlock(_ text: String) -> Bool {
    guard text.hasSuffix("\n"), !text.hasSuffix("\n\n"), let first = text.unicodeScalars.first,
      first.properties.isAlphabetic
    else { return false }
    return text.unicodeScalars.allSatisfy {
      // An ampersand before a word would read as an anchor; quoted, it is escaped.
      $0 == "\n" || ($0 != "&" && $0.value >= 0x20 && !(0x7F...0xA0).contains($0.value))
    } && !text.contains("\r")
  }

  /// A quoted text: every JSON text is one of YAML.
  private static func scalar(_ text: String) -> String {
    JSONValue.string(text).canonical.replacing("&", with: "\\u0026")
  }
}
