// The signed WebSocket login (docs/OKX.md OKX-020); control plane (allocates, holds keys).

import Wire

public enum LoginRequest {
  /// The text message that logs a connection in. Good for 30 s around server time.
  public static func text(_ key: APIKey, unixSeconds: Int64) -> [UInt8] {
    let time = String(unixSeconds)
    let sign = signature(
      secret: key.secret, time: time, method: "GET", path: "/users/self/verify")
    let text =
      "{\"op\":\"login\",\"args\":[{\"apiKey\":\"\(escaped(key.key))\","
      + "\"passphrase\":\"\(escaped(key.passphrase))\","
      + "\"timestamp\":\"\(time)\",\"sign\":\"\(sign)\"}]}"
    return Array(text.utf8)
  }

  /// Base64(HMAC-SHA256(secret, time + method + path + body)): WebSocket and REST sign alike.
  public static func signature(
    secret: String, time: String, method: String, path: String, body: String = ""
  ) -> String {
    let signed = Digest.hmacSHA256(
      key: Array(secret.utf8), Array((time + method + path + body).utf8))
    return String(decoding: Digest.base64(signed), as: UTF8.self)
  }

  /// RFC 8259 §7: quote, backslash and control characters.
  static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: out += "\\\""
      case 0x5C: out += "\\\\"
      case 0..<0x20:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
