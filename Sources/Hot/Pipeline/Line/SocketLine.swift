// One connection as a stage holds it: framed link, OKX session, and the dealings with the Connector; hot plane.

import Channels
import OKX
import Quantities
import Transport
import Wire

/// What a line tells the session that speaks on it.
protocol LineSession: ~Copyable {
  mutating func connected(now: Instant)
  mutating func disconnected(now: Instant, fault: FaultCode)
}

extension PublicSession: LineSession {}
extension PrivateSession: LineSession {
  @_noLocks
  mutating func disconnected(now: Instant, fault: FaultCode) { disconnected(fault: fault) }
}

/// What the lines of one stage share.
@safe
struct LineHub: ~Copyable {
  // SAFETY: the reactor outlives the stage and is used by the stage's own thread alone.
  let reactor: UnsafeMutablePointer<TransportReactor>
  var writer: FrameWriter
  var requests: SlotProducer<ConnectorRequest>
  /// Requests the Connector's ring had no room for at first; their lines make them again.
  var requestsOwed: UInt64 = 0

  init(
    reactor: UnsafeMutablePointer<TransportReactor>, frameBytes: Int, keys: MaskGenerator,
    requests: consuming SlotProducer<ConnectorRequest>
  ) {
    unsafe self.reactor = unsafe reactor
    writer = FrameWriter(byteCount: frameBytes, keys: keys)
    self.requests = requests
  }
}

/// What a completion brought: messages to drain first, then perhaps the connection's end.
struct LineChange: BitwiseCopyable {
  var isReadable = false
  var fault = FaultCode.none
}

/// Sizes of one line's fixed memory, bytes.
struct LineLimits {
  /// Largest OKX message we accept: ten times the largest snapshot seen.
  static let messageBytesMax = 256 * 1024
  static let inboxBytes = 1 << 20
  static let publicOutboxBytes = 64 << 10
  static let privateOutboxBytes = 256 << 10
}

/// Fixed memory for one line of the configuration, used by one connection after the other.
///
/// Its methods carry no `@_noLocks`: of a generic type the compiler refuses it, because its metadata might
/// have to be made. The stages' steps carry it, and prove the specialised bodies with themselves.
struct SocketLine<Session: LineSession & ~Copyable>: ~Copyable {
  var framed: FramedLink
  var session: Session
  /// How its Connector numbers the line, and its place at the reactor.
  let number: Int
  let slot: Int
  /// The signed login text of the connection adopted now, and what to give back to the Connector.
  var handover: SessionHandover?
  /// A request for a connection is out; no second one is made.
  var isAwaited = true
  /// A send failed or found no room: the stage gives the connection up as soon as it may.
  var broken = FaultCode.none
  /// When the newest bytes came and when they were decrypted: for latencies alone.
  var receivedStamp = Stamp.zero
  var decryptedStamp = Stamp.zero
  var reconnects: UInt64 = 0
  var lastFault = FaultCode.none
  /// By which the exchange closed the connection that is given up now; 0: by none.
  private(set) var closeCode: UInt16 = 0
  /// For the Connector, in this order, as soon as its ring has room.
  private var owed: ConnectorRequest?
  private var owedNext: ConnectorRequest?

  init(session: consuming Session, number: Int, slot: Int, outboxBytes: Int) {
    framed = FramedLink(
      messageBytesMax: LineLimits.messageBytesMax, frameBytesMax: LineLimits.messageBytesMax,
      inboxBytes: LineLimits.inboxBytes, outboxBytes: outboxBytes)
    self.session = session
    self.number = number
    self.slot = slot
  }

  var isConnected: Bool { framed.isConnected }

  /// The inbox has room for any completion.
  var canTake: Bool { !framed.isConnected || framed.link.canReceive }

  /// Takes a connection over from the Connector; an old one is retired first. False: it is of no use,
  /// drop the line.
  mutating func adopt(_ handover: SessionHandover, _ hub: inout LineHub, now: Instant) -> Bool {
    if isConnected { release(.retire, .notice, &hub, now: now) }
    isAwaited = false
    broken = .none
    closeCode = 0
    self.handover = handover
    guard framed.adopt(handover.connection, now: now),
      unsafe hub.reactor.pointee.attach(descriptor: framed.link.descriptor, slot: slot)
    else { return false }
    session.connected(now: now)
    return true
  }

