// A naive second reader of RFC 6455 server streams, written from the RFC alone: the oracle of the property tests.
import Wire

/// Reads a finished stream front to back over arrays, the slow and obvious way.
struct ReferenceParser {
  var messageBytesMax: Int

  func parse(_ stream: [UInt8]) -> [Seen] {
    var seen: [Seen] = []
    var message: (isText: Bool, bytes: [UInt8])?
    var rest = stream[...]
    func fail(_ violation: WebSocketViolation, _ close: UInt16) -> [Seen] {
      seen + [.violation(violation, close: close)]
    }
    while rest.count >= 2 {
      let first = rest[rest.startIndex]
      let second = rest[rest.startIndex + 1]
      let opcode = first % 16
      let isFinal = first / 128 == 1
      if first / 16 % 8 != 0 { return fail(.reservedBits, 1002) }
      if ![0, 1, 2, 8, 9, 10].contains(opcode) { return fail(.reservedOpcode, 1002) }
      if second >= 128 { return fail(.maskedFrame, 1002) }
      var length = UInt64(second)
      var header = 2
      if opcode >= 8 {
        if !isFinal { return fail(.controlFragmented, 1002) }
        if length > 125 { return fail(.controlTooLong, 1002) }
      } else if length == 126 {
        if rest.count < 4 { return seen }
        length = number(rest.dropFirst(2).prefix(2))
        header = 4
        if length <= 125 { return fail(.nonMinimalLength, 1002) }
      } else if length == 127 {
        if rest.count < 10 { return seen }
        length = number(rest.dropFirst(2).prefix(8))
        header = 10
        if length > UInt64(Int64.max) { return fail(.lengthTopBit, 1002) }
        if length <= 65535 { return fail(.nonMinimalLength, 1002) }
      }
      if opcode < 8 {
        if opcode == 0 && message == nil { return fail(.unexpectedContinuation, 1002) }
        if opcode != 0 && message != nil { return fail(.expectedContinuation, 1002) }
        if UInt64(message?.bytes.count ?? 0) + length > UInt64(messageBytesMax) {
          return fail(.messageTooLarge, 1009)
        }
      }
      let body = rest.dropFirst(header)
      let isWhole = UInt64(body.count) >= length
      let payload = Array(isWhole ? body.prefix(Int(length)) : body)
      if opcode >= 8 {
        if !isWhole { return seen }
        switch opcode {
        case 9: seen.append(.ping(payload))
        case 10: seen.append(.pong(payload))
        default: return seen + [close(payload)]
        }
      } else {
        var current = message ?? (isText: opcode == 1, bytes: [])
        current.bytes += payload
        let ended = isWhole && isFinal
        if current.isText && !isUTF8(current.bytes, mayContinue: !ended) {
          return fail(.textUTF8, 1007)
        }
        if !isWhole { return seen }
        message = current
        if isFinal {
          seen.append(current.isText ? .text(current.bytes) : .binary(current.bytes))
          message = nil
        }
      }
      rest = body.dropFirst(payload.count)
    }
    return seen
  }

  private func close(_ payload: [UInt8]) -> Seen {
    if payload.isEmpty { return .close(code: 1005, reason: [], mustReply: true) }
    if payload.count == 1 { return .violation(.closePayloadLength, close: 1002) }
    let code = UInt16(number(payload.prefix(2)))
    let allowed =
      [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].contains(code)
      || (code >= 3000 && code < 5000)
    if !allowed { return .violation(.closeCode, close: 1002) }
    let reason = Array(payload.dropFirst(2))
    if !isUTF8(reason, mayContinue: false) { return .violation(.closeReasonUTF8, close: 1007) }
    return .close(code: code, reason: reason, mustReply: true)
  }

  private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 * 256 + UInt64($1) }
  }
}

/// Swift's own validator; with `mayContinue`, some completion of the last character makes it valid.
func isUTF8(_ bytes: [UInt8], mayContinue: Bool) -> Bool {
  if isValid(bytes) { return true }
  if !mayContinue { return false }
  let completions: [[UInt8]] = [
    [0x80], [0xA0], [0x90], [0x80, 0x80], [0xA0, 0x80], [0x90, 0x80], [0x80, 0x80, 0x80],
    [0x90, 0x80, 0x80],
  ]
  // Only the last three bytes can belong to an unfinished character.
  let tail = bytes.suffix(3)
  for start in tail.indices.reversed() where tail[start] >= 0xC0 {
    let character = Array(tail[start...])
    if !isValid(Array(bytes[..<start])) { return false }
    return completions.contains { isValid(character + $0) }
  }
  return false
}

/// The standard library's verdict on a whole text.
func isValid(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }
