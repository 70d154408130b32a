// JSON is one value, exactly, or a coded refusal; its canonical text is one per value.
import JSON
import Roles
import Testing

@Suite struct JSONValueTests {
  @Test(arguments: [
    ("", JSONFault.Code.empty), ("  ", .empty), ("{", .truncated), ("{}{}", .trailing),
    ("{} x", .trailing), ("```{}```", .unexpected), ("{\"a\":1,\"a\":2}", .duplicateKey),
    ("[1,]", .unexpected), ("{\"a\":1,}", .unexpected), ("01", .badNumber), ("1e999", .badNumber),
    ("-", .truncated), ("1.", .truncated), ("NaN", .unexpected), ("Infinity", .unexpected),
    ("\"\\x\"", .badEscape), ("\"\\ud800\"", .loneSurrogate), ("\"a\nb\"", .controlCharacter),
    ("'a'", .unexpected), ("｛\"a\":1｝", .unexpected), ("{a:1}", .unexpected),
    ("tru", .truncated), ("nul1", .unexpected), ("// c\n1", .unexpected),
  ])
  func refuses(_ text: String, _ code: JSONFault.Code) {
    #expect(throws: JSONFault.self) { try JSONValue(parsing: text) }
    do { _ = try JSONValue(parsing: text) } catch {
      #expect(error.code == code, "\(text)")
    }
  }

  @Test func refusesDepthAndBadUTF8() {
    let deep = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
    #expect(throws: JSONFault(.tooDeep, at: 32)) { try JSONValue(parsing: deep) }
    let fits = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
    #expect(throws: Never.self) { try JSONValue(parsing: fits) }
    #expect(throws: JSONFault(.notUTF8, at: 0)) {
      try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22])
    }
  }

  @Test func keepsIntegersWhole() throws {
    #expect(try JSONValue(parsing: "9223372036854775807") == .integer(.max))
    #expect(try JSONValue(parsing: "5.0") == .number(5))
    #expect(try JSONValue(parsing: "5.0").integer == 5)
    #expect(try JSONValue(parsing: "5.5").integer == nil)
    #expect(try JSONValue(parsing: "1e300").integer == nil)
    #expect(try JSONValue(parsing: "18446744073709551616").integer == nil)
  }

  @Test func isCanonical() throws {
    let value = try JSONValue(parsing: #" {"b":[1, 2.50,null], "a":"x\u0000\u2028é\/", "A":true} "#)
    #expect(
      value.canonical == #"{"A":true,"a":"x\u0000\u2028é/","b":[1,2.5,null]}"#)
    #expect(try JSONValue(parsing: value.canonical) == value)
    #expect(value.hash.count == 64)
  }

  /// Any bytes either parse to what their canonical text parses to, or throw; nothing traps.
  @Test func survivesMutation() throws {
    let seed = Array(#"{"a":[1,-2.5e3,"é\n\ud83d\ude00"],"b":{"c":null,"d":true}}"#.utf8)
    var random = SeededRandom(seed: 7)
    var parsed = 0
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0...random.below(3) {
        let place = Int(random.below(UInt64(bytes.count)))
        switch random.below(3) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        }
      }
      guard let value = try? JSONValue(parsing: bytes) else { continue }
      parsed += 1
      #expect(try JSONValue(parsing: value.canonical) == value)
    }
    #expect(parsed > 100)
  }
}

/// Repeatable numbers.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &+ 0x9E37_79B9_7F4A_7C15 }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }
}