  /// Takes a completion of this line's slot, at the moment of the poll that brought it.
  mutating func take(_ completion: ReactorCompletion, _ stamps: StampClock, now: Instant)
    -> LineChange
  {
    switch completion.kind {
    case .idle: return LineChange()
    case .bytes:
      receivedStamp = completion.stamp
      let outcome = unsafe framed.link.receive(completion.bytes, receivedAt: now)
      decryptedStamp = stamps.now()
      switch outcome {
      case .readable: return LineChange(isReadable: true)
      case .quiet: return LineChange()
      case .ended: return LineChange(isReadable: true, fault: .connectionLost)
      case .failed: return LineChange(fault: .tlsFailure)
      case .overflow: return LineChange(fault: .ringFull)
      }
    case .ended, .failed: return LineChange(isReadable: true, fault: .connectionLost)
    case .writable:
      return LineChange(fault: framed.link.flush() == .failed ? .connectionLost : .none)
    }
  }

  /// The next message of the inbox. A pong that could not go out shows in `broken`. A close that blames the key is a
  /// refused login (docs/OKX.md OKX-009).
  mutating func next(_ hub: inout LineHub) -> FrameInput {
    var (input, sent) = framed.next(&hub.writer)
    if input.kind == .over {
      closeCode = input.closeCode
      if CloseReason.isOfLogin(closeCode) { input.fault = .loginRefused }
    }
    if !settle(sent, &hub) { broken = .writeOverflow }
    return input
  }

  /// Sends one frame of the session's; what fails shows in `broken`.
  mutating func send(
    _ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer, _ hub: inout LineHub
  ) {
    if !isConnected { return }
    let sent = unsafe framed.send(opcode, payload, &hub.writer)
    if !settle(sent, &hub) { broken = .writeOverflow }
  }

  /// Sends the text of `count` bytes in the writer's `payloadRoom`. False: nothing of it was queued. A
  /// connection that broke counts as sent, because nobody knows, and shows in `broken`.
  mutating func send(sealing count: Int, _ hub: inout LineHub) -> Bool {
    if !isConnected { return false }
    let sent = framed.send(sealing: count, &hub.writer)
    return settle(sent, &hub)
  }

  mutating func sayGoodbye(_ hub: inout LineHub) {
    let sent = framed.close(.goingAway, &hub.writer)
    _ = settle(sent, &hub)
  }

  /// False where nothing was queued.
  private mutating func settle(_ sent: SendOutcome, _ hub: inout LineHub) -> Bool {
    switch sent {
    case .sent: return true
    case .blocked:
      _ = unsafe hub.reactor.pointee.awaitWritable(slot: slot)
      return true
    case .overflow: return false
    case .failed:
      broken = .connectionLost
      return true
    }
  }

  /// Lets go of the connection and tells session and Connector.
  mutating func release(
    _ kind: ConnectorRequest.Kind, _ fault: FaultCode, _ hub: inout LineHub, now: Instant
  ) {
    broken = .none
    unsafe hub.reactor.pointee.detach(slot: slot)
    session.disconnected(now: now, fault: fault)
    let retired = framed.link.retire(cause: fault)
    request(kind, fault, retired, &hub)
    handover = nil
  }

  /// Gives the connection up for `fault` and asks for a new one.
  mutating func drop(_ fault: FaultCode, _ hub: inout LineHub, now: Instant) {
    lastFault = fault
    reconnects &+= 1
    release(.replace, fault, &hub, now: now)
  }

  /// Asks for a second connection; this one is retired when it comes.
  mutating func renew(_ fault: FaultCode, _ hub: inout LineHub) {
    if !isAwaited { request(.renew, fault, nil, &hub) }
  }

  private mutating func request(
    _ kind: ConnectorRequest.Kind, _ fault: FaultCode, _ retired: RetiredConnection?,
    _ hub: inout LineHub
  ) {
    let login = kind == .renew ? 0 : handover?.loginAddress ?? 0
    if kind != .retire { isAwaited = true }
    let request = ConnectorRequest(
      kind, line: number, cause: fault, closeCode: kind == .replace ? closeCode : 0,
      retired: retired, loginAddress: login)
    pay(&hub)
    if owed == nil && hub.requests.push(request) { return }
    hub.requestsOwed &+= 1
    // A line has at most a retirement and what dials anew outstanding.
    if owed == nil { owed = request } else { owedNext = request }
  }

  /// Makes the requests again that the Connector's ring had no room for.
  mutating func pay(_ hub: inout LineHub) {
    while let request = owed, hub.requests.push(request) {
      owed = owedNext
      owedNext = nil
    }
  }
}
