// The incremental UTF-8 validator against Swift's own, exhaustively where that is possible.
import Testing
import Wire

private func validate(_ pieces: [[UInt8]]) -> (viable: Bool, whole: Bool) {
  var validator = UTF8Validator()
  for piece in pieces {
    let viable = unsafe piece.withUnsafeBytes { unsafe validator.accept($0) }
    if !viable { return (false, false) }
  }
  return (true, validator.isComplete)
}

/// The low `count` bytes of `number`, most significant first, are valid as a whole.
private func valid(_ number: UInt32, bytes count: Int) -> Bool {
  unsafe withUnsafeBytes(of: number.bigEndian) { whole in
    var validator = UTF8Validator()
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: whole[(4 - count)...])
    return unsafe validator.accept(bytes) && validator.isComplete
  }
}

@Suite struct UTF8ValidatorTests {
  @Test func everySequenceOfOneAndTwoBytes() {
    var wrong = 0
    for a in UInt8.min...UInt8.max {
      let one = validate([[a]])
      if one.whole != isUTF8([a], mayContinue: false) { wrong += 1 }
      if one.viable != isUTF8([a], mayContinue: true) { wrong += 1 }
      for b in UInt8.min...UInt8.max {
        let two = validate([[a, b]])
        if two.whole != isUTF8([a, b], mayContinue: false) { wrong += 1 }
        if two.viable != isUTF8([a, b], mayContinue: true) { wrong += 1 }
      }
    }
    #expect(wrong == 0)
  }

  /// Every sequence of three and (behind the leads that matter most) four bytes. The oracle is the
  /// standard library's encoder: a sequence is one character exactly when some scalar encodes to it.
  @Test func everySequenceOfThreeAndFourBytes() {
    var encoded = [Bool](repeating: false, count: 3 << 24)
    var two = [Bool](repeating: false, count: 1 << 16)
    for value in UInt32(0x80)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      var number = 0
      var count = 0
      for byte in UTF8.encode(scalar)! {
        number = number << 8 | Int(byte)
        count += 1
      }
      if count == 2 { two[number] = true }
      if count == 3 { encoded[number & 0xFF_FFFF] = true }
      if count == 4, let block = [0xF0: 1, 0xF4: 2][number >> 24] {
        encoded[block << 24 | number & 0xFF_FFFF] = true
      }
    }
    var wrong = 0
    for a in 0xC0...0xFF {
      for rest in 0...0xFFFF {
        let number = a << 16 | rest
        let oracle = encoded[number] || (two[number >> 8] && number & 0xFF < 0x80)
        if valid(UInt32(number), bytes: 3) != oracle { wrong += 1 }
      }
    }
    for (block, a) in [(1, 0xF0), (2, 0xF4)] {
      for rest in 0...0xFF_FFFF {
        let oracle = encoded[block << 24 | rest]
        if valid(UInt32(a << 24 | rest), bytes: 4) != oracle { wrong += 1 }
      }
    }
    #expect(wrong == 0)
  }

  /// Four bytes: every lead, every second byte, and the borders of every range behind them.
  @Test func sequencesOfFourBytes() {
    let borders: [UInt8] = [
      0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xED, 0xF0, 0xFF,
    ]
    var wrong = 0
    for a in UInt8(0xE0)...UInt8.max {
      for b in UInt8.min...UInt8.max {
        for c in borders {
          for d in borders {
            let bytes = [a, b, c, d]
            if validate([bytes]).whole != isUTF8(bytes, mayContinue: false) { wrong += 1 }
          }
        }
      }
    }
    #expect(wrong == 0)
  }

  /// Long texts with one foreign byte at every offset, so that every path of the word-wise scan is met.
  @Test func aBadByteAtEveryOffset() {
    for length in 0..<100 {
      let clean = [UInt8](repeating: 0x61, count: length)
      #expect(validate([clean]).whole)
      for offset in 0..<length {
        var broken = clean
        broken[offset] = 0xFF
        #expect(!validate([broken]).viable)
        broken[offset] = 0xC3
        let oracle = isUTF8(broken, mayContinue: true)
        #expect(validate([broken]).viable == oracle)
      }
    }
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func randomTextsInRandomPieces(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<4000 {
      var bytes = randomText(scalars: Int.random(in: 0...40, using: &random), using: &random)
      if Bool.random(using: &random) && !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      if Int.random(in: 0..<4, using: &random) == 0 { bytes.removeLast(min(1, bytes.count)) }
      var pieces: [[UInt8]] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...min(rest.count, 40), using: &random)
        pieces.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      let result = validate(pieces)
      #expect(result.whole == isUTF8(bytes, mayContinue: false), "\(bytes)")
      #expect(result.viable == isUTF8(bytes, mayContinue: true), "\(bytes)")
    }
  }
}

/// Valid UTF-8 mixing all four lengths.
func randomText(scalars: Int, using random: inout SeededGenerator) -> [UInt8] {
  var text = ""
  for _ in 0..<scalars {
    let ranges: [ClosedRange<UInt32>] = [
      0x20...0x7E, 0x20...0x7E, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0x10000...0x10FFFF,
    ]
    let range = ranges[Int.random(in: 0..<ranges.count, using: &random)]
    text.unicodeScalars.append(
      Unicode.Scalar(UInt32.random(in: range, using: &random)) ?? "?")
  }
  return Array(text.utf8)
}
