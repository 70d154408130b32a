// One private text message to events, by key name in any order; pure, hot plane.

import Quantities
import Wire

/// What a message turned out to be; plain values.
@frozen
public struct PrivateFrame: Sendable, BitwiseCopyable {
  public var kind: PrivateFrameKind = .faulty
  public var channel: PrivateChannel = .none
  /// The message's own, or the last of its items'.
  public var fault: FaultCode = .none
  /// Events written; also set for an `.error` that names one of the caller's requests.
  public var eventCount = 0
  public var code: Int32 = 0
  /// The message's `msg`, of a code that is not 0.
  public var words = ExchangeText()
  /// The caller's request number that came back as `id`, or 0.
  public var request: UInt64 = 0
  /// The session's own request number (`s12`), or 0.
  public var sessionRequest: UInt64 = 0
  public var unknownInstruments: UInt32 = 0
  public var unknownCurrencies: UInt32 = 0

  @inlinable public init() {}
}

/// Decodes what OKX's private connection sends (docs/OKX.md OKX-030, OKX-107, OKX-130).
///
/// A message is first read from end to end as JSON; only then are its items decoded, each by
/// itself, so that one bad item costs itself alone and a torn message costs everything.
@safe
public struct PrivateDecoder: ~Copyable, @unchecked Sendable {
  let instruments: InstrumentTable
  // SAFETY: allocated by `init`, freed by `deinit`, reached through this owner alone; indexed below
  // `eventsMax`, which `add` checks.
  let events: UnsafeMutablePointer<PrivateEvent>
  /// When the message came: a stamp far beyond it is no time.
  var wall = WallMilliseconds(milliseconds: 0)

  /// Most events of one message. OKX sends at most 20 replies, 100 positions and one account a message.
  public static var eventsMax: Int { 1024 }

  /// Control plane: allocates.
  public init(instruments: InstrumentTable) {
    self.instruments = instruments
    unsafe events = .allocate(capacity: PrivateDecoder.eventsMax)
    unsafe events.initialize(
      repeating: PrivateEvent(.faulty), count: PrivateDecoder.eventsMax)
  }

  deinit { unsafe events.deallocate() }

  /// Event `index` of the latest message.
  @_noLocks
  public func event(_ index: Int) -> PrivateEvent {
    precondition(index >= 0 && index < PrivateDecoder.eventsMax, "Invariant: below eventCount")
    return unsafe events[index]
  }

  /// What is known of a message once it has been read as JSON.
  struct Head: BitwiseCopyable {
    var frame = PrivateFrame()
    var event: JSONText = .empty
    var operation: JSONText = .empty
    var code: JSONText = .empty
    var message: JSONText = .empty
    var data = -1
    var hasArg = false
    var hasEvent = false
    var hasOperation = false
    var hasCode = false
    var isSnapshot = false
    var inTime: Int64 = 0
    var outTime: Int64 = 0
    var receivedAt: Instant = .zero
  }

  @unsafe @_noLocks
  public mutating func decode(
    _ message: UnsafeRawBufferPointer, receivedAt: Instant, wall: WallMilliseconds
  ) -> PrivateFrame {
    self.wall = wall
    var head = Head()
    head.receivedAt = receivedAt
    var scanner = unsafe JSONScanner(message)
    if scanner.isPong {
      head.frame.kind = .pong
      return head.frame
    }
    do throws(FaultCode) {
      try members(&scanner, &head)
      if head.frame.code != 0 { head.frame.words = words(scanner, head.message) }
      if head.hasEvent {
        try finishEvent(scanner, &head)
      } else {
        if head.data < 0 { throw .missingField }
        scanner.position = head.data
        if head.hasOperation {
          try replies(&scanner, &head)
        } else {
          try push(&scanner, &head)
        }
      }
    } catch {
      head.frame.kind = .faulty
      head.frame.fault = error
      head.frame.eventCount = 0
    }
    return head.frame
  }

