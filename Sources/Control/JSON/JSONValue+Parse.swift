// One JSON value and nothing else (RFC 8259), with limits on size and depth; control plane.

extension JSONValue {
  /// Nesting of arrays and objects.
  public static let depthMax = 32
  /// Bytes of one text.
  public static let byteCountMax = 8 << 20

  /// Strict: exactly one value with white space around it; no duplicate name, no comment, no `NaN`, no lone
  /// surrogate, no number beyond a finite Double. O(bytes).
  public init(parsing text: String) throws(JSONFault) {
    try self.init(parsing: Array(text.utf8))
  }

  public init(parsing bytes: [UInt8]) throws(JSONFault) {
    if bytes.count > JSONValue.byteCountMax { throw JSONFault(.tooLarge, at: 0) }
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  var offset = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONFault) -> JSONValue {
    skipSpace()
    if offset == bytes.count { throw JSONFault(.empty, at: offset) }
    let value = try value(depth: 0)
    skipSpace()
    if offset < bytes.count { throw JSONFault(.trailing, at: offset) }
    return value
  }

  private mutating func skipSpace() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return
      }
    }
  }

  private func peek() throws(JSONFault) -> UInt8 {
    if offset >= bytes.count { throw JSONFault(.truncated, at: offset) }
    return bytes[offset]
  }

  private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
    switch try peek() {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try word("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try word("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try word("null")
      return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw JSONFault(.unexpected, at: offset)
    }
  }

  private mutating func word(_ text: String) throws(JSONFault) {
    for byte in text.utf8 {
      if try peek() != byte { throw JSONFault(.unexpected, at: offset) }
      offset += 1
    }
  }

  private mutating func object(depth: Int) throws(JSONFault) -> JSONValue {
    if depth > JSONValue.depthMax { throw JSONFault(.tooDeep, at: offset) }
    offset += 1
    var fields: [String: JSONValue] = [:]
    skipSpace()
    if try peek() == UInt8(ascii: "}") {
      offset += 1
      return .object(fields)
    }
    while true {
      skipSpace()
      let start = offset
      if try peek() != UInt8(ascii: "\"") { throw JSONFault(.unexpected, at: offset) }
      let name = try string()
      skipSpace()
      if try peek() != UInt8(ascii: ":") { throw JSONFault(.unexpected, at: offset) }
      offset += 1
      skipSpace()
      let value = try value(depth: depth)
      // Swift compares strings by canonical equivalence: names that differ only so are one name here.
      if fields.updateValue(value, forKey: name) != nil {
        throw JSONFault(.duplicateKey, at: start)
      }
      skipSpace()
      switch try peek() {
      case UInt8(ascii: ","): offset += 1
      case UInt8(ascii: "}"):
        offset += 1
        return .object(fields)
      default: throw JSONFault(.unexpected, at: offset)
      }
    }
  }

  private mutating func array(depth: Int) throws(JSONFault) -> JSONValue {
    if depth > JSONValue.depthMax { throw JSONFault(.tooDeep, at: offset) }
    offset += 1
    var items: [JSONValue] = []
    skipSpace()
    if try peek() == UInt8(ascii: "]") {
      offset += 1
      return .array(items)
    }
    while true {
      skipSpace()
      items.append(try value(depth: depth))
      skipSpace()
      switch try peek() {
      case UInt8(ascii: ","): offset += 1
      case UInt8(ascii: "]"):
        offset += 1
        return .array(items)
      default: throw JSONFault(.unexpected, at: offset)
      }
    }
  }

  private mutating func digits() throws(JSONFault) -> Int {
    let start = offset
    while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) { offset += 1 }
    if offset == start {
      throw JSONFault(offset < bytes.count ? .badNumber : .truncated, at: offset)
    }
    return offset - start
  }

  private mutating func number() throws(JSONFault) -> JSONValue {
    let start = offset
    if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    let leading = offset
    let count = try digits()
    if count > 1 && bytes[leading] == UInt8(ascii: "0") { throw JSONFault(.badNumber, at: start) }
    var isWhole = true
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      isWhole = false
      offset += 1
      _ = try digits()
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      offset += 1
      if offset < bytes.count,
        bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-")
      {
        offset += 1
      }
      _ = try digits()
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    if isWhole, let value = Int64(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else { throw JSONFault(.badNumber, at: start) }
    return .number(value)
  }

  private mutating func string() throws(JSONFault) -> String {
    let start = offset
    offset += 1
    var content: [UInt8] = []
    while true {
      let byte = try peek()
      if byte == UInt8(ascii: "\"") { break }
      if byte < 0x20 { throw JSONFault(.controlCharacter, at: offset) }
      if byte == UInt8(ascii: "\\") {
        try escape(into: &content)
      } else {
        content.append(byte)
        offset += 1
      }
    }
    offset += 1
    guard let text = String(validating: content, as: UTF8.self) else {
      throw JSONFault(.notUTF8, at: start)
    }
    return text
  }

  private mutating func escape(into content: inout [UInt8]) throws(JSONFault) {
    let start = offset
    offset += 1
    let kind = try peek()
    offset += 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(kind)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      var scalar = UInt32(try unit())
      if (0xD800...0xDBFF).contains(scalar) {
        if try peek() != UInt8(ascii: "\\") { throw JSONFault(.loneSurrogate, at: start) }
        offset += 1
        if try peek() != UInt8(ascii: "u") { throw JSONFault(.loneSurrogate, at: start) }
        offset += 1
        let low = UInt32(try unit())
        guard (0xDC00...0xDFFF).contains(low) else { throw JSONFault(.loneSurrogate, at: start) }
        scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let character = Unicode.Scalar(scalar) else {
        throw JSONFault(.loneSurrogate, at: start)
      }
      content += Array(String(Character(character)).utf8)
    default: throw JSONFault(.badEscape, at: start)
    }
  }

  private mutating func unit() throws(JSONFault) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      let byte = try peek()
      let digit: UInt16
      switch byte {
      case 0x30...0x39: digit = UInt16(byte - 0x30)
      case 0x41...0x46: digit = UInt16(byte - 0x41 + 10)
      case 0x61...0x66: digit = UInt16(byte - 0x61 + 10)
      default: throw JSONFault(.badEscape, at: offset)
      }
      value = value << 4 | digit
      offset += 1
    }
    return value
  }
}
