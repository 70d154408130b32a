// The rings and wakers of one core and the stages between them, made in order; hot plane, start-up only.

import CKernel
import Channels
import Journal
import OKX
import Orders
import Quantities
import Risk
import State
import Transport
import Wire

/// Every ring of a core, while its stages and their other ends are being made.
public struct StageRings: ~Copyable {
  /// Connections in flight between a stage and its Connector.
  static let handoverCapacity = 128
  static let resyncCapacity = 4096
  static let intentCapacity = 1024
  static let reportCapacity = 8192
  static let queryCapacity = 1024
  static let accountBytes = 1 << 20
  static let accountPushCapacity = 256

  let resyncs = SlotRing<ResyncRequest>(capacity: resyncCapacity)
  let intents = SlotRing<Intent>(capacity: intentCapacity)
  let verdicts = SlotRing<Verdict>(capacity: intentCapacity)
  let approved = SlotRing<ApprovedOrder>(capacity: intentCapacity)
  let toGate = SlotRing<Report>(capacity: reportCapacity)
  let toBuilder = SlotRing<Report>(capacity: reportCapacity)
  let market: ByteRing
  // ---- One end of these belongs to a stage, the other to whoever builds the core ----
  public let handovers = SlotRing<SessionHandover>(capacity: handoverCapacity)
  public let requests = SlotRing<ConnectorRequest>(capacity: handoverCapacity)
  public let privateHandovers = SlotRing<SessionHandover>(capacity: handoverCapacity)
  public let privateRequests = SlotRing<ConnectorRequest>(capacity: handoverCapacity)
  public let limits = SlotRing<LimitChange>(capacity: handoverCapacity)
  public let queries = SlotRing<OrderQuery>(capacity: queryCapacity)
  public let account = ByteRing(capacity: accountBytes)
  public let accountPushes = SlotRing<AccountRecord>(capacity: accountPushCapacity)
  public let positionPushes = SlotRing<PositionDetailRecord>(capacity: reportCapacity)
  public let wakers: StageWakers

  public init(_ options: StageOptions) throws(StageError) {
    market = ByteRing(capacity: options.marketRingBytes)
    let first = try StageRings.waker()
    switch options.topology {
    case .fused: wakers = StageWakers(feed: first, builder: first, gate: first, sender: first)
    case .split:
      wakers = StageWakers(
        feed: first, builder: try StageRings.waker(), gate: try StageRings.waker(),
        sender: try StageRings.waker())
    }
  }

  /// The stages, connected by these rings. Called once.
  public func makeStages(
    _ options: StageOptions, state: StateWriter, control: RunControl, board: StopBoard,
    telemetry: TelemetryFile
  ) throws(StageError) -> StageSet {
    let feedSlots = options.feeds.count
    let isFused = options.topology == .fused
    let feedReactor = unsafe try StageRings.reactor(options.transport, waker: wakers.feed)
    let senderReactor =
      isFused
      ? unsafe feedReactor
      : unsafe try StageRings.reactor(options.transport, waker: wakers.sender)
    return unsafe StageSet(
      feed: try makeFeed(options, feedReactor, state, control),
      builder: makeBuilder(options, state, control, board, telemetry),
      gate: makeGate(options, state, telemetry),
      sender: makeSender(
        options, senderReactor, slot: isFused ? feedSlots : 0, board, state, control, telemetry),
      feedReactor: feedReactor, senderReactor: senderReactor, feedSlots: feedSlots,
      control: control, wakers: wakers, wait: options.wait)
  }

  func makeFeed(
    _ options: StageOptions, _ reactor: UnsafeMutablePointer<TransportReactor>,
    _ state: StateWriter, _ control: RunControl
  ) throws(StageError) -> UnsafeMutablePointer<FeedStage> {
    var sessions = FeedSessions()
    for feed in options.feeds {
      do {
        sessions.add(
          try PublicSession(
            instruments: options.instruments, subscriptions: feed.subscriptions,
            configuration: feed.session))
      } catch { throw .session(error) }
    }
    let feed = UnsafeMutablePointer<FeedStage>.allocate(capacity: 1)
    unsafe feed.initialize(
      to: FeedStage(
        sessions: sessions, reactor: reactor, market: market.makeProducer(),
        handovers: handovers.makeConsumer(), requests: requests.makeProducer(),
        resyncs: resyncs.makeConsumer(), control: control, state: state,
        latency: FeedLatency(wireIn: state.histogram(.wireIn), feed: state.histogram(.feed)),
        keys: StageRings.maskGenerator()))
    return unsafe feed
  }

