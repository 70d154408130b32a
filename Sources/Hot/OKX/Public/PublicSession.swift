// One public connection to OKX as a value state machine: bytes and time in, market messages and actions out; hot plane.

import Quantities

/// Holds a fixed list of subscriptions on one connection. Does no I/O and reads no clock.
///
/// The shell: `connected`; then per text message `receive` with a ring claim of at least
/// `MarketMessage.bytesMax` bytes and commit `outcome.byteCount`; then `poll` until `.none`;
/// `disconnected` when the connection is lost. Sleep no longer than until `nextDeadline`.
///
///     disconnected ─connected─▶ awaitingLogin ─login─▶ ready ─disconnected─▶ disconnected
///                        └────────(no login)───────────▶
@safe
public struct PublicSession: ~Copyable, @unchecked Sendable {
  enum State: UInt8, BitwiseCopyable {
    case disconnected, awaitingLogin, ready
  }

  // SAFETY: the five blocks are allocated by `init`, freed by `deinit` and reached through this sole
  // owner alone. `lines` and `pending` are indexed below `lineCount`, `lineOf` below
  // `instruments.count * MarketChannel.places`, `instrumentCounters` below `instruments.count`,
  // `faultCounts` below `faultsMax`, `text` below `outgoingBytesMax`.
  let lines: UnsafeMutablePointer<ChannelLine>
  /// Per line the fault of an `.invalid` still to be written; `.none` for none.
  let pending: UnsafeMutablePointer<FaultCode>
  let lineOf: UnsafeMutablePointer<UInt16>
  let instrumentCounters: UnsafeMutablePointer<PublicInstrumentCounters>
  let faultCounts: UnsafeMutablePointer<UInt64>
  let text: UnsafeMutableRawPointer

  let instruments: InstrumentTable
  var decoder: PublicDecoder
  public let lineCount: Int
  let configuration: PublicSessionConfiguration
  public internal(set) var counters = PublicCounters()

  var state: State = .disconnected
  var textCount = 0
  var pendingCount = 0
  /// A line has something to send although no timer ran out.
  var hasWork = false
  /// The earliest timer of any line; may be early, never late.
  var timerAt: Instant = .zero
  var silence: SilenceProbe
  var loginDueAt: Instant = .zero
  var isLoginSent = false
  /// Why the shell shall reconnect; `.none` when it need not or was told.
  var reconnectFault: FaultCode = .none
  /// The shell was told to reconnect: no pings, no requests until it did.
  var isCondemned = false
  var nextRequest: UInt64 = 1
  var budget: RateBudget

  /// Most subscriptions on one connection.
  public static var subscriptionsMax: Int { 4096 }
  /// Largest request text.
  public static var outgoingBytesMax: Int { 4096 }
  static var faultsMax: Int { 128 }
  static var noLine: UInt16 { .max }

  /// Refuses a list that the exchange would refuse. Allocates all that the session ever uses.
  public init(
    instruments: InstrumentTable, subscriptions: [PublicSubscription],
    configuration: PublicSessionConfiguration = PublicSessionConfiguration()
  ) throws(PublicSessionError) {
    try PublicSession.check(subscriptions, instruments)
    self.instruments = instruments
    self.configuration = configuration
    silence = SilenceProbe(configuration.silence)
    decoder = PublicDecoder(instruments: instruments)
    lineCount = subscriptions.count
    budget = PublicSession.budget(configuration)
    unsafe lines = .allocate(capacity: subscriptions.count)
    unsafe pending = .allocate(capacity: subscriptions.count)
    unsafe pending.initialize(repeating: .none, count: subscriptions.count)
    let cells = instruments.count * MarketChannel.places
    unsafe lineOf = .allocate(capacity: cells)
    unsafe lineOf.initialize(repeating: PublicSession.noLine, count: cells)
    unsafe instrumentCounters = .allocate(capacity: instruments.count)
    unsafe instrumentCounters.initialize(
      repeating: PublicInstrumentCounters(), count: instruments.count)
    unsafe faultCounts = .allocate(capacity: PublicSession.faultsMax)
    unsafe faultCounts.initialize(repeating: 0, count: PublicSession.faultsMax)
    unsafe text = .allocate(byteCount: PublicSession.outgoingBytesMax, alignment: 64)
    for (index, item) in subscriptions.enumerated() {
      unsafe (lines + index).initialize(
        to: ChannelLine(channel: item.channel, instrument: item.instrument))
      let cell = PublicSession.cell(item.channel, item.instrument)
      unsafe lineOf[cell] = UInt16(index)
    }
  }

