// The simulated exchange itself: market, account, sessions, without sockets, threads or a clock; simulation.

import Logging
import Market
import Matching

/// Bytes in, frames out. Whoever drives it tells what came (`opened`, `received`, `answer` …), asks `nextDue`
/// and calls `runDue` then: a server on its event loop, a test by hand. The same calls at the same times give the
/// same frames. All calls come from one thread.
public final class SimulatedExchange {
  let options: ExchangeOptions
  let clock: any ExchangeClock
  let logger: Logger
  var catalogue: InstrumentCatalogue
  /// What renamed instruments were called, by index: some subscriptions go on by it (docs/OKX.md OKX-200).
  var formerNames: [Int: [InstrumentName]] = [:]

  var engine: MatchingEngine
  var market: MarketBoard
  /// Bars and reference figures, and who follows them.
  var context: ContextBoard
  var faults: FaultInjector
  /// Whether the script counts the pushes of connections: it costs a look per push.
  let faultsConnections: Bool

  /// In the order in which they were opened.
  var sessions: [Session] = []
  var agenda = Agenda()
  private var sessionNumber = 0
  private let makeIdentifier: () -> UInt32
  private var connects: [String: RateLimit] = [:]
  private(set) var isStopping = false
  /// Called when the last session is gone.
  private var whenDrained: (() -> Void)?

  var limits: OrderLimits
  var readLimits: [String: RateLimit] = [:]
  /// What the engine said and nobody was told yet.
  var engineEvents: [EngineEvent] = []
  var changes = AccountChanges()
  var deadMan: [String: DeadManSwitch] = [:]
  private var isAdvanceScheduled = false
  var incidents = IncidentBoard()
  var orderLog = OrderLog()
  var recentTrades: RecentTrades
  /// Instruments that a script keeps still.
  var stills: Set<Int> = []
  /// The last bill that `balance_and_position` told of; ids rise.
  var billTold: UInt64 = 0

  /// Connections of one account with the same private channel.
  static let connectionsPerChannelMax = 30
  static let watchNanoseconds: Int64 = 500_000_000
  static let userIdentifier = "614488474791936"

  /// `makeIdentifier` gives the connections' ids. Throws `FaultScriptError` where the script names an instrument
  /// that the source does not hold.
  public init(
    options: ExchangeOptions, source: any MarketSource, script: FaultScript,
    clock: any ExchangeClock, logger: Logger,
    makeIdentifier: @escaping () -> UInt32 = { .random(in: 0x1000_0000...UInt32.max) }
  ) throws(FaultScriptError) {
    self.options = options
    self.clock = clock
    self.logger = logger
    self.makeIdentifier = makeIdentifier
    catalogue = source.catalogue
    var settings = options.engineSettings
    settings.announcesPostOnly = !options.rules.has(.postOnlyRests)
    engine = MatchingEngine(source.catalogue, settings: settings)
    recentTrades = RecentTrades(instruments: source.catalogue.count)
    market = MarketBoard(source, options: options)
    market.publisher.paces = !market.isRecording
    market.publisher.signsBooks = !options.rules.has(.checksumZero)
    context = ContextBoard(source)
    faults = try FaultInjector(script, source.catalogue)
    faultsConnections = script.entries.contains { $0.target == .connection }
    limits = OrderLimits(
      ordersPerInstrument: options.ordersPerTwoSeconds,
      ordersPerAccount: options.accountOrdersPerTwoSeconds)
    var beginning = FaultScript()
    beginning.incidents = script.incidents
    try play(beginning)
  }

  /// Whether the channel exists for the instrument or index that the argument names.
  func serves(_ argument: ChannelArgument) -> Bool {
    if argument.channel == .indexTickers { return context.indices[argument.instrument] != nil }
    guard argument.isOffered(under: options.rules),
      let index = catalogue.index(of: argument.instrument)
    else { return false }
    return switch argument.channel {
    case .fundingRate: catalogue[index].type == .swap
    case .openInterest: catalogue[index].type != .spot
    default: true
    }
  }

  /// The engine's clock: nanoseconds since the Unix epoch.
  func now() -> Int64 { clock.wallMicroseconds() * 1_000 }

  // MARK: - Time

  /// When `runDue` has something to do, monotonic nanoseconds; nil before `start`.
  public var nextDue: Int64? { agenda.nextDue }

  /// Does what is due by now. What becomes due by that waits for the next call.
  public func runDue() {
    for deed in agenda.takeDue(at: clock.monotonic()) { deed(self) }
  }

