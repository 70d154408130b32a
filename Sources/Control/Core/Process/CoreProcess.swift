// One core from its configuration to its end: start-up in order, then the orderly stop; control plane.

import Account
import Channels
import Dialing
import Foundation
import Logging
import OKX
import Operations
import Quantities

/// Run once. What it may not do it says before a connection is made: the folder's lock, the keys, the options.
public struct CoreProcess: Sendable {
  public let configuration: Configuration
  /// Named in the journal: which program wrote it.
  public let build: String
  public let log: Logger
  /// How start-up asks an exchange that is busy.
  public var patience = Patience()
  /// Asked once, as the end begins: the supervisor is gone, which leaves 4.8 s in all.
  public var isHurried: @Sendable () -> Bool = { false }

  public init(configuration: Configuration, build: String, log: Logger) {
    self.configuration = configuration
    self.build = build
    self.log = log
  }

  /// Trades until `ended` returns, then cancels what works, and shows the stopped core to `report`. Returns without
  /// having started one when `ended` returns while the exchange is still asked for its instruments.
  public func run(
    until ended: @escaping @Sendable () async -> Void, report: (Core) throws -> Void
  ) async throws -> CoreEnding {
    let directory = try StateDirectory(configuration.stateDirectory)
    if directory.makeRoom() {
      log.critical("the disk of the state folder is full: its reserve is given up for this start")
    }
    let lock = try directory.lock()
    let credentials = try Credentials.load(configuration.okx.credentials)
    let rest = try configuration.client(credentials)
    let assembly = CoreAssembly(
      configuration: configuration, credentials: credentials, build: build)
    let asking = Task {
      let table = try await assembly.instruments(rest: rest, patience: patience, log: log)
      // Before anything is signed, and not before the exchange answers at all.
      if let rest { await ClockKeeper.begin(rest, log: log) }
      return table
    }
    // A signal while the exchange is out of reach ends the wait.
    let watch = Task {
      await ended()
      asking.cancel()
    }
    defer { watch.cancel() }
    var ending = CoreEnding.atRest
    do {
      let table = try await asking.value
      let core = try make(assembly, table, directory, lock, rest?.venueClock)
      ending = try await trade(core, table, assembly, directory, rest, until: ended)
      await rest?.shutdown()
      try report(core)
      log.info("stopped")
    } catch {
      await rest?.shutdown()
      guard error is CancellationError else { throw error }
      log.notice("stopped before the exchange had answered: no core was started")
      // Nobody asked what became of an earlier start's orders.
      if try directory.lastStartNumber() != nil {
        log.error("orders of an earlier start may rest: `llmtrading sweep` cancels them by REST")
        ending = .ordersMayRest
      }
    }
    withExtendedLifetime(lock) {}
    return ending
  }

  private func make(
    _ assembly: CoreAssembly, _ table: InstrumentTable, _ directory: StateDirectory,
    _ lock: StateLock, _ clock: VenueClock?
  ) throws -> Core {
    let start = try lock.nextStartNumber()
    var (options, reason) = try assembly.options(
      table: table, startNumber: start, directory: directory)
    if let clock { options.venueClock = clock }
    log.info(
      "starting",
      metadata: [
        "start": "\(start)", "topology": "\(options.topology)",
        "transport": "\(options.transport.name)", "reason": "\(reason)",
      ])
    directory.keepRoom()
    let core = try Core(options) { [log] event in event.write(to: log) }
    if let recovered = core.recovered {
      log.notice(
        "records of an earlier start were taken into the journal",
        metadata: ["start": "\(recovered.start)", "records": "\(recovered.records)"])
    }
    return core
  }

  /// What earlier starts left on record; a person must look at what cannot be believed.
  private func memory(_ directory: StateDirectory, _ core: Core) -> (JournalMemory, [String]) {
    var alarms: [String] = []
    if let reason = core.distrusted {
      alarms.append(
        """
        the telemetry rings of an earlier start are not to be believed and were left alone; what it had not \
        written down is not known: \(reason)
        """)
    }
    do { return (try JournalMemory(folder: directory.journalDirectory), alarms) } catch {
      alarms.append(
        """
        the journal cannot be read, so stops and fills of earlier starts are not known. Look at it with \
        `llmtrading journal verify`: \(error)
        """)
      return (JournalMemory(), alarms)
    }
  }

  private func trade(
    _ core: Core, _ table: InstrumentTable, _ assembly: CoreAssembly, _ directory: StateDirectory,
    _ rest: RESTClient?, until ended: @Sendable () async -> Void
  ) async throws -> CoreEnding {
    let (memory, alarms) = memory(directory, core)
    for alarm in alarms {
      log.critical("\(alarm). cancelOnly until a person rearms: `llmtrading rearm`")
    }
    for symbol in memory.unsummed.sorted(by: { "\($0)" < "\($1)" }) {
      log.error(
        "sizes on record are past any sum: the exchange's position is taken",
        metadata: ["instrument": "\(symbol)"])
    }
    for (bars, openTime) in memory.bars {
      guard let id = table.find(bars.instrument) else { continue }
      core.context.remember(
        id, bars.interval, openTime: WallMilliseconds(milliseconds: openTime))
    }
    HaltSignal.install(core.stopBoard)
    let door = DoorService(
      core.controls, targetLotsMaximum: assembly.targetLotsMaximum(table),
      limitUnits: assembly.limitUnits(table), path: directory.doorSocket, log: log)
    core.state.set(phase: .reconciling)
    core.remember(memory)
    try core.start()
    if !core.isMemoryLocked {
      log.warning("memory is not locked: raise ulimit -l, or hot threads may take page faults")
    }
    // What earlier starts asked holds before anything may be sent.
    try door.start(remembering: memory, alarms: alarms)
    let work = begin(core, table, memory, rest)
    await ended()
    log.info("stopping: the strategy is muted, working orders are cancelled")
    work.backfill.cancel()
    work.fallback?.cancel()
    await work.fallback?.value
    core.state.set(phase: .draining)
    core.control.setMuted(true)
    core.stopBoard.request(.cancelOnly, by: .supervisor, for: .none)
    core.wake()
    let orders = OrdersAtEnd(
      core: core, table: table, configuration: configuration, rest: rest, log: log,
      isHurried: isHurried())
    let word = await orders.cancelAll()
    work.startUp.cancel()
    work.accounting.cancel()
    work.venue.cancel()
    await work.accounting.value
    await work.keeper?.close()
    door.stop()
    core.stop()
    return orders.conclude(word)
  }

