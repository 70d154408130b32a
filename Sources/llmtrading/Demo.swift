// The demo's course: exchange up, core up, run, stop in order, report.
import Account
import Exchange
import Foundation
import Operations
import Quantities

struct Demo {
  let options: DemoCommand

  /// Time that a child has to come up or to end.
  private static let childSeconds = 30.0
  /// Time that the core has to reach the exchange's last message; a lost snapshot costs 2 s of it.
  private static let settleSeconds = 30.0

  func run() async throws {
    let folder = try options.stateDir ?? StateFolder.fresh(prefix: "llmtrading-demo")
    let directory = try StateDirectory(folder)
    let exchange = try startExchange(directory)
    defer { exchange.end() }
    let listening = try await exchange.line(
      startingWith: "exchange listening", seconds: Demo.childSeconds)
    guard let port = listening.field("port"), let authority = listening.field("ca") else {
      throw CommandError("the exchange said: \(listening)")
    }
    let rest = try RESTClient(base: "https://localhost:\(port)", caFile: authority)
    let settling = DemoSettling(rest: rest, stateFile: directory.stateFile)
    let names = try await listed(rest)
    let configuration = try configure(directory, port: port, authority: authority, names)
    try configuration.yaml.write(
      toFile: directory.configurationFile, atomically: true, encoding: .utf8)
    if configuration.agents.enabled == true { try sampleNews(directory) }
    say("LLMTrading demo: \(source). Nothing here is real money. State: \(folder)")
    let reportFile = directory.path + "/core-report.json"
    let core = try Child(
      ["core", "--state-dir", folder, "--report", reportFile])
    defer { core.end() }
    let console = try Child(["console", "--state-dir", folder])
    defer { console.end() }
    let page = try await console.line(
      startingWith: "console listening", seconds: Demo.childSeconds)
    say("Page: \(page.field("address") ?? "")   sign in once by this link:")
    say((try? String(contentsOfFile: directory.linkFile, encoding: .utf8)) ?? "llmtrading link")
    let script = Task {
      let symbols = names.compactMap { Symbol($0) }
      let source = ScriptedSource(
        door: directory.doorSocket, instruments: symbols, periodSeconds: 4)
      if options.scripted && options.recording == nil { await source.run() }
    }
    let line = Task {
      if !options.headless { await LiveStatus(stateFile: directory.stateFile).run() }
    }
    try await waitForEnd(settling, core)
    line.cancel()
    script.cancel()
    await settling.pauseMarket()
    if await !settling.wait(
      idle: false, seconds: Demo.settleSeconds, unless: { !core.isRunning })
    {
      complain("the core did not reach the exchange's last message; see the report")
    }
    say("Stopping: open orders are cancelled, positions are kept.")
    console.terminate()
    try await console.ended(seconds: Demo.childSeconds)
    core.terminate()
    try await core.ended(seconds: Demo.childSeconds)
    let exchangeSide = try await settling.report()
    await rest.shutdown()
    if let file = options.report {
      var report = try JSONDecoder().decode(
        RunReport.self, from: Data(contentsOf: URL(fileURLWithPath: reportFile)))
      report.exchange = RunReport.ExchangeSide(
        instruments: exchangeSide.instruments.mapValues {
          .init(position: $0.position, filled: $0.filled, digest: $0.digest)
        }, balances: exchangeSide.balances, totalEquity: exchangeSide.totalEquity,
        availableEquity: exchangeSide.availableEquity)
      try report.encoded().write(to: URL(fileURLWithPath: file), options: .atomic)
      say("Report: \(file)")
    }
    exchange.terminate()
    try await exchange.ended(seconds: Demo.childSeconds)
  }

  private var source: String {
    options.recording.map { "playing \($0) (\(options.speed))" }
      ?? "\(options.generate) instruments of GENERATED frames, seed \(options.seed)"
  }

  private func say(_ text: String) {
    if !options.headless { print(text) }
    fflush(nil)
  }

  private func startExchange(_ directory: StateDirectory) throws -> Child {
    var arguments = [
      "exchange", "--state-dir", directory.exchangeDirectory, "--seed", "\(options.seed)",
      "--generate", "\(options.generate)", "--rate", "\(options.rate)",
    ]
    if let file = options.recording {
      arguments += ["--recording", file, "--speed", options.speed]
    }
    if let file = options.instruments { arguments += ["--instruments", file] }
    if let file = options.faults { arguments += ["--faults", file] }
    return try Child(arguments)
  }

  private func complain(_ text: String) {
    FileHandle.standardError.write(Data("demo: \(text)\n".utf8))
  }

  /// In the exchange's own order: the first is always tradable.
  private func listed(_ rest: RESTClient) async throws -> [String] {
    struct Health: Decodable { var instruments: [String] }
    return try JSONDecoder().decode(Health.self, from: try await rest.plain("/sim/health"))
      .instruments
  }

