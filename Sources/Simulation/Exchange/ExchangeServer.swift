// The simulated OKX: one port, HTTP/1.1 and WebSocket, over TLS; simulation, a process of its own.

import Logging

/// Listens from `start` until `stop`. Shares no protocol code with the client.
public final class ExchangeServer: Sendable {
  public let options: ExchangeOptions
  private let logger: Logger

  public init(_ options: ExchangeOptions, logger: Logger = Logger(label: "exchange")) {
    self.options = options
    self.logger = logger
  }

  /// The PEM file that a client must be given to verify this exchange.
  public var certificateAuthorityFile: String { options.stateDirectory + "/exchange-ca.pem" }

  /// Makes or loads the certificates, binds, and serves. Returns the port.
  public func start() async throws -> Int {
    throw ExchangeError.unavailable("the exchange is not built yet")
  }

  /// Closes every connection with 1001 and returns when the last is gone, within 5 s.
  public func stop() async {}

  public func report() async -> ExchangeReport {
    ExchangeReport(
      instruments: [:], balances: [:], faults: [:], playback: .init(done: false, sent: 0))
  }
}

/// Why an exchange did not start.
public enum ExchangeError: Error, Sendable, Equatable {
  case unavailable(String)
  case market(String)
  case certificate(String)
  case options(String)
}
