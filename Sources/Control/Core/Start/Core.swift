// One core: its stages, threads and Connectors, started and stopped in order; control plane.

import CKernel
import Channels
import Journal
import MappedFile
import Orders
import Pipeline
import Quantities
import State

/// Made, started and stopped once.
@safe
public final class Core: @unchecked Sendable {
  // SAFETY: the stages are touched by their hot threads between `start` and `stop`, and by the owner
  // of the core outside of that span; `deinit` frees them when no thread is left.
  public let options: CoreOptions
  public let control = RunControl()
  public let stopBoard: StopBoard
  private let workingBoard: WorkingBoard
  /// What the exchange changed of this run's instruments, and the way to whoever tells the stages.
  private let changes = InstrumentChanges()
  public let mailbox = InstrumentMailbox()
  /// What the exchange's state keeps the desk from.
  public let venueHolds: VenueHolds
  let coolOffs: CoolOffKeeper
  public let latencies: CoreLatencies
  /// What everyone else may read, and the signal slots that the Door writes.
  public let state: StateWriter
  public let accountPort: AccountPort
  /// Account's task alone takes from it.
  public let accountPushes: AccountPushes
  let stages: StageSet
  private let connectors: [Connector]
  /// Facts and bars beside the book.
  public let context: MarketContext
  private let contextReaders: [ContextReader]
  private let monitor: ThreadMonitor
  private let recorder: Recorder
  private let doorTelemetry: ControlTelemetry
  /// Of what start-up and reconciliation found.
  public let accountTelemetry: ControlTelemetry
  /// The Door's thread alone pushes.
  private let limitChanges: LimitPort
  /// What an earlier start had left in its rings, now in the journal.
  public let recovered: TelemetryRecovery?
  /// Why an earlier start's rings were not believed: a person has to look.
  public let distrusted: String?
  /// False: the memory limit (ulimit -l) lets the kernel reclaim pages, and hot threads may fault.
  public private(set) var isMemoryLocked = false
  private var threads: [HotThread] = []
  private var housekeeping: [HotThread] = []
  var monitored: [ThreadMonitor.Watched] { monitor.watched }

  public init(
    _ options: CoreOptions, report: @escaping @Sendable (CoreEvent) -> Void
  ) throws(CoreError) {
    if options.publicLines.isEmpty { throw .noLines }
    self.options = options
    let count = options.instruments.count
    stopBoard = StopBoard(instrumentCount: count)
    workingBoard = WorkingBoard(instrumentCount: count)
    stopBoard.request(.cancelOnly, by: .startup, for: .none)
    do throws(StateError) {
      state = try StateWriter.create(
        path: options.statePath, header: options.stateHeader, instruments: options.instruments)
    } catch { throw .state(error) }
    latencies = CoreLatencies(state: state)
    let stageOptions = options.stages
    let parts = StageRings(stageOptions.capacities)
    let rings: TelemetryFile
    do throws(JournalError) {
      (rings, recovered, distrusted) = try options.journal.open()
      recorder = try Recorder(
        options.journal, rings: rings, board: stopBoard, control: control,
        instruments: options.instruments, venueClock: options.venueClock, report: report)
    } catch { throw .journal(error) }
    doorTelemetry = ControlTelemetry(rings.producer(.door, .trade))
    accountTelemetry = ControlTelemetry(rings.producer(.account, .trade))
    let context = MarketContext(
      instruments: options.instruments, state: state,
      telemetry: ControlTelemetry(rings.producer(.context, .trade)))
    self.context = context
    let report = Core.shown(report, options, state)
    do throws(StageError) {
      stages = try StageSet(
        stageOptions, rings: parts,
        boards: StageBoards(
          control: control, stops: stopBoard, state: state, working: workingBoard,
          changes: changes, stamps: .calibrated()),
        telemetry: StageTelemetry(
          builder: rings.producer(.builder(), .trade),
          builderMarket: rings.producer(.builder(), .market),
          gate: rings.producer(.gate, .trade), sender: rings.producer(.sender, .trade)))
    } catch { throw .stages(error) }
    venueHolds = VenueHolds(
      board: stopBoard, wake: { [wakers = stages.wakers] in wakers.wakeAll() })
    coolOffs = CoolOffKeeper(table: options.instruments, holds: venueHolds)
    recorder.onRefusal = { [coolOffs] in coolOffs.take($0) }
    limitChanges = LimitPort(parts.limits.makeProducer(), waker: stages.wakers.gate)
    accountPort = AccountPort(
      queries: parts.queries.makeConsumer(), messages: parts.account.makeProducer(),
      waker: stages.wakers.sender)
    accountPushes = AccountPushes(
      accounts: parts.accountPushes.makeConsumer(),
      positions: parts.positionPushes.makeConsumer())
    let address = AddressPacer()
    connectors = Core.connectors(options, parts, stages.wakers, address, report)
    let state = state
    contextReaders = options.contextConnections.map {
      ContextReader(
        $0, network: options.network, address: address, kind: options.transport, context, state,
        report: report)
    }
    monitor = ThreadMonitor(
      control: control, state: state, instruments: options.instruments, report: report)
  }