  /// Without --seconds a recording ends the run when it is played, the core has drained, and no
  /// resync or order is open.
  private func waitForEnd(_ settling: DemoSettling, _ core: Child) async throws {
    let interrupted = InterruptFlag()
    let begin = ContinuousClock.now
    while !interrupted.isSet && core.isRunning {
      try? await Task.sleep(for: .milliseconds(200))
      if let messages = options.messages, let now = try? await settling.report(),
        now.playback.sent >= messages
      {
        return
      }
      if let seconds = options.seconds {
        if ContinuousClock.now - begin >= .seconds(seconds) { return }
      } else if options.recording != nil, let now = try? await settling.report(),
        now.playback.done
      {
        let isSettled = await settling.wait(
          idle: true, seconds: Demo.settleSeconds,
          unless: { interrupted.isSet || !core.isRunning })
        if isSettled || interrupted.isSet { return }
      }
    }
    if !core.isRunning { throw CommandError("the core ended by itself; see its messages above") }
  }

  private func configure(
    _ directory: StateDirectory, port: String, authority: String, _ names: [String]
  ) throws -> Configuration {
    var configuration = Configuration()
    configuration.environment = .simulated
    configuration.stateDirectory = directory.path
    configuration.topology = options.topology == "split" ? .split : .fused
    configuration.transport = options.transport.flatMap { TransportChoice(rawValue: $0) } ?? .auto
    configuration.okx.endpoints.publicURL = "wss://localhost:\(port)/ws/v5/public"
    configuration.okx.endpoints.privateURL = "wss://localhost:\(port)/ws/v5/private"
    if options.context {
      configuration.okx.endpoints.businessURL = "wss://localhost:\(port)/ws/v5/business"
    }
    configuration.okx.endpoints.restURL = "https://localhost:\(port)"
    configuration.okx.certificateAuthorityFile = authority
    configuration.okx.instruments = names
    configuration.okx.channels = ["books-l2-tbt", "trades"]
    let keys = AcceptedKey.simulated
    configuration.okx.credentials.apiKeyFile = try secret(directory, "api-key", keys.key)
    configuration.okx.credentials.secretFile = try secret(directory, "secret", keys.secret)
    configuration.okx.credentials.passphraseFile = try secret(
      directory, "passphrase", keys.passphrase)
    configuration.console.port = options.port
    configuration.limits.marketJournalBytes = 256 << 20
    // The person at the terminal reads one line a second; scripts and CI read the log.
    if !options.headless { configuration.log.level = .warning }
    configuration.risk = Demo.risk(names)
    configuration.agents = agents(names)
    try configuration.validate()
    return configuration
  }

  /// Invented headlines, so that macro and news have something to read; each says what it is.
  private func sampleNews(_ directory: StateDirectory) throws {
    try FileManager.default.createDirectory(
      atPath: directory.newsDirectory, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    let lines = [
      "SAMPLE, not real: Bitcoin funds report inflows for a third week",
      "SAMPLE, not real: exchange announces maintenance of its spot market",
      "SAMPLE, not real: central bank minutes mention inflation above target",
    ].map { "{\"title\":\"\($0)\"}" }
    try (lines.joined(separator: "\n") + "\n").write(
      toFile: directory.newsDirectory + "/sample.jsonl", atomically: true, encoding: .utf8)
  }

  private static let agentInstrumentsMax = 3

  /// Cycles short enough to watch: a decision every ten seconds that holds for half a minute.
  private func agents(_ names: [String]) -> Configuration.Agents {
    var agents = Configuration.Agents()
    agents.enabled = options.agents && !options.scripted && options.recording == nil
    agents.instruments = Array(names.prefix(Demo.agentInstrumentsMax))
    agents.cycleSeconds = 10
    agents.deadlineMilliseconds = 8_000
    agents.leaseMilliseconds = 30_000
    return agents
  }

  /// Limits that let the demo trade and still bite: five lots an instrument.
  private static func risk(_ names: [String]) -> Configuration.Risk {
    var risk = Configuration.Risk()
    risk.allowList = names
    risk.desk.openOrders = 64
    risk.desk.ordersPerWindow = 200
    risk.desk.exchangeAgeMilliseconds = 5_000
    risk.defaults[.orderLots] = 5
    risk.defaults.orderNotional = Notional("1000000 USDT")
    risk.defaults[.positionLots] = 5
    risk.defaults[.openOrders] = 4
    risk.defaults[.priceCollar] = 100
    risk.defaults[.ordersPerWindow] = 40
    risk.defaults[.cancelsPerWindow] = 40
    risk.defaults[.bookAge] = 5_000
    return risk
  }

  private func secret(_ directory: StateDirectory, _ name: String, _ text: String) throws -> String
  {
    let path = directory.path + "/" + name
    let isMade = FileManager.default.createFile(
      atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    if !isMade { throw CommandError("cannot write \(path)") }
    return path
  }
}
