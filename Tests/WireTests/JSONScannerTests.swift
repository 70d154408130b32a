// The scanner against a naive validator, Foundation, and the corners of RFC 8259.

import Foundation
import Quantities
import Testing
import Wire

/// Runs `body` over a scanner of exactly these bytes.
func scanning<R>(_ bytes: [UInt8], _ body: (inout JSONScanner) throws(FaultCode) -> R)
  throws(FaultCode) -> R
{
  // A copy of exact size: an over-read would leave the block.
  let block = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
  defer { unsafe block.deallocate() }
  for (index, byte) in bytes.enumerated() {
    unsafe block.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
  }
  var scanner = unsafe JSONScanner(UnsafeRawBufferPointer(start: block, count: bytes.count))
  return try body(&scanner)
}

func isWellFormed(_ bytes: [UInt8]) -> Bool {
  do {
    try scanning(bytes) { (scanner) throws(FaultCode) in
      try scanner.skipValue()
      try scanner.finish()
    }
    return true
  } catch {
    return false
  }
}

/// Recursive descent, one byte at a time, as RFC 8259 prints its grammar.
struct NaiveJSON {
  let bytes: [UInt8]
  var at = 0

  static func accepts(_ bytes: [UInt8]) -> Bool {
    var parser = NaiveJSON(bytes: bytes)
    parser.blanks()
    return parser.value(0)
      && {
        parser.blanks()
        return parser.at == bytes.count
      }()
  }
  var next: UInt8? { at < bytes.count ? bytes[at] : nil }
  mutating func blanks() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { at += 1 }
  }
  mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard at + wanted.count <= bytes.count, Array(bytes[at..<at + wanted.count]) == wanted else {
      return false
    }
    at += wanted.count
    return true
  }
  mutating func digits() -> Int {
    let start = at
    while let byte = next, byte >= 0x30, byte <= 0x39 { at += 1 }
    return at - start
  }
  mutating func number() -> Bool {
    _ = take("-")
    if take("0") {
    } else if digits() == 0 {
      return false
    }
    if take("."), digits() == 0 { return false }
    if take("e") || take("E") {
      _ = take("+") || take("-")
      return digits() > 0
    }
    return true
  }
  mutating func string() -> Bool {
    guard take("\"") else { return false }
    while let byte = next {
      at += 1
      if byte == 0x22 { return true }
      if byte < 0x20 { return false }
      if byte != 0x5C { continue }
      guard let letter = next else { return false }
      at += 1
      if letter == UInt8(ascii: "u") {
        for _ in 0..<4 {
          guard let digit = next, Character(UnicodeScalar(digit)).isHexDigit, digit < 0x80 else {
            return false
          }
          at += 1
        }
      } else if !Array("\"\\/bfnrt".utf8).contains(letter) {
        return false
      }
    }
    return false
  }
  mutating func value(_ depth: Int) -> Bool {
    guard let byte = next else { return false }
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let isObject = byte == UInt8(ascii: "{")
      at += 1
      blanks()
      if take(isObject ? "}" : "]") { return true }
      if depth == JSONScanner.depthMax { return false }
      while true {
        blanks()
        if isObject {
          guard string() else { return false }
          blanks()
          guard take(":") else { return false }
          blanks()
        }
        guard value(depth + 1) else { return false }
        blanks()
        if take(",") { continue }
        return take(isObject ? "}" : "]")
      }
    case UInt8(ascii: "\""): return string()
    case UInt8(ascii: "t"): return take("true")
    case UInt8(ascii: "f"): return take("false")
    case UInt8(ascii: "n"): return take("null")
    default: return number()
    }
  }
}

@Test(arguments: [
  "{}", "[]", "0", "-0", "1.5e+10", "\"\"", "true", "false", "null", " [ 1 , 2 ] ",
  "{\"a\":{\"b\":[[],{}]}}", "\"\\u00e9\\n\\\"\"", "[\"12345678\",\"123456789012345678901234\"]",
  "1E5", "-12.25E-3", "\t\r\n{ \"a\" : null }\n",
])
func wellFormedIsAccepted(_ text: String) {
  #expect(isWellFormed(Array(text.utf8)))
  #expect(NaiveJSON.accepts(Array(text.utf8)))
}

@Test(arguments: [
  "", " ", "{", "}", "[", "]", "[1,]", "{\"a\":1,}", "{\"a\"}", "{\"a\":}", "{a:1}", "[1 2]",
  "01", "-", "-01", "1.", ".5", "1e", "1e+", "+1", "0x10", "\"", "\"\\\"", "\"\\x\"", "\"\\u12g4\"",
  "\"\\u12\"", "\"a\nb\"", "tru", "truE", "nul", "fals", "True", "[]]", "{}{}", "1 2", "\u{1}",
  "[1}", "{\"a\":1]", "\"abc", "[\"abcdefgh\u{1}\"]", "nullx", "{\"a\":1 \"b\":2}", "[,1]", "NaN",
  "{,}", "{\"a\":1,,\"b\":2}",
])
func malformedIsRefused(_ text: String) {
  #expect(!isWellFormed(Array(text.utf8)))
  #expect(!NaiveJSON.accepts(Array(text.utf8)))
}

@Test func nestingHasALimit() {
  for depth in [1, 63, 64, 65, 5000] {
    let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    // The innermost pair is empty and opens nothing.
    #expect(isWellFormed(Array(nested.utf8)) == (depth <= JSONScanner.depthMax + 1))
    let named =
      String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth)
    #expect(isWellFormed(Array(named.utf8)) == (depth <= JSONScanner.depthMax))
  }
}