  func makeBuilder(
    _ options: StageOptions, _ state: StateWriter, _ control: RunControl, _ board: StopBoard,
    _ rings: TelemetryFile
  ) -> UnsafeMutablePointer<BuilderStage> {
    let builder = UnsafeMutablePointer<BuilderStage>.allocate(capacity: 1)
    let ports = BuilderPorts(
      market: market.makeConsumer(), resyncs: resyncs.makeProducer(),
      intents: intents.makeProducer(), verdicts: verdicts.makeConsumer(),
      reports: toBuilder.makeConsumer(), state: state,
      telemetry: rings.producer(.builder(), .trade),
      inputs: rings.producer(.builder(), .market), control: control,
      board: board, latency: state.histogram(.build))
    unsafe builder.initialize(
      to: BuilderStage(
        instruments: options.instruments, strategy: options.strategy, ports: ports))
    return unsafe builder
  }

  func makeGate(
    _ options: StageOptions, _ state: StateWriter, _ rings: TelemetryFile
  ) -> UnsafeMutablePointer<GateStage> {
    let gate = UnsafeMutablePointer<GateStage>.allocate(capacity: 1)
    unsafe gate.initialize(
      to: GateStage(
        gate: Gate(instruments: options.instruments, limits: options.limits),
        intents: intents.makeConsumer(), reports: toGate.makeConsumer(),
        verdicts: verdicts.makeProducer(), approved: approved.makeProducer(),
        limitChanges: limits.makeConsumer(), telemetry: rings.producer(.gate, .trade),
        latency: state.histogram(.gate)))
    return unsafe gate
  }

  func makeSender(
    _ options: StageOptions, _ reactor: UnsafeMutablePointer<TransportReactor>, slot: Int,
    _ board: StopBoard, _ state: StateWriter, _ control: RunControl, _ rings: TelemetryFile
  ) -> UnsafeMutablePointer<SenderStage> {
    let ports = SenderPorts(
      approved: approved.makeConsumer(), toGate: toGate.makeProducer(),
      toBuilder: toBuilder.makeProducer(), queries: queries.makeProducer(),
      account: account.makeConsumer(), toAccount: accountPushes.makeProducer(),
      toPositions: positionPushes.makeProducer(), handovers: privateHandovers.makeConsumer(),
      requests: privateRequests.makeProducer(), board: board, state: state,
      control: control, telemetry: rings.producer(.sender, .trade),
      latency: SenderLatency(
        send: state.histogram(.send), wireOut: state.histogram(.wireOut),
        tickToOrder: state.histogram(.tickToOrder)))
    let sender = UnsafeMutablePointer<SenderStage>.allocate(capacity: 1)
    unsafe sender.initialize(
      to: SenderStage(
        instruments: options.instruments, start: options.startNumber, settings: options.sender,
        session: PrivateSession(instruments: options.instruments), reactor: reactor, slot: slot,
        ports: ports, keys: StageRings.maskGenerator()))
    return unsafe sender
  }

  static func waker() throws(StageError) -> Waker {
    do { return try Waker() } catch { throw .kernel("\(error)") }
  }

  static func reactor(_ kind: TransportKind, waker: Waker) throws(StageError)
    -> UnsafeMutablePointer<TransportReactor>
  {
    var number: Int32 = 0
    guard let made = TransportReactor(kind: kind, errorNumber: &number) else {
      throw .reactor(kind: kind, errorNumber: number)
    }
    let memory = UnsafeMutablePointer<TransportReactor>.allocate(capacity: 1)
    unsafe memory.initialize(to: made)
    _ = unsafe memory.pointee.watch(wakeDescriptor: waker.descriptor)
    return unsafe memory
  }

  static func maskGenerator() -> MaskGenerator {
    MaskGenerator(seed: (random(), random(), random(), random()))
  }

  static func random() -> UInt64 {
    var value: UInt64 = 0
    _ = unsafe ck_random(&value, 8)
    return value
  }
}
