// One public connection to OKX as a value state machine: bytes and time in, market messages and actions out; hot plane.

import Quantities

/// Holds a fixed list of subscriptions on one connection. Does no I/O and reads no clock.
///
/// The shell: `connected`; then per text message `receive` with a ring claim of at least
/// `MarketMessage.bytesMax` bytes and commit `outcome.byteCount`; then `poll` until `.none`;
/// `disconnected` when the connection is lost. Sleep no longer than until `nextDeadline`.
@safe
public struct PublicSession: ~Copyable, @unchecked Sendable {
  let instruments: InstrumentTable
  var configuration: PublicSessionConfiguration
  public internal(set) var counters = PublicCounters()

  /// Most subscriptions on one connection.
  public static var subscriptionsMax: Int { 4096 }
  /// Largest request text.
  public static var outgoingBytesMax: Int { 4096 }

  /// Refuses a list that the exchange would refuse. Allocates all that the session ever uses.
  public init(
    instruments: InstrumentTable, subscriptions: [PublicSubscription],
    configuration: PublicSessionConfiguration = PublicSessionConfiguration()
  ) throws(PublicSessionError) {
    self.instruments = instruments
    self.configuration = configuration
  }

  /// A fresh connection stands: everything is subscribed anew (after login where configured).
  public mutating func connected(now: Instant) {}

  /// The connection is gone: every book becomes invalid (`poll` writes that) until reconnected.
  public mutating func disconnected(now: Instant, fault: FaultCode) {}

  /// Takes one text message. `claim` holds at least `MarketMessage.bytesMax` bytes, 8-byte aligned.
  public mutating func receive(
    _ message: UnsafeRawBufferPointer, receivedAt: Instant, decryptedAt: Instant,
    into claim: UnsafeMutableRawBufferPointer
  ) -> PublicOutcome { PublicOutcome() }

  /// What to do now. With a claim under 64 bytes (a full ring) `.invalid` messages wait.
  public mutating func poll(now: Instant, into claim: UnsafeMutableRawBufferPointer) -> PublicAction
  { .none }

  /// Someone downstream lost faith in this book (checksum, crossed, ring full): drop it and fetch a
  /// snapshot. False when no depth channel of it is held here.
  public mutating func resync(_ instrument: InstrumentID, fault: FaultCode, now: Instant) -> Bool {
    false
  }

  /// The text to send after `.send`; valid until the next call.
  public var outgoing: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  }

  /// When `poll` has something to do even if nothing is received.
  public var nextDeadline: Instant { .zero }

  /// Whether this instrument's book may be read downstream.
  public func isValid(_ instrument: InstrumentID) -> Bool { false }

  /// Every subscription is acknowledged and every book valid.
  public var isComplete: Bool { false }

  public func counters(of instrument: InstrumentID) -> PublicInstrumentCounters {
    PublicInstrumentCounters()
  }

  public func faults(_ code: FaultCode) -> UInt64 { 0 }
}
