// From raw items to stored ones: cleaned, hashed, stamped at arrival; control plane.
import Foundation
import JSON
import Ledger
import Roles

/// A source as configured.
public struct NewsSource: Sendable, Hashable {
  public var name: String
  public var tier: NewsTier
  public init(name: String, tier: NewsTier) {
    self.name = name
    self.tier = tier
  }
}

public enum NewsIntake {
  /// A claim further ahead of our clock than this is a future date.
  static let skewMilliseconds: Int64 = 600_000

  /// The item as it is kept; nil when nothing of the title is left after cleaning.
  public static func item(
    _ raw: RawNews, from source: NewsSource, arrivedAt: Int64, counters: inout NewsCounters
  ) -> NewsItem? {
    let title = TextHygiene.clean(raw.title, bytesMax: TextHygiene.titleBytesMax)
    let body = TextHygiene.clean(raw.body, bytesMax: TextHygiene.bodyBytesMax)
    if title.text.isEmpty {
      counters.count(.noTitle)
      return nil
    }
    var flags = title.flags.union(body.flags)
    var published: Int64?
    if let claimed = raw.publishedAt {
      let seconds = claimed.timeIntervalSince1970
      if seconds.isFinite, abs(seconds) < 1e11 { published = Int64(seconds * 1_000) }
    }
    if let claimed = published, claimed > arrivedAt + skewMilliseconds {
      counters.count(.futureDate)
      flags.insert(.futureDate)
      published = nil
    }
    let hash = Digests.sha256(title.text + "\n" + body.text)
    return NewsItem(
      id: "n" + hash.prefix(16), source: source.name, tier: source.tier, arrivedAt: arrivedAt,
      publishedAt: published,
      url: UntrustedText(TextHygiene.clean(raw.url, bytesMax: 500).text), contentHash: hash,
      titleHash: Digests.sha256(TextHygiene.titleKey(title.text)), title: UntrustedText(title.text),
      body: UntrustedText(body.text), flags: flags.map(\.rawValue).sorted())
  }
}