@Test func mutatedDocumentsAreJudgedLikeTheNaiveParserJudgesThem() {
  var generator = SeededGenerator(seed: 20)
  var accepted = 0
  var refused = 0
  for _ in 0..<3000 {
    var bytes = Array(randomJSON(&generator).utf8)
    #expect(isWellFormed(bytes))
    for _ in 0..<4 where !bytes.isEmpty {
      let at = Int(generator.next() % UInt64(bytes.count))
      switch generator.next() % 4 {
      case 0: bytes[at] ^= 1 << UInt8(generator.next() % 8)
      case 1: bytes.remove(at: at)
      case 2: bytes.insert(Array("\"\\{}[],:0e-. ".utf8).randomElement(using: &generator)!, at: at)
      default: bytes.removeLast(bytes.count - at)
      }
      let verdict = isWellFormed(bytes)
      if verdict != NaiveJSON.accepts(bytes) {
        Issue.record("\(verdict) for \(String(decoding: bytes, as: UTF8.self))")
      }
      if verdict { accepted += 1 } else { refused += 1 }
    }
  }
  #expect(accepted > 500 && refused > 5000)
}

@Test func membersAreFoundByNameInAnyOrder() throws {
  for text in [
    "{\"ts\":\"15\",\"prevSeqId\":-1,\"aVeryLongMemberNameOverSixteen\":[1,{\"x\":2}]}",
    " { \"aVeryLongMemberNameOverSixteen\" : [ ] , \"prevSeqId\" : -1 , \"ts\" : \"15\" } ",
  ] {
    var time: Int64 = 0
    var previous: Int64 = 0
    try scanning(Array(text.utf8)) { (scanner) throws(FaultCode) in
      var more = try scanner.enterObject()
      while more {
        switch scanner.name(try scanner.key()) {
        case JSONName("ts"): time = try scanner.integer(of: try scanner.string())
        case JSONName("prevSeqId"): previous = try scanner.integer()
        default: try scanner.skipValue()
        }
        more = try scanner.nextMember()
      }
      try scanner.finish()
    }
    #expect(time == 15)
    #expect(previous == -1)
  }
}

@Test func namesComparePackedAndLongOrEscapedOnesEqualNothing() throws {
  for name in ["", "a", "sevenxx", "eightxxx", "ninexxxxx", "fifteenxxxxxxxx", "sixteenxxxxxxxxx"] {
    // Once with room behind the key for the two word loads, once at the very end.
    for tail in ["", "                    "] {
      try scanning(Array("\"\(name)\"\(tail)".utf8)) { (scanner) throws(FaultCode) in
        let text = try scanner.string()
        #expect(unsafe Array(scanner.bytes(text)) == Array(name.utf8))
        let packed = scanner.name(text)
        var same = JSONName(low: 0, high: 0)
        for (index, byte) in name.utf8.enumerated() {
          if index < 8 {
            same.low |= UInt64(byte) << UInt64(index * 8)
          } else {
            same.high |= UInt64(byte) << UInt64(index * 8 - 64)
          }
        }
        #expect(packed == same)
      }
    }
  }
  #expect(JSONName("prevSeqId") != JSONName("prevSeqI"))
  for text in ["\"seventeenxxxxxxxx\"", "\"t\\u0073\""] {
    let name = try scanning(Array(text.utf8)) { (scanner) throws(FaultCode) in
      scanner.name(try scanner.string())
    }
    #expect(name == .none)
  }
}

@Test func integersAreExactOrRefused() throws {
  func integer(_ text: String) throws(FaultCode) -> Int64 {
    try scanning(Array(text.utf8)) { (scanner) throws(FaultCode) in
      let value = try scanner.integer()
      try scanner.finish()
      return value
    }
  }
  for value in [0, 1, -1, 80_274_874_887, Int64.max, Int64.min, Int64.max - 1] {
    #expect(try integer("\(value)") == value)
  }
  #expect(throws: FaultCode.numberRange) { try integer("9223372036854775808") }
  #expect(throws: FaultCode.numberRange) { try integer("-9223372036854775809") }
  #expect(throws: FaultCode.wrongType) { try integer("1.5") }
  #expect(throws: FaultCode.wrongType) { try integer("1e5") }
  #expect(throws: FaultCode.wrongType) { try integer("\"1\"") }
  #expect(throws: FaultCode.wrongType) { try integer("null") }
  #expect(throws: FaultCode.malformedJSON) { try integer("00") }
  #expect(throws: FaultCode.malformedJSON) { try integer("") }
}

@Test func wrongKindsAreToldFromNoJSONAtAll() {
  func fault(_ text: String, _ body: (inout JSONScanner) throws(FaultCode) -> Void) -> FaultCode {
    do { try scanning(Array(text.utf8), body) } catch { return error }
    return .none
  }
  #expect(fault("1") { (s) throws(FaultCode) in _ = try s.string() } == .wrongType)
  #expect(fault("\"a\"") { (s) throws(FaultCode) in _ = try s.number() } == .wrongType)
  #expect(fault("[]") { (s) throws(FaultCode) in _ = try s.enterObject() } == .wrongType)
  #expect(fault("{}") { (s) throws(FaultCode) in _ = try s.enterArray() } == .wrongType)
  #expect(fault("1") { (s) throws(FaultCode) in _ = try s.boolean() } == .wrongType)
  #expect(fault("?") { (s) throws(FaultCode) in _ = try s.string() } == .malformedJSON)
  #expect(fault("") { (s) throws(FaultCode) in _ = try s.enterArray() } == .malformedJSON)
  #expect(fault("nope") { (s) throws(FaultCode) in _ = try s.consumeNull() } == .malformedJSON)
}