  deinit { stages.free() }

  private static func connectors(
    _ options: CoreOptions, _ parts: StageRings, _ wakers: StageWakers,
    _ address: AddressPacer, _ report: @escaping @Sendable (CoreEvent) -> Void
  ) -> [Connector] {
    [
      Connector(
        lines: options.publicLines.map(\.connector), requests: parts.requests.makeConsumer(),
        handovers: parts.handovers.makeProducer(), stageWaker: wakers.feed,
        seed: .random(in: .min ... .max), network: options.network, address: address,
        venueClock: options.venueClock, report: report),
      Connector(
        lines: options.privateLine.map { [$0] } ?? [],
        requests: parts.privateRequests.makeConsumer(),
        handovers: parts.privateHandovers.makeProducer(), stageWaker: wakers.sender,
        seed: .random(in: .min ... .max), network: options.network, address: address,
        venueClock: options.venueClock, report: report),
    ]
  }

  /// Tells the stages what earlier starts have on record; before `start`.
  public func remember(_ memory: JournalMemory) {
    stages.remember(
      memory.strangers(latest: OrderTable.recordedStrangersMax, of: options.instruments))
  }

  /// Starts the hot threads, then the Connectors.
  public func start() throws(CoreError) {
    isMemoryLocked = ck_lock_all() == 0
    if !isMemoryLocked { ck_populate_images() }
    try keepHouse()
    do {
      for (index, thread) in stages.threads.enumerated() {
        threads.append(
          try HotThread.start(name: thread.list.name, cpu: cpu(index)) {
            [venueClock = options.venueClock] probe in
            var clock = MomentClock(venueClock)
            thread.start()
            thread.run(&clock, probe)
          })
      }
      monitor.watch(threads)
      let monitor = monitor
      let recorder = recorder
      housekeeping = [
        try HotThread.start(name: "monitor", cpu: nil) { _ in monitor.run() },
        try HotThread.start(name: "recorder", cpu: nil) { _ in recorder.run() },
      ]
      for reader in contextReaders {
        housekeeping.append(
          try HotThread.start(name: "context", cpu: nil) { _ in reader.run() })
      }
      for connector in connectors {
        housekeeping.append(
          try HotThread.start(name: "connector", cpu: nil) { _ in connector.run() })
      }
    } catch {
      switch error {
      case .create(let number): throw .thread(errorNumber: number)
      }
    }
  }

  /// Stops and joins: hot threads first, so that they close their connections, then the Connectors.
  public func stop() {
    control.requestStop()
    stages.wakers.wakeAll()
    for thread in threads { thread.join() }
    for connector in connectors { connector.stop() }
    for reader in contextReaders { reader.stop() }
    monitor.stop()
    recorder.stop()
    for thread in housekeeping { thread.join() }
    housekeeping = []
    // The last picture is in the report and the journal; what stays mapped elsewhere stays readable.
    try? MemoryRegion.unlink(file: options.statePath)
  }

  /// What the instruments' keeper may do.
  var instrumentPorts: InstrumentPorts {
    InstrumentPorts(
      table: options.instruments, changes: changes, mailbox: mailbox, holds: venueHolds,
      coolOffs: coolOffs, context: context, state: state, working: workingBoard,
      telemetry: accountTelemetry,
      rename: { [contextReaders] old, new in
        for reader in contextReaders { reader.rename(old, to: new) }
      })
  }

  /// What the Door may do.
  public var controls: DeskControls {
    DeskControls(
      instruments: options.instruments, changes: changes, startNumber: options.startNumber,
      board: stopBoard, working: workingBoard, state: state, telemetry: doorTelemetry,
      limits: limitChanges,
      limitsAtStart: options.limits.instruments,
      privateConnection: options.privateLine == nil ? nil : options.publicLines.count,
      venue: venueHolds,
      wake: { [wakers = stages.wakers] in wakers.wakeAll() })
  }

  /// Lets a change of the stop board or of a signal slot act at once even on a sleeping thread.
  public func wake() { stages.wakers.wakeAll() }

  /// Every thread that exists keeps off the hot CPUs, and so do those it starts.
  private func keepHouse() throws(CoreError) {
    if options.hotCPUs.isEmpty && options.housekeepingCPUs.isEmpty { return }
    var cpus = options.housekeepingCPUs
    if cpus.isEmpty {
      var allowed = [Int32](repeating: 0, count: 4096)
      let count = unsafe ck_affinity_get(&allowed, 4096)
      cpus = allowed.prefix(Int(max(0, min(count, 4096)))).filter { !options.hotCPUs.contains($0) }
      // One CPU alone carries both.
      if cpus.isEmpty { return }
    }
    let result = unsafe ck_affinity_set_process(cpus, Int32(cpus.count))
    if result < 0 {
      throw .kernel("cpus.housekeeping \(cpus) cannot be taken (errno \(0 &- result))")
    }
  }

  private func cpu(_ index: Int) -> Int32? {
    index < options.hotCPUs.count ? options.hotCPUs[index] : nil
  }
}
