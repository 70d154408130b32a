// One definition of a role's answer, from which the tool's schema, the prompt's text and the validator come; control plane.

import JSON

/// The answer is always one flat object, its names all required. With `mayAbstain` the first two are
/// `abstain` and `reason`: a role that abstains gives its reason and null everywhere else, one that answers
/// gives null nowhere (but in fields that are nullable themselves).
public struct RoleSchema: Sendable, Hashable {
  public let name: String
  /// A record.
  public let root: SchemaNode
  public let mayAbstain: Bool
  /// SHA-256, 64 hex digits, over everything a model is told of the answer; on every record.
  public let hash: String
  /// What a strict tool (OpenAI, DeepSeek) takes: every name required, no other allowed, no keyword outside
  /// of the common subset. It is weaker than `exactSchema` where that subset has no word for a rule.
  public let jsonSchema: JSONValue
  /// JSON Schema draft 2020-12 that accepts exactly what `validate` accepts.
  public let exactSchema: JSONValue
  /// The prompt's output section.
  public let promptSection: String

  /// - Parameters:
  ///   - name: letters, digits and `_`: a tool's name.
  ///   - fields: of the answer, without `abstain` and `reason`, which `mayAbstain` puts in front.
  public init(name: String, fields: [SchemaField], mayAbstain: Bool) {
    self.name = name
    self.mayAbstain = mayAbstain
    var all: [SchemaField] = []
    if mayAbstain {
      all = RoleSchema.abstention
      for field in fields {
        var field = field
        field.node.isNullable = true
        all.append(field)
      }
    } else {
      all = fields
    }
    root = SchemaNode(.record(all), "The whole answer.")
    let render = SchemaRender(mayAbstain: mayAbstain)
    jsonSchema = render.strict(root)
    exactSchema = render.exact(root)
    promptSection = render.prompt(all)
    hash = Digests.sha256(
      exactSchema.canonical + "\n" + jsonSchema.canonical + "\n" + promptSection)
  }

  /// The fields in the order in which they are asked for.
  public var fields: [SchemaField] {
    if case .record(let fields) = root.kind { return fields }
    return []
  }

  public func field(_ name: String) -> SchemaNode? { fields.first { $0.name == name }?.node }

  public static let abstainField = "abstain"
  public static let reasonField = "reason"

  private static let abstention = [
    SchemaField(
      abstainField,
      SchemaNode(
        .boolean,
        "true when the input does not support an answer; then every field but reason is null.")),
    SchemaField(
      reasonField,
      SchemaNode(
        .text(charactersMax: 300), "Why, in one sentence; with an answer, its main argument."
      )),
  ]

  /// An abstention as this schema writes it; nil where the role may not abstain.
  public func abstention(_ reason: String) -> JSONValue? {
    if !mayAbstain { return nil }
    var object: [String: JSONValue] = [:]
    for field in fields { object[field.name] = .null }
    object[RoleSchema.abstainField] = true
    object[RoleSchema.reasonField] = .string(String(reason.prefix(300)))
    return .object(object)
  }
}
