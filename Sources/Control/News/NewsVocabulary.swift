// The closed vocabulary in which the news collector answers; control plane.
import Ledger
import Operations

/// What an item is about.
public enum NewsCategory: String, Sendable, Codable, CaseIterable {
  case regulation, security, listing, exchange, macro, flows, adoption, technology, other
}

/// For how long it may matter.
public enum NewsHorizon: String, Sendable, Codable, CaseIterable {
  case minutes, hours, days

  public var milliseconds: Int64 {
    switch self {
    case .minutes: 30 * 60_000
    case .hours: 12 * 3_600_000
    case .days: 3 * 86_400_000
    }
  }
}

/// Largest move of a target that a tier's items may cause, in permille of the position limit.
public struct NewsCaps: Sendable, Equatable {
  public var social: Int64 = 50
  public var press: Int64 = 150
  public var wire: Int64 = 300
  public var official: Int64 = 400

  public init() {}

  public init(_ news: Configuration.News) {
    social = news.socialCapPermille
    press = news.pressCapPermille
    wire = news.wireCapPermille
    official = news.officialCapPermille
  }

  public subscript(tier: NewsTier) -> Int64 {
    switch tier {
    case .social: social
    case .press: press
    case .wire: wire
    case .official: official
    }
  }
}
