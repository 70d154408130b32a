// `llmtrading console`: the process that serves the page; it holds no key of the exchange.
import Account
import Agents
import ArgumentParser
import Channels
import Console
import Core
import Dialing
import Foundation
import Ledger
import Logging
import Models
import News
import Operations
import Quantities

struct ConsoleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "console",
    abstract: "Serve the page and its API alone (usually `llmtrading run` does).",
    discussion: """
      Reads what the core shows and has on record; signals go through the core's door. The link that
      signs a browser in lies in the file `link` of the state folder; `llmtrading link` makes another.
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "Port of the page, 0 for a free one (default: console.port).")
  var port: Int?

  func run() async throws {
    let lifeline = ProcessLifeline()
    var configuration = try common.load()
    if let port {
      configuration.console.port = port
      try configuration.validate()
    }
    Logs.bootstrap(configuration.log, environment: configuration.environment)
    let log = Logger(label: "Console")
    if let trouble = Housekeeping.keep(configuration.cpus) { log.warning("\(trouble)") }
    let directory = try StateDirectory(configuration.stateDirectory)
    let ledger = try Ledger(path: directory.ledgerFile)
    let server = try ConsoleServer(
      configuration: configuration, directory: directory, ledger: ledger, log: log)
    let agentLog = Logger(label: "Agents")
    let midnight = WallMilliseconds.now().milliseconds / 86_400_000 * 86_400_000
    let proxy = try configuration.proxyEndpoint().map(RESTProxy.init)
    let models = try ModelSeats(
      configuration,
      spentToday: try await LedgerCalls(ledger).call { try $0.modelCost(since: midnight) },
      cassetteFolder: directory.path + "/cassette", proxy: proxy,
      log: agentLog)
    let agents = try AgentService(
      configuration: configuration, ledger: ledger, stateFile: directory.stateFile,
      doorSocket: directory.doorSocket, journalDirectory: directory.journalDirectory,
      seat: { models?.seat($0) ?? .local }, thrift: { models?.thrift($0) ?? .ample }, log: agentLog)
    let news = NewsPoller(
      configuration, store: ledger.news, folder: directory.newsDirectory, proxy: proxy,
      log: agentLog
    ) { _ in Task { await agents.newsArrived() } }
    let reading = Task { if !agents.instruments.isEmpty { await news.run() } }
    defer { reading.cancel() }
    let deciding = Task { await agents.run() }
    let stopping = Task {
      await lifeline.waitForEnd()
      await server.endStreams()
      // Whoever holds a connection open does not hold the console.
      do { try await Task.sleep(for: .seconds(ConsoleCommand.shutdownSeconds)) } catch { return }
      log.warning("connections are still open; ending without them")
      Foundation.exit(0)
    }
    defer { stopping.cancel() }
    try await server.run { address in
      print("console listening address=\(address)")
      fflush(nil)
    }
    // A cycle under way ends with its record; the lease it published runs out by itself.
    deciding.cancel()
    await deciding.value
    await models?.client.shutdown()
  }

  private static let shutdownSeconds = 3
}
