// The head of an HTTP/1.1 response, found incrementally and parsed strictly (RFC 9112); control plane (allocates).

/// Why a response head was refused.
public enum HTTPHeadError: UInt8, Error, Sendable, CaseIterable {
  /// Larger than `HTTPHead.bytesMax`, or more than `HTTPHead.fieldsMax` fields.
  case tooLarge = 1
  case statusLine = 2
  /// A malformed field, an obsolete line folding, or a bare CR, LF or NUL.
  case field = 3
}

/// A response's status and fields.
public struct HTTPHead: Hashable, Sendable {
  public struct Field: Hashable, Sendable {
    /// Lower case.
    public var name: String
    /// Without the blanks around it.
    public var value: [UInt8]
  }

  public var status: Int
  /// What the server says of the status; it may say nothing.
  public var phrase: [UInt8]
  /// 0 for HTTP/1.0, 1 for HTTP/1.1.
  public var minorVersion: Int
  public var fields: [Field]

  /// Largest head, its final blank line included.
  public static var bytesMax: Int { 16 * 1024 }
  public static var fieldsMax: Int { 100 }

  /// The values of every field called `name` (lower case).
  public func values(_ name: String) -> [[UInt8]] {
    fields.filter { $0.name == name }.map(\.value)
  }

  /// The fields called `name`, read as comma-separated lists, hold `token` (lower case).
  public func has(_ token: StaticString, in name: String) -> Bool {
    let wanted = token.withUTF8Buffer { unsafe Array($0) }
    for value in values(name) {
      for element in value.split(separator: UInt8(ascii: ",")) {
        let trimmed = HTTPHead.trimmed(element)
        if trimmed.map(WebSocketURL.lowered) == wanted { return true }
      }
    }
    return false
  }

  /// Parses a whole head, its blank line included.
  public init(_ head: ArraySlice<UInt8>) throws(HTTPHeadError) {
    var rest = head
    guard let first = HTTPHead.line(&rest) else { throw .statusLine }
    (status, minorVersion) = try HTTPHead.statusLine(first)
    phrase = Array(first.dropFirst(13))
    fields = []
    while true {
      guard let line = HTTPHead.line(&rest) else { throw .field }
      if line.isEmpty { break }
      if fields.count == HTTPHead.fieldsMax { throw .tooLarge }
      fields.append(try HTTPHead.field(line))
    }
    if !rest.isEmpty { throw .field }
  }

  private static func line(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let end = rest.firstIndex(of: 0x0A), end > rest.startIndex, rest[end - 1] == 0x0D else {
      return nil
    }
    let line = rest[..<(end - 1)]
    rest = rest[(end + 1)...]
    return line
  }

  private static func statusLine(
    _ line: ArraySlice<UInt8>
  ) throws(HTTPHeadError) -> (status: Int, minorVersion: Int) {
    // HTTP/1.x SP 3DIGIT [SP reason]
    let bytes = Array(line)
    guard bytes.count >= 12, bytes[..<7] == Array("HTTP/1.".utf8)[...],
      bytes[7] == 0x30 || bytes[7] == 0x31, bytes[8] == 0x20,
      bytes[9..<12].allSatisfy(WebSocketURL.isDigit), bytes.count == 12 || bytes[12] == 0x20,
      bytes.allSatisfy(isText)
    else { throw .statusLine }
    let status = bytes[9..<12].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    if status < 100 || status > 599 { throw .statusLine }
    return (status, Int(bytes[7] - 0x30))
  }

  private static func field(_ line: ArraySlice<UInt8>) throws(HTTPHeadError) -> Field {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .field }
    let name = line[..<colon]
    let value = trimmed(line[(colon + 1)...])
    if name.isEmpty || !name.allSatisfy(isToken) || !value.allSatisfy(isText) { throw .field }
    return Field(
      name: String(decoding: name.map(WebSocketURL.lowered), as: UTF8.self), value: Array(value))
  }

  /// Without blanks and tabs at either end.
  static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let first = text.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
    while let last = text.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
    return text
  }

  /// RFC 9110 §5.6.2.
  static func isToken(_ byte: UInt8) -> Bool {
    let low = WebSocketURL.lowered(byte)
    if WebSocketURL.isDigit(byte) || (low >= 0x61 && low <= 0x7A) { return true }
    return "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }

  /// Field content: tab, visible ASCII, and the opaque high half.
  static func isText(_ byte: UInt8) -> Bool { byte == 0x09 || (byte >= 0x20 && byte != 0x7F) }
}
