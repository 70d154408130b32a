// Slow arithmetic on strings of decimal digits: what the fast integers are compared with.

/// SplitMix64: the seed is the bug report.
struct Generator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  /// A number of a random magnitude, often at an edge.
  mutating func integer() -> Int64 {
    switch next() % 8 {
    case 0: return [0, 1, -1, 9, 10, .max, .min, .max - 1][Int(next() % 8)]
    case 1:
      var power: Int64 = 1
      for _ in 0..<(next() % 19) { power *= 10 }
      return next() % 2 == 0 ? power : -power
    default: return Int64(bitPattern: next()) >> Int64(next() % 64)
    }
  }
}

/// An unsigned integer as decimal digits, most significant first, without leading zeros (zero: "0").
struct Digits: Equatable {
  var text: [UInt8]

  init(_ value: some BinaryInteger) { text = Array(String(value.magnitude).utf8).map { $0 - 48 } }
  init(_ digits: [UInt8]) {
    let stripped = Array(digits.drop { $0 == 0 })
    text = stripped.isEmpty ? [0] : stripped
  }

  var isZero: Bool { text == [0] }
  var description: String { text.map(String.init).joined() }

  func timesTen(_ power: Int) -> Digits {
    isZero ? self : Digits(text + [UInt8](repeating: 0, count: power))
  }

  static func < (a: Digits, b: Digits) -> Bool {
    a.text.count != b.text.count
      ? a.text.count < b.text.count : a.text.lexicographicallyPrecedes(b.text)
  }

  func minus(_ other: Digits) -> Digits {
    var result = text
    let padded = [UInt8](repeating: 0, count: text.count - other.text.count) + other.text
    var borrow = 0
    for index in result.indices.reversed() {
      var digit = Int(result[index]) - Int(padded[index]) - borrow
      borrow = digit < 0 ? 1 : 0
      if digit < 0 { digit += 10 }
      result[index] = UInt8(digit)
    }
    return Digits(result)
  }

  func plus(_ other: Digits) -> Digits {
    let count = max(text.count, other.text.count) + 1
    let a = [UInt8](repeating: 0, count: count - text.count) + text
    let b = [UInt8](repeating: 0, count: count - other.text.count) + other.text
    var result = a
    var carry: UInt8 = 0
    for index in result.indices.reversed() {
      let sum = a[index] + b[index] + carry
      result[index] = sum % 10
      carry = sum / 10
    }
    return Digits(result)
  }

  func times(_ other: Digits) -> Digits {
    var result = Digits([0])
    for digit in other.text {
      result = result.timesTen(1)
      for _ in 0..<digit { result = result.plus(self) }
    }
    return result
  }

  func dividing(by divisor: Digits) -> (quotient: Digits, remainder: Digits) {
    var quotient: [UInt8] = []
    var rest = Digits([0])
    for digit in text {
      rest = Digits(rest.text + [digit])
      var times: UInt8 = 0
      while !(rest < divisor) {
        rest = rest.minus(divisor)
        times += 1
      }
      quotient.append(times)
    }
    return (Digits(quotient), rest)
  }
}
