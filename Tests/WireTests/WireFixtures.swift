// Shared by the Wire suites: a seeded generator, frames as a server writes them, a fixed inbox around the reader.
import Quantities
import Wire

/// SplitMix64: every random test names its seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// One server frame, with a free hand to break every rule.
struct ServerFrame {
  var opcode: UInt8 = 1
  var payload: [UInt8] = []
  var isFinal = true
  var reserved: UInt8 = 0
  var mask: [UInt8]?
  /// 7, 16 or 64; nil chooses the shortest.
  var lengthBits: Int?

  static func text(_ text: String, isFinal: Bool = true) -> ServerFrame {
    ServerFrame(opcode: 1, payload: Array(text.utf8), isFinal: isFinal)
  }

  var bytes: [UInt8] {
    var out: [UInt8] = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
    let maskBit: UInt8 = mask == nil ? 0 : 0x80
    let bits = lengthBits ?? (payload.count < 126 ? 7 : payload.count < 65536 ? 16 : 64)
    switch bits {
    case 7: out.append(maskBit | UInt8(payload.count))
    case 16:
      out.append(maskBit | 126)
      out += [UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    default:
      out.append(maskBit | 127)
      for shift in stride(from: 56, through: 0, by: -8) {
        out.append(UInt8(truncatingIfNeeded: payload.count >> shift))
      }
    }
    if let mask {
      out += mask
      out += payload.enumerated().map { $1 ^ mask[$0 % 4] }
    } else {
      out += payload
    }
    return out
  }
}

/// An event with its payload copied out.
enum Seen: Equatable, CustomStringConvertible {
  case text([UInt8])
  case binary([UInt8])
  case ping([UInt8])
  case pong([UInt8])
  case close(code: UInt16, reason: [UInt8], mustReply: Bool)
  case violation(WebSocketViolation, close: UInt16)
  /// The reader wants more than the inbox can hold: never right.
  case stuck(needed: Int)

  var description: String {
    switch self {
    case .text(let bytes): "text(\(bytes.count))"
    case .binary(let bytes): "binary(\(bytes.count))"
    case .ping(let bytes): "ping(\(bytes.count))"
    case .pong(let bytes): "pong(\(bytes.count))"
    case .close(let code, let reason, let mustReply):
      "close(\(code), \(reason.count), \(mustReply))"
    case .violation(let violation, let close): "violation(\(violation), \(close))"
    case .stuck(let needed): "stuck(\(needed))"
    }
  }
}

/// Feeds `pieces` through an inbox of `inboxBytes` and collects what the reader says.
func read(
  _ pieces: [ArraySlice<UInt8>], inboxBytes: Int = 512, messageBytesMax: Int = 4096,
  closeSent: Bool = false
) -> [Seen] {
  var reader = WebSocketReader(messageBytesMax: messageBytesMax, inboxBytesMax: inboxBytes)
  if closeSent { reader.closeSent() }
  var inbox = [UInt8](repeating: 0, count: inboxBytes)
  var filled = 0
  var seen: [Seen] = []
  for piece in pieces {
    var rest = piece
    repeat {
      let taken = min(rest.count, inboxBytes - filled)
      for byte in rest.prefix(taken) {
        inbox[filled] = byte
        filled += 1
      }
      rest = rest.dropFirst(taken)
      var front = 0
      while true {
        let (event, consumed, needed) = step(&reader, inbox, front..<filled)
        if let event { seen.append(event) }
        front += consumed
        if event == nil {
          if needed > inboxBytes { return seen + [.stuck(needed: needed)] }
          break
        }
        if seen.count > 100_000 { return seen }
      }
      inbox.replaceSubrange(0..<(filled - front), with: inbox[front..<filled])
      filled -= front
      if filled == inboxBytes && !rest.isEmpty { return seen + [.stuck(needed: 0)] }
    } while !rest.isEmpty
  }
  return seen
}

private func step(
  _ reader: inout WebSocketReader, _ inbox: [UInt8], _ range: Range<Int>
) -> (Seen?, Int, Int) {
  unsafe inbox.withUnsafeBytes { bytes in
    let event = unsafe reader.next(UnsafeRawBufferPointer(rebasing: bytes[range]))
    let payload = unsafe Array(event.payload)
    switch event.kind {
    case .needMore: return (nil, event.consumed, event.bytesNeeded)
    case .text: return (.text(payload), event.consumed, 0)
    case .binary: return (.binary(payload), event.consumed, 0)
    case .ping: return (.ping(payload), event.consumed, 0)
    case .pong: return (.pong(payload), event.consumed, 0)
    case .close:
      return (
        .close(code: event.closeCode.rawValue, reason: payload, mustReply: event.mustReply),
        event.consumed, 0
      )
    case .violation:
      return (.violation(event.violation, close: event.closeCode.rawValue), event.consumed, 0)
    }
  }
}

func read(_ stream: [UInt8], inboxBytes: Int = 512, messageBytesMax: Int = 4096) -> [Seen] {
  read([stream[...]], inboxBytes: inboxBytes, messageBytesMax: messageBytesMax)
}

/// A small random document that holds every construct.
func randomJSON(_ generator: inout SeededGenerator, _ depth: Int = 0) -> String {
  func blanks(_ generator: inout SeededGenerator) -> String {
    ["", "", "", " ", "\n", "\t "][Int(generator.next() % 6)]
  }
  let kind = generator.next() % (depth > 4 ? 6 : 9)
  switch kind {
  case 0: return "\(Int64(truncatingIfNeeded: generator.next()))"
  case 1: return ["true", "false", "null", "0", "-0.5e3"][Int(generator.next() % 5)]
  case 2...5:
    var text = "\""
    for _ in 0..<(generator.next() % 20) {
      text +=
        ["a", "7", ".", "é", "\\n", "\\u00e9", "\\\"", "\\\\", "{", "]", " "][
          Int(generator.next() % 11)]
    }
    return text + "\""
  case 6, 7:
    let items = (0..<generator.next() % 5).map { _ in
      blanks(&generator) + randomJSON(&generator, depth + 1) + blanks(&generator)
    }
    return "[" + items.joined(separator: ",") + "]"
  default:
    let items = (0..<generator.next() % 5).map { number in
      blanks(&generator) + "\"k\(number)\"" + blanks(&generator) + ":" + blanks(&generator)
        + randomJSON(&generator, depth + 1)
    }
    return "{" + items.joined(separator: ",") + "}"
  }
}
