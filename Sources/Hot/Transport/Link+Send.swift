// A link's outbox: one immediate non-blocking send, and an ordered tail for what the kernel did not take.
import COpenSSL
import CUring
import Quantities

/// EAGAIN on Linux; the hot part of a link imports no libc.
private var wouldBlock: Int64 { -11 }

extension Link {
  /// Bytes accepted but not yet with the kernel.
  @inlinable public var unsentCount: Int { sendEnd &- sendStart }

  /// Sends `bytes` now, or keeps their tail for `flush`; all or nothing, in order.
  @_noLocks
  public mutating func send(_ bytes: UnsafeRawBufferPointer) -> SendOutcome {
    guard descriptor >= 0, errorNumber == 0 else { return .failed }
    guard bytes.count > 0, let start = bytes.baseAddress else {
      return sendStart == sendEnd ? .sent : .blocked
    }
    // What waits goes first, and may make room.
    if sendStart != sendEnd && flush() == .failed { return .failed }
    if let tls = unsafe tls {
      guard makeRoom(copenssl_tls_sealed_max(bytes.count)) else { return .overflow }
      // SAFETY: makeRoom left that much free space behind sendEnd.
      unsafe copenssl_tls_output(tls, outbox + sendEnd, outboxBytes &- sendEnd)
      let written = unsafe copenssl_tls_write(tls, start, bytes.count)
      sendEnd &+= unsafe copenssl_tls_output_count(tls)
      guard written == Int64(bytes.count) else {
        errorNumber = -1
        return .failed
      }
      return flush()
    }
    var taken = 0
    if sendStart == sendEnd {
      let sent = unsafe csocket_send(descriptor, start, bytes.count)
      if sent < 0 && sent != wouldBlock { return broken(sent) }
      taken = Int(truncatingIfNeeded: max(sent, 0))
      bytesSent &+= UInt64(truncatingIfNeeded: taken)
      if taken == bytes.count { return .sent }
    }
    let rest = bytes.count &- taken
    guard makeRoom(rest) else {
      // A part is on its way already: half a message cannot be refused, only given up.
      if taken == 0 { return .overflow }
      errorNumber = -1
      return .failed
    }
    // SAFETY: makeRoom left `rest` bytes behind sendEnd.
    unsafe (outbox + sendEnd).copyMemory(from: start + taken, byteCount: rest)
    sendEnd &+= rest
    return .blocked
  }

  /// Sends the tail; `.sent` when none is left. Call it on `.writable`, or each poll while `unsentCount > 0`.
  @_noLocks
  public mutating func flush() -> SendOutcome {
    guard descriptor >= 0, errorNumber == 0 else { return .failed }
    while sendStart < sendEnd {
      let sent = unsafe csocket_send(descriptor, outbox + sendStart, sendEnd &- sendStart)
      if sent == wouldBlock { return .blocked }
      if sent < 0 { return broken(sent) }
      sendStart &+= Int(truncatingIfNeeded: sent)
      bytesSent &+= UInt64(truncatingIfNeeded: sent)
    }
    sendStart = 0
    sendEnd = 0
    return .sent
  }

  @_noLocks
  private mutating func broken(_ result: Int64) -> SendOutcome {
    errorNumber = Int32(truncatingIfNeeded: -result)
    return .failed
  }

  /// Frees `count` bytes behind the tail, moving it to the front if that helps.
  @_noLocks
  private mutating func makeRoom(_ count: Int) -> Bool {
    if outboxBytes &- sendEnd >= count { return true }
    let waiting = sendEnd &- sendStart
    guard outboxBytes &- waiting >= count else { return false }
    // SAFETY: both ranges lie inside the outbox; copyMemory allows overlap.
    unsafe outbox.copyMemory(from: outbox + sendStart, byteCount: waiting)
    sendStart = 0
    sendEnd = waiting
    return true
  }

  /// Lets TLS answer while it reads (an alert, a key update): behind what waits already.
  @_noLocks
  func openOutbox() -> Bool {
    guard let tls = unsafe tls else { return false }
    unsafe copenssl_tls_output(tls, outbox + sendEnd, outboxBytes &- sendEnd)
    return true
  }

  @_noLocks
  mutating func closeOutbox(_ opened: Bool) {
    guard opened, let tls = unsafe tls else { return }
    let count = unsafe copenssl_tls_output_count(tls)
    if count > 0 {
      sendEnd &+= count
      _ = flush()
    }
  }
}
