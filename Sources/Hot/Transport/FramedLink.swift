// A connection that speaks frames: the link, the reader of its frames, and what answers to them by itself; hot plane.
import Quantities
import Wire

/// What `FramedLink.next` found.
@safe @frozen
public struct FrameInput: BitwiseCopyable {
  @frozen
  public enum Kind: UInt8, Sendable, BitwiseCopyable {
    /// `payload` is a whole message.
    case text
    case binary
    /// A ping, answered, or a pong.
    case control
    /// No whole frame is in the inbox.
    case waiting
    /// The connection is over for `fault`: a close frame, or a violation of the protocol.
    case over
  }
  public var kind: Kind
  public var fault: FaultCode
  /// The peer's, where it closed and named one; 0: none.
  public var closeCode: UInt16 = 0
  /// Valid until `consumed` bytes are consumed.
  @unsafe public var payload: UnsafeRawBufferPointer
  /// What to consume once the message was used.
  public var consumed: Int
}

/// Fixed memory for one connection after the other: bytes in, messages out, frames out.
public struct FramedLink: ~Copyable {
  public var link: Link
  private var reader: WebSocketReader

  /// - Parameters:
  ///   - messageBytesMax: of the largest message taken.
  ///   - frameBytesMax: of the largest frame awaited whole; at most what the inbox can hold.
  public init(messageBytesMax: Int, frameBytesMax: Int, inboxBytes: Int, outboxBytes: Int) {
    link = Link(inboxBytes: inboxBytes, outboxBytes: outboxBytes)
    reader = WebSocketReader(messageBytesMax: messageBytesMax, inboxBytesMax: frameBytesMax)
  }

  public var isConnected: Bool { @_noLocks get { link.isConnected } }

  /// False, and nothing taken, when a connection is held already or its leftover exceeds the inbox.
  @_noLocks
  public mutating func adopt(_ established: EstablishedConnection, now: Instant) -> Bool {
    reader.reset()
    return link.adopt(established, now: now)
  }

  /// The next frame of the inbox; pings, closes and violations are answered here. Consume what it names.
  @_noLocks
  public mutating func next(_ writer: inout FrameWriter) -> (input: FrameInput, sent: SendOutcome) {
    let event = unsafe reader.next(link.readable)
    var input = unsafe FrameInput(
      kind: .control, fault: .none, payload: event.payload, consumed: event.consumed)
    var sent = SendOutcome.sent
    switch event.kind {
    case .text: input.kind = .text
    case .binary: input.kind = .binary
    case .pong: break
    case .needMore: input.kind = .waiting
    case .ping: sent = unsafe send(.pong, event.payload, &writer)
    case .close:
      input.kind = .over
      input.fault = .closedByPeer
      input.closeCode = event.closeCode == .noStatus ? 0 : event.closeCode.rawValue
      if event.mustReply { _ = close(event.closeCode, &writer) }
    case .violation:
      input.kind = .over
      input.fault = event.fault
      _ = close(event.closeCode, &writer)
    }
    return (input, sent)
  }

  @_noLocks
  public mutating func consume(_ count: Int) { link.consume(count) }

  /// One frame; `.overflow` where neither the writer nor the outbox can hold it, and then nothing was sent.
  @_noLocks
  public mutating func send(
    _ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer, _ writer: inout FrameWriter
  ) -> SendOutcome {
    let frame = unsafe writer.frame(opcode, payload)
    return unsafe frame.count == 0 ? .overflow : link.send(frame)
  }

  /// What was written into the writer's `payloadRoom`, as a text.
  @_noLocks
  public mutating func send(sealing count: Int, _ writer: inout FrameWriter) -> SendOutcome {
    let frame = unsafe writer.seal(count: count)
    return unsafe frame.count == 0 ? .overflow : link.send(frame)
  }

  /// A close frame; nothing may follow it.
  @_noLocks
  public mutating func close(_ code: WebSocketCloseCode, _ writer: inout FrameWriter) -> SendOutcome
  {
    let frame = unsafe writer.close(code)
    reader.closeSent()
    return unsafe frame.count == 0 ? .sent : link.send(frame)
  }
}
