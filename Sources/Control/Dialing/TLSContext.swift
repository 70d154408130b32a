// What all TLS sessions share: versions, ciphers, trusted authorities; housekeeping, made once.
import COpenSSL

/// TLS 1.2 and 1.3 with AEAD suites, the peer's certificate and name always verified, no compression, no
/// renegotiation, no resumption. Reading the system's authorities takes tens of milliseconds: keep one.
@safe
public final class TLSContext: Sendable {
  // SAFETY: owned; SSL_CTX counts its references atomically, so any thread may make sessions from it.
  nonisolated(unsafe) let context: OpaquePointer

  /// `caFile`: PEM of the only authorities to trust; nil: the system's.
  public init(caFile: String? = nil) throws(DialError) {
    var text = [CChar](repeating: 0, count: 256)
    let made = unsafe text.withUnsafeMutableBufferPointer { failure in
      if let caFile {
        return unsafe copenssl_context_create(caFile, failure.baseAddress, failure.count)
      }
      return unsafe copenssl_context_create(nil, failure.baseAddress, failure.count)
    }
    guard let made = unsafe made else {
      throw DialError(.certificate, .handshake, TLSContext.string(text))
    }
    unsafe context = unsafe made
  }

  deinit { unsafe copenssl_context_free(context) }

  /// The text before the first NUL.
  static func string(_ text: [CChar]) -> String {
    String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
