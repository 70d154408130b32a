// A connection read by a tool, not by a stage: messages to a handler, its answers out; control plane.
import Quantities
import Transport
import Wire

/// What a handler wants done.
public enum MessageReply: Sendable {
  case none
  /// Send the message back as it came.
  case echo
  case texts([[UInt8]])
  /// Close the connection with 1000; the session ends with this fault.
  case end(FaultCode)
}

/// What a tool does with a connection's messages.
public protocol MessageHandler: ~Copyable {
  mutating func opened(now: Instant) -> MessageReply
  /// `payload` is valid during the call only.
  mutating func take(isText: Bool, _ payload: UnsafeRawBufferPointer, receivedAt: Instant)
    -> MessageReply
  /// Called every 100 ms or sooner, or as the session was told.
  mutating func tick(now: Instant) -> MessageReply
}

/// How a connection went.
public struct MessageOutcome: Sendable {
  /// `.closedByPeer` after a clean close, `.connectionLost` without one, or our reader's fault.
  public var fault = FaultCode.none
  public var closeCode: UInt16 = 0
}

/// One reactor, link and reader, connected again and again. Single-threaded.
@safe
public struct MessageSession: ~Copyable {
  /// Largest message taken, unless said otherwise.
  public static var messageBytesMaxDefault: Int { 32 << 20 }
  /// A server that says nothing for so long is given up, unless said otherwise.
  public static var silenceNanosecondsDefault: Int64 { 30_000_000_000 }
  /// How long the server may take to hang up after the close handshake.
  static var goodbyeNanosecondsMax: Int64 { 2_000_000_000 }

  private var reactor: TransportReactor
  private var link: Link
  private var keys: MaskGenerator
  // SAFETY: owned; allocated in init with room for the largest frame, freed in deinit.
  private let frame: UnsafeMutableRawBufferPointer
  private var outcome = MessageOutcome()
  /// A close frame of ours is out: nothing else may follow it.
  private var closing = false

  private let messageBytesMax: Int
  private let silenceNanosecondsMax: Int64
  private let tickNanoseconds: Int64

  /// - Parameter tickNanoseconds: how often the handler is asked when nothing comes.
  public init(
    kind: TransportKind, messageBytesMax: Int = MessageSession.messageBytesMaxDefault,
    silenceNanosecondsMax: Int64 = MessageSession.silenceNanosecondsDefault,
    tickNanoseconds: Int64 = 100_000_000
  ) throws(DialError) {
    self.messageBytesMax = messageBytesMax
    self.silenceNanosecondsMax = silenceNanosecondsMax
    self.tickNanoseconds = tickNanoseconds
    var errorNumber: Int32 = 0
    guard var reactor = TransportReactor(kind: kind, errorNumber: &errorNumber) else {
      throw .system(.connectionLost, .address, -errorNumber)
    }
    let status = reactor.start()
    if status != 0 { throw .system(.connectionLost, .address, -status) }
    self.reactor = reactor
    let frameBytes = messageBytesMax + WebSocketEncoder.headerBytesMax
    link = Link(inboxBytes: 1 << 20, outboxBytes: frameBytes + frameBytes / 256)
    unsafe frame = .allocate(byteCount: frameBytes, alignment: 64)
    var generator = SystemRandomNumberGenerator()
    keys = MaskGenerator(
      seed: (generator.next(), generator.next(), generator.next(), generator.next()))
  }

  deinit { unsafe frame.deallocate() }

  /// Dials and serves `handler` until the connection ends.
  public mutating func connect<Handler: MessageHandler & ~Copyable>(
    _ request: DialRequest, _ handler: inout Handler, cancellation: DialCancellation? = nil
  ) throws(DialError) -> MessageOutcome {
    let dialed = try Dialer.dial(request, cancellation: cancellation)
    let established = dialed.handOver(connection: 0, generation: 1)
    guard link.adopt(established, now: DialedConnection.now) else {
      established.release()
      throw DialError(.connectionLost, .session, "the link is taken")
    }
    outcome = MessageOutcome()
    closing = false
    var reader = WebSocketReader(
      messageBytesMax: messageBytesMax, inboxBytesMax: link.frameBytesMax)
    if reactor.attach(descriptor: link.descriptor, slot: 0) {
      unsafe act(handler.opened(now: DialedConnection.now), on: nil, isText: true)
      read(&reader, &handler)
      serve(&reader, &handler)
      reactor.detach(slot: 0)
    }
    link.retire(cause: outcome.fault)?.release()
    return outcome
  }

