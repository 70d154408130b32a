// A schema tree as a tool's schema, as an exact schema, and as the prompt's words; control plane.

import JSON

struct SchemaRender {
  let mayAbstain: Bool

  // MARK: What is sent

  /// Ranges ride as keywords; lengths and counts, which the strict subset has no words for, in the
  /// description.
  func strict(_ node: SchemaNode) -> JSONValue {
    var schema = body(node, isExact: false)
    let text = describe(node)
    if !text.isEmpty { schema["description"] = .string(text) }
    return .object(schema)
  }

  // MARK: What is meant

  func exact(_ root: SchemaNode) -> JSONValue {
    var schema = body(root, isExact: true)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    if mayAbstain, case .record(let fields) = root.kind {
      schema["if"] = [
        "properties": [RoleSchema.abstainField: ["const": true]]
      ]
      schema["then"] = ["properties": rule(fields) { _ in ["type": "null"] }]
      schema["else"] = ["properties": rule(fields) { _ in ["not": ["type": "null"]] }]
    }
    return .object(schema)
  }

  private func rule(_ fields: [SchemaField], _ make: (SchemaField) -> JSONValue) -> JSONValue {
    var object: [String: JSONValue] = [:]
    for field in fields
    where field.name != RoleSchema.abstainField && field.name != RoleSchema.reasonField {
      object[field.name] = make(field)
    }
    return .object(object)
  }

  private func body(_ node: SchemaNode, isExact: Bool) -> [String: JSONValue] {
    func type(_ name: String) -> JSONValue {
      node.isNullable ? [.string(name), "null"] : .string(name)
    }
    switch node.kind {
    case .boolean: return ["type": type("boolean")]
    case .integer(let range):
      return [
        "type": type("integer"), "minimum": .integer(range.lowerBound),
        "maximum": .integer(range.upperBound),
      ]
    case .number(let range):
      return [
        "type": type("number"), "minimum": .number(range.lowerBound),
        "maximum": .number(range.upperBound),
      ]
    case .text(let charactersMax):
      if !isExact { return ["type": type("string")] }
      return [
        "type": type("string"), "maxLength": .integer(Int64(charactersMax)),
        "pattern": .string(SchemaRender.textPattern),
      ]
    case .choice(let choices):
      var values = choices.map { JSONValue.string($0) }
      if node.isNullable { values.append(.null) }
      return ["type": type("string"), "enum": .array(values)]
    case .list(let item, let countMax):
      var schema: [String: JSONValue] = [
        "type": type("array"),
        "items": isExact ? .object(body(item, isExact: true)) : strict(item),
      ]
      if isExact { schema["maxItems"] = .integer(Int64(countMax)) }
      return schema
    case .record(let fields):
      var properties: [String: JSONValue] = [:]
      for field in fields {
        properties[field.name] =
          isExact ? .object(body(field.node, isExact: true)) : strict(field.node)
      }
      return [
        "type": type("object"), "properties": .object(properties),
        "required": .array(fields.map { .string($0.name) }), "additionalProperties": false,
      ]
    }
  }

  /// No control characters but tab and newline.
  static let textPattern = "^[^\\u0000-\\u0008\\u000B-\\u001F\\u007F]*$"

  private func describe(_ node: SchemaNode) -> String {
    var parts = node.meaning.isEmpty ? [] : [node.meaning]
    if let limit = limit(node) { parts.append(limit) }
    if let ground = ground(node) { parts.append(ground) }
    return parts.joined(separator: " ")
  }

  private func limit(_ node: SchemaNode) -> String? {
    switch node.kind {
    case .text(let charactersMax): "At most \(charactersMax) characters."
    case .list(_, let countMax): "At most \(countMax) items."
    default: nil
    }
  }

  private func ground(_ node: SchemaNode) -> String? {
    switch node.ground {
    case nil: nil
    case .instrument: "Copied from the snapshot's instruments."
    case .price: "A price that stands in the snapshot."
    case .position: "A position that stands in the snapshot."
    case .orderID: "An order id that stands in the snapshot."
    case .newsID: "A news id that stands in the snapshot."
    }
  }

  // MARK: What the prompt says

  func prompt(_ fields: [SchemaField]) -> String {
    var lines = [
      "Answer with exactly one JSON object and nothing before or after it: no prose, no code fence, no",
      "second object. Every field below is required and no other is allowed.",
    ]
    if mayAbstain {
      lines += [
        "When the input does not support an answer, set \"abstain\" to true, say why in \"reason\", and",
        "set every other field to null. Otherwise \"abstain\" is false and no field is null.",
      ]
    }
    lines.append("")
    for field in fields { line(field, depth: 0, into: &lines) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func line(_ field: SchemaField, depth: Int, into lines: inout [String]) {
    let indent = String(repeating: "  ", count: depth)
    let text = describe(field.node)
    lines.append(
      "\(indent)- \"\(field.name)\": \(words(field.node))" + (text.isEmpty ? "" : ". " + text))
    nested(field.node, depth: depth + 1, into: &lines)
  }

  private func nested(_ node: SchemaNode, depth: Int, into lines: inout [String]) {
    switch node.kind {
    case .record(let fields): for field in fields { line(field, depth: depth, into: &lines) }
    case .list(let item, _): nested(item, depth: depth, into: &lines)
    default: break
    }
  }

  /// What the node takes, in a few words; violations say the same.
  func words(_ node: SchemaNode) -> String {
    let text: String
    switch node.kind {
    case .boolean: text = "true or false"
    case .integer(let range):
      text = "an integer from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range): text = "a number from \(range.lowerBound) to \(range.upperBound)"
    case .text(let charactersMax): text = "a string of at most \(charactersMax) characters"
    case .choice(let choices):
      text = "one of " + choices.map { "\"\($0)\"" }.joined(separator: ", ")
    case .list(let item, let countMax):
      text = "a list of at most \(countMax), each \(words(item))"
    case .record: text = "an object"
    }
    return node.isNullable ? text + ", or null when abstaining" : text
  }
}
