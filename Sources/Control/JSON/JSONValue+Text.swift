// One text for one value: what hashes and records are made of; control plane.
import Crypto
import Foundation

extension JSONValue {
  /// Names sorted by their UTF-8 bytes, no white space, shortest numbers that read back to the same value.
  public var canonical: String {
    var text = ""
    write(into: &text)
    return text
  }

  /// SHA-256 of the canonical text, 64 hex digits.
  public var hash: String { Digests.sha256(canonical) }

  private func write(into text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    // JSON has no word for what is not finite; the parser makes none, and code that does gets null.
    case .number(let value): text += value.isFinite ? value.description : "null"
    case .string(let value): JSONValue.write(value, into: &text)
    case .array(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += "," }
        item.write(into: &text)
      }
      text += "]"
    case .object(let fields):
      text += "{"
      let names = fields.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      for (index, name) in names.enumerated() {
        if index > 0 { text += "," }
        JSONValue.write(name, into: &text)
        text += ":"
        (fields[name] ?? .null).write(into: &text)
      }
      text += "}"
    }
  }

  /// Quotes a text; control characters, U+2028 and U+2029 are escaped.
  static func write(_ value: String, into text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

/// Hashes as records carry them.
public enum Digests {
  /// 64 hex digits of the text's UTF-8 bytes.
  public static func sha256(_ text: String) -> String {
    SHA256.hash(data: Data(text.utf8))
      .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
