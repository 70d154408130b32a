// Random streams, whole and in pieces, through inboxes of many sizes: always what the naive parser says.
import Testing
import Wire

/// A valid stream: messages of all sizes, fragmented at random, control frames between the fragments.
func randomStream(messages: Int, largest: Int, using random: inout SeededGenerator) -> [UInt8] {
  var stream: [UInt8] = []
  func control() {
    guard Int.random(in: 0..<3, using: &random) == 0 else { return }
    let payload = (0..<Int.random(in: 0...125, using: &random)).map { UInt8($0) }
    let opcode: UInt8 = Bool.random(using: &random) ? 9 : 10
    stream += ServerFrame(opcode: opcode, payload: payload).bytes
  }
  for _ in 0..<messages {
    let isText = Bool.random(using: &random)
    let sizes = [0, 1, 20, 125, 126, 127, 300, largest]
    let size = sizes[Int.random(in: 0..<sizes.count, using: &random)]
    let payload =
      isText
      ? randomText(scalars: min(size, largest / 4), using: &random)
      : (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
    var rest = payload[...]
    var opcode: UInt8 = isText ? 1 : 2
    var fragments = Bool.random(using: &random) ? 1 : Int.random(in: 2...5, using: &random)
    while true {
      control()
      let count = fragments == 1 ? rest.count : Int.random(in: 0...rest.count, using: &random)
      stream +=
        ServerFrame(opcode: opcode, payload: Array(rest.prefix(count)), isFinal: fragments == 1)
        .bytes
      rest = rest.dropFirst(count)
      opcode = 0
      fragments -= 1
      if fragments == 0 { break }
    }
  }
  control()
  if Bool.random(using: &random) {
    stream += ServerFrame(opcode: 8, payload: [0x0F, 0xA4] + Array("idle".utf8)).bytes
  }
  return stream
}

func randomPieces(
  of stream: [UInt8], largest: Int, using random: inout SeededGenerator
) -> [ArraySlice<UInt8>] {
  var pieces: [ArraySlice<UInt8>] = []
  var rest = stream[...]
  while !rest.isEmpty {
    let count = Int.random(in: 1...min(rest.count, largest), using: &random)
    pieces.append(rest.prefix(count))
    rest = rest.dropFirst(count)
  }
  return pieces
}

@Suite struct WebSocketStreamTests {
  static let limit = 3000
  let reference = ReferenceParser(messageBytesMax: limit)

  @Test(arguments: 0..<40)
  func validStreams(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed) &+ 1000)
    for _ in 0..<10 {
      let stream = randomStream(messages: 6, largest: 900, using: &random)
      let expected = reference.parse(stream)
      #expect(!expected.contains { if case .violation = $0 { true } else { false } })
      for inboxBytes in [256, 300, 8192] {
        for largest in [1, 3, 64, 4000] {
          let pieces = randomPieces(of: stream, largest: largest, using: &random)
          let seen = read(
            pieces, inboxBytes: inboxBytes, messageBytesMax: WebSocketStreamTests.limit)
          #expect(seen == expected, "seed \(seed), inbox \(inboxBytes), pieces of \(largest)")
        }
      }
    }
  }

  /// One cut, at every byte boundary of the stream.
  @Test(arguments: 0..<6)
  func everyByteBoundary(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed) &+ 2000)
    let stream = randomStream(messages: 4, largest: 200, using: &random)
    let expected = reference.parse(stream)
    for cut in 0...stream.count {
      let seen = read([stream[..<cut], stream[cut...]], inboxBytes: 8192)
      #expect(seen == expected, "seed \(seed), cut at \(cut)")
    }
  }

  /// Streams with flipped bytes: the same violation at the same place, however they are cut.
  @Test(arguments: 0..<40)
  func brokenStreams(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed) &+ 3000)
    var violations = 0
    for _ in 0..<60 {
      var stream = randomStream(messages: 4, largest: 300, using: &random)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let at = Int.random(in: 0..<stream.count, using: &random)
        stream[at] = UInt8.random(in: 0...255, using: &random)
      }
      let expected = reference.parse(stream)
      if case .violation = expected.last { violations += 1 }
      for largest in [1, 50, 5000] {
        let pieces = randomPieces(of: stream, largest: largest, using: &random)
        let inboxBytes = Bool.random(using: &random) ? 256 : 8192
        let seen = read(pieces, inboxBytes: inboxBytes, messageBytesMax: WebSocketStreamTests.limit)
        #expect(seen == expected, "seed \(seed), pieces of \(largest)")
      }
    }
    #expect(violations > 0)
  }

  @Test func sixteenMebibytesThroughASmallInbox() {
    let payload = [UInt8](repeating: 0x7A, count: 16 << 20)
    let stream = ServerFrame(payload: payload).bytes
    let seen = read([stream[...]], inboxBytes: 64 * 1024, messageBytesMax: 16 << 20)
    #expect(seen == [.text(payload)])
  }
}
