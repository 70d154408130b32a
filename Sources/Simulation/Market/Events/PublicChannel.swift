// The channels that the simulated exchange publishes; simulation.

public enum PublicChannel: String, Sendable, CaseIterable, Hashable {
  case books
  case books50 = "books50-l2-tbt"
  case booksTbt = "books-l2-tbt"
  case books5
  case bestBidOffer = "bbo-tbt"
  case trades
  case tickers

  /// Snapshot, then increments chained by prevSeqId.
  public var isIncremental: Bool { self == .books || self == .books50 || self == .booksTbt }
  /// Levels a side.
  public var depth: Int {
    switch self {
    case .books, .booksTbt: 400
    case .books50: 50
    case .books5: 5
    case .bestBidOffer: 1
    case .trades, .tickers: 0
    }
  }
}
