// One public text message to market messages or an event, by key name in any order; pure, hot plane.

import Quantities
import Wire

/// Decodes what OKX's public connection sends (docs/OKX.md OKX-030, OKX-051) without judging sequences.
///
/// Owns the few tables it reads and a staging area of one side's levels: the exchange sends asks
/// first, the ring wants bids first.
@safe
public struct PublicDecoder: ~Copyable, @unchecked Sendable {
  @frozen
  @usableFromInline
  struct Scales: BitwiseCopyable {
    var price: UnitScale
    var quantity: UnitScale
  }

  let instruments: InstrumentTable
  // SAFETY: all four are allocated by `init`, freed by `deinit` and reached through this owner
  // alone; `scales` is indexed below `instruments.count`, the others below `MarketMessage.levelsMax`.
  let scales: UnsafeMutablePointer<Scales>
  let asks: UnsafeMutablePointer<MarketLevel>
  let askDigits: UnsafeMutablePointer<LevelDigits>
  let bidDigits: UnsafeMutablePointer<LevelDigits>
  let powers = PowerTable()

  /// Control plane: allocates.
  public init(instruments: InstrumentTable) {
    self.instruments = instruments
    unsafe scales = .allocate(capacity: max(1, instruments.count))
    for index in 0..<instruments.count {
      let item = instruments[InstrumentID(index: UInt16(index))]
      unsafe (scales + index).initialize(
        to: Scales(price: UnitScale(item.tick), quantity: UnitScale(item.lot)))
    }
    unsafe asks = .allocate(capacity: MarketMessage.levelsMax)
    unsafe asks.initialize(
      repeating: MarketLevel(price: .none, quantity: .zero), count: MarketMessage.levelsMax)
    unsafe askDigits = .allocate(capacity: MarketMessage.levelsMax)
    unsafe bidDigits = .allocate(capacity: MarketMessage.levelsMax)
  }

  /// Prices and sizes of the instrument are read in its new ticks and lots.
  @_noLocks
  mutating func take(_ change: InstrumentChange) {
    let at = Int(change.instrument.id.index)
    if at >= instruments.count { return }
    instruments.setOwn(change.instrument)
    unsafe scales[at] = Scales(
      price: UnitScale(change.instrument.tick), quantity: UnitScale(change.instrument.lot))
  }

  deinit {
    unsafe scales.deallocate()
    unsafe asks.deallocate()
    unsafe askDigits.deallocate()
    unsafe bidDigits.deallocate()
  }

  /// What is known of a message while its members come in.
  struct Head: BitwiseCopyable {
    var frame = PublicFrame()
    var event: JSONText = .empty
    var hasArg = false
    var hasData = false
    var hasEvent = false
    var isSnapshot = false
    var isUpdate = false
    /// Where `data` begins when it came before `arg`.
    var deferredData = -1
    var receivedAt: Instant = .zero
    var receivedStamp: Stamp = .zero
    var connection: UInt8 = 0
  }

  /// Decodes one text message. Market messages lie back to back from the start of `claim`, each
  /// `kind` `.snapshot` or `.update` (the sequencer refines that), `.bestBidOffer` or `.trade`.
  /// On a fault nothing counts as written, though bytes of the claim may have changed.
  @_noLocks
  public func decode(
    _ message: UnsafeRawBufferPointer, receivedAt: Instant, stamp: Stamp,
    connection: UInt8, into claim: UnsafeMutableRawBufferPointer
  ) -> PublicFrame {
    var head = Head()
    head.receivedAt = receivedAt
    head.receivedStamp = stamp
    head.connection = connection
    var scanner = unsafe JSONScanner(message)
    if scanner.isPong {
      head.frame.kind = .pong
      return head.frame
    }
    do {
      if try unsafe usualBook(scanner, &head, claim) { return head.frame }
      if unsafe usualTrade(scanner, &head, claim) { return head.frame }
      head = Head()
      head.receivedAt = receivedAt
      head.receivedStamp = stamp
      head.connection = connection
      try unsafe members(&scanner, &head, claim)
      if head.hasEvent {
        try finishEvent(scanner, &head)
      } else {
        try unsafe finishPush(scanner, &head, claim)
      }
    } catch {
      head.frame.kind = .faulty
      head.frame.fault = error
      head.frame.byteCount = 0
      head.frame.messageCount = 0
      // An event that cannot be read says nothing about the book it names.
      if head.hasEvent { head.frame.channel = .none }
    }
    return head.frame
  }

