// Holds an answer against its role's schema; control plane.

import JSON

extension RoleSchema {
  /// The answer as it is recorded and used: whole numbers of integer fields made integers, else unchanged.
  /// Throws the first violation in the order of the schema.
  @discardableResult
  public func validate(_ answer: JSONValue) throws(SchemaViolation) -> JSONValue {
    let checked = try check(answer, root, "")
    if mayAbstain { try checkAbstention(checked) }
    return checked
  }

  /// True for a valid answer that abstains.
  public func isAbstention(_ answer: JSONValue) -> Bool {
    mayAbstain && answer[RoleSchema.abstainField] == .bool(true)
  }

  private func checkAbstention(_ answer: JSONValue) throws(SchemaViolation) {
    let abstains = isAbstention(answer)
    for field in fields
    where field.name != RoleSchema.abstainField && field.name != RoleSchema.reasonField {
      let isNull = answer[field.name]?.isNull ?? true
      if abstains && !isNull {
        throw SchemaViolation(
          .valueWithAbstention, at: "/\(field.name)", expected: "null, because abstain is true")
      }
      if !abstains && isNull {
        throw SchemaViolation(
          .nullWithoutAbstention, at: "/\(field.name)",
          expected: "a value, because abstain is false")
      }
    }
  }

  private func check(_ value: JSONValue, _ node: SchemaNode, _ path: String)
    throws(SchemaViolation) -> JSONValue
  {
    if node.isNullable && value.isNull { return .null }
    func refuse(_ code: SchemaViolation.Code) -> SchemaViolation {
      SchemaViolation(code, at: path, expected: SchemaRender(mayAbstain: mayAbstain).words(node))
    }
    switch node.kind {
    case .boolean:
      guard value.bool != nil else { throw refuse(.wrongType) }
      return value
    case .integer(let range):
      guard let integer = value.integer else { throw refuse(.wrongType) }
      if !range.contains(integer) { throw refuse(.range) }
      return .integer(integer)
    case .number(let range):
      guard let number = value.number else { throw refuse(.wrongType) }
      if !range.contains(number) { throw refuse(.range) }
      return value
    case .text(let charactersMax):
      guard let text = value.string else { throw refuse(.wrongType) }
      if text.unicodeScalars.count > charactersMax { throw refuse(.tooLong) }
      if text.unicodeScalars.contains(where: RoleSchema.isForbidden) {
        throw refuse(.controlCharacter)
      }
      return value
    case .choice(let choices):
      guard let text = value.string else { throw refuse(.wrongType) }
      // By scalars: what only looks alike is another choice.
      let isKnown = choices.contains { $0.unicodeScalars.elementsEqual(text.unicodeScalars) }
      if !isKnown { throw refuse(.notAChoice) }
      return value
    case .list(let item, let countMax):
      guard let items = value.array else { throw refuse(.wrongType) }
      if items.count > countMax { throw refuse(.tooMany) }
      var checked: [JSONValue] = []
      for (index, one) in items.enumerated() {
        checked.append(try check(one, item, "\(path)/\(index)"))
      }
      return .array(checked)
    case .record(let fields):
      guard let object = value.object else { throw refuse(.wrongType) }
      var checked: [String: JSONValue] = [:]
      for field in fields {
        guard let one = object[field.name] else {
          throw SchemaViolation(
            .missing, at: "\(path)/\(field.name)",
            expected: SchemaRender(mayAbstain: mayAbstain).words(field.node))
        }
        checked[field.name] = try check(one, field.node, "\(path)/\(field.name)")
      }
      if object.count > fields.count {
        throw SchemaViolation(
          .unknown, at: path,
          expected: "only the names " + fields.map(\.name).joined(separator: ", "))
      }
      return .object(checked)
    }
  }

  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00...0x08, 0x0B...0x1F, 0x7F: true
    default: false
    }
  }
}
