// One reactor, link and reader, connected again and again by the echo client; housekeeping.
import Quantities
import Wire

/// Single-threaded: dials, adopts, echoes, retires.
@safe
struct EchoSession: ~Copyable {
  /// Largest message echoed.
  static var messageBytesMax: Int { 32 << 20 }
  /// A server that says nothing for so long is given up.
  static var silenceNanosecondsMax: Int64 { 30_000_000_000 }
  /// How long the server may take to hang up after the close handshake.
  static var goodbyeNanosecondsMax: Int64 { 2_000_000_000 }

  private var reactor: TransportReactor
  private var link: Link
  private var keys: MaskGenerator
  // SAFETY: owned; allocated in init with room for the largest frame, freed in deinit.
  private let frame: UnsafeMutableRawBufferPointer
  private var outcome = EchoOutcome()
  /// A close frame of ours is out: nothing else may follow it.
  private var closing = false

  init(kind: TransportKind) throws(DialError) {
    var errorNumber: Int32 = 0
    guard var reactor = TransportReactor(kind: kind, errorNumber: &errorNumber) else {
      throw .system(.connectionLost, .address, -errorNumber)
    }
    let status = reactor.start()
    if status != 0 { throw .system(.connectionLost, .address, -status) }
    self.reactor = reactor
    let frameBytes = Self.messageBytesMax + WebSocketEncoder.headerBytesMax
    link = Link(inboxBytes: 1 << 20, outboxBytes: frameBytes + frameBytes / 256)
    unsafe frame = .allocate(byteCount: frameBytes, alignment: 64)
    var generator = SystemRandomNumberGenerator()
    keys = MaskGenerator(
      seed: (generator.next(), generator.next(), generator.next(), generator.next()))
  }

  deinit { unsafe frame.deallocate() }

  /// Dials `url` and echoes (when `reply`) until the connection ends.
  mutating func connect(
    _ url: String, tls: TLSContext?, proxy: ProxyEndpoint? = nil, reply: Bool
  ) throws -> EchoOutcome {
    let dialed = try Dialer.dial(DialRequest(url: WebSocketURL(url), tls: tls, proxy: proxy))
    let established = dialed.handOver(connection: 0, generation: 1)
    guard link.adopt(established, now: DialedConnection.now) else {
      established.release()
      throw DialError(.connectionLost, .session, "the link is taken")
    }
    outcome = EchoOutcome()
    closing = false
    var reader = WebSocketReader(
      messageBytesMax: Self.messageBytesMax, inboxBytesMax: link.frameBytesMax)
    if reactor.attach(descriptor: link.descriptor, slot: 0) {
      read(&reader, reply: reply)
      serve(&reader, reply: reply)
      reactor.detach(slot: 0)
    }
    link.retire(cause: outcome.fault)?.release()
    return outcome
  }

  private mutating func serve(_ reader: inout WebSocketReader, reply: Bool) {
    var deadline = DialedConnection.now.advanced(byNanoseconds: Self.silenceNanosecondsMax)
    var isSilenced = false
    while true {
      if closing && !isSilenced {
        isSilenced = true
        deadline = DialedConnection.now.advanced(byNanoseconds: Self.goodbyeNanosecondsMax)
      }
      let completion = reactor.poll()
      switch completion.kind {
      case .idle:
        let left = deadline.since(DialedConnection.now)
        if left <= 0 { return end(.connectionLost) }
        _ = reactor.wait(timeoutNanoseconds: left)
      case .writable:
        if link.flush() == .blocked { _ = reactor.awaitWritable(slot: 0) }
      case .ended, .failed:
        return end(.connectionLost)
      case .bytes:
        let received = unsafe link.receive(completion.bytes, receivedAt: completion.receivedAt)
        read(&reader, reply: reply)
        switch received {
        case .readable:
          if !closing {
            deadline = completion.receivedAt.advanced(byNanoseconds: Self.silenceNanosecondsMax)
          }
        case .quiet: break
        case .ended: return end(.connectionLost)
        case .failed: return end(.tlsFailure)
        case .overflow: return end(.writeOverflow)
        }
      }
    }
  }

  private mutating func end(_ fault: FaultCode) {
    if outcome.fault == .none { outcome.fault = fault }
  }

  /// Acts on every event that the inbox holds.
  private mutating func read(_ reader: inout WebSocketReader, reply: Bool) {
    while true {
      let event = unsafe reader.next(link.readable)
      switch event.kind {
      case .needMore:
        link.consume(event.consumed)
        return
      case .text, .binary:
        outcome.messages += 1
        unsafe outcome.bytes += UInt64(event.payload.count)
        if event.kind == .text && outcome.firstText.isEmpty {
          unsafe outcome.firstText = String(decoding: event.payload.prefix(1024), as: UTF8.self)
        }
        if reply { unsafe send(event.kind == .text ? .text : .binary, event.payload) }
      case .ping:
        unsafe send(.pong, event.payload)
      case .pong: break
      case .close, .violation:
        outcome.closeCode = event.closeCode.rawValue
        end(event.kind == .close ? .closedByPeer : event.fault)
        if event.mustReply {
          let count = unsafe WebSocketEncoder.writeClose(event.closeCode, keys: &keys, into: frame)
          send(frame: count)
          reader.closeSent()
        }
        closing = true
      }
      link.consume(event.consumed)
    }
  }

  private mutating func send(_ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer) {
    if closing { return }
    let count = unsafe WebSocketEncoder.write(opcode, payload: payload, keys: &keys, into: frame)
    send(frame: count)
  }

  /// Sends the first `count` bytes of `frame`; waits for room rather than lose them.
  private mutating func send(frame count: Int) {
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: frame[..<count])
    let deadline = DialedConnection.now.advanced(byNanoseconds: Self.silenceNanosecondsMax)
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
