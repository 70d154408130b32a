// A connection while a housekeeping thread still owns it: blocking, bounded I/O until the hand-over.

import CDialing
import COpenSSL
import CUring
import Glibc
import Quantities
import Transport

/// What `Dialer.dial` returns. `handOver` gives it to a hot thread; dropped, it closes.
@safe
public struct DialedConnection: ~Copyable {
  private static var bufferBytes: Int { 16 * 1024 }

  private var descriptor: Int32
  // SAFETY: owned until handOver, which clears both fields; freed in deinit otherwise.
  private var tls: OpaquePointer?
  /// Ciphertext (or plain bytes) as received; TLS refers into it until it is consumed.
  private let received: UnsafeMutableRawPointer
  private let outgoing: UnsafeMutableRawPointer
  /// Plaintext that was received too early for whoever read before.
  private var unread: [UInt8] = []
  private let cancellation: DialCancellation?
  let address: DialAddress
  /// What was odd about the dial, though it came through; for logs.
  public let notes: [String]
  /// Where it is connected to, in digits: for logs.
  public var remoteAddress: String { address.description }
  /// What TLS settled on, such as `TLSv1.3 TLS_AES_128_GCM_SHA256`; empty for a plain connection.
  public private(set) var security = ""
  public let startedAt: Instant

  init(
    descriptor: Int32, address: DialAddress, notes: [String], cancellation: DialCancellation?,
    startedAt: Instant
  ) {
    self.descriptor = descriptor
    self.address = address
    self.notes = notes
    self.cancellation = cancellation
    self.startedAt = startedAt
    unsafe tls = nil
    unsafe received = .allocate(byteCount: Self.bufferBytes, alignment: 16)
    unsafe outgoing = .allocate(byteCount: Self.bufferBytes * 2, alignment: 16)
  }

  deinit {
    unsafe copenssl_tls_free(tls)
    if descriptor >= 0 { csocket_close(descriptor) }
    unsafe received.deallocate()
    unsafe outgoing.deallocate()
  }

  /// CLOCK_MONOTONIC.
  public static var now: Instant { Instant(nanoseconds: csocket_now()) }

  static func pause(nanoseconds: Int64) { _ = cdial_wait(-1, 0, -1, nanoseconds) }

  /// Gives bytes back, to be read first: what was received beyond what was wanted.
  mutating func putBack(_ bytes: [UInt8]) { unread = bytes + unread }

  /// Ends this owner's part. What was received and not yet read goes along.
  public consuming func handOver(connection: UInt32, generation: UInt32) -> EstablishedConnection {
    var leftover = unread
    // TLS must not refer to our buffer any longer: take all that is in it.
    var piece = (try? readBuffered(step: .session)) ?? []
    while !piece.isEmpty {
      leftover += piece
      piece = (try? readBuffered(step: .session)) ?? []
    }
    if let tls = unsafe tls { unsafe copenssl_tls_input(tls, nil, 0) }
    var copy: UnsafeMutableRawPointer?
    if !leftover.isEmpty {
      unsafe copy = malloc(leftover.count)
      unsafe copy?.copyMemory(from: leftover, byteCount: leftover.count)
    }
    let established = unsafe EstablishedConnection(
      descriptor: descriptor, tls: tls, leftover: copy, leftoverCount: leftover.count,
      connection: connection, generation: generation, establishedAt: Self.now)
    descriptor = -1
    unsafe tls = nil
    return established
  }

  // ---- the dialer's view ----

  var socket: Int32 { descriptor }

  mutating func startTLS(
    _ context: TLSContext, host: String, isAddress: Bool, deadline: Instant
  ) throws(DialError) {
    guard let session = unsafe copenssl_tls_create(context.context, host, isAddress ? 1 : 0) else {
      throw DialError(.tlsFailure, .handshake, "no session for host \(host)")
    }
    unsafe tls = unsafe session
    while true {
      unsafe copenssl_tls_output(session, outgoing, Self.bufferBytes * 2)
      let status = unsafe copenssl_tls_handshake(session)
      // The reason is asked for before anything else touches OpenSSL's error queue.
      let failure = status == Int32(COPENSSL_FAILED) ? unsafe reason(session) : nil
      let count = unsafe copenssl_tls_output_count(session)
      do {
        try sendRaw(count, deadline: deadline, step: .handshake)
      } catch {
        if let failure { throw failure }
        throw error
      }
      if let failure { throw failure }
      switch status {
      case 1:
        unsafe security =
          String(cString: copenssl_tls_version(session)) + " "
          + String(cString: copenssl_tls_cipher(session))
        return
      case Int32(COPENSSL_WANTS_INPUT):
        let got = try receiveRaw(deadline: deadline, step: .handshake)
        if got == 0 { throw DialError(.tlsFailure, .handshake, "the peer hung up") }
        unsafe copenssl_tls_input(session, received, got)
      case Int32(COPENSSL_NO_ROOM): continue
      default: throw DialError(.tlsFailure, .handshake, "the peer closed the session")
      }
    }
  }

