// The receive side of an RFC 6455 client as a value: bytes in, whole messages and actions out; hot plane.

/// Reads a server's frames out of a contiguous receive buffer.
///
/// An unfragmented frame that lies whole in the buffer is returned in place. Fragments, and a frame
/// larger than `inPlaceBytesMax`, are assembled in one block allocated at init.
///
///     while true {
///       let event = reader.next(inbox)      // inbox: all received, not yet consumed bytes
///       … act on event.kind, event.payload …
///       drop event.consumed bytes from the front of the inbox
///       if event.kind == .needMore { break }
///     }
///
/// Between two calls the caller only drops `consumed` bytes from the front and appends at the end;
/// the bytes may move. After `.close` or `.violation` everything further is swallowed.
@safe
public struct WebSocketReader: ~Copyable {
  // SAFETY: allocated with `capacity` bytes at init, freed in deinit, reached only through this value.
  let assembly: UnsafeMutableRawPointer
  let capacity: Int
  let inPlaceBytesMax: Int
  /// Bytes of the current message in `assembly`.
  var assembled = 0
  /// Payload bytes of the current frame still to be moved into `assembly`.
  var streaming = 0
  /// Payload bytes of the incomplete frame at the front of the input that are validated already.
  var validated = 0
  var utf8 = UTF8Validator()
  /// `text` or `binary` while a message is being assembled, else `continuation`.
  var message = WebSocketOpcode.continuation
  var isFrameFinal = false
  var isStreaming = false
  /// False from the peer's close frame or its first violation on.
  public internal(set) var isOpen = true
  /// We have sent a close frame of our own; set by the caller through `closeSent()`.
  public internal(set) var isCloseSent = false

  /// Default largest message.
  public static var messageBytesDefault: Int { 256 * 1024 }
  /// The smallest receive buffer the reader can make progress with: a whole control frame.
  public static var inboxBytesMin: Int { 256 }

  /// - Parameters:
  ///   - messageBytesMax: a larger message is refused with 1009.
  ///   - inboxBytesMax: capacity of the caller's receive buffer; a larger frame is assembled.
  public init(messageBytesMax: Int = WebSocketReader.messageBytesDefault, inboxBytesMax: Int) {
    precondition(messageBytesMax > 0, "Invariant: a message limit is positive")
    precondition(
      inboxBytesMax >= WebSocketReader.inboxBytesMin, "Invariant: a control frame fits the inbox")
    capacity = messageBytesMax
    inPlaceBytesMax = inboxBytesMax
    unsafe assembly = .allocate(byteCount: messageBytesMax, alignment: 64)
    // Present before the first message, so that none takes a page fault.
    unsafe assembly.initializeMemory(as: UInt8.self, repeating: 0, count: messageBytesMax)
  }

  deinit { unsafe assembly.deallocate() }

  /// Forgets the connection that was read: ready for the first byte of a new one.
  @_noLocks
  public mutating func reset() {
    assembled = 0
    streaming = 0
    validated = 0
    utf8 = UTF8Validator()
    message = .continuation
    isFrameFinal = false
    isStreaming = false
    isOpen = true
    isCloseSent = false
  }

  /// Tells the reader that we sent a close frame: the peer's close then needs no reply.
  @_noLocks
  public mutating func closeSent() { isCloseSent = true }

  /// The next event in `input`, which holds every received byte not yet consumed.
  @_noLocks
  public mutating func next(_ input: UnsafeRawBufferPointer) -> WebSocketEvent {
    let count = input.count
    guard isOpen, let base = input.baseAddress else {
      return .needMore(consumed: count, bytesNeeded: 1)
    }
    var position = 0
    while true {
      if isStreaming {
        if let event = unsafe stream(base, at: &position, count: count) { return event }
      }
      let available = count &- position
      if available < 2 { return .needMore(consumed: position, bytesNeeded: 2) }
      let header = unsafe FrameHeader(base + position, count: available)
      if header.violation != .none { return violate(header.violation, consumed: count) }
      if header.headerBytes > available {
        return .needMore(consumed: position, bytesNeeded: header.headerBytes)
      }
      if header.isControl {
        let bytes = header.headerBytes &+ header.payloadBytes
        if available < bytes { return .needMore(consumed: position, bytesNeeded: bytes) }
        let payload = unsafe UnsafeRawBufferPointer(
          start: base + position + header.headerBytes, count: header.payloadBytes)
        return unsafe control(header.opcode, payload, end: position &+ bytes, inputBytes: count)
      }
      let violation = check(header)
      if violation != .none { return violate(violation, consumed: count) }
      let bytes = header.headerBytes &+ header.payloadBytes
      if header.isFinal && header.opcode != .continuation && bytes <= inPlaceBytesMax {
        let frame = unsafe UnsafeRawBufferPointer(
          start: base + position, count: bytes < available ? bytes : available)
        return unsafe whole(header, frame, at: position, inputBytes: count)
      }
      if header.opcode != .continuation {
        message = header.opcode
        utf8 = UTF8Validator()
      }
      isStreaming = true
      isFrameFinal = header.isFinal
      streaming = header.payloadBytes
      position &+= header.headerBytes
    }
  }