  /// Reads the whole message; `data` is passed over, and validated, for later.
  @_noLocks
  func members(_ scanner: inout JSONScanner, _ head: inout Head) throws(FaultCode) {
    var more = try scanner.enterObject()
    while more {
      switch scanner.name(try scanner.key()) {
      case JSONName("arg"):
        if head.hasArg { throw .malformedJSON }
        head.hasArg = true
        try argument(&scanner, &head)
      case JSONName("data"):
        if head.data >= 0 { throw .malformedJSON }
        head.data = scanner.position
        try scanner.skipValue()
      case JSONName("op"):
        if head.hasOperation { throw .malformedJSON }
        head.hasOperation = true
        head.operation = try scanner.string()
      case JSONName("event"):
        if head.hasEvent { throw .malformedJSON }
        head.hasEvent = true
        head.event = try scanner.string()
      case JSONName("eventType"):
        head.isSnapshot = scanner.name(try scanner.string()) == JSONName("snapshot")
      case JSONName("code"):
        if head.hasCode { throw .malformedJSON }
        head.hasCode = true
        let isNumber = try scanner.peekKind() == .number
        head.code = isNumber ? try scanner.number() : try scanner.string()
        head.frame.code = try code(scanner, head.code)
      case JSONName("msg"): head.message = try remark(&scanner)
      case JSONName("id"): try request(&scanner, &head)
      case JSONName("inTime"): head.inTime = try microseconds(&scanner)
      case JSONName("outTime"): head.outTime = try microseconds(&scanner)
      default: try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
    try scanner.finish()
  }

  @_noLocks
  func argument(_ scanner: inout JSONScanner, _ head: inout Head) throws(FaultCode) {
    var more = try scanner.enterObject()
    while more {
      if scanner.name(try scanner.key()) == JSONName("channel") {
        switch scanner.name(try scanner.string()) {
        case JSONName("orders"): head.frame.channel = .orders
        case JSONName("account"): head.frame.channel = .account
        case JSONName("positions"): head.frame.channel = .positions
        default: head.frame.channel = .none
        }
      } else {
        try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
  }

  /// A code's digits. What follows an underscore (`51008_1000`) is its sub-code; empty is 0.
  @_noLocks
  func code(_ scanner: JSONScanner, _ text: JSONText) throws(FaultCode) -> Int32 {
    var value: Int32 = 0
    var at = text.start
    while at < text.end {
      let byte = scanner.byte(at: at)
      if byte == 0x5F && at > text.start { break }
      let digit = byte &- 0x30
      if digit > 9 { throw .wrongType }
      let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(Int32(digit))
      if overflowed || carried { throw .numberRange }
      value = sum
      at &+= 1
    }
    return value
  }

  /// `id`: the caller's are digits, the session's `s` and digits; anything else is neither's.
  @_noLocks
  func request(_ scanner: inout JSONScanner, _ head: inout Head) throws(FaultCode) {
    if try scanner.peekKind() != .string {
      try scanner.skipValue()
      return
    }
    let text = try scanner.string()
    if let number = unsigned(scanner, text) {
      head.frame.request = number
    } else if text.count > 1 && scanner.byte(at: text.start) == 0x73 {
      let rest = JSONText(start: text.start &+ 1, count: text.count &- 1)
      head.frame.sessionRequest = unsigned(scanner, rest) ?? 0
    }
  }

  /// Times inside the gateway are for the metrics: what is no number is 0.
  @_noLocks
  func microseconds(_ scanner: inout JSONScanner) throws(FaultCode) -> Int64 {
    if try scanner.peekKind() != .string {
      try scanner.skipValue()
      return 0
    }
    let text = try scanner.string()
    do { return try scanner.integer(of: text) } catch { return 0 }
  }

  @_noLocks
  mutating func add(_ event: PrivateEvent, _ head: inout Head) throws(FaultCode) {
    if head.frame.eventCount == PrivateDecoder.eventsMax { throw .tooManyItems }
    unsafe events[head.frame.eventCount] = event
    head.frame.eventCount &+= 1
    if event.fault != .none { head.frame.fault = event.fault }
  }

  @_noLocks
  mutating func finishEvent(_ scanner: JSONScanner, _ head: inout Head) throws(FaultCode) {
    switch scanner.name(head.event) {
    case JSONName("subscribe"): head.frame.kind = .subscribed
    case JSONName("unsubscribe"): head.frame.kind = .unsubscribed
    case JSONName("notice"): head.frame.kind = .notice
    case JSONName("login"): head.frame.kind = .login
    case JSONName("error"):
      head.frame.kind = .error
      if head.frame.request != 0 {
        var event = PrivateEvent(.requestError)
        event.request = head.frame.request
        event.code = head.frame.code
        event.subCode = subCode(scanner, .empty, behind: head.code)
        event.words = head.frame.words
        event.receivedAt = head.receivedAt
        try add(event, &head)
      }
    default:
      if scanner.equals(head.event, "channel-conn-count") {
        head.frame.kind = .connectionCount
      } else if scanner.equals(head.event, "channel-conn-count-error") {
        head.frame.kind = .connectionCountError
      } else {
        throw .unknownEvent
      }
    }
    if head.frame.kind == .subscribed || head.frame.kind == .unsubscribed {
      if !head.hasArg { throw .missingField }
    }
    // A login or error without its code says nothing that can be relied on.
    if (head.frame.kind == .login || head.frame.kind == .error) && !head.hasCode {
      throw .missingField
    }
  }

  /// The channel's items, one after the other.
  @_noLocks
  mutating func push(_ scanner: inout JSONScanner, _ head: inout Head) throws(FaultCode) {
    if !head.hasArg { throw .missingField }
    if head.frame.channel == .none { throw .unknownChannel }
    head.frame.kind = .events
    var more = try scanner.enterArray()
    while more {
      let start = scanner.position
      switch head.frame.channel {
      case .orders: try order(&scanner, &head)
      case .positions: try position(&scanner, &head)
      case .account: try account(&scanner, &head)
      case .none: throw .unknownChannel
      }
      // The item was proven well formed: after a fault inside it, this steps over what is left.
      scanner.position = start
      try scanner.skipValue()
      more = try scanner.nextElement()
    }
  }
}
