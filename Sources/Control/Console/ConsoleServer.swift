// The console's process: the HTTP server and what feeds it, wired together; control plane.
import Channels
import Foundation
import Hummingbird
import HummingbirdCore
import Journal
import Ledger
import Logging
import NIOCore
import Operations
import Quantities
import Roles

/// Reads State and the journal, knocks at the door, and holds no key of the exchange.
public struct ConsoleServer: Sendable {
  private let configuration: Configuration
  private let directory: StateDirectory
  private let log: Logger
  private let access: AccessRules
  private let links = LinkTokens()
  private let view: StateView
  private let hub: EventHub
  private let ledger: LedgerAccess
  private let importing: JournalImportService
  /// The files that say where the page is.
  private let files = BlockingCalls("link files")
  private let decisions: DecisionTail

  /// Connections of all kinds; event streams have a lower limit of their own (`limits.event_clients`).
  static let connectionsMax = 256
  private static let pollMilliseconds = 50
  private static let sampleNanoseconds: Int64 = 250_000_000
  private static let headerBytesMax = 16_384

  public init(
    configuration: Configuration, directory: StateDirectory, ledger: Ledger, log: Logger
  ) throws {
    self.configuration = configuration
    self.directory = directory
    self.log = log
    self.ledger = LedgerAccess(ledger, log: log)
    importing = JournalImportService(ledger, journal: directory.journalDirectory, log: log)
    decisions = DecisionTail(self.ledger)
    let token = Secret(try directory.token())
    LogRedaction.register(token)
    access = AccessRules(token: token, bindHost: configuration.console.host)
    view = StateView(
      path: directory.stateFile, environment: configuration.environment?.rawValue ?? "unknown",
      clockLimitMilliseconds: configuration.risk.desk.clockOffsetMilliseconds)
    hub = EventHub(
      folder: JournalFolder(path: directory.journalDirectory, stream: .trade), view: view,
      clientsMax: Int(clamping: configuration.limits.eventClients), log: log)
  }

  /// Serves until SIGTERM or SIGINT. `onServing` is told the page's address once it can be opened.
  public func run(onServing: @escaping @Sendable (String) -> Void) async throws {
    let services = ConsoleServices(
      access: access, links: links, hub: hub, view: view,
      door: DoorAccess(path: directory.doorSocket),
      ledger: ledger, decisions: decisions, prompts: configuration.prompts,
      team: try Team(folder: configuration.agents.rolesFolder), log: log)
    var quiet = log
    quiet.logLevel = max(log.logLevel, .warning)
    let application = Application(
      responder: ConsoleResponder(services: services),
      server: .http1(
        configuration: .init(
          idleTimeout: .seconds(60),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: ConsoleServer.headerBytesMax,
            maxHeaderListSize: 2 * ConsoleServer.headerBytesMax, maxHeaderFieldCount: 100))),
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.console.host, port: configuration.console.port),
        availableConnectionsDelegate: MaximumAvailableConnections(ConsoleServer.connectionsMax)),
      onServerRunning: { channel in
        guard let port = channel.localAddress?.port else { return }
        access.servedPort = port
        do {
          let link = try services.link(try LinkRequest().grant)
          try await files.call {
            try PageLink.write(link, to: directory)
            try PageLink.writeAddress(port: port, to: directory)
          }
        } catch {
          log.error("the page's link cannot be written", metadata: ["error": "\(error)"])
        }
        onServing(PageLink.address(port: port))
      },
      logger: quiet)
    let feeding = Task { await feed() }
    importing.start()
    defer {
      feeding.cancel()
      importing.stop()
    }
    do {
      try await application.runService(gracefulShutdownSignals: [.sigterm, .sigint])
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw ConsoleError.portTaken(
        host: configuration.console.host, port: configuration.console.port)
    }
    await files.close()
  }

  /// Ends the event streams, which the server's own shutdown would wait for.
  public func endStreams() async { await hub.stop() }

  /// Samples State, tails the journal, and watches for clients that do not read.
  private func feed() async {
    var sampledAt = Instant.zero
    while !Task.isCancelled {
      let now = Instant.now()
      if now.since(sampledAt) >= ConsoleServer.sampleNanoseconds {
        sampledAt = now
        await view.refresh()
        _ = await decisions.poll()
        await hub.closeStuck(at: now)
        await hub.wakeAll()
      }
      if await hub.poll() { continue }
      try? await Task.sleep(for: .milliseconds(ConsoleServer.pollMilliseconds))
    }
  }
}
