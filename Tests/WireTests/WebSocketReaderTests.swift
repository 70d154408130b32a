// RFC 6455's own examples, the close handshake, sizes, and the table of every violation and its code.
import Quantities
import Testing
import Wire

@Suite struct WebSocketReaderTests {
  // RFC 6455 §5.7.
  @Test func theExamplesOfTheRFC() {
    let hello = Array("Hello".utf8)
    #expect(read([0x81, 0x05] + hello) == [.text(hello)])
    #expect(read([0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F]) == [.text(hello)])
    #expect(read([0x89, 0x05] + hello) == [.ping(hello)])
    #expect(read([0x8A, 0x05] + hello) == [.pong(hello)])
    let kibi = [UInt8](repeating: 7, count: 256)
    #expect(read([0x82, 0x7E, 0x01, 0x00] + kibi) == [.binary(kibi)])
    let large = [UInt8](repeating: 9, count: 65536)
    let frame = [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0] + large
    #expect(read(frame, messageBytesMax: 65536) == [.binary(large)])
    #expect(read(frame, inboxBytes: 70_000, messageBytesMax: 65536) == [.binary(large)])
    // The masked example is what a client sends: from a server it is refused.
    #expect(
      read([0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
        == [.violation(.maskedFrame, close: 1002)])
  }

  struct Violation: CustomTestStringConvertible, Sendable {
    var name: String
    var bytes: [UInt8]
    var before: [Seen] = []
    var violation: WebSocketViolation
    var close: UInt16
    var testDescription: String { name }
  }

  static let violations: [Violation] = {
    var list: [Violation] = []
    func add(
      _ name: String, _ frames: [ServerFrame], _ violation: WebSocketViolation, _ close: UInt16,
      before: [Seen] = []
    ) {
      list.append(
        Violation(
          name: name, bytes: frames.flatMap(\.bytes), before: before, violation: violation,
          close: close))
    }
    for bits in UInt8(1)...7 {
      add("RSV \(bits)", [ServerFrame(reserved: bits)], .reservedBits, 1002)
    }
    for opcode: UInt8 in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
      add("opcode \(opcode)", [ServerFrame(opcode: opcode)], .reservedOpcode, 1002)
    }
    for opcode: UInt8 in [1, 2, 8, 9, 10] {
      add(
        "masked \(opcode)", [ServerFrame(opcode: opcode, mask: [1, 2, 3, 4])], .maskedFrame, 1002)
    }
    for count in [0, 1, 125] {
      let payload = [UInt8](repeating: 0x61, count: count)
      add(
        "16 bits for \(count)", [ServerFrame(payload: payload, lengthBits: 16)], .nonMinimalLength,
        1002)
      add(
        "64 bits for \(count)", [ServerFrame(payload: payload, lengthBits: 64)], .nonMinimalLength,
        1002)
    }
    let border = [UInt8](repeating: 0x61, count: 65535)
    add(
      "64 bits for 65535", [ServerFrame(payload: border, lengthBits: 64)], .nonMinimalLength, 1002)
    list.append(
      Violation(
        name: "length top bit", bytes: [0x82, 0x7F, 0x80, 0, 0, 0, 0, 1, 0, 0],
        violation: .lengthTopBit, close: 1002))
    for opcode: UInt8 in [8, 9, 10] {
      add(
        "fragmented \(opcode)", [ServerFrame(opcode: opcode, isFinal: false)], .controlFragmented,
        1002)
      let payload = [UInt8](repeating: 0x61, count: 126)
      add("long \(opcode)", [ServerFrame(opcode: opcode, payload: payload)], .controlTooLong, 1002)
      add(
        "64-bit \(opcode)", [ServerFrame(opcode: opcode, payload: [0x61], lengthBits: 64)],
        .controlTooLong, 1002)
    }
    add("stray continuation", [ServerFrame(opcode: 0)], .unexpectedContinuation, 1002)
    add(
      "continuation after a whole message", [.text("a"), ServerFrame(opcode: 0)],
      .unexpectedContinuation, 1002, before: [.text([0x61])])
    add("text inside text", [.text("a", isFinal: false), .text("b")], .expectedContinuation, 1002)
    add(
      "binary inside text", [.text("a", isFinal: false), ServerFrame(opcode: 2)],
      .expectedContinuation, 1002)
    add("close of one byte", [ServerFrame(opcode: 8, payload: [3])], .closePayloadLength, 1002)
    for code in [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] {
      let payload = [UInt8(code >> 8), UInt8(code & 0xFF)]
      add("close \(code)", [ServerFrame(opcode: 8, payload: payload)], .closeCode, 1002)
    }
    add(
      "close reason", [ServerFrame(opcode: 8, payload: [0x03, 0xE8, 0xC3, 0x28])],
      .closeReasonUTF8, 1007)
    add(
      "close reason cut", [ServerFrame(opcode: 8, payload: [0x03, 0xE8, 0xE2, 0x82])],
      .closeReasonUTF8, 1007)
    add("text", [ServerFrame(payload: [0xFF])], .textUTF8, 1007)
    add("text cut", [ServerFrame(payload: [0xE2, 0x82])], .textUTF8, 1007)
    add("surrogate", [ServerFrame(payload: [0xED, 0xA0, 0x80])], .textUTF8, 1007)
    add(
      "first fragment", [ServerFrame(payload: [0x61, 0xFF], isFinal: false)], .textUTF8, 1007)
    add(
      "character cut at the end of the last fragment",
      [ServerFrame(payload: [0xE2], isFinal: false), ServerFrame(opcode: 0, payload: [0x82])],
      .textUTF8, 1007)
    add(
      "character broken over fragments",
      [ServerFrame(payload: [0xE2], isFinal: false), ServerFrame(opcode: 0, payload: [0x28])],
      .textUTF8, 1007)
    let full = [UInt8](repeating: 0x61, count: 4097)
    add("too large", [ServerFrame(payload: full)], .messageTooLarge, 1009)
    add(
      "too large in fragments",
      [
        ServerFrame(payload: Array(full.prefix(4000)), isFinal: false),
        ServerFrame(opcode: 0, payload: Array(full.prefix(97)), isFinal: false),
      ], .messageTooLarge, 1009)
    list.append(
      Violation(
        name: "length of 2^63-1", bytes: [0x82, 0x7F, 0x7F] + [UInt8](repeating: 0xFF, count: 7),
        violation: .messageTooLarge, close: 1009))
    return list
  }()