  deinit {
    unsafe lines.deallocate()
    unsafe pending.deallocate()
    unsafe lineOf.deallocate()
    unsafe instrumentCounters.deallocate()
    unsafe faultCounts.deallocate()
    unsafe text.deallocate()
  }

  static func budget(_ configuration: PublicSessionConfiguration) -> RateBudget {
    RateBudget(
      count: configuration.requestsPerHour, windowNanoseconds: 3_600_000_000_000)
  }

  static func check(_ subscriptions: [PublicSubscription], _ instruments: InstrumentTable)
    throws(PublicSessionError)
  {
    if subscriptions.isEmpty { throw .noSubscription }
    if subscriptions.count > subscriptionsMax { throw .tooMany(limit: subscriptionsMax) }
    var seen: Set<PublicSubscription> = []
    var deep: Set<InstrumentID> = []
    for item in subscriptions {
      if item.channel == .none { throw .unknownChannel }
      if Int(item.instrument.index) >= instruments.count {
        throw .unknownInstrument(item.instrument)
      }
      let symbol = instruments[item.instrument].symbol
      for index in 0..<symbol.count {
        switch symbol.byte(at: index) {
        case 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: break
        default: throw .symbol(item.instrument)
        }
      }
      if !seen.insert(item).inserted { throw .twice(item) }
      if item.channel.isDepth && !deep.insert(item.instrument).inserted {
        throw .severalDepthChannels(item.instrument)
      }
    }
  }

  @_noLocks
  static func cell(_ channel: MarketChannel, _ instrument: InstrumentID) -> Int {
    Int(instrument.index) &* MarketChannel.places &+ Int(channel.rawValue)
  }

  /// The line of this channel and instrument, or -1.
  @_noLocks
  func line(_ channel: MarketChannel, _ instrument: InstrumentID) -> Int {
    if channel == .none || Int(instrument.index) >= instruments.count { return -1 }
    let index = unsafe lineOf[PublicSession.cell(channel, instrument)]
    return index == PublicSession.noLine ? -1 : Int(index)
  }

  /// The line that carries this instrument's book, or -1.
  @_noLocks
  func depthLine(_ instrument: InstrumentID) -> Int {
    let books = line(.books, instrument)
    if books >= 0 { return books }
    let books50 = line(.books50, instrument)
    return books50 >= 0 ? books50 : line(.booksTbt, instrument)
  }

  @_noLocks
  mutating func count(_ fault: FaultCode, _ instrument: InstrumentID) {
    counters.faults &+= 1
    let code = Int(fault.rawValue)
    if code < PublicSession.faultsMax { unsafe faultCounts[code] &+= 1 }
    if Int(instrument.index) < instruments.count {
      unsafe instrumentCounters[Int(instrument.index)].faults &+= 1
    }
  }

  /// Whether this instrument's book may be read downstream.
  public func isValid(_ instrument: InstrumentID) -> Bool {
    let index = depthLine(instrument)
    return index >= 0 ? unsafe lines[index].isValid : false
  }

  /// Every subscription lives and every book is valid.
  public var isComplete: Bool {
    state == .ready && openLines == 0
  }

  /// Lines that are not live.
  public var openLines: Int {
    var open = 0
    for index in 0..<lineCount where unsafe lines[index].phase != .live { open += 1 }
    return open
  }

  public func counters(of instrument: InstrumentID) -> PublicInstrumentCounters {
    if Int(instrument.index) >= instruments.count { return PublicInstrumentCounters() }
    return unsafe instrumentCounters[Int(instrument.index)]
  }

  public func faults(_ code: FaultCode) -> UInt64 {
    let index = Int(code.rawValue)
    return index < PublicSession.faultsMax ? unsafe faultCounts[index] : 0
  }

  /// The text to send after `.send`; valid until the next call.
  @unsafe public var outgoing: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: text, count: textCount)
  }
}
