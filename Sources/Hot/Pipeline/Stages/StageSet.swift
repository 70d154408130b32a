// The four stages of one core, made in order on their rings, and the threads that are to poll them; at start.

import Channels
import Journal
import OKX
import Orders
import Quantities
import Risk
import State
import Transport
import Wire

/// Each stage's end of its telemetry rings.
package struct StageTelemetry: ~Copyable {
  /// The Builder's two: what it wants, and the market as it took it.
  package var builder: TelemetryProducer
  package var builderMarket: TelemetryProducer
  package var gate: TelemetryProducer
  package var sender: TelemetryProducer

  package init(
    builder: consuming TelemetryProducer, builderMarket: consuming TelemetryProducer,
    gate: consuming TelemetryProducer, sender: consuming TelemetryProducer
  ) {
    self.builder = builder
    self.builderMarket = builderMarket
    self.gate = gate
    self.sender = sender
  }
}

/// Owns the stages until `free`.
@safe
package struct StageSet: @unchecked Sendable {
  // SAFETY: allocated here and freed by `free`, once, when no thread polls any longer; between, each stage
  // is touched by the thread that has it in its list.
  package let feed: UnsafeMutablePointer<FeedStage>
  package let builder: UnsafeMutablePointer<BuilderStage>
  package let gate: UnsafeMutablePointer<GateStage>
  package let sender: UnsafeMutablePointer<SenderStage>
  private let reactors: [UnsafeMutablePointer<TransportReactor>]
  package let threads: [StageThread]
  package let wakers: StageWakers

  package init(
    _ options: StageOptions, rings: StageRings, boards: StageBoards,
    telemetry: consuming StageTelemetry
  ) throws(StageError) {
    let wakers = try StageSet.wakers(options.threads)
    let hub = try StageSet.reactors(options, wakers, boards.stamps)
    let state = boards.state
    unsafe feed = try StageSet.makeFeed(options, hub.feed, rings, boards)
    unsafe builder = .allocate(capacity: 1)
    unsafe gate = .allocate(capacity: 1)
    unsafe sender = .allocate(capacity: 1)
    let ports = BuilderPorts(
      rings: rings, boards: boards, telemetry: telemetry.builder, inputs: telemetry.builderMarket,
      latency: state.histogram(.build))
    unsafe builder.initialize(
      to: BuilderStage(
        instruments: options.instruments.copy(), strategy: options.strategy, ports: ports))
    unsafe gate.initialize(
      to: GateStage(
        gate: Gate(instruments: options.instruments, limits: options.limits), rings: rings,
        boards: boards, telemetry: telemetry.gate))
    let seed = options.maskSeed
    unsafe sender.initialize(
      to: SenderStage(
        instruments: options.instruments.copy(), start: options.startNumber,
        settings: options.sender,
        reactor: hub.sender, slot: options.feeds.count,
        ports: SenderPorts(
          rings: rings, boards: boards, telemetry: telemetry.sender,
          latency: SenderLatency(
            send: state.histogram(.send), wireOut: state.histogram(.wireOut),
            tickToOrder: state.histogram(.tickToOrder))),
        requests: rings.privateRequests.makeProducer(),
        keys: MaskGenerator(seed: (~seed.0, seed.1, seed.2, ~seed.3))))
    unsafe reactors = unsafe hub.all
    self.wakers = wakers
    let (feed, builder, gate, sender) = unsafe (feed, builder, gate, sender)
    threads = options.threads.map { list in
      unsafe StageThread(
        list: list, feed: feed, builder: builder, gate: gate, sender: sender,
        reactor: list.contains(.feed) ? hub.feed : list.contains(.sender) ? hub.sender : nil,
        feedSlots: options.feeds.count, control: boards.control, wakers: wakers,
        wait: options.wait)
    }
  }

  /// What earlier starts have on record; before a thread polls.
  package func remember(_ orders: [RecordedOrder]) {
    for order in orders { unsafe sender.pointee.table.remember(order) }
  }

  /// Orders of ours that work, or may: what is not known to have ended. No thread polls any longer.
  package var ordersLeft: [Order] {
    var left: [Order] = []
    var next = unsafe sender.pointee.table.firstWorking()
    while let order = next {
      if !order.isForeign && order.state != .prepared { left.append(order) }
      next = unsafe sender.pointee.table.working(after: order)
    }
    return left
  }

  /// Frees everything. No thread polls any longer.
  package func free() {
    unsafe feed.deinitialize(count: 1)
    unsafe feed.deallocate()
    unsafe builder.deinitialize(count: 1)
    unsafe builder.deallocate()
    unsafe gate.deinitialize(count: 1)
    unsafe gate.deallocate()
    unsafe sender.deinitialize(count: 1)
    unsafe sender.deallocate()
    for index in unsafe reactors.indices {
      let one = unsafe reactors[index]
      unsafe one.deinitialize(count: 1)
      unsafe one.deallocate()
    }
  }

  private static func makeFeed(
    _ options: StageOptions, _ reactor: UnsafeMutablePointer<TransportReactor>,
    _ rings: StageRings, _ boards: StageBoards
  ) throws(StageError) -> UnsafeMutablePointer<FeedStage> {
    let count = options.feeds.count
    let lines = UnsafeMutablePointer<FeedLine>.allocate(capacity: max(1, count))
    var made = 0
    do throws(PublicSessionError) {
      for feed in options.feeds {
        let session = try PublicSession(
          instruments: options.instruments.copy(), subscriptions: feed.subscriptions,
          configuration: feed.session)
        unsafe (lines + made).initialize(to: FeedLine(session: session, number: made))
        made += 1
      }
    } catch {
      unsafe lines.deinitialize(count: made)
      unsafe lines.deallocate()
      throw .session(error)
    }
    let feed = UnsafeMutablePointer<FeedStage>.allocate(capacity: 1)
    unsafe feed.initialize(
      to: FeedStage(
        lines: lines, lineCount: made, reactor: reactor, rings: rings, boards: boards,
        latency: FeedLatency(
          wireIn: boards.state.histogram(.wireIn), feed: boards.state.histogram(.feed)),
        keys: MaskGenerator(seed: options.maskSeed)))
    return unsafe feed
  }

  /// A waker for each thread, under the name of each of its stages.
  private static func wakers(_ threads: [StageList]) throws(StageError) -> StageWakers {
    do throws(KernelError) {
      let first = try Waker()
      var wakers = StageWakers(feed: first, builder: first, gate: first, sender: first)
      for list in threads {
        let waker = try list.contains(.feed) ? first : Waker()
        if list.contains(.builder) { wakers.builder = waker }
        if list.contains(.gate) { wakers.gate = waker }
        if list.contains(.sender) { wakers.sender = waker }
      }
      return wakers
    } catch { throw .kernel("\(error)") }
  }

  @safe
  private struct Reactors {
    // SAFETY: handed on to the set, which frees them.
    var feed: UnsafeMutablePointer<TransportReactor>
    /// The same where Feed and Sender share a thread.
    var sender: UnsafeMutablePointer<TransportReactor>
    var all: [UnsafeMutablePointer<TransportReactor>]
  }

  private static func reactors(
    _ options: StageOptions, _ wakers: StageWakers, _ stamps: StampClock
  ) throws(StageError) -> Reactors {
    let feed = unsafe try reactor(options.transport, wakers.feed, stamps)
    let isShared = options.threads.contains { $0.isSuperset(of: [.feed, .sender]) }
    if isShared { return unsafe Reactors(feed: feed, sender: feed, all: [feed]) }
    let sender = unsafe try reactor(options.transport, wakers.sender, stamps)
    return unsafe Reactors(feed: feed, sender: sender, all: [feed, sender])
  }

  private static func reactor(_ kind: TransportKind, _ waker: Waker, _ stamps: StampClock)
    throws(StageError) -> UnsafeMutablePointer<TransportReactor>
  {
    var number: Int32 = 0
    guard let made = TransportReactor(kind: kind, stamps: stamps, errorNumber: &number) else {
      throw .reactor(kind: kind, errorNumber: number)
    }
    let memory = UnsafeMutablePointer<TransportReactor>.allocate(capacity: 1)
    unsafe memory.initialize(to: made)
    _ = unsafe memory.pointee.watch(wakeDescriptor: waker.descriptor)
    return unsafe memory
  }
}
