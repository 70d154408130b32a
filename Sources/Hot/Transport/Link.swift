// One established connection as the hot thread owns it: descriptor, TLS, inbox and outbox; hot plane.
import COpenSSL
import CUring
import Quantities

/// What a receive did to the inbox.
@frozen
public enum ReceiveOutcome: UInt8, Sendable, BitwiseCopyable {
  /// `readable` grew.
  case readable
  /// Only part of a TLS record came, or nothing for us.
  case quiet
  /// The peer ended the TLS session (close_notify). What is readable was sent before it.
  case ended
  /// TLS failed; the connection is of no further use.
  case failed
  /// The inbox cannot take it: the owner consumed too little before receiving. Bytes were lost; retire.
  case overflow
}

/// What became of bytes to be sent.
@frozen
public enum SendOutcome: UInt8, Sendable, BitwiseCopyable {
  /// All of them, and all before them, are with the kernel.
  case sent
  /// Accepted; a tail waits in the outbox for `flush`.
  case blocked
  /// Refused whole: the outbox has no room. Nothing was queued.
  case overflow
  /// The connection is broken; retire it.
  case failed
}

/// Fixed memory, allocated and touched once at start and used by one connection after the other:
/// `adopt` → `receive`/`readable`/`consume`/`send`/`flush` → `retire`. Nothing here allocates or locks
/// per message. Unread plaintext is contiguous: it moves to the front of the inbox only when the space
/// behind it is short.
@safe
public struct Link: ~Copyable {
  /// -1 while no connection is adopted.
  public private(set) var descriptor: Int32 = -1
  public private(set) var connection: UInt32 = 0
  public private(set) var generation: UInt32 = 0
  /// The poll whose receive brought the newest bytes.
  public internal(set) var receivedAt = Instant.zero
  /// errno of the last failed send; 0 for none.
  public internal(set) var errorNumber: Int32 = 0
  public internal(set) var bytesReceived: UInt64 = 0
  public internal(set) var bytesSent: UInt64 = 0

  // SAFETY: owned through EstablishedConnection from adopt to retire; nil for a plain connection.
  var tls: OpaquePointer?
  // SAFETY: owned; made in init with the capacities below and freed in deinit.
  @usableFromInline let inbox: UnsafeMutableRawPointer
  let outbox: UnsafeMutableRawPointer
  public let inboxBytes: Int
  public let outboxBytes: Int
  // Invariant: 0 <= readStart <= readEnd <= inboxBytes; 0 <= sendStart <= sendEnd <= outboxBytes.
  @usableFromInline var readStart = 0
  @usableFromInline var readEnd = 0
  @usableFromInline var sendStart = 0
  @usableFromInline var sendEnd = 0
  private var leftoverAddress: UInt64 = 0

  /// The inbox must hold the largest message plus `Link.inboxSlack`; the outbox the largest burst.
  public init(inboxBytes: Int = 1 << 20, outboxBytes: Int = 256 << 10) {
    precondition(inboxBytes >= Self.inboxSlack && outboxBytes >= 4096, "Link: buffers too small")
    self.inboxBytes = inboxBytes
    self.outboxBytes = outboxBytes
    unsafe inbox = .allocate(byteCount: inboxBytes, alignment: 4096)
    unsafe outbox = .allocate(byteCount: outboxBytes, alignment: 4096)
    // Touch every page now, so that no message takes a fault.
    unsafe inbox.initializeMemory(as: UInt8.self, repeating: 0, count: inboxBytes)
    unsafe outbox.initializeMemory(as: UInt8.self, repeating: 0, count: outboxBytes)
  }

  deinit {
    unsafe inbox.deallocate()
    unsafe outbox.deallocate()
  }

  /// Room that one receive may need beyond what is unread: a completion, and a record begun before it.
  @inlinable public static var inboxSlack: Int { ReactorLimits.receiveBytesMax + 16 * 1024 + 512 }

  /// The largest frame that a reader may await whole: with more unread, a completion might not fit.
  public var frameBytesMax: Int { inboxBytes - Self.inboxSlack }

  public var isConnected: Bool { descriptor >= 0 }
  public var usesTLS: Bool { unsafe tls != nil }

  /// Takes the connection over on its hot thread; its leftover bytes become readable.
  /// False, and nothing taken, when one is adopted already or the leftover exceeds the inbox.
  @_noLocks
  public mutating func adopt(_ established: EstablishedConnection, now: Instant) -> Bool {
    let count = Int(established.leftoverCount)
    guard descriptor < 0, established.descriptor >= 0, count <= inboxBytes else { return false }
    descriptor = established.descriptor
    connection = established.connection
    generation = established.generation
    unsafe tls = OpaquePointer(bitPattern: UInt(established.tlsAddress))
    leftoverAddress = established.leftoverAddress
    receivedAt = now
    errorNumber = 0
    bytesReceived = UInt64(count)
    bytesSent = 0
    readStart = 0
    readEnd = count
    sendStart = 0
    sendEnd = 0
    if count > 0, let leftover = unsafe UnsafeRawPointer(bitPattern: UInt(leftoverAddress)) {
      // SAFETY: the dialer put `count` bytes there; count <= inboxBytes was checked.
      unsafe inbox.copyMemory(from: leftover, byteCount: count)
    }
    copenssl_thread_prepare()
    return true
  }

  /// Lets go of the connection, for release off this thread. Detach it from the reactor first.
  /// Nil when none is adopted.
  @_noLocks
  public mutating func retire(cause: FaultCode) -> RetiredConnection? {
    guard descriptor >= 0 else { return nil }
    let retired = unsafe RetiredConnection(
      tlsAddress: UInt64(UInt(bitPattern: tls)), leftoverAddress: leftoverAddress,
      descriptor: descriptor, connection: connection, generation: generation, cause: cause,
      saysGoodbye: sendStart == sendEnd && errorNumber == 0)
    descriptor = -1
    unsafe tls = nil
    leftoverAddress = 0
    readStart = 0
    readEnd = 0
    sendStart = 0
    sendEnd = 0
    return retired
  }
}
