// The records of a connection's two hand-overs: dialled → hot thread, hot thread → released; ring payloads.
import COpenSSL
import CUring
import Glibc
import Quantities

/// A connection ready for WebSocket frames, on its way from the Connector to Feed or Sender through a ring.
/// It owns the descriptor, the TLS session and the leftover bytes: exactly one `Link.adopt` or `release`.
@frozen
@safe
public struct EstablishedConnection: BitwiseCopyable, Sendable {
  // SAFETY: addresses of heap memory owned by whoever holds this record; 0 for none.
  let tlsAddress: UInt64
  let leftoverAddress: UInt64
  /// Plaintext bytes that came with the upgrade's reply.
  public let leftoverCount: UInt32
  public let descriptor: Int32
  /// Which connection of the configuration this is, as its Connector numbers them.
  public var connection: UInt32
  /// Counts the connections made under that number, from 1.
  public var generation: UInt32
  public let establishedAt: Instant

  public var usesTLS: Bool { tlsAddress != 0 }

  /// Takes over what the arguments name; `leftover` is freed with `free`.
  public init(
    descriptor: Int32, tls: OpaquePointer?, leftover: UnsafeMutableRawPointer?, leftoverCount: Int,
    connection: UInt32, generation: UInt32, establishedAt: Instant
  ) {
    self.descriptor = descriptor
    tlsAddress = UInt64(UInt(bitPattern: tls))
    leftoverAddress = UInt64(UInt(bitPattern: leftover))
    self.leftoverCount = UInt32(leftoverCount)
    self.connection = connection
    self.generation = generation
    self.establishedAt = establishedAt
  }

  /// A connection without TLS whose descriptor is already at hand: what a socket pair makes.
  package init(
    plain descriptor: Int32, connection: UInt32, generation: UInt32, establishedAt: Instant
  ) {
    unsafe self.init(
      descriptor: descriptor, tls: nil, leftover: nil, leftoverCount: 0, connection: connection,
      generation: generation, establishedAt: establishedAt)
  }

  /// For a connection whose owner never adopts it: closes and frees, on a housekeeping thread.
  public func release() {
    RetiredConnection(
      tlsAddress: tlsAddress, leftoverAddress: leftoverAddress, descriptor: descriptor,
      connection: connection, generation: generation, cause: .none, saysGoodbye: true
    ).release()
  }
}

/// A connection that its hot thread is done with, on its way back to be closed and freed off that thread.
@frozen
@safe
public struct RetiredConnection: BitwiseCopyable, Sendable {
  // SAFETY: as in EstablishedConnection; exactly one `release`.
  let tlsAddress: UInt64
  let leftoverAddress: UInt64
  public let descriptor: Int32
  public let connection: UInt32
  public let generation: UInt32
  /// Why it ended; `.none` when we closed it on purpose.
  public var cause: FaultCode
  /// Whether everything queued was sent, so that a close_notify may follow.
  let saysGoodbye: Bool

  /// Says close_notify where it can, closes the descriptor, frees the session. Blocks for no one.
  public func release() {
    if let tls = unsafe OpaquePointer(bitPattern: UInt(tlsAddress)) {
      if saysGoodbye {
        unsafe withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { space in
          unsafe copenssl_tls_output(tls, space.baseAddress, space.count)
          unsafe copenssl_tls_close(tls)
          let count = unsafe copenssl_tls_output_count(tls)
          if count > 0 {
            _ = unsafe csocket_send(descriptor, space.baseAddress, count)
          }
        }
      }
      unsafe copenssl_tls_free(tls)
    }
    unsafe free(UnsafeMutableRawPointer(bitPattern: UInt(leftoverAddress)))
    if descriptor >= 0 { csocket_close(descriptor) }
  }
}
