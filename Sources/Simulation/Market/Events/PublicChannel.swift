// The channels that the simulated exchange publishes; simulation.

/// In the order in which one connection gets their pushes of one event (docs/OKX.md OKX-063).
public enum PublicChannel: String, Sendable, CaseIterable, Hashable {
  case bestBidOffer = "bbo-tbt"
  case booksTbt = "books-l2-tbt"
  case books50 = "books50-l2-tbt"
  case books
  case booksELP = "books-elp"
  case booksRPI = "books-rpi"
  case books5
  case trades
  case tickers

  /// Snapshot, then increments chained by prevSeqId.
  public var isIncremental: Bool {
    switch self {
    case .books, .books50, .booksTbt, .booksELP, .booksRPI: true
    case .bestBidOffer, .books5, .trades, .tickers: false
    }
  }

  /// With the liquidity of retail programmes, which our market has none of: levels say both sizes, no frame has a
  /// checksum (docs/OKX.md OKX-062).
  public var isRetail: Bool { self == .booksELP || self == .booksRPI }

  /// Told each 100 ms of what changed meanwhile; the others at each change (docs/OKX.md OKX-064).
  public var isPaced: Bool {
    switch self {
    case .books, .booksELP, .booksRPI, .books5: true
    case .bestBidOffer, .booksTbt, .books50, .trades, .tickers: false
    }
  }

  /// Levels a side.
  public var depth: Int {
    switch self {
    case .books, .booksTbt, .booksELP, .booksRPI: 400
    case .books50: 50
    case .books5: 5
    case .bestBidOffer: 1
    case .trades, .tickers: 0
    }
  }
}