  private struct Work {
    var startUp: Task<Void, Never>
    var accounting: Task<Void, Never>
    var backfill: Task<Void, Never>
    var venue: Task<Void, Never>
    var keeper: AccountKeeper?
    var fallback: Task<Void, Never>?
  }

  /// The tasks beside the core; without a trading connection there is no account to keep.
  private func begin(
    _ core: Core, _ table: InstrumentTable, _ memory: JournalMemory, _ rest: RESTClient?
  ) -> Work {
    let account = core.options.privateLine == nil ? nil : rest
    var reconciler = Reconciler(
      rest: account, instruments: table, port: core.accountPort, memory: memory,
      changes: core.mailbox,
      telemetry: core.accountTelemetry, log: log)
    reconciler.patience = patience
    reconciler.rules = configuration.setupRules(table)
    let startUp = Task { [reconciler] in
      await reconciler.run {
        core.stopBoard.request(.active, by: .startup, for: .none)
        core.state.set(phase: .running)
      }
      await reconciler.passChanges()
    }
    let keeper = account.map {
      AccountKeeper(
        reader: AccountReader(rest: $0, instruments: table), instruments: table,
        pushes: core.accountPushes, state: core.state, telemetry: core.accountTelemetry, log: log)
    }
    let bills = account.map {
      BillKeeper(
        reader: AccountReader(rest: $0, instruments: table), memory: memory,
        telemetry: core.accountTelemetry, log: log, count: { core.state.count($0) })
    }
    let accounting = Task {
      async let billing: Void = bills?.run() ?? ()
      await keeper?.run() ?? ()
      await billing
    }
    let backfill = Task {
      guard let rest, !core.options.contextConnections.isEmpty else { return }
      let reader = CandleReader(rest: rest, instruments: core.context.instruments)
      await ContextBackfill(reader: reader, context: core.context, log: log).run()
    }
    var work = Work(
      startUp: startUp, accounting: accounting, backfill: backfill, venue: keepVenue(core, rest),
      keeper: keeper)
    if let account, configuration.okx.orderFallback == .cancels {
      let fallback = FallbackCancels(
        core: core, table: table, configuration: configuration, rest: account, log: log)
      work.fallback = Task { await fallback.run() }
    }
    return work
  }

  /// What the exchange changes beside its markets and the account: its clock, its instruments.
  private func keepVenue(_ core: Core, _ rest: RESTClient?) -> Task<Void, Never> {
    let clock = rest.map {
      ClockKeeper(
        rest: $0, state: core.state, holds: core.venueHolds,
        limitMilliseconds: configuration.risk.desk.clockOffsetMilliseconds, log: log)
    }
    let keepsInstruments = !core.options.contextConnections.isEmpty
    let instruments = (keepsInstruments ? rest : nil).map {
      InstrumentKeeper(
        ports: core.instrumentPorts, log: log,
        list: { [rest = $0] in try await rest.get("/api/v5/public/instruments?instType=\($0)") })
    }
    let maintenance = (keepsInstruments ? rest : nil).map {
      MaintenanceKeeper(
        rest: $0, holds: core.venueHolds, context: core.context,
        notices: MaintenanceNotices(
          environment: configuration.environment == .live
            ? .live : configuration.environment == .demo ? .demo : nil,
          leadMilliseconds: configuration.risk.desk.maintenanceLeadSeconds * 1_000),
        log: log)
    }
    return Task {
      async let keeping: Void = instruments?.run() ?? ()
      async let waiting: Void = maintenance?.run() ?? ()
      await clock?.run() ?? ()
      await keeping
      await waiting
    }
  }
}

extension Configuration {
  /// What the account must be for what this configuration would trade.
  func setupRules(_ table: InstrumentTable) -> SetupRules {
    let traded = (0..<table.count).map { table[InstrumentID(index: UInt16($0))] }
      .filter { risk.allowList.contains($0.symbol.description) }
    let money: SetupRules.Money =
      switch environment {
      case .live: .live
      case .demo: .demo
      case .simulated, nil: .simulated
      }
    return SetupRules(money: money, traded: traded)
  }

  /// REST as configured; nil where no address is.
  func client(_ credentials: Credentials?) throws -> RESTClient? {
    let proxy = try proxyEndpoint().map(RESTProxy.init)
    return try endpoints.restURL.map {
      try RESTClient(
        base: $0, key: credentials.map(APIKey.init), caFile: okx.certificateAuthorityFile,
        proxy: proxy, isSimulated: endpoints.needsDemoHeader)
    }
  }
}

extension APIKey {
  public init(_ credentials: Credentials) {
    self.init(
      key: credentials.apiKey.reveal(), secret: credentials.secret.reveal(),
      passphrase: credentials.passphrase.reveal())
  }
}
