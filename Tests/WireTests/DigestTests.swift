// Digests against published vectors.
import Testing
import Wire

private func hex(_ bytes: [UInt8]) -> String {
  bytes.map { byte in
    let text = String(byte, radix: 16)
    return text.count == 1 ? "0" + text : text
  }.joined()
}

@Suite struct DigestTests {
  @Test func sha1() {
    #expect(hex(Digest.sha1(Array("abc".utf8))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(hex(Digest.sha1([])) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
  }

  // RFC 4231 §4.2, §4.3, §4.7; the empty key is the widely published one.
  @Test func hmacSHA256() {
    let first = Digest.hmacSHA256(
      key: [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8))
    #expect(hex(first) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    let second = Digest.hmacSHA256(
      key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
    #expect(hex(second) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    let long = Digest.hmacSHA256(
      key: [UInt8](repeating: 0xAA, count: 131),
      Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
    #expect(hex(long) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    let empty = Digest.hmacSHA256(key: [], [])
    #expect(hex(empty) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }

  // RFC 4648 §10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func base64(text: String, encoded: String) {
    #expect(String(decoding: Digest.base64(Array(text.utf8)), as: UTF8.self) == encoded)
  }
}