  /// Reads the whole message; `data` at once when `arg` has come, else it is passed over for later.
  @_noLocks
  func members(
    _ scanner: inout JSONScanner, _ head: inout Head, _ claim: UnsafeMutableRawBufferPointer
  ) throws(FaultCode) {
    var more = try scanner.enterObject()
    while more {
      switch scanner.name(try scanner.key()) {
      case JSONName("arg"):
        if head.hasArg { throw .malformedJSON }
        try argument(&scanner, &head)
      case JSONName("data"):
        if head.hasData { throw .malformedJSON }
        head.hasData = true
        if head.hasArg && !head.hasEvent {
          try unsafe data(&scanner, &head, claim)
        } else {
          head.deferredData = scanner.position
          try scanner.skipValue()
        }
      case JSONName("action"):
        let name = scanner.name(try scanner.string())
        head.isSnapshot = name == JSONName("snapshot")
        head.isUpdate = name == JSONName("update")
        if !head.isSnapshot && !head.isUpdate { throw .wrongType }
      case JSONName("event"):
        if head.hasEvent { throw .malformedJSON }
        head.hasEvent = true
        head.event = try scanner.string()
      case JSONName("code"): head.frame.code = try code(&scanner)
      case JSONName("id"): head.frame.request = try request(&scanner)
      default: try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
    try scanner.finish()
  }

  /// `{"channel":"books","instId":"BTC-USDT"}`. In events an unknown one is no fault of the event.
  @_noLocks
  func argument(_ scanner: inout JSONScanner, _ head: inout Head) throws(FaultCode) {
    head.hasArg = true
    var more = try scanner.enterObject()
    while more {
      switch scanner.name(try scanner.key()) {
      case JSONName("channel"):
        head.frame.channel = MarketChannel(okx: scanner.name(try scanner.string()))
      case JSONName("instId"):
        if let symbol = scanner.symbol(try scanner.string()), let id = instruments.find(symbol) {
          head.frame.instrument = id
        }
      default: try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
  }

  /// Codes are digits in a string; a number is taken too. Anything else is 0: codes are for the log.
  @_noLocks
  func code(_ scanner: inout JSONScanner) throws(FaultCode) -> Int64 {
    switch try scanner.peekKind() {
    case .string:
      let text = try scanner.string()
      do { return try scanner.integer(of: text) } catch { return 0 }
    case .number:
      let text = try scanner.number()
      do { return try scanner.integer(of: text) } catch { return 0 }
    default:
      try scanner.skipValue()
      return 0
    }
  }

  /// Our own ids are positive numbers; another's is 0.
  @_noLocks
  func request(_ scanner: inout JSONScanner) throws(FaultCode) -> UInt64 {
    let value = try code(&scanner)
    return value > 0 ? UInt64(value) : 0
  }

  @_noLocks
  func finishEvent(_ scanner: JSONScanner, _ head: inout Head) throws(FaultCode) {
    head.frame.byteCount = 0
    head.frame.messageCount = 0
    switch scanner.name(head.event) {
    case JSONName("subscribe"): head.frame.kind = .subscribed
    case JSONName("unsubscribe"): head.frame.kind = .unsubscribed
    case JSONName("error"): head.frame.kind = .error
    case JSONName("notice"): head.frame.kind = .notice
    case JSONName("login"): head.frame.kind = .login
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
  }
}
