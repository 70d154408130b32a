// A JSON Schema evaluator for the keywords our schemas use, written apart from the validator it is held against.
import JSON
import Roles

/// Follows the JSON Schema text alone; knows nothing of roles.
enum SchemaOracle {
  static func accepts(_ schema: JSONValue, _ value: JSONValue) -> Bool {
    guard let keywords = schema.object else { return false }
    return keywords.allSatisfy { name, rule in holds(name, rule, keywords, value) }
  }

  private static func holds(
    _ name: String, _ rule: JSONValue, _ all: [String: JSONValue], _ value: JSONValue
  ) -> Bool {
    switch name {
    case "type":
      let names = rule.array?.compactMap(\.string) ?? [rule.string ?? ""]
      return names.contains { isOf($0, value) }
    case "minimum": return value.number.map { $0 >= (rule.number ?? .infinity) } ?? true
    case "maximum": return value.number.map { $0 <= (rule.number ?? -.infinity) } ?? true
    case "maxLength":
      return value.string.map { $0.unicodeScalars.count <= Int(rule.integer ?? -1) } ?? true
    case "pattern":
      // The one pattern that is used: no control characters but tab and newline.
      return value.string.map { text in
        !text.unicodeScalars.contains {
          ($0.value < 0x20 && $0.value != 9 && $0.value != 10) || $0.value == 0x7F
        }
      } ?? true
    case "enum":
      return rule.array?.contains { same($0, value) } ?? false
    case "const": return same(rule, value)
    case "items": return value.array?.allSatisfy { accepts(rule, $0) } ?? true
    case "maxItems": return value.array.map { $0.count <= Int(rule.integer ?? -1) } ?? true
    case "required":
      guard let fields = value.object else { return true }
      return rule.array?.allSatisfy { fields[$0.string ?? ""] != nil } ?? false
    case "properties":
      guard let fields = value.object else { return true }
      return rule.object?.allSatisfy { name, schema in
        fields[name].map { accepts(schema, $0) } ?? true
      } ?? false
    case "additionalProperties":
      guard rule == false, let fields = value.object else { return true }
      let known = all["properties"]?.object ?? [:]
      return fields.keys.allSatisfy { known[$0] != nil }
    case "not": return !accepts(rule, value)
    case "if":
      let branch = accepts(rule, value) ? "then" : "else"
      return all[branch].map { accepts($0, value) } ?? true
    case "then", "else", "$schema", "description": return true
    default: return false
    }
  }

  private static func isOf(_ type: String, _ value: JSONValue) -> Bool {
    switch type {
    case "integer":
      switch value {
      case .integer: true
      case .number(let number): number == number.rounded() && abs(number) <= 9_007_199_254_740_992
      default: false
      }
    case "number": value.number != nil
    default: value.typeName == type
    }
  }

  private static func same(_ one: JSONValue, _ other: JSONValue) -> Bool {
    if let one = one.string, let other = other.string {
      return one.unicodeScalars.elementsEqual(other.unicodeScalars)
    }
    return one == other
  }
}
