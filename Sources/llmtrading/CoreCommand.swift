// `llmtrading core`: the process that holds the exchange keys and trades.
import Account
import ArgumentParser
import CKernel
import Core
import Dialing
import Foundation
import Logging
import OKX
import Operations
import Pipeline
import Quantities

struct CoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "core",
    abstract: "Run the trading core alone (usually `llmtrading run` does).",
    discussion: """
      Ends on SIGINT or SIGTERM: new orders stop, working ones are cancelled, sessions close.
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "Write a report of this run here at the end.")
  var report: String?

  func run() async throws {
    let lifeline = ProcessLifeline()
    _ = ck_forbid_dump()
    let configuration = try common.load()
    Logs.bootstrap(configuration.log, environment: configuration.environment)
    let log = Logger(label: "Core")
    let directory = try StateDirectory(configuration.stateDirectory)
    let lock = try directory.lock()
    let credentials = try Credentials.load(configuration.okx.credentials)
    let proxy = try configuration.network.proxy.map { RESTProxy(try ProxyEndpoint($0)) }
    let rest = try configuration.endpoints.restURL.map {
      try RESTClient(
        base: $0, key: credentials.map(APIKey.init),
        caFile: configuration.okx.certificateAuthorityFile, proxy: proxy,
        isSimulated: configuration.endpoints.needsDemoHeader)
    }
    let assembly = CoreAssembly(configuration: configuration, credentials: credentials)
    let table = try await assembly.instruments(rest: rest)
    let start = try lock.nextStartNumber()
    let (options, transportReason) = try assembly.options(
      table: table, startNumber: start, directory: directory)
    log.info(
      "starting",
      metadata: [
        "start": "\(start)", "topology": "\(options.topology.rawValue)",
        "transport": "\(options.transport.name)", "reason": "\(transportReason)",
      ])
    let core = try Core(options) { event in CoreLog.write(event, log) }
    if let recovered = core.recovered {
      log.notice(
        "records of an earlier start were taken into the journal",
        metadata: ["start": "\(recovered.start)", "records": "\(recovered.records)"])
    }
    let memory = CoreCommand.memory(directory, core, log)
    for (bars, openTime) in memory.bars {
      guard let id = table.find(bars.instrument) else { continue }
      core.context.remember(
        id, bars.interval, openTime: WallMilliseconds(milliseconds: openTime))
    }
    HaltSignal.install(core.stopBoard)
    let door = DoorService(
      core: core, targetLotsMaximum: assembly.targetLotsMaximum(table),
      path: directory.doorSocket, log: log)
    core.state.set(phase: .reconciling)
    try core.start()
    if !core.isMemoryLocked {
      log.warning("memory is not locked: raise ulimit -l, or hot threads may take page faults")
    }
    let reconciler = Reconciler(
      rest: options.privateLine == nil ? nil : rest, instruments: table, port: core.accountPort,
      memory: memory, telemetry: core.accountTelemetry, log: log)
    // What earlier starts asked holds before anything may be sent.
    try door.start(remembering: memory)
    let startup = Task {
      await reconciler.run {
        core.stopBoard.request(.active, by: .startup, for: .none)
        core.state.set(phase: .running)
      }
    }
    let keeper = rest.flatMap {
      options.privateLine == nil ? nil : AccountReader(rest: $0, instruments: table)
    }
    .map {
      AccountKeeper(
        reader: $0, instruments: table, pushes: core.accountPushes, state: core.state,
        telemetry: core.accountTelemetry, log: log)
    }
    let accounting = Task { await keeper?.run() }
    let backfill = Task {
      if let rest, !options.contextConnections.isEmpty {
        let reader = CandleReader(rest: rest, instruments: table)
        await ContextBackfill(reader: reader, context: core.context, log: log).run()
      }
    }
    await lifeline.waitForEnd()
    backfill.cancel()
    log.info("stopping: the strategy is muted, working orders are cancelled")
    core.state.set(phase: .draining)
    core.control.setMuted(true)
    core.stopBoard.request(.cancelOnly, by: .supervisor, for: .none)
    core.wake()
    await core.drainOrders(timeoutMilliseconds: 3_500)
    startup.cancel()
    accounting.cancel()
    await accounting.value
    await keeper?.close()
    door.stop()
    core.stop()
    await rest?.shutdown()
    if let report {
      let text = try RunReport(core: core, configuration: configuration).encoded()
      try text.write(to: URL(fileURLWithPath: report), options: .atomic)
    }
    log.info("stopped")
    withExtendedLifetime(lock) {}
  }
}

extension CoreCommand {
  /// A journal that cannot be read may hold a stop: the desk then cancels and waits for a person.
  static func memory(_ directory: StateDirectory, _ core: Core, _ log: Logger) -> JournalMemory {
    do { return try JournalMemory(folder: directory.journalDirectory) } catch {
      core.stopBoard.request(.cancelOnly, by: .person, for: .none)
      log.critical(
        """
        the journal cannot be read, so stops and fills of earlier starts are not known: cancelOnly. \
        Look at it with `llmtrading journal verify`, then `llmtrading rearm`: \(error)
        """)
      return JournalMemory()
    }
  }
}

/// Options that every subcommand of a configured desk takes.
struct CommonOptions: ParsableArguments {
  @Option(help: "Configuration file (default: llmtrading.yaml in the state folder).")
  var config: String?
  @Option(help: "State folder: token, door, state, journals.")
  var stateDir: String?
  @Option(help: "split or fused.")
  var topology: String?
  @Flag(help: "Needed with environment: live.")
  var live = false

  /// Of the configuration file, absolute.
  var path: String {
    let folder = stateDir ?? Configuration().stateDirectory
    let file = config ?? (folder as NSString).expandingTildeInPath + "/llmtrading.yaml"
    return URL(fileURLWithPath: file).standardizedFileURL.path
  }

  /// What a child process is given on, beside the paths.
  var passed: [String] {
    (topology.map { ["--topology", $0] } ?? []) + (live ? ["--live"] : [])
  }

  func load() throws -> Configuration {
    var overrides: [String: String] = [:]
    if let stateDir { overrides["state_dir"] = stateDir }
    if let topology { overrides["topology"] = topology }
    return try Configuration.load(path: path, overrides: overrides, allowLive: live)
  }
}

extension RESTProxy {
  init(_ proxy: ProxyEndpoint) {
    self.init(
      host: proxy.host, port: Int(proxy.port),
      credentials: proxy.user.map { (user: $0, password: proxy.password ?? "") })
  }
}

extension APIKey {
  init(_ credentials: Credentials) {
    self.init(
      key: credentials.apiKey.reveal(), secret: credentials.secret.reveal(),
      passphrase: credentials.passphrase.reveal())
  }
}

enum CoreLog {
  static func write(_ event: CoreEvent, _ log: Logger) {
    switch event {
    case .connected(_, let name, let generation):
      log.info("connected", metadata: ["line": "\(name)", "generation": "\(generation)"])
    case .failed(_, let name, let fault, let detail, let retry):
      log.warning(
        "connecting failed",
        metadata: [
          "line": "\(name)", "fault": "\(fault)", "detail": "\(detail)",
          "retry_ms": "\(retry)",
        ])
    case .journal(let text): log.critical("\(text)")
    case .faults(let fault, let more, let total):
      log.warning(
        "faults", metadata: ["fault": "\(fault)", "more": "\(more)", "total": "\(total)"])
    case .lost(_, let name, let cause):
      log.warning("connection lost", metadata: ["line": "\(name)", "cause": "\(cause)"])
    }
  }
}
