// Why a simulated exchange does not start; simulation.

/// Why an exchange did not start.
public enum ExchangeError: Error, Sendable, Equatable, CustomStringConvertible {
  case market(String)
  case certificate(String)
  case options(String)

  public var description: String {
    switch self {
    case .market(let text): "the market cannot be played: \(text)"
    case .certificate(let text): "certificate: \(text)"
    case .options(let text): text
    }
  }
}