  /// The rules for a data frame's place in the message and its size.
  private func check(_ header: FrameHeader) -> WebSocketViolation {
    if header.opcode == .continuation {
      if message == .continuation { return .unexpectedContinuation }
    } else if message != .continuation {
      return .expectedContinuation
    }
    return header.payloadBytes > capacity &- assembled ? .messageTooLarge : .none
  }

  /// An unfragmented frame that fits the inbox; `frame` is as much of it as has arrived.
  private mutating func whole(
    _ header: FrameHeader, _ frame: UnsafeRawBufferPointer, at position: Int, inputBytes: Int
  ) -> WebSocketEvent {
    let bytes = header.headerBytes &+ header.payloadBytes
    if header.opcode == .text {
      // Validated as it arrives, so that a bad byte fails at once.
      let from = header.headerBytes &+ validated
      let piece = unsafe UnsafeRawBufferPointer(rebasing: frame[from...])
      if validated == 0 { utf8 = UTF8Validator() }
      if unsafe !utf8.accept(piece) { return violate(.textUTF8, consumed: inputBytes) }
      validated &+= piece.count
    }
    if frame.count < bytes { return .needMore(consumed: position, bytesNeeded: bytes) }
    validated = 0
    if header.opcode == .text && !utf8.isComplete {
      return violate(.textUTF8, consumed: inputBytes)
    }
    var event = WebSocketEvent(
      header.opcode == .text ? .text : .binary, consumed: position &+ bytes)
    unsafe event.payload = UnsafeRawBufferPointer(rebasing: frame[header.headerBytes...])
    return event
  }

  /// Moves what has arrived of the current frame into `assembly`. Nil: the frame is done, the message is not.
  private mutating func stream(
    _ base: UnsafeRawPointer, at position: inout Int, count: Int
  ) -> WebSocketEvent? {
    let available = count &- position
    let taken = streaming < available ? streaming : available
    let piece = unsafe UnsafeRawBufferPointer(start: base + position, count: taken)
    if unsafe message == .text && !utf8.accept(piece) {
      return violate(.textUTF8, consumed: count)
    }
    // SAFETY: `check` bounded the frame by the room left in `assembly`.
    if taken > 0 {
      unsafe (assembly + assembled).copyMemory(from: base + position, byteCount: taken)
    }
    assembled &+= taken
    streaming &-= taken
    position &+= taken
    if streaming > 0 { return .needMore(consumed: position, bytesNeeded: 1) }
    isStreaming = false
    if !isFrameFinal { return nil }
    if message == .text && !utf8.isComplete { return violate(.textUTF8, consumed: count) }
    var event = WebSocketEvent(message == .text ? .text : .binary, consumed: position)
    unsafe event.payload = UnsafeRawBufferPointer(start: assembly, count: assembled)
    message = .continuation
    assembled = 0
    return event
  }

  private mutating func control(
    _ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer, end: Int, inputBytes: Int
  ) -> WebSocketEvent {
    if opcode != .close {
      var event = WebSocketEvent(opcode == .ping ? .ping : .pong, consumed: end)
      unsafe event.payload = payload
      return event
    }
    var event = WebSocketEvent(.close, consumed: inputBytes)
    if payload.count == 1 { return violate(.closePayloadLength, consumed: inputBytes) }
    if payload.count >= 2 {
      let code = unsafe WebSocketCloseCode(
        rawValue: UInt16(bigEndian: payload.loadUnaligned(as: UInt16.self)))
      if !code.mayTravel { return violate(.closeCode, consumed: inputBytes) }
      let reason = unsafe UnsafeRawBufferPointer(rebasing: payload[2...])
      var validator = UTF8Validator()
      if unsafe !validator.accept(reason) || !validator.isComplete {
        return violate(.closeReasonUTF8, consumed: inputBytes)
      }
      event.closeCode = code
      unsafe event.payload = reason
    }
    event.mustReply = !isCloseSent
    isOpen = false
    return event
  }

  private mutating func violate(
    _ violation: WebSocketViolation, consumed: Int
  ) -> WebSocketEvent {
    isOpen = false
    var event = WebSocketEvent(.violation, consumed: consumed)
    event.violation = violation
    event.closeCode = violation.closeCode
    event.mustReply = !isCloseSent
    return event
  }
}

extension WebSocketEvent {
  @inline(__always)
  static func needMore(consumed: Int, bytesNeeded: Int) -> WebSocketEvent {
    var event = WebSocketEvent(.needMore, consumed: consumed)
    event.bytesNeeded = bytesNeeded
    return event
  }
}