  @Test(arguments: violations)
  func everyViolationHasItsCode(_ wanted: Violation) {
    let expected = wanted.before + [.violation(wanted.violation, close: wanted.close)]
    // A further valid frame behind the violation must not be delivered.
    let stream = wanted.bytes + ServerFrame.text("after").bytes
    #expect(read(stream) == expected)
    #expect(read(wanted.bytes.indices.map { wanted.bytes[$0...$0] }) == expected)
    #expect(wanted.violation.closeCode.rawValue == wanted.close)
    #expect(wanted.violation.fault != .none)
  }

  @Test func theTableHoldsEveryViolation() {
    let met = Set(WebSocketReaderTests.violations.map(\.violation))
    #expect(met.count == WebSocketViolation.allCases.count - 1)
  }

  @Test(arguments: [
    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4004, 4999,
  ])
  func closeCodesThatTravel(code: Int) {
    let reason = Array("No data received in 30s.".utf8)
    let payload = [UInt8(code >> 8), UInt8(code & 0xFF)] + reason
    let close = Seen.close(code: UInt16(code), reason: reason, mustReply: true)
    #expect(read(ServerFrame(opcode: 8, payload: payload).bytes) == [close])
  }

  @Test func anEmptyCloseHasNoStatus() {
    #expect(read([0x88, 0]) == [.close(code: 1005, reason: [], mustReply: true)])
  }

  @Test func dataAfterACloseIsIgnored() {
    let stream = [0x88, 0] + ServerFrame.text("late").bytes + [0xFF, 0xFF, 0xFF]
    #expect(read(stream) == [.close(code: 1005, reason: [], mustReply: true)])
  }

