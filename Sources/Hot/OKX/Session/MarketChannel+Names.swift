// The channels of the hot feed: how OKX names them and what each wants; both planes.

public import Quantities
public import Wire

extension MarketChannel {
  /// As it stands in requests and pushes; empty for `.none`.
  public var okxName: StaticString {
    @_noLocks get {
      switch self {
      case .none: ""
      case .books: "books"
      case .books50: "books50-l2-tbt"
      case .booksTbt: "books-l2-tbt"
      case .bestBidOffer: "bbo-tbt"
      case .trades: "trades"
      }
    }
  }

  /// The channel of a name in a message, `.none` for any other. Names are literals here, so that each
  /// folds to two words; a test holds them against `okxName`.
  @inlinable
  public init(okx name: JSONName) {
    switch name {
    case JSONName("books"): self = .books
    case JSONName("books50-l2-tbt"): self = .books50
    case JSONName("books-l2-tbt"): self = .booksTbt
    case JSONName("bbo-tbt"): self = .bestBidOffer
    case JSONName("trades"): self = .trades
    default: self = .none
    }
  }

  /// The channel that the configuration names; nil for any other name.
  public init?(okxName name: String) {
    guard
      let found = MarketChannel.allCases.first(where: { $0 != .none && "\($0.okxName)" == name })
    else { return nil }
    self = found
  }

  /// One more than the largest number, of `.trades`; a test holds it.
  @inlinable public static var places: Int { Int(MarketChannel.trades.rawValue) + 1 }

  /// Snapshot and increments, chained by seqId: validity is theirs.
  @inlinable public var isDepth: Bool {
    self == .books || self == .books50 || self == .booksTbt
  }

  /// A book comes of it, of one level at least.
  public var isBook: Bool { isDepth || self == .bestBidOffer }

  /// Answers only after a login (docs/OKX.md OKX-035).
  public var needsLogin: Bool { self == .books50 || self == .booksTbt }

  /// The names of those that `holds` is true of, in their order.
  public static func names(where holds: (MarketChannel) -> Bool) -> [String] {
    allCases.filter { $0 != .none && holds($0) }.map { "\($0.okxName)" }
  }
}
