// JSON as the simulated exchange reads it, strictly; simulation, and no kin of the client's scanner.

/// One JSON value. Numbers keep their text; object members keep their order.
indirect enum ParsedJSON: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([ParsedJSON])
  case object([Member])

  struct Member: Equatable, Sendable {
    var name: String
    var value: ParsedJSON
  }

  /// Nesting beyond this is refused.
  static let depthMax = 16

  /// The first member of that name, nil for other kinds of value.
  subscript(name: String) -> ParsedJSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The text of a string value.
  var string: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  /// A whole number written as a JSON number.
  var integer: Int64? {
    if case .number(let text) = self { return Int64(text) }
    return nil
  }

  var array: [ParsedJSON]? {
    if case .array(let items) = self { return items }
    return nil
  }

  /// The member's text: "" when absent or null, nil when it is not a string.
  func text(_ name: String) -> String? {
    switch self[name] {
    case nil, .null: ""
    case .string(let text): text
    default: nil
    }
  }

  /// As `text`, and a number's digits too: clients send some figures bare, and OKX takes them
  /// (docs/OKX.md OKX-025, OKX-182).
  func loose(_ name: String) -> String? {
    if case .number(let digits) = self[name] { return digits }
    return text(name)
  }

  /// JSON true and false, or the same words as strings; false where it is absent, nil for anything else.
  func flag(_ name: String) -> Bool? {
    switch self[name] {
    case nil, .null, .bool(false), .string("false"), .string(""): false
    case .bool(true), .string("true"): true
    default: nil
    }
  }

  /// The value as compact JSON text.
  var rendered: String {
    switch self {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .number(let text): text
    case .string(let text): quoted(text)
    case .array(let items): "[" + items.map(\.rendered).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { quoted($0.name) + ":" + $0.value.rendered }.joined(separator: ",") + "}"
    }
  }
}

/// A JSON string literal.
func quoted(_ text: String) -> String {
  var result = "\""
  result.reserveCapacity(text.utf8.count + 2)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    default:
      if scalar.value < 0x20 {
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
  return result + "\""
}
