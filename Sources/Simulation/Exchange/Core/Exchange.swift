// The simulated exchange itself: market, account, sessions; everything here runs on one event loop; simulation.

import Foundation
import Logging
import Market
import Matching
import NIOCore

final class Exchange {
  let options: ExchangeOptions
  let clock = Clock()
  let logger: Logger
  /// The one event loop; `init` and everything after it run there.
  let eventLoop: NIOIsolatedEventLoop
  let catalogue: InstrumentCatalogue

  var engine: MatchingEngine
  var market: MarketBoard
  /// Bars and reference figures, and who follows them.
  var context: ContextBoard
  var faults: FaultInjector
  /// Whether the script counts the pushes of connections: it costs a look per push.
  let faultsConnections: Bool

  var sessions: [ObjectIdentifier: Session] = [:]
  private var sessionNumber = 0
  private var connects: [String: RateLimit] = [:]
  private(set) var isStopping = false
  /// Resumed when the last session is gone.
  private var drained: EventLoopPromise<Void>?

  let routes = RESTRoute.table()
  var limits: OrderLimits
  var readLimits: [String: RateLimit] = [:]
  /// What the engine said and nobody was told yet.
  var engineEvents: [EngineEvent] = []
  var changes = AccountChanges()
  var deadMan: [String: DeadManSwitch] = [:]
  private var isAdvanceScheduled = false

  /// Connections of one account with the same private channel.
  static let connectionsPerChannelMax = 30
  static let watchMilliseconds: Int64 = 500
  static let userIdentifier = "614488474791936"

  init(
    options: ExchangeOptions, source: any MarketSource, script: FaultScript,
    eventLoop: any EventLoop, logger: Logger
  ) throws {
    self.options = options
    self.eventLoop = eventLoop.assumeIsolated()
    self.logger = logger
    catalogue = source.catalogue
    engine = MatchingEngine(source.catalogue, settings: options.engineSettings)
    market = MarketBoard(source, options: options)
    context = ContextBoard(source)
    faults = try FaultInjector(script, source.catalogue)
    faultsConnections = script.entries.contains { $0.target == .connection }
    limits = OrderLimits(
      ordersPerInstrument: options.ordersPerTwoSeconds,
      ordersPerAccount: options.accountOrdersPerTwoSeconds)
  }

  /// Whether the channel exists for the instrument or index that the argument names.
  func serves(_ argument: ChannelArgument) -> Bool {
    if argument.channel == .indexTickers { return context.indices[argument.instrument] != nil }
    guard let index = catalogue.index(of: argument.instrument) else { return false }
    return switch argument.channel {
    case .fundingRate: catalogue[index].type == .swap
    case .openInterest: catalogue[index].type != .spot
    default: true
    }
  }

  /// The engine's clock: nanoseconds since the Unix epoch.
  func now() -> Int64 { clock.wallMicroseconds() * 1_000 }

  // MARK: - Life

  func start() {
    every(.milliseconds(Exchange.watchMilliseconds)) { $0.watchConnections() }
    every(.nanoseconds(Int64(options.regularPushSeconds * 1e9))) { $0.pushRegularly() }
    every(.milliseconds(Exchange.contextMilliseconds)) { $0.pushContext() }
    startMarket()
  }

  /// Repeats `body` until the exchange stops.
  func every(_ period: TimeAmount, _ body: @escaping (Exchange) -> Void) {
    _ = eventLoop.scheduleTask(in: period) { [weak self] in
      guard let self, !isStopping else { return }
      body(self)
      every(period, body)
    }
  }

  /// Closes every session with 1001; the future follows the last of them.
  func stop() -> EventLoopFuture<Void> {
    isStopping = true
    let promise = eventLoop.nonisolated().makePromise(of: Void.self)
    drained = promise
    for session in sessions.values { session.connection.close(.goingAway) }
    if sessions.isEmpty { finishDraining() }
    return promise.futureResult
  }

  private func finishDraining() {
    drained?.succeed()
    drained = nil
  }

  /// Closes what is idle, and readers that do not read.
  private func watchConnections() {
    let now = clock.monotonic()
    let idle = Int64(options.idleSeconds * 1e9)
    let slow = Int64(options.slowReaderSeconds * 1e9)
    for session in Array(sessions.values) where session.connection.isOpen {
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
  func flush() { for session in sessions.values { session.connection.flush() } }

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
    _ = eventLoop.scheduleTask(in: .nanoseconds(max(0, due - now()))) { [weak self] in
      guard let self else { return }
      isAdvanceScheduled = false
      engine.advance(to: now(), into: &engineEvents)
      scheduleAdvance()
      tell()
      flush()
    }
  }
}

extension Exchange: ListenerDelegate {
  func admitsConnection(from address: String) -> Bool {
    if isStopping { return false }
    var limit =
      connects[address]
      ?? RateLimit(limit: options.connectsPerSecond, windowNanoseconds: 1_000_000_000)
    let admitted = limit.admit(now: clock.monotonic())
    connects[address] = limit
    return admitted
  }

  func opened(_ connection: WebSocketConnection) {
    sessionNumber += 1
    sessions[ObjectIdentifier(connection)] = Session(
      connection: connection, number: sessionNumber, requestsPerHour: options.requestsPerHour,
      clock: clock)
  }

  func received(_ text: [UInt8], on connection: WebSocketConnection) {
    guard let session = sessions[ObjectIdentifier(connection)] else { return }
    session.handle(text, in: self)
  }

  func settled() {
    if engineEvents.isEmpty { return }
    tell()
    flush()
  }

  func writabilityChanged(_ connection: WebSocketConnection) {
    if connection.blockedSince == nil { resumeMarket() }
  }

  func closed(_ connection: WebSocketConnection) {
    guard let session = sessions.removeValue(forKey: ObjectIdentifier(connection)) else { return }
    for subscription in session.subscriptions.values { unsubscribed(subscription) }
    session.subscriptions.removeAll()
    resumeMarket()
    if sessions.isEmpty && isStopping { finishDraining() }
  }
}
