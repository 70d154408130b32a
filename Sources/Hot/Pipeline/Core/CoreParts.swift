// The rings, wakers and stages of one core, made in order; control plane.

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

/// What `Core` is made of, while it is being made.
struct CoreParts: ~Copyable {
  /// Connections in flight between a stage and its Connector.
  static let handoverCapacity = 128
  static let resyncCapacity = 4096
  static let intentCapacity = 1024
  static let reportCapacity = 8192
  static let queryCapacity = 1024
  static let accountBytes = 1 << 20
  static let accountPushCapacity = 256

  let handovers = SlotRing<SessionHandover>(capacity: handoverCapacity)
  let requests = SlotRing<ConnectorRequest>(capacity: handoverCapacity)
  let privateHandovers = SlotRing<SessionHandover>(capacity: handoverCapacity)
  let privateRequests = SlotRing<ConnectorRequest>(capacity: handoverCapacity)
  let resyncs = SlotRing<ResyncRequest>(capacity: resyncCapacity)
  let intents = SlotRing<Intent>(capacity: intentCapacity)
  let verdicts = SlotRing<Verdict>(capacity: intentCapacity)
  let approved = SlotRing<ApprovedOrder>(capacity: intentCapacity)
  let limits = SlotRing<LimitChange>(capacity: handoverCapacity)
  let toGate = SlotRing<Report>(capacity: reportCapacity)
  let toBuilder = SlotRing<Report>(capacity: reportCapacity)
  let queries = SlotRing<OrderQuery>(capacity: queryCapacity)
  let account = ByteRing(capacity: accountBytes)
  let accountPushes = SlotRing<AccountRecord>(capacity: accountPushCapacity)
  let positionPushes = SlotRing<PositionDetailRecord>(capacity: reportCapacity)
  let market: ByteRing
  let wakers: StageWakers

  init(_ options: CoreOptions) throws(CoreError) {
    market = ByteRing(capacity: options.marketRingBytes)
    let first = try CoreParts.waker()
    switch options.topology {
    case .fused: wakers = StageWakers(feed: first, builder: first, gate: first, sender: first)
    case .split:
      wakers = StageWakers(
        feed: first, builder: try CoreParts.waker(), gate: try CoreParts.waker(),
        sender: try CoreParts.waker())
    }
  }

  func makeFeed(
    _ options: CoreOptions, _ reactor: UnsafeMutablePointer<TransportReactor>,
    _ state: StateWriter, _ control: RunControl, _ latencies: CoreLatencies
  ) throws(CoreError) -> UnsafeMutablePointer<FeedStage> {
    var sessions = FeedSessions()
    for line in options.publicLines {
      do {
        sessions.add(
          try PublicSession(
            instruments: options.instruments, subscriptions: line.subscriptions,
            configuration: line.session))
      } catch { throw .session(error) }
    }
    let feed = UnsafeMutablePointer<FeedStage>.allocate(capacity: 1)
    unsafe feed.initialize(
      to: FeedStage(
        sessions: sessions, reactor: reactor, market: market.makeProducer(),
        handovers: handovers.makeConsumer(), requests: requests.makeProducer(),
        resyncs: resyncs.makeConsumer(), control: control, state: state,
        latency: FeedLatency(wireIn: latencies.wireIn, feed: latencies.feed),
        keys: CoreParts.maskGenerator()))
    return unsafe feed
  }

  func makeBuilder(
    _ options: CoreOptions, _ state: StateWriter, _ control: RunControl, _ board: StopBoard,
    _ rings: TelemetryFile, _ latencies: CoreLatencies
  ) -> UnsafeMutablePointer<BuilderStage> {
    let builder = UnsafeMutablePointer<BuilderStage>.allocate(capacity: 1)
    let ports = BuilderPorts(
      market: market.makeConsumer(), resyncs: resyncs.makeProducer(),
      intents: intents.makeProducer(), verdicts: verdicts.makeConsumer(),
      reports: toBuilder.makeConsumer(), state: state,
      telemetry: rings.producer(.builder(), .trade),
      inputs: rings.producer(.builder(), .market), control: control,
      board: board, latency: latencies.build)
    unsafe builder.initialize(
      to: BuilderStage(
        instruments: options.instruments, strategy: options.strategy, ports: ports))
    return unsafe builder
  }

  func makeGate(
    _ options: CoreOptions, _ rings: TelemetryFile, _ latencies: CoreLatencies
  )
    -> UnsafeMutablePointer<GateStage>
  {
    let gate = UnsafeMutablePointer<GateStage>.allocate(capacity: 1)
    unsafe gate.initialize(
      to: GateStage(
        gate: Gate(instruments: options.instruments, limits: options.limits),
        intents: intents.makeConsumer(), reports: toGate.makeConsumer(),
        verdicts: verdicts.makeProducer(), approved: approved.makeProducer(),
        limitChanges: limits.makeConsumer(), telemetry: rings.producer(.gate, .trade),
        latency: latencies.gate))
    return unsafe gate
  }

  func makeSender(
    _ options: CoreOptions, _ reactor: UnsafeMutablePointer<TransportReactor>, slot: Int,
    _ board: StopBoard, _ state: StateWriter, _ control: RunControl, _ rings: TelemetryFile,
    _ latencies: CoreLatencies
  ) -> UnsafeMutablePointer<SenderStage> {
    let ports = SenderPorts(
      approved: approved.makeConsumer(), toGate: toGate.makeProducer(),
      toBuilder: toBuilder.makeProducer(), queries: queries.makeProducer(),
      account: account.makeConsumer(), toAccount: accountPushes.makeProducer(),
      toPositions: positionPushes.makeProducer(), handovers: privateHandovers.makeConsumer(),
      requests: privateRequests.makeProducer(), board: board, state: state,
      control: control, telemetry: rings.producer(.sender, .trade),
      latency: SenderLatency(
        send: latencies.send, wireOut: latencies.wireOut, tickToOrder: latencies.tickToOrder))
    let sender = UnsafeMutablePointer<SenderStage>.allocate(capacity: 1)
    unsafe sender.initialize(
      to: SenderStage(
        instruments: options.instruments, start: options.startNumber, settings: options.sender,
        session: PrivateSession(instruments: options.instruments), reactor: reactor, slot: slot,
        ports: ports, keys: CoreParts.maskGenerator()))
    return unsafe sender
  }

  static func waker() throws(CoreError) -> Waker {
    do { return try Waker() } catch { throw .kernel("\(error)") }
  }

  static func reactor(_ kind: TransportKind, waker: Waker) throws(CoreError)
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
