// Client frames, unmasked again by the book: header form, key, payload, and being out of room.
import Testing
import Wire

/// What RFC 6455 §5.3 says, byte by byte.
private func unmasked(_ frame: [UInt8]) -> (first: UInt8, headerBytes: Int, payload: [UInt8])? {
  guard frame.count >= 6, frame[1] & 0x80 != 0 else { return nil }
  var length = Int(frame[1] & 0x7F)
  var at = 2
  if length == 126 {
    length = Int(frame[2]) << 8 | Int(frame[3])
    at = 4
    if length < 126 { return nil }
  } else if length == 127 {
    length = frame[2..<10].reduce(0) { $0 << 8 | Int($1) }
    at = 10
    if length < 65536 { return nil }
  }
  let key = Array(frame[at..<(at + 4)])
  let body = frame[(at + 4)...]
  if body.count != length { return nil }
  return (frame[0], at + 4, body.enumerated().map { $1 ^ key[$0 % 4] })
}

private func keys() -> MaskGenerator { MaskGenerator(seed: (11, 22, 33, 44)) }

private func written(
  _ opcode: WebSocketOpcode, _ payload: [UInt8], isFinal: Bool = true, room: Int
) -> [UInt8] {
  var generator = keys()
  var output = [UInt8](repeating: 0xEE, count: room)
  let count = unsafe output.withUnsafeMutableBytes { output in
    unsafe payload.withUnsafeBytes {
      unsafe WebSocketEncoder.write(
        opcode, payload: $0, isFinal: isFinal, keys: &generator, into: output)
    }
  }
  #expect(output[count...].allSatisfy { $0 == 0xEE })
  return Array(output.prefix(count))
}

@Suite struct WebSocketEncoderTests {
  @Test func theUnmaskerReadsTheExampleOfTheRFC() {
    let frame: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
    #expect(unmasked(frame)?.payload == Array("Hello".utf8))
  }

  @Test func everyLengthComesBack() {
    for count in Array(0...300) + [65534, 65535, 65536, 70001] {
      let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let frame = written(.text, payload, room: count + 14)
      let back = unmasked(frame)
      #expect(back?.first == 0x81)
      #expect(back?.payload == payload, "\(count)")
      #expect(back?.headerBytes == WebSocketEncoder.headerBytes(payloadBytes: count))
    }
  }

  @Test func sealingInPlaceGivesTheSameFrame() {
    for count in [0, 1, 7, 8, 9, 125, 126, 200, 65535, 65536] {
      let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 3) }
      var buffer = [UInt8](repeating: 0, count: 14) + payload + [0xEE]
      var generator = keys()
      let start = unsafe buffer.withUnsafeMutableBytes {
        unsafe WebSocketEncoder.seal(
          .binary, in: $0, payloadAt: 14, count: count, keys: &generator)
      }
      #expect(start == 14 - WebSocketEncoder.headerBytes(payloadBytes: count))
      #expect(
        Array(buffer[(start ?? 0)..<(14 + count)]) == written(.binary, payload, room: count + 14))
      #expect(buffer.last == 0xEE)
    }
  }

  @Test func opcodesAndFragments() {
    #expect(written(.text, [1], isFinal: false, room: 20)[0] == 0x01)
    #expect(written(.continuation, [1], room: 20)[0] == 0x80)
    #expect(written(.ping, [1], room: 20)[0] == 0x89)
    #expect(written(.pong, [1], room: 20)[0] == 0x8A)
  }

  @Test func outOfRoomIsAResult() {
    for count in [0, 5, 125, 126, 65536] {
      let payload = [UInt8](repeating: 1, count: count)
      let whole = count + WebSocketEncoder.headerBytes(payloadBytes: count)
      #expect(written(.text, payload, room: whole).count == whole)
      #expect(written(.text, payload, room: whole - 1).isEmpty)
    }
    #expect(written(.text, [1], room: 0).isEmpty)
    let long = [UInt8](repeating: 1, count: 126)
    #expect(written(.ping, long, room: 500).isEmpty)
    #expect(written(.pong, [], isFinal: false, room: 500).isEmpty)
  }

  @Test func sealingRefusesRangesOutsideTheBuffer() {
    var buffer = [UInt8](repeating: 0, count: 32)
    for (start, count) in [(5, 1), (-1, 1), (14, -1), (14, 19), (33, 0), (Int.max, Int.max)] {
      var generator = keys()
      let begin = unsafe buffer.withUnsafeMutableBytes {
        unsafe WebSocketEncoder.seal(
          .text, in: $0, payloadAt: start, count: count, keys: &generator)
      }
      #expect(begin == nil)
    }
    #expect(buffer.allSatisfy { $0 == 0 })
  }

  @Test func closeFrames() {
    for (code, payload): (WebSocketCloseCode, [UInt8]) in [
      (.normal, [0x03, 0xE8]), (.tooLarge, [0x03, 0xF1]), (.noStatus, []),
    ] {
      var generator = keys()
      var output = [UInt8](repeating: 0, count: 16)
      let count = unsafe output.withUnsafeMutableBytes {
        unsafe WebSocketEncoder.writeClose(code, keys: &generator, into: $0)
      }
      let back = unmasked(Array(output.prefix(count)))
      #expect(back?.first == 0x88 && back?.payload == payload)
    }
    var generator = keys()
    var small = [UInt8](repeating: 0, count: 7)
    let none = unsafe small.withUnsafeMutableBytes {
      unsafe WebSocketEncoder.writeClose(.normal, keys: &generator, into: $0)
    }
    #expect(none == 0)
  }

  /// The vector that the authors' reference implementation and rand_xoshiro give for seed 1, 2, 3, 4.
  @Test func theGeneratorIsXoshiro256StarStar() {
    var generator = MaskGenerator(seed: (1, 2, 3, 4))
    let first = (0..<5).map { _ in generator.next() }
    #expect(
      first == [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360])
  }

  @Test func keysDiffer() {
    var generator = keys()
    let drawn = Set((0..<10_000).map { _ in generator.nextKey() })
    #expect(drawn.count > 9_990)
    var zero = MaskGenerator(seed: (0, 0, 0, 0))
    #expect(Set((0..<100).map { _ in zero.nextKey() }).count > 90)
  }
}
