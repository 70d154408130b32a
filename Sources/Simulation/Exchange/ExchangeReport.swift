// What the simulated exchange says of itself, independently of any client; simulation.

/// The body of `GET /sim/report`.
public struct ExchangeReport: Codable, Sendable, Equatable {
  public struct InstrumentReport: Codable, Sendable, Equatable {
    /// Signed sum of fills in lots.
    public var position: String
    /// Lots filled, both sides together.
    public var filled: Int64
    /// Lower-case hex SHA-256 of the lines `b,PRICE,SIZE` then `a,PRICE,SIZE`, best first.
    public var digest: String
  }
  public struct Playback: Codable, Sendable, Equatable {
    /// True once the recording and its closing heartbeats are sent; never for a generated market.
    public var done: Bool
    /// Market frames handed to connections.
    public var sent: Int64
  }
  public var instruments: [String: InstrumentReport]
  /// Currency to amount, plain decimals.
  public var balances: [String: String]
  /// Kind of fault to times injected.
  public var faults: [String: Int]
  public var playback: Playback
}
