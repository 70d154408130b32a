// Builds the stages, rings and threads of one core, starts them, and stops them in order; control plane.

import CKernel
import Channels
import OKX
import Quantities
import Transport
import Wire

/// One core: made, started, stopped once.
@safe
public final class Core: @unchecked Sendable {
  // SAFETY: the stages are touched by their hot threads between `start` and `stop`, and by the owner
  // of the core outside of that span.
  public let options: CoreOptions
  public let control = RunControl()
  public let stopBoard: StopBoard
  public let latencies = CoreLatencies()
  let stages: StageSet
  private let connector: Connector
  private var threads: [HotThread] = []
  private var housekeeping: [HotThread] = []
  private let monitor: ThreadMonitor
  var monitored: [ThreadMonitor.Watched] { monitor.watched }

  /// Connections in flight between a stage and its Connector.
  private static let handoverCapacity = 128
  private static let resyncCapacity = 4096

  public init(
    _ options: CoreOptions, report: @escaping @Sendable (ConnectorEvent) -> Void
  ) throws(CoreError) {
    if options.publicLines.isEmpty { throw .noLines }
    self.options = options
    stopBoard = StopBoard(instrumentCount: options.instruments.count)
    let market = ByteRing(capacity: options.marketRingBytes)
    let handovers = SlotRing<SessionHandover>(capacity: Core.handoverCapacity)
    let requests = SlotRing<ConnectorRequest>(capacity: Core.handoverCapacity)
    let resyncs = SlotRing<ResyncRequest>(capacity: Core.resyncCapacity)
    let feedWaker = try Core.waker()
    let builderWaker = try Core.waker()
    let reactor = unsafe try Core.reactor(options.transport, waker: feedWaker)
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
        resyncs: resyncs.makeConsumer(), control: control,
        latency: FeedLatency(wireIn: latencies.wireIn, feed: latencies.feed),
        keys: Core.maskGenerator()))
    let builder = UnsafeMutablePointer<BuilderStage>.allocate(capacity: 1)
    unsafe builder.initialize(
      to: BuilderStage(
        instruments: options.instruments, market: market.makeConsumer(),
        resyncs: resyncs.makeProducer(), control: control))
    unsafe stages = StageSet(
      feed: feed, builder: builder, feedReactor: reactor, control: control, feedWaker: feedWaker,
      builderWaker: builderWaker, wait: options.effectiveWait)
    connector = Connector(
      lines: options.publicLines.map(\.connector), requests: requests.makeConsumer(),
      handovers: handovers.makeProducer(), stageWaker: feedWaker, seed: Core.random(),
      network: options.network, report: report)
    monitor = ThreadMonitor(control: control)
  }

  deinit {
    unsafe stages.feed.deinitialize(count: 1)
    unsafe stages.feed.deallocate()
    unsafe stages.builder.deinitialize(count: 1)
    unsafe stages.builder.deallocate()
    unsafe stages.feedReactor.deinitialize(count: 1)
    unsafe stages.feedReactor.deallocate()
  }

  /// Starts the hot threads, then the Connector.
  public func start() throws(CoreError) {
    let stages = stages
    do {
      switch options.topology {
      case .fused:
        threads = [
          try HotThread.start(name: "hot", cpu: cpu(0)) { probe in
            Core.startReactor(stages)
            stages.runFused(probe)
          }
        ]
      case .split:
        threads = [
          try HotThread.start(name: "feed", cpu: cpu(0)) { probe in
            Core.startReactor(stages)
            stages.runFeed(probe)
          },
          try HotThread.start(name: "builder", cpu: cpu(1)) { stages.runBuilder($0) },
        ]
      }
      let connector = connector
      monitor.watch(threads)
      let monitor = monitor
      housekeeping = [
        try HotThread.start(name: "connector", cpu: nil) { _ in connector.run() },
        try HotThread.start(name: "monitor", cpu: nil) { _ in monitor.run() },
      ]
    } catch {
      guard case .create(let number) = error else { return }
      throw .thread(errorNumber: number)
    }
  }

  /// Stops and joins: hot threads first, so that they close their connections, then the Connector.
  public func stop() {
    control.requestStop()
    stages.feedWaker.wake()
    stages.builderWaker.wake()
    for thread in threads { thread.join() }
    connector.stop()
    monitor.stop()
    for thread in housekeeping { thread.join() }
    housekeeping = []
  }

  private func cpu(_ index: Int) -> Int32? {
    index < options.hotCPUs.count ? options.hotCPUs[index] : nil
  }

  private static func startReactor(_ stages: StageSet) {
    let result = unsafe stages.feedReactor.pointee.start()
    precondition(result == 0, "Invariant: a reactor that was made can be started")
  }

  private static func waker() throws(CoreError) -> Waker {
    do { return try Waker() } catch { throw .kernel("\(error)") }
  }

  private static func reactor(_ kind: TransportKind, waker: Waker) throws(CoreError)
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

  private static func maskGenerator() -> MaskGenerator {
    MaskGenerator(seed: (random(), random(), random(), random()))
  }

  private static func random() -> UInt64 {
    var value: UInt64 = 0
    _ = unsafe ck_random(&value, 8)
    return value
  }
}

extension CoreOptions {
  var effectiveWait: WaitStrategy {
    wait ?? (hotCPUs.count >= hotThreadCount ? .spin : .block)
  }
}

/// The histograms of one core's hops, nanoseconds.
public struct CoreLatencies: Sendable {
  public let wireIn = LatencyHistogram()
  public let feed = LatencyHistogram()
  public let build = LatencyHistogram()
  public let gate = LatencyHistogram()
  public let send = LatencyHistogram()
  public let wireOut = LatencyHistogram()
  public let tickToOrder = LatencyHistogram()

  public init() {}

  /// Names as the report and the page show them.
  public var all: [(name: String, histogram: LatencyHistogram)] {
    [
      ("feed", feed), ("build", build), ("gate", gate), ("send", send), ("wire_in", wireIn),
      ("wire_out", wireOut), ("tick_to_order", tickToOrder),
    ]
  }
}
