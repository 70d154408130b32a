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
    /// Of the book that the digest is taken of: a reader that stands here has seen everything.
    public var seqId: Int64
  }
  public struct Playback: Codable, Sendable, Equatable {
    /// True once the market stands still: a recording and its closing heartbeats are sent, or
    /// `POST /sim/pause` came.
    public var done: Bool
    /// Market frames handed to connections.
    public var sent: Int64
  }
  public var instruments: [String: InstrumentReport]
  /// Currency to amount, plain decimals.
  public var balances: [String: String]
  /// What the account is worth in US dollars, and what of it is free: OKX `totalEq` and `availEq`.
  public var totalEquity = ""
  public var availableEquity = ""
  /// Kind of fault to times injected.
  public var faults: [String: Int]
  public var playback: Playback
}
