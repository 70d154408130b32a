// The page's session: a signed value that needs no memory, so that it outlives a restart of the console; control plane.
import Crypto
import Foundation
import Operations

/// `v2.EXPIRY.RIGHTS.PERSON.NONCE.HMAC`, the person in hexadecimal. The key derives from the bearer token: deleting the token file ends every session.
struct SessionCookie: Sendable {
  private let key: SymmetricKey

  static let secondsMax: Int64 = 12 * 3_600

  init(token: Secret) {
    let code = HMAC<SHA256>.authenticationCode(
      for: Data("llmtrading console session v2".utf8),
      using: SymmetricKey(data: Data(token.reveal().utf8)))
    key = SymmetricKey(data: Data(code))
  }

  /// Cookies do not know ports: two consoles of one machine must not take each other's.
  static func name(port: Int) -> String { "llmtrading_\(port)" }

  func issue(_ grant: Grant, now seconds: Int64) throws -> String {
    let body =
      "v2.\(seconds + SessionCookie.secondsMax).\(grant.rights.rawValue)."
      + "\(SessionCookie.hex(grant.person.utf8)).\(try StateDirectory.randomText())"
    return body + "." + sign(body)
  }

  /// What the cookie grants; nil for one that is forged, garbled or too old.
  func grant(_ text: String, now seconds: Int64) -> Grant? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard text.utf8.count < 512, parts.count == 6, parts[0] == "v2", let expiry = Int64(parts[1]),
      let rights = UInt8(parts[2]), let person = SessionCookie.text(hex: parts[3])
    else { return nil }
    let body = parts[0..<5].joined(separator: ".")
    guard ConstantTime.equal(sign(body), String(parts[5])), seconds < expiry else { return nil }
    return Grant(rights: ConsoleRights(rawValue: rights), person: person)
  }

  private static func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func text(hex: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = hex
    while !rest.isEmpty {
      guard rest.count >= 2, let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private func sign(_ body: String) -> String {
    SessionCookie.hex(HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: key))
  }
}
