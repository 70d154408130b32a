// The simulated OKX: one port, HTTP/1.1 and WebSocket, over TLS; simulation, a process of its own.

import Foundation
import Logging
import Market
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Listens from `start` until `stop`, once. Shares no protocol code with the client.
public final class ExchangeServer: Sendable {
  public let options: ExchangeOptions
  private let logger: Logger
  private let running = Mutex<Running?>(nil)

  private struct Running: Sendable {
    let group: MultiThreadedEventLoopGroup
    let channel: any Channel
    /// The old port, while it is open.
    let second: (any Channel)?
    let loop: NIOLoopBound<ExchangeLoop>
  }

  public init(_ options: ExchangeOptions, logger: Logger = Logger(label: "exchange")) {
    self.options = options
    self.logger = logger
  }

  /// The PEM file that a client must be given to verify this exchange.
  public var certificateAuthorityFile: String {
    CertificateFolder(directory: options.stateDirectory).authorityFile
  }

  /// Makes or loads the certificates, binds, and serves. Returns the port.
  public func start() async throws -> Int {
    if running.withLock({ $0 != nil }) { throw ExchangeError.options("started already") }
    guard let address = try? SocketAddress(ipAddress: options.host, port: options.port),
      ExchangeServer.isLoopback(address)
    else { throw ExchangeError.options("host must be a loopback address, not \(options.host)") }
    let source = try makeSource()
    let script = try makeScript()
    let tls = options.plaintext ? nil : try makeTLS()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let eventLoop = group.next()
    let options = options
    let logger = logger
    let clock = SystemClock(aheadMilliseconds: options.clockAheadMilliseconds)
    let loop: NIOLoopBound<ExchangeLoop>
    let channel: any Channel
    var second: (any Channel)?
    do {
      loop = try await eventLoop.submit {
        let exchange = try SimulatedExchange(
          options: options, source: source, script: script, clock: clock, logger: logger)
        return NIOLoopBound(
          ExchangeLoop(exchange, on: eventLoop, clock: clock), eventLoop: eventLoop)
      }.get()
      let listener = Listener(loop: loop, clock: clock, tls: tls)
      channel = try await listener.bind(host: options.host, port: options.port, group: group)
      if let port = options.secondPort, !options.rules.has(.oldPortCloses) {
        second = try await listener.bind(host: options.host, port: port, group: group)
      }
    } catch {
      try? await group.shutdownGracefully()
      if let error = error as? FaultScriptError { throw ExchangeError.options("\(error)") }
      throw error
    }
    try await eventLoop.submit { loop.value.start() }.get()
    let started = Running(group: group, channel: channel, second: second, loop: loop)
    running.withLock { $0 = started }
    let port = channel.localAddress?.port ?? 0
    logger.info(
      "listening", metadata: ["host": "\(options.host)", "port": "\(port)", "tls": "\(tls != nil)"])
    return port
  }

  /// The old port; nil where it is closed or was not asked for.
  public var secondPort: Int? { running.withLock { $0?.second?.localAddress?.port } }

  /// Closes every connection with 1001 and returns when the last is gone, within 5 s.
  public func stop() async {
    guard let running = running.withLock({ $0.take() }) else { return }
    try? await running.channel.close().get()
    try? await running.second?.close().get()
    let loop = running.loop
    try? await running.group.next().flatSubmit { loop.value.stop() }.get()
    try? await running.group.shutdownGracefully()
  }

  /// What `GET /sim/report` says; empty while the server does not run.
  public func report() async -> ExchangeReport {
    let nothing = ExchangeReport(
      instruments: [:], balances: [:], faults: [:], playback: .init(done: false, sent: 0))
    guard let running = running.withLock({ $0 }) else { return nothing }
    let loop = running.loop
    return (try? await running.group.next().submit { loop.value.report() }.get()) ?? nothing
  }

  private static func isLoopback(_ address: SocketAddress) -> Bool {
    guard let text = address.ipAddress else { return false }
    return text == "::1" || text.hasPrefix("127.")
  }

  // MARK: - What it starts from

  private func makeSource() throws -> any MarketSource {
    let instruments = try options.instrumentsFile.map(contents)
    switch options.market {
    case .generated(let count, let messagesPerSecond, let seed):
      return GeneratedMarket(
        instruments: count, swaps: options.swaps, seed: seed, messagesPerSecond: messagesPerSecond,
        start: SystemClock(aheadMilliseconds: options.clockAheadMilliseconds).wallMilliseconds())
    case .recording(let path, _):
      do {
        return try RecordedMarket(RecordingFile(path: path), instruments: instruments)
      } catch {
        throw ExchangeError.market("\(path): \(error)")
      }
    }
  }

  private func makeScript() throws -> FaultScript {
    guard let file = options.faultsFile else { return FaultScript() }
    do {
      return try FaultScript(text: String(decoding: contents(file), as: UTF8.self))
    } catch let error as FaultScriptError {
      throw ExchangeError.options("\(file): \(error)")
    }
  }

  private func contents(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ExchangeError.options("cannot read \(path)")
    }
    return Array(data)
  }

  private func makeTLS() throws -> NIOSSLContext {
    let folder = CertificateFolder(directory: options.stateDirectory)
    try folder.prepare()
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(folder.leafFile).map {
        .certificate($0)
      },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: folder.keyFile, format: .pem)))
    configuration.minimumTLSVersion = .tlsv12
    let named = try NIOSSLCertificate.fromPEMFile(folder.namedLeafFile).map {
      NIOSSLCertificateSource.certificate($0)
    }
    let key = NIOSSLPrivateKeySource.privateKey(
      try NIOSSLPrivateKey(file: folder.keyFile, format: .pem))
    configuration.sslContextCallback = { values, promise in
      var override = NIOSSLContextConfigurationOverride.noChanges
      if values.serverHostname == "localhost" {
        override.certificateChain = named
        override.privateKey = key
      }
      promise.succeed(override)
    }
    return try NIOSSLContext(configuration: configuration)
  }
}