  @Test func aCloseThatAnswersOursNeedsNoReply() {
    let seen = read([[0x88, 0x02, 0x03, 0xE8][...]], closeSent: true)
    #expect(seen == [.close(code: 1000, reason: [], mustReply: false)])
  }

  @Test func controlFramesBetweenFragments() {
    let frames: [ServerFrame] = [
      .text("Hel", isFinal: false), ServerFrame(opcode: 9, payload: [1]),
      ServerFrame(opcode: 0, payload: [], isFinal: false), ServerFrame(opcode: 10, payload: [2]),
      ServerFrame(opcode: 0, payload: Array("lo".utf8)),
    ]
    #expect(
      read(frames.flatMap(\.bytes)) == [.ping([1]), .pong([2]), .text(Array("Hello".utf8))])
  }

  @Test func emptyMessages() {
    let frames: [ServerFrame] = [
      .text(""), ServerFrame(opcode: 2), .text("", isFinal: false), ServerFrame(opcode: 0),
    ]
    #expect(read(frames.flatMap(\.bytes)) == [.text([]), .binary([]), .text([])])
  }

  @Test func theLargestMessageIsStillTaken() {
    let payload = [UInt8](repeating: 0x61, count: 4096)
    #expect(read(ServerFrame(payload: payload).bytes) == [.text(payload)])
    let halves = [
      ServerFrame(payload: Array(payload.prefix(2048)), isFinal: false),
      ServerFrame(opcode: 0, payload: Array(payload.suffix(2048))),
    ]
    #expect(read(halves.flatMap(\.bytes)) == [.text(payload)])
  }

  /// A frame that is whole in the inbox is handed out where it lies, nothing copied.
  @Test func wholeFramesAreReturnedInPlace() {
    var reader = WebSocketReader(inboxBytesMax: 1024)
    let inbox = ServerFrame.text("in place").bytes + ServerFrame.text("second").bytes
    let offsets = unsafe inbox.withUnsafeBytes { bytes in
      let first = unsafe reader.next(bytes)
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[first.consumed...])
      let second = unsafe reader.next(rest)
      return [first, second].map { unsafe $0.payload.baseAddress! - bytes.baseAddress! }
    }
    #expect(offsets == [2, 12])
  }

  /// An unfinished text frame fails at its first impossible byte, not when it is whole.
  @Test func brokenTextFailsBeforeTheFrameIsWhole() {
    let start: [UInt8] = [0x81, 0x7E, 0x01, 0x00, 0x61, 0xCE, 0xBA, 0xFF]
    #expect(read([start[0..<7], start[7...]]) == [.violation(.textUTF8, close: 1007)])
    #expect(read(start, inboxBytes: 256) == [.violation(.textUTF8, close: 1007)])
  }

  /// Half a message, half a frame, a close sent: nothing of it reaches the next connection.
  @Test func resetForgetsTheConnection() {
    let half = ServerFrame.text("κ", isFinal: false).bytes + [0x80, 0x05, 0xCE]
    let fresh = ServerFrame.text("fresh").bytes
    var reader = WebSocketReader(messageBytesMax: 64, inboxBytesMax: 256)
    for start in [half, [0x88, 0], [0xFF, 0xFF], Array(fresh.dropLast())] {
      _ = unsafe start.withUnsafeBytes { unsafe reader.next($0) }
      reader.closeSent()
      reader.reset()
      let kind = unsafe fresh.withUnsafeBytes { unsafe reader.next($0).kind }
      #expect(kind == .text)
      let mustReply = unsafe [0x88, 0].withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
        unsafe reader.next(bytes).mustReply
      }
      #expect(mustReply)
      reader.reset()
    }
  }

  @Test func anEmptyInputAsksForMore() {
    var reader = WebSocketReader(inboxBytesMax: 256)
    let event = unsafe reader.next(UnsafeRawBufferPointer(start: nil, count: 0))
    #expect(event.kind == .needMore && event.consumed == 0)
  }
}
