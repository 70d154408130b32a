// The page's session: a signed value that needs no memory, so that it outlives a restart of the console; control plane.
import Crypto
import Foundation
import Operations

/// `v1.EXPIRY.NONCE.HMAC`. The key derives from the bearer token: deleting the token file ends every session.
struct SessionCookie: Sendable {
  private let key: SymmetricKey

  static let secondsMax: Int64 = 12 * 3_600

  init(token: Secret) {
    let code = HMAC<SHA256>.authenticationCode(
      for: Data("llmtrading console session v1".utf8),
      using: SymmetricKey(data: Data(token.reveal().utf8)))
    key = SymmetricKey(data: Data(code))
  }

  /// Cookies do not know ports: two consoles of one machine must not take each other's.
  static func name(port: Int) -> String { "llmtrading_\(port)" }

  func issue(now seconds: Int64) throws -> String {
    let body = "v1.\(seconds + SessionCookie.secondsMax).\(try StateDirectory.randomText())"
    return body + "." + sign(body)
  }

  func isValid(_ text: String, now seconds: Int64) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard text.utf8.count < 256, parts.count == 4, parts[0] == "v1", let expiry = Int64(parts[1])
    else { return false }
    let body = parts[0..<3].joined(separator: ".")
    return ConstantTime.equal(sign(body), String(parts[3])) && seconds < expiry
  }

  private func sign(_ body: String) -> String {
    HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: key)
      .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
