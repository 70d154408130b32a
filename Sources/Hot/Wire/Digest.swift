// SHA-1, HMAC-SHA256 and Base64 over libcrypto for handshakes and logins; control plane (allocates).

import COpenSSL

/// One-shot digests. Never on the hot path.
public enum Digest {
  /// SHA-1, 20 bytes: only for `Sec-WebSocket-Accept`.
  public static func sha1(_ bytes: [UInt8]) -> [UInt8] {
    let digest = unsafe [UInt8](unsafeUninitializedCapacity: 20) { out, count in
      let done = unsafe bytes.withUnsafeBytes {
        unsafe copenssl_sha1($0.baseAddress, $0.count, out.baseAddress)
      }
      precondition(done == 1, "Invariant: libcrypto has SHA-1")
      count = 20
    }
    return digest
  }

  /// HMAC-SHA256, 32 bytes.
  public static func hmacSHA256(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
    let digest = unsafe [UInt8](unsafeUninitializedCapacity: 32) { out, count in
      let done = unsafe key.withUnsafeBytes { key in
        unsafe bytes.withUnsafeBytes {
          unsafe copenssl_hmac_sha256(
            key.baseAddress, key.count, $0.baseAddress, $0.count, out.baseAddress)
        }
      }
      precondition(done == 1, "Invariant: libcrypto has HMAC-SHA256")
      count = 32
    }
    return digest
  }

  /// Base64 with padding, without line breaks.
  public static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let capacity = 4 * ((bytes.count + 2) / 3) + 1
    return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { out, count in
      count = unsafe bytes.withUnsafeBytes {
        unsafe copenssl_base64($0.baseAddress, $0.count, out.baseAddress)
      }
    }
  }
}
