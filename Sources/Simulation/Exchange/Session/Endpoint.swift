// The three WebSocket URLs of OKX; simulation.

public enum Endpoint: String, Sendable, CaseIterable {
  case `public`
  case `private`
  case business

  /// The endpoint of a request target such as `/ws/v5/public?brokerId=9999`, nil for any other.
  public init?(target: String) {
    let path = target.prefix { $0 != "?" }
    guard path.hasPrefix("/ws/v5/") else { return nil }
    self.init(rawValue: String(path.dropFirst("/ws/v5/".count)))
  }
}
