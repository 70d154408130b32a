// One piece of news as it arrived, and what the news collector made of it; control plane.

/// How far a source is trusted, least first. The tier caps what its items can do to a target.
public enum NewsTier: String, Sendable, Codable, CaseIterable, Comparable {
  /// Posts and whatever is dropped into the watched folder.
  case social
  case press
  case wire
  /// The exchange itself.
  case official

  private var rank: Int {
    switch self {
    case .social: 0
    case .press: 1
    case .wire: 2
    case .official: 3
    }
  }

  public static func < (one: NewsTier, other: NewsTier) -> Bool { one.rank < other.rank }
}

/// Immutable once stored.
public struct NewsItem: Sendable, Hashable {
  /// `n` and the first 16 hex digits of `contentHash`: carries nothing that the author chose.
  public var id: String
  /// The configured source's name.
  public var source: String
  public var tier: NewsTier
  /// Unix milliseconds by our clock. Nothing is visible before it.
  public var arrivedAt: Int64
  /// As the source claims, where that is not in the future; never used for order.
  public var publishedAt: Int64?
  /// For people; never shown to a model.
  public var url: UntrustedText
  /// SHA-256 of the cleaned title, a newline, and the cleaned body.
  public var contentHash: String
  /// SHA-256 of the title's letters and digits alone: equal for near-duplicates.
  public var titleHash: String
  public var title: UntrustedText
  public var body: UntrustedText
  /// What cleaning found, from a closed list (`TextFlag`).
  public var flags: [String]

  public init(
    id: String, source: String, tier: NewsTier, arrivedAt: Int64, publishedAt: Int64?,
    url: UntrustedText, contentHash: String, titleHash: String, title: UntrustedText,
    body: UntrustedText, flags: [String]
  ) {
    self.id = id
    self.source = source
    self.tier = tier
    self.arrivedAt = arrivedAt
    self.publishedAt = publishedAt
    self.url = url
    self.contentHash = contentHash
    self.titleHash = titleHash
    self.title = title
    self.body = body
    self.flags = flags
  }
}

/// What everyone behind the news collector sees of an item: a closed vocabulary and its id, no prose.
public struct NewsLabel: Sendable, Hashable, Codable {
  public var item: String
  public var tier: NewsTier
  public var category: String
  /// −1 bad, 0 neither, 1 good for the price.
  public var direction: Int
  /// 0 none … 3 market-moving.
  public var magnitude: Int
  public var horizon: String
  /// Of the snapshot's own list.
  public var instruments: [String]
  /// 0…100.
  public var confidence: Int
  /// When the item arrived, Unix milliseconds.
  public var arrivedAt: Int64

  public init(
    item: String, tier: NewsTier, category: String, direction: Int, magnitude: Int,
    horizon: String, instruments: [String], confidence: Int, arrivedAt: Int64
  ) {
    self.item = item
    self.tier = tier
    self.category = category
    self.direction = direction
    self.magnitude = magnitude
    self.horizon = horizon
    self.instruments = instruments
    self.confidence = confidence
    self.arrivedAt = arrivedAt
  }
}
