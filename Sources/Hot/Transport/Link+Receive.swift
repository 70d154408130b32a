// A link's inbox: ciphertext or plain bytes in, contiguous unread plaintext out; hot plane.
import COpenSSL
import CUring
import Quantities

extension Link {
  /// Unread plaintext, contiguous; valid until the next `receive` or `consume`.
  @inlinable public var readable: UnsafeRawBufferPointer {
    // SAFETY: the invariant keeps [readStart, readEnd) inside the owned inbox.
    unsafe UnsafeRawBufferPointer(start: readableStart, count: readableCount)
  }

  @inlinable public var readableStart: UnsafeRawPointer {
    unsafe UnsafeRawPointer(inbox + readStart)
  }

  @inlinable public var readableCount: Int { readEnd &- readStart }

  /// Whether any completion fits: receive no more before it is true again.
  @inlinable public var canReceive: Bool {
    inboxBytes &- (readEnd &- readStart) >= Self.inboxSlack
  }

  /// Marks the first `count` readable bytes as read; more than there are counts as all.
  @_noLocks
  public mutating func consume(_ count: Int) {
    readStart = count >= readEnd &- readStart ? readEnd : readStart &+ max(count, 0)
    if readStart == readEnd {
      // Back to the front: the warm end of the inbox.
      readStart = 0
      readEnd = 0
    }
  }

  /// Takes what the reactor received at `instant`: decrypts it, or copies it when the connection is plain.
  @_noLocks
  public mutating func receive(_ bytes: UnsafeRawBufferPointer, receivedAt instant: Instant)
    -> ReceiveOutcome
  {
    receivedAt = instant
    guard descriptor >= 0, let start = bytes.baseAddress else { return .quiet }
    let count = bytes.count
    bytesReceived &+= UInt64(truncatingIfNeeded: count)
    if inboxBytes &- readEnd < Self.inboxSlack { compact() }
    guard let tls = unsafe tls else {
      guard count <= inboxBytes &- readEnd else { return .overflow }
      // SAFETY: room was checked above; the reactor's buffer and the inbox are distinct.
      unsafe (inbox + readEnd).copyMemory(from: start, byteCount: count)
      readEnd &+= count
      return count > 0 ? .readable : .quiet
    }
    let before = readEnd
    unsafe copenssl_tls_input(tls, start, count)
    let reply = openOutbox()
    let outcome = unsafe decrypt(tls)
    closeOutbox(reply)
    if outcome != .quiet { return outcome }
    return readEnd > before ? .readable : .quiet
  }

  /// Reads records until the input is used up; `.quiet` means that all went well.
  @_noLocks
  private mutating func decrypt(_ tls: OpaquePointer) -> ReceiveOutcome {
    while true {
      let room = inboxBytes &- readEnd
      guard room > 0 else {
        return unsafe copenssl_tls_unread(tls) > 0 ? .overflow : .quiet
      }
      // SAFETY: [readEnd, readEnd + room) is free space of the inbox.
      let count = unsafe copenssl_tls_read(tls, inbox + readEnd, room)
      if count > 0 {
        readEnd &+= Int(truncatingIfNeeded: count)
        continue
      }
      switch Int32(truncatingIfNeeded: count) {
      case Int32(COPENSSL_WANTS_INPUT): return .quiet
      case Int32(COPENSSL_CLOSED): return .ended
      default: return .failed
      }
    }
  }

  @_noLocks
  private mutating func compact() {
    guard readStart > 0 else { return }
    let count = readEnd &- readStart
    // SAFETY: both ranges lie inside the inbox; copyMemory allows overlap.
    unsafe inbox.copyMemory(from: inbox + readStart, byteCount: count)
    readStart = 0
    readEnd = count
  }
}
