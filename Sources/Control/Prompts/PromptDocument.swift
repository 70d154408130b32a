// A role's prompt as people write it: sections, parameters, tags; control plane.
import Ledger
import Roles

/// Made from YAML or JSON by `init(parsing:)`, which refuses whatever a call could not use.
public struct PromptDocument: Sendable, Hashable {
  /// One text, or a list of points.
  public enum Section: Sendable, Hashable {
    case text(String)
    case points([String])
  }

  public var role: String
  public var title: String?
  /// At least one of these three is there.
  public var background: Section?
  public var goals: Section?
  public var constraints: Section?
  /// Said before the part that is made from the role's schema, which always follows.
  public var outputFormat: String?
  public var parameters = ModelParameters()
  public var tags: [String] = []

  public static let bytesMax = PromptStore.textBytesMax
  /// Of lists and mappings within each other.
  public static let depthMax = 4
  /// Problems that are told of one document.
  public static let problemsMax = 50
  public static let tagsMax = 16

  init(role: String) { self.role = role }

  /// - Parameters:
  ///   - role: the id that the document must name; nil: any.
  ///   - inputs: what the role may see, which its placeholders are held against; nil: not held.
  public init(
    parsing text: String, format: PromptFormat, role: String? = nil,
    inputs: Set<InputKind>? = nil
  ) throws(PromptProblems) {
    let root = try PromptSyntax.root(text, format)
    var reader = PromptReader(inputs: inputs)
    self = try reader.document(root, role: role)
  }

  // ---- Rendering ----

  /// What a model is told before anything that changes: the same bytes for one document and schema.
  public func system(_ schema: RoleSchema) -> String {
    var parts = ["You are the role \(role)\(title.map { " (\($0))" } ?? "")."]
    if let background { parts.append("Background\n" + PromptDocument.rendered(background)) }
    if let goals { parts.append("Goals\n" + PromptDocument.rendered(goals)) }
    if let constraints { parts.append("Constraints\n" + PromptDocument.rendered(constraints)) }
    var output = "Output format\n"
    if let outputFormat {
      output += PromptPlaceholder.filled(outputFormat).trimmedLines + "\n"
    }
    parts.append(output + schema.promptSection)
    return parts.joined(separator: "\n\n")
  }

  static func rendered(_ section: Section) -> String {
    switch section {
    case .text(let text): PromptPlaceholder.filled(text).trimmedLines
    case .points(let points):
      points.map { "- " + PromptPlaceholder.filled($0).trimmedLines }.joined(separator: "\n")
    }
  }
}

/// `{{name}}` in a text: points at a block of the user message, so that the text stays the same bytes.
public enum PromptPlaceholder: String, Sendable, CaseIterable {
  case snapshot, upstream, news

  /// The input that the role must have; nil: every role has it.
  var input: InputKind? {
    switch self {
    case .snapshot: nil
    case .upstream: .stances
    case .news: .rawNews
    }
  }

  /// What stands in its place.
  var words: String {
    switch self {
    case .snapshot: "the block SNAPSHOT of the user message"
    case .upstream: "the block ANSWERS OF THE ROLES BEFORE YOU of the user message"
    case .news: "the news envelope of the user message"
    }
  }

  static func filled(_ text: String) -> String {
    var text = text
    for place in allCases {
      text = text.replacing("{{\(place.rawValue)}}", with: place.words)
    }
    return text
  }

  /// Names between double braces as they are written; an unclosed one is told as it begins.
  static func names(in text: String) -> [String] {
    var found: [String] = []
    var rest = text[...]
    while let start = rest.firstRange(of: "{{") {
      rest = rest[start.upperBound...]
      guard let end = rest.firstRange(of: "}}") else {
        found.append(String(rest.prefix(20)))
        break
      }
      found.append(String(rest[..<end.lowerBound]))
      rest = rest[end.upperBound...]
    }
    return found
  }
}

extension String {
  /// Without blank lines and spaces around it.
  var trimmedLines: String {
    var scalars = unicodeScalars[...]
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
    return String(scalars)
  }
}
