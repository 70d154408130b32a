// Answers of a schema, and answers that are nearly of it.
import JSON
import Roles

struct AnswerMaker {
  var random: SeededRandom

  mutating func answer(_ schema: RoleSchema) -> JSONValue {
    if schema.mayAbstain, random.below(4) == 0 { return schema.abstention("no input")! }
    var value = make(schema.root)
    if schema.mayAbstain, case .object(var fields) = value {
      fields["abstain"] = false
      value = .object(fields)
    }
    return value
  }

  private mutating func make(_ node: SchemaNode) -> JSONValue {
    switch node.kind {
    case .boolean: return .bool(random.below(2) == 0)
    case .integer(let range):
      return .integer(
        range.lowerBound + Int64(random.below(UInt64(range.upperBound - range.lowerBound) + 1)))
    case .number(let range):
      return .number(Double.random(in: range, using: &random))
    case .text:
      return .string(["", "plain", "é — naïve", "line\nline"].randomElement(using: &random)!)
    case .choice(let choices): return .string(choices.randomElement(using: &random)!)
    case .list(let item, let countMax):
      let count = Int(random.below(UInt64(min(countMax, 3)) + 1))
      return .array((0..<count).map { _ in make(item) })
    case .record(let fields):
      var object: [String: JSONValue] = [:]
      for field in fields { object[field.name] = make(field.node) }
      return .object(object)
    }
  }

  /// One change somewhere in the value.
  mutating func mutated(_ value: JSONValue, depth: Int = 0) -> JSONValue {
    switch value {
    case .object(var fields) where !fields.isEmpty && random.below(8) != 0:
      let name = fields.keys.sorted().randomElement(using: &random)!
      switch random.below(5) {
      case 0: fields[name] = nil
      case 1: fields["surplus"] = 1
      case 2: fields[name] = .null
      default: fields[name] = mutated(fields[name]!, depth: depth + 1)
      }
      return .object(fields)
    case .array(var items) where random.below(4) != 0:
      if items.isEmpty || random.below(4) == 0 {
        let filler = items.first ?? "x"
        items += Array(repeating: filler, count: Int(random.below(70)))
      } else {
        let place = Int(random.below(UInt64(items.count)))
        items[place] = mutated(items[place], depth: depth + 1)
      }
      return .array(items)
    default:
      let others: [JSONValue] = [
        .null, true, false, 0, 1, -1, 101, -101, 1_001, .integer(.max), 5.0, 0.5, 1e300, "", "abc",
        "accept", "Accept", "long\u{1}", .string(String(repeating: "x", count: 2_100)), [], [:],
        ["a": 1],
      ]
      return others.randomElement(using: &random)!
    }
  }
}
