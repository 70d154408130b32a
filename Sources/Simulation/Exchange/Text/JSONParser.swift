// RFC 8259 over bytes, refusing everything that is not exactly JSON; simulation.

/// Why a text is no JSON.
enum JSONError: Error, Equatable {
  case malformed(at: Int)
  case tooDeep
}

struct JSONParser {
  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The one value that `bytes` holds, blanks around it allowed.
  static func parse(_ bytes: [UInt8]) throws(JSONError) -> ParsedJSON {
    var parser = JSONParser(bytes)
    let value = try parser.value(depth: 0)
    parser.skipBlanks()
    if parser.position != bytes.count { throw .malformed(at: parser.position) }
    return value
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }
  private var fault: JSONError { .malformed(at: position) }

  private mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      position += 1
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    if next != byte { return false }
    position += 1
    return true
  }

  private mutating func word(_ text: StaticString, _ value: ParsedJSON) throws(JSONError)
    -> ParsedJSON
  {
    for expected in "\(text)".utf8 where !take(expected) { throw fault }
    return value
  }

  private mutating func value(depth: Int) throws(JSONError) -> ParsedJSON {
    if depth > ParsedJSON.depthMax { throw .tooDeep }
    skipBlanks()
    guard let first = next else { throw fault }
    switch first {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> ParsedJSON {
    position += 1
    var members: [ParsedJSON.Member] = []
    skipBlanks()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipBlanks()
      if next != UInt8(ascii: "\"") { throw fault }
      let name = try string()
      skipBlanks()
      if !take(UInt8(ascii: ":")) { throw fault }
      members.append(.init(name: name, value: try value(depth: depth + 1)))
      skipBlanks()
      if take(UInt8(ascii: "}")) { return .object(members) }
      if !take(UInt8(ascii: ",")) { throw fault }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> ParsedJSON {
    position += 1
    var items: [ParsedJSON] = []
    skipBlanks()
    if take(UInt8(ascii: "]")) { return .array(items) }
    while true {
      items.append(try value(depth: depth + 1))
      skipBlanks()
      if take(UInt8(ascii: "]")) { return .array(items) }
      if !take(UInt8(ascii: ",")) { throw fault }
    }
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = next, byte >= 0x30 && byte <= 0x39 { position += 1 }
    return position - start
  }

  private mutating func number() throws(JSONError) -> ParsedJSON {
    let start = position
    _ = take(UInt8(ascii: "-"))
    let leadingZero = next == UInt8(ascii: "0")
    let whole = digits()
    if whole == 0 || (leadingZero && whole > 1) { throw fault }
    if take(UInt8(ascii: ".")), digits() == 0 { throw fault }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      if digits() == 0 { throw fault }
    }
    return .number(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let valid = String(validating: text, as: UTF8.self) else { throw fault }
        return valid
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw fault
      default: text.append(byte)
      }
    }
    throw fault
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw fault }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try codeUnit()
      if code >= 0xD800 && code < 0xDC00 {
        if !take(UInt8(ascii: "\\")) || !take(UInt8(ascii: "u")) { throw fault }
        let low = try codeUnit()
        if low < 0xDC00 || low > 0xDFFF { throw fault }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw fault }
      text.append(contentsOf: String(Character(scalar)).utf8)
    default: throw fault
    }
  }

  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault
      }
      position += 1
      code = code << 4 | UInt32(digit)
    }
    return code
  }
}