  private func reason(_ session: OpaquePointer) -> DialError {
    var text = [CChar](repeating: 0, count: 256)
    let isCertificate = unsafe text.withUnsafeMutableBufferPointer { text in
      unsafe copenssl_tls_failure(session, text.baseAddress, text.count) == 1
    }
    return DialError(
      isCertificate ? .certificate : .tlsFailure, .handshake, TLSContext.string(text))
  }

  mutating func send(_ bytes: [UInt8], deadline: Instant, step: DialStep) throws(DialError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(Self.bufferBytes)
      rest = rest.dropFirst(piece.count)
      var count = piece.count
      if let tls = unsafe tls {
        unsafe copenssl_tls_output(tls, outgoing, Self.bufferBytes * 2)
        let written = unsafe piece.withUnsafeBytes {
          unsafe copenssl_tls_write(tls, $0.baseAddress, $0.count)
        }
        guard written == Int64(piece.count) else {
          throw DialError(.tlsFailure, step, "encryption failed")
        }
        count = unsafe copenssl_tls_output_count(tls)
      } else {
        // SAFETY: a piece is at most half of `outgoing`.
        unsafe piece.withUnsafeBytes {
          unsafe outgoing.copyMemory(from: $0.baseAddress!, byteCount: $0.count)
        }
      }
      try sendRaw(count, deadline: deadline, step: step)
    }
  }

  mutating func receive(deadline: Instant, step: DialStep) throws(DialError) -> [UInt8] {
    if !unread.isEmpty {
      let bytes = unread
      unread = []
      return bytes
    }
    while true {
      let buffered = try readBuffered(step: step)
      if !buffered.isEmpty { return buffered }
      let count = try receiveRaw(deadline: deadline, step: step)
      if count == 0 { return [] }
      guard let tls = unsafe tls else {
        return unsafe Array(UnsafeRawBufferPointer(start: received, count: count))
      }
      unsafe copenssl_tls_input(tls, received, count)
    }
  }

  /// Plaintext of ciphertext already received; empty when there is none.
  private mutating func readBuffered(step: DialStep) throws(DialError) -> [UInt8] {
    guard let tls = unsafe tls else { return [] }
    var bytes = [UInt8](repeating: 0, count: Self.bufferBytes)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe copenssl_tls_read(tls, $0.baseAddress, $0.count)
    }
    if count > 0 { return Array(bytes.prefix(Int(count))) }
    if count == Int64(COPENSSL_WANTS_INPUT) { return [] }
    if count == Int64(COPENSSL_CLOSED) {
      throw DialError(.closedByPeer, step, "the peer closed the TLS session")
    }
    throw DialError(.tlsFailure, step, "decryption failed")
  }

  private func sendRaw(_ count: Int, deadline: Instant, step: DialStep) throws(DialError) {
    var sent = 0
    while sent < count {
      let status = unsafe csocket_send(descriptor, outgoing + sent, count - sent)
      if status >= 0 {
        sent += Int(status)
      } else if status == -11 {
        try ready(writable: true, deadline: deadline, step: step)
      } else {
        throw .system(.connectionLost, step, Int32(status))
      }
    }
  }

  private func receiveRaw(deadline: Instant, step: DialStep) throws(DialError) -> Int {
    while true {
      let status = unsafe csocket_receive(descriptor, received, Self.bufferBytes)
      if status >= 0 { return Int(status) }
      if status != -11 { throw .system(.connectionLost, step, Int32(status)) }
      try ready(writable: false, deadline: deadline, step: step)
    }
  }

  /// Waits for the descriptor, the deadline or a cancellation, the last two thrown.
  func ready(writable: Bool, deadline: Instant, step: DialStep) throws(DialError) {
    let left = deadline.since(Self.now)
    if left <= 0 { throw .timeout(step) }
    let status = cdial_wait(descriptor, writable ? 1 : 0, cancellation?.event ?? -1, left)
    if status == 1 { return }
    if status == 0 { throw .timeout(step) }
    if status == -125 { throw .cancelled(step) }
    throw .system(.connectionLost, step, status)
  }
}
