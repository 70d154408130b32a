// The private connection to OKX as a value state machine: bytes and time in, events and actions out; hot plane.

import Quantities

/// Logs in, subscribes `orders`, `account` and `positions`, keeps the connection alive and decodes what
/// it sends. Does no I/O, reads no clock, holds no key. Order operations are encoded by `OrderEncoder`
/// and sent by the caller while `isReady`; their replies come out as events.
///
/// The shell: `connected`; then per text message `receive`, and `event(0 ..< eventCount)`; then `poll`
/// until `.none`; `disconnected` when the connection is lost. Sleep no longer than until `nextDeadline`.
///
///     disconnected ─connected─▶ awaitingLogin ─login─▶ subscribing ─acks─▶ ready
@safe
public struct PrivateSession: ~Copyable, @unchecked Sendable {
  enum State: UInt8, BitwiseCopyable {
    case disconnected, awaitingLogin, subscribing, ready
  }

  // SAFETY: both blocks are allocated by `init`, freed by `deinit` and reached through this sole owner
  // alone; `faultCounts` is indexed below `faultsMax`, `text` written below `outgoingBytesMax`.
  let faultCounts: UnsafeMutablePointer<UInt64>
  let text: UnsafeMutableRawPointer

  var decoder: PrivateDecoder
  let configuration: PrivateSessionConfiguration
  public internal(set) var counters = PrivateCounters()

  var state: State = .disconnected
  var textCount = 0
  var silence: SilenceProbe
  var loginDueAt: Instant = .zero
  var isLoginSent = false
  /// Channels whose subscription was acknowledged, or that pushed already: one bit each.
  var liveChannels: UInt8 = 0
  var attempts = 0
  var subscribeDueAt: Instant = .zero
  var nextRequest: UInt64 = 1
  /// The subscribe request whose answer is awaited.
  var openRequest: UInt64 = 0
  /// Why the shell shall reconnect; `.none` when it need not or was told.
  var reconnectFault: FaultCode = .none
  /// The shell was told to close at once: nothing more is sent.
  var isCondemned = false
  /// The shell was told to open another connection; this one serves until it is gone.
  var isNoticed = false

  /// Largest text the session itself sends.
  public static var outgoingBytesMax: Int { 512 }
  static var faultsMax: Int { 128 }
  static var allChannels: UInt8 { 0b1110 }

  /// Allocates all that the session ever uses.
  public init(
    instruments: InstrumentTable,
    configuration: PrivateSessionConfiguration = PrivateSessionConfiguration()
  ) {
    self.configuration = configuration
    silence = SilenceProbe(configuration.silence)
    decoder = PrivateDecoder(instruments: instruments)
    unsafe faultCounts = .allocate(capacity: PrivateSession.faultsMax)
    unsafe faultCounts.initialize(repeating: 0, count: PrivateSession.faultsMax)
    unsafe text = .allocate(byteCount: PrivateSession.outgoingBytesMax, alignment: 64)
  }

  deinit {
    unsafe faultCounts.deallocate()
    unsafe text.deallocate()
  }

  /// Logged in and subscribed: orders may go out, and their pushes will come in. An announced end
  /// (`.reconnect(.notice)`) leaves the session ready until it comes.
  public var isReady: Bool {
    @_noLocks get {
      state == .ready && !isCondemned && (reconnectFault == .none || reconnectFault == .notice)
    }
  }

  /// The text to send after `.send`; valid until the next call.
  @unsafe public var outgoing: UnsafeRawBufferPointer {
    @_noLocks get { unsafe UnsafeRawBufferPointer(start: text, count: textCount) }
  }

  /// Event `index` of the latest `receive`.
  @_noLocks
  public func event(_ index: Int) -> PrivateEvent { decoder.event(index) }

  public func faults(_ code: FaultCode) -> UInt64 {
    let index = Int(code.rawValue)
    return index < PrivateSession.faultsMax ? unsafe faultCounts[index] : 0
  }

  @_noLocks
  mutating func count(_ fault: FaultCode) {
    counters.faults &+= 1
    let index = Int(fault.rawValue)
    if index < PrivateSession.faultsMax { unsafe faultCounts[index] &+= 1 }
  }

  /// A fresh connection stands; everything begins anew with the login.
  @_noLocks
  public mutating func connected(now: Instant) {
    if state != .disconnected { disconnected(fault: isNoticed ? .notice : .connectionLost) }
    counters.connections &+= 1
    state = .awaitingLogin
    silence.heard(now)
    isLoginSent = false
    loginDueAt = now.advanced(byNanoseconds: configuration.loginNanoseconds)
    liveChannels = 0
    attempts = 0
    openRequest = 0
    reconnectFault = .none
    isCondemned = false
    isNoticed = false
  }

  /// The connection is gone. The caller's orders in flight are its own concern.
  @_noLocks
  public mutating func disconnected(fault: FaultCode) {
    if state == .disconnected { return }
    state = .disconnected
    reconnectFault = .none
    count(fault)
  }

  /// The connection is of no more use: `poll` says so once.
  @_noLocks
  mutating func condemn(_ fault: FaultCode) {
    if !isCondemned && reconnectFault == .none { reconnectFault = fault }
  }
}