  private mutating func serve<Handler: MessageHandler & ~Copyable>(
    _ reader: inout WebSocketReader, _ handler: inout Handler
  ) {
    var deadline = DialedConnection.now.advanced(byNanoseconds: silenceNanosecondsMax)
    var isSilenced = false
    var tickAt = DialedConnection.now
    while true {
      let now = DialedConnection.now
      if !closing && now >= tickAt {
        tickAt = now.advanced(byNanoseconds: tickNanoseconds)
        unsafe act(handler.tick(now: now), on: nil, isText: true)
      }
      if closing && !isSilenced {
        isSilenced = true
        deadline = now.advanced(byNanoseconds: Self.goodbyeNanosecondsMax)
      }
      let completion = reactor.poll()
      switch completion.kind {
      case .idle:
        let left = deadline.since(DialedConnection.now)
        if left <= 0 { return end(.connectionLost) }
        _ = reactor.wait(timeoutNanoseconds: min(left, tickNanoseconds))
      case .writable:
        if link.flush() == .blocked { _ = reactor.awaitWritable(slot: 0) }
      case .ended, .failed:
        return end(.connectionLost)
      case .bytes:
        let arrival = DialedConnection.now
        let received = unsafe link.receive(completion.bytes, receivedAt: arrival)
        read(&reader, &handler)
        switch received {
        case .readable:
          if !closing {
            deadline = arrival.advanced(byNanoseconds: silenceNanosecondsMax)
          }
        case .quiet: break
        case .ended: return end(.connectionLost)
        case .failed: return end(.tlsFailure)
        case .overflow: return end(.writeOverflow)
        }
      }
    }
  }

  /// Does what the handler wants; `payload` is what an echo sends.
  private mutating func act(
    _ reply: MessageReply, on payload: UnsafeRawBufferPointer?, isText: Bool
  ) {
    switch reply {
    case .none: return
    case .echo:
      if let payload = unsafe payload { unsafe send(isText ? .text : .binary, payload) }
    case .texts(let texts):
      for text in texts { unsafe text.withUnsafeBytes { unsafe send(.text, $0) } }
    case .end(let fault):
      end(fault)
      close(.normal)
    }
  }

  private mutating func end(_ fault: FaultCode) {
    if outcome.fault == .none { outcome.fault = fault }
  }

  /// Acts on every event that the inbox holds.
  private mutating func read<Handler: MessageHandler & ~Copyable>(
    _ reader: inout WebSocketReader, _ handler: inout Handler
  ) {
    while true {
      let event = unsafe reader.next(link.readable)
      switch event.kind {
      case .needMore:
        link.consume(event.consumed)
        return
      case .text, .binary:
        let isText = event.kind == .text
        let reply = unsafe handler.take(
          isText: isText, event.payload, receivedAt: link.receivedAt)
        unsafe act(reply, on: event.payload, isText: isText)
      case .ping:
        unsafe send(.pong, event.payload)
      case .pong: break
      case .close, .violation:
        outcome.closeCode = event.closeCode.rawValue
        end(event.kind == .close ? .closedByPeer : event.fault)
        if event.mustReply {
          close(event.closeCode)
          reader.closeSent()
        }
        closing = true
      }
      link.consume(event.consumed)
    }
  }

  private mutating func close(_ code: WebSocketCloseCode) {
    if closing { return }
    let count = unsafe WebSocketEncoder.writeClose(code, keys: &keys, into: frame)
    send(frame: count)
    closing = true
  }

  private mutating func send(_ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer) {
    if closing { return }
    let count = unsafe WebSocketEncoder.write(opcode, payload: payload, keys: &keys, into: frame)
    send(frame: count)
  }

  /// Sends the first `count` bytes of `frame`; waits for room rather than lose them.
  private mutating func send(frame count: Int) {
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: frame[..<count])
    let deadline = DialedConnection.now.advanced(byNanoseconds: silenceNanosecondsMax)
    while true {
      switch unsafe link.send(bytes) {
      case .sent: return
      case .blocked:
        _ = reactor.awaitWritable(slot: 0)
        return
      case .failed: return end(.connectionLost)
      case .overflow:
        if DialedConnection.now > deadline { return end(.writeOverflow) }
        DialedConnection.pause(nanoseconds: 200_000)
        if link.flush() == .failed { return end(.connectionLost) }
      }
    }
  }
}
