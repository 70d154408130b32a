// All four stages in one process and on one thread, a venue behind socket pairs, and a clock that the test sets.

import Channels
import Foundation
import Journal
import Market
import Matching
import OKX
import Orders
import Pipeline
import Quantities
import Risk
import State
import Transport

/// Nothing happens by itself: a test steps stages, delivers or drops what the venue said, and moves the clock.
///
/// ```
///  venue ─say─▶ waiting ─deliver─▶ socket ─step─▶ stages ─▶ socket ─serve─▶ venue
///                  └─ drop
/// ```
/// The stages are production's, made by production's `StageSet`, and `step` runs the very cycle that their
/// threads run. There is no TLS and no sleep.
public final class StageBench {
  public let instruments: InstrumentTable
  public let state: StateWriter
  public let stops: StopBoard
  public let working: WorkingBoard
  public let control = RunControl()
  public let changes = InstrumentChanges()
  public var venue: BenchVenue
  public internal(set) var now: Moment
  /// Nil while no connection stands.
  public internal(set) var market: BenchWire?
  public internal(set) var account: BenchWire?
  /// What the Feed's Connector, and the Sender's, were asked for.
  public internal(set) var marketRequests: [ConnectorRequest.Kind] = []
  public internal(set) var accountRequests: [ConnectorRequest.Kind] = []
  /// Why the stages gave their last connections up, and by which close code of the venue's.
  public internal(set) var marketEnd = (cause: FaultCode.none, closeCode: UInt16(0))
  public internal(set) var accountEnd = (cause: FaultCode.none, closeCode: UInt16(0))
  var tradesMade: UInt64 = 0
  /// Records of each stage in the order taken, header and payload: see `collect`.
  public internal(set) var records: [StageID: [[UInt8]]] = [:]

  /// What the Sender told Account besides its questions about orders.
  public internal(set) var questions: [AccountQuestion] = []

  let rings: StageRings
  let set: StageSet
  var marketSockets: SlotProducer<SessionHandover>
  var accountSockets: SlotProducer<SessionHandover>
  var marketReturns: SlotConsumer<ConnectorRequest>
  var accountReturns: SlotConsumer<ConnectorRequest>
  var limitChanges: SlotProducer<LimitChange>
  var queries: SlotConsumer<AccountQuestion>
  var answers: ByteProducer
  var accountPushes: SlotConsumer<AccountRecord>
  var positionPushes: SlotConsumer<PositionDetailRecord>
  let telemetry: [BenchTap]
  private let folder: URL
  private var generation: UInt32 = 0

  static let loginText = Array("{\"op\":\"login\",\"args\":[{\"apiKey\":\"bench\"}]}".utf8)

  public convenience init(_ options: BenchOptions = BenchOptions()) throws {
    let now = Moment(
      Instant(nanoseconds: options.startNanoseconds),
      ClockOffsets(
        boot: 5_000_000_000,
        wall: options.startMilliseconds * 1_000_000 - options.startNanoseconds))
    try self.init(
      options, BenchVenue(options.catalogue, balances: options.balances), now)
  }

  /// The next start after one that died at this moment: the venue lives on, with nobody connected to it.
  public convenience init(after dead: StageBench, _ options: BenchOptions) throws {
    var venue = dead.venue
    venue.forgetPublic()
    try self.init(options, venue, dead.now)
  }

  private init(_ options: BenchOptions, _ venue: BenchVenue, _ now: Moment) throws {
    instruments = options.instruments
    self.venue = venue
    self.now = now
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("stage-bench-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    state = try StateWriter.create(
      path: folder.appendingPathComponent("state").path,
      header: StateHeader(
        environment: .simulated, topology: .split, transport: .epoll,
        startNumber: options.startNumber,
        buildHash: 0, configurationHash: 0), instruments: instruments)
    stops = StopBoard(instrumentCount: instruments.count)
    working = WorkingBoard(instrumentCount: instruments.count)
    rings = StageRings(options.capacities)
    let taps = [
      BenchTap(.builder(), options.telemetryBytes), BenchTap(.gate, options.telemetryBytes),
      BenchTap(.sender, options.telemetryBytes),
      BenchTap(.builder(1), options.marketTelemetryBytes, as: .builder()),
    ]
    telemetry = taps
    set = try StageSet(
      StageBench.stageOptions(options, instruments), rings: rings,
      boards: StageBoards(
        control: control, stops: stops, state: state, working: working,
        changes: changes, stamps: .fixed),
      telemetry: StageTelemetry(
        builder: taps[0].makeProducer(), builderMarket: taps[3].makeProducer(),
        gate: taps[1].makeProducer(), sender: taps[2].makeProducer()))
    marketSockets = rings.handovers.makeProducer()
    accountSockets = rings.privateHandovers.makeProducer()
    marketReturns = rings.requests.makeConsumer()
    accountReturns = rings.privateRequests.makeConsumer()
    limitChanges = rings.limits.makeProducer()
    queries = rings.queries.makeConsumer()
    answers = rings.account.makeProducer()
    accountPushes = rings.accountPushes.makeConsumer()
    positionPushes = rings.positionPushes.makeConsumer()
    for thread in set.threads { thread.start() }
  }