  /// Returns the number by which the agenda can cancel it.
  @discardableResult
  func later(_ nanoseconds: Int64, _ deed: @escaping (SimulatedExchange) -> Void) -> UInt64 {
    agenda.add(due: clock.monotonic() + max(0, nanoseconds), deed)
  }

  /// Repeats `body` until the exchange stops.
  func every(_ nanoseconds: Int64, _ body: @escaping (SimulatedExchange) -> Void) {
    later(nanoseconds) { exchange in
      if exchange.isStopping { return }
      body(exchange)
      exchange.every(nanoseconds, body)
    }
  }

  // MARK: - Life

  public func start() {
    every(SimulatedExchange.watchNanoseconds) { $0.watchConnections() }
    every(Int64(options.regularPushSeconds * 1e9)) { $0.pushRegularly() }
    every(MarketPublisher.paceNanoseconds) { $0.pushPaced() }
    every(SimulatedExchange.contextNanoseconds) { $0.pushContext() }
    every(SimulatedExchange.quietLookNanoseconds) { $0.pushQuiet() }
    startMarket()
  }

  /// Closes every session with 1001; `whenDrained` follows the last of them.
  public func stop(whenDrained: @escaping () -> Void) {
    isStopping = true
    self.whenDrained = whenDrained
    for session in sessions { session.connection.close(.goingAway) }
    if sessions.isEmpty { finishDraining() }
  }

  private func finishDraining() {
    whenDrained?()
    whenDrained = nil
  }

  /// Closes what is idle, and readers that do not read.
  private func watchConnections() {
    let now = clock.monotonic()
    let idle = Int64(options.idleSeconds * 1e9)
    let slow = Int64(options.slowReaderSeconds * 1e9)
    for session in sessions where session.connection.isOpen && !session.isHalfOpen {
      let connection = session.connection
      if now - connection.lastActivity > idle {
        connection.close(.idle)
      } else if let since = connection.blockedSince,
        now - since > slow || connection.pendingBytes > options.slowReaderBytes
      {
        logger.warning("slow reader closed", metadata: ["connId": "\(session.identifier)"])
        connection.close(.slowReader)
        resumeMarket()
      }
    }
  }

  /// Sends what was queued on every connection.
  func flush() { for session in sessions { session.connection.flush() } }

  /// Runs `body` on the engine, then tells what came of it.
  func withEngine<Result>(_ body: (inout MatchingEngine, inout [EngineEvent]) -> Result) -> Result {
    let result = body(&engine, &engineEvents)
    scheduleAdvance()
    return result
  }

  /// Lets delayed requests take effect when they are due.
  private func scheduleAdvance() {
    guard !isAdvanceScheduled, let due = engine.nextDue else { return }
    isAdvanceScheduled = true
    later(due - now()) { exchange in
      exchange.isAdvanceScheduled = false
      exchange.engine.advance(to: exchange.now(), into: &exchange.engineEvents)
      exchange.scheduleAdvance()
      exchange.tell()
      exchange.flush()
    }
  }

  // MARK: - Connections

  /// False refuses the upgrade with 429.
  public func admitsConnection(from address: String) -> Bool {
    if isStopping { return false }
    var limit =
      connects[address]
      ?? RateLimit(limit: options.connectsPerSecond, windowNanoseconds: 1_000_000_000)
    let admitted = limit.admit(now: clock.monotonic())
    connects[address] = limit
    return admitted
  }

  public func opened(_ connection: any Peer) {
    sessionNumber += 1
    sessions.append(
      Session(
        connection: connection, identifier: makeIdentifier(), number: sessionNumber,
        requestsPerHour: options.requestsPerHour))
  }

  func session(of connection: any Peer) -> Session? {
    sessions.first { $0.connection === connection }
  }

  /// The frames of one read have been handed over: a good time to flush.
  public func settled() {
    if engineEvents.isEmpty { return }
    tell()
    flush()
  }

  /// The socket takes bytes again, or no longer.
  public func writabilityChanged(_ connection: any Peer) {
    if connection.blockedSince == nil { resumeMarket() }
  }

  public func closed(_ connection: any Peer) {
    guard let place = sessions.firstIndex(where: { $0.connection === connection }) else { return }
    let session = sessions.remove(at: place)
    for subscription in session.removeSubscriptions() { unsubscribed(subscription) }
    resumeMarket()
    if sessions.isEmpty && isStopping { finishDraining() }
  }
}