  deinit {
    for thread in set.threads { thread.close(now) }
    collectReturns(redial: false)
    set.free()
    set.wakers.close()
    rings.unmap()
    for tap in telemetry { tap.unmap() }
    state.unmap()
    try? FileManager.default.removeItem(at: folder)
  }

  private static func stageOptions(
    _ options: BenchOptions, _ instruments: InstrumentTable
  ) -> StageOptions {
    let ids = (0..<instruments.count).map { InstrumentID(index: UInt16($0)) }
    var made = StageOptions(
      instruments: instruments,
      feeds: [
        FeedOptions(
          subscriptions: ids.flatMap { id in
            options.channels.map { PublicSubscription(channel: $0, instrument: id) }
          }, session: options.session)
      ],
      limits: RiskLimits(desk: options.desk, each: options.limits, count: instruments.count),
      maskSeed: (1, 2, 3, 4))
    made.strategy = options.strategy
    made.sender = options.sender
    made.startNumber = options.startNumber
    // A thread for each stage, all of them this one: so that a test may leave any of them out.
    made.threads = RunTopology.split.threads
    made.transport = options.transport
    made.capacities = options.capacities
    return made
  }

  // ---- Time and steps ----

  public func advance(by nanoseconds: Int64) {
    now.instant = now.instant.advanced(byNanoseconds: nanoseconds)
  }

  /// The wall clock, or boot time, is stepped against the monotonic one.
  public func shift(wall: Int64 = 0, boot: Int64 = 0) {
    now.offsets.wall += wall
    now.offsets.boot += boot
  }

  /// Polls each named stage once at the bench's moment, in the order in which orders pass. Returns the work.
  @discardableResult
  public func step(_ stages: StageList) -> Int {
    var work = 0
    for thread in set.threads where stages.contains(thread.list) {
      let completion = thread.receive()
      work += thread.poll(completion, now)
    }
    return work
  }

  /// Steps the named stages until none has work left; the wires rest meanwhile.
  @discardableResult
  public func settle(_ stages: StageList = .all) -> Int {
    var total = 0
    for _ in 0..<StageBench.roundsMax {
      let work = step(stages)
      if work == 0 { break }
      total += work
    }
    return total
  }

  /// The venue takes what the core sent; what it answers waits on the wires.
  public func serve() {
    if let market { for text in market.texts() { venue.takePublic(text, market) } }
    if let account {
      for text in account.texts() { venue.takePrivate(text, at: wallNanoseconds, account) }
    }
  }

  /// Everything flows until all is quiet: the stages named, both wires, the venue.
  public func run(_ stages: StageList = .all) {
    for _ in 0..<StageBench.roundsMax {
      serve()
      let delivered = (market?.deliver() ?? 0) + (account?.deliver() ?? 0)
      if settle(stages) + delivered == 0 { return }
    }
  }

  static let roundsMax = 10_000

  public var wallNanoseconds: Int64 { now.instant.nanoseconds + now.offsets.wall }

  // ---- Connections ----

  /// Hands the Feed a new connection; the old one, if any, stays until the Feed retires it.
  public func connectMarket() {
    venue.forgetPublic()
    let wire = BenchWire()
    market = wire
    _ = marketSockets.push(handover(wire, []))
  }

  public func connectAccount() {
    let wire = BenchWire()
    account = wire
    _ = accountSockets.push(handover(wire, StageBench.loginText))
  }

  private func handover(_ wire: BenchWire, _ login: [UInt8]) -> SessionHandover {
    generation += 1
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, login.count))
    unsafe memory.initialize(from: login, count: login.count)
    return SessionHandover(
      connection: EstablishedConnection(
        plain: wire.coreEnd, connection: 0, generation: generation, establishedAt: now.instant),
      loginAddress: login.isEmpty ? 0 : UInt64(UInt(bitPattern: memory)),
      loginCount: UInt32(login.count))
  }

  /// Plays the Connector: closes what the stages gave back, and with `redial` connects anew where asked.
  public func collectReturns(redial: Bool = true) {
    while let request = marketReturns.pop() {
      marketRequests.append(request.kind)
      marketEnd = (request.cause, request.closeCode)
      request.retired?.release()
      if redial && request.kind != .retire { connectMarket() }
    }
    while let request = accountReturns.pop() {
      accountRequests.append(request.kind)
      accountEnd = (request.cause, request.closeCode)
      request.retired?.release()
      if redial && request.kind != .retire { connectAccount() }
    }
  }

  /// Both sessions stand, every book is valid, the desk may trade.
  public func open() {
    stops.request(.cancelOnly, by: .startup, for: .none)
    connectMarket()
    connectAccount()
    run()
    stops.request(.active, by: .startup, for: .none)
    run()
  }
}
