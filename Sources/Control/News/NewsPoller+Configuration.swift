// The poller as configured; control plane.
import Account
import Foundation
import Ledger
import Logging
import Operations

extension NewsPoller {
  /// - Parameters:
  ///   - folder: watched where `news.folder` names none.
  ///   - onArrival: told of new items after they are stored.
  public init(
    _ configuration: Configuration, store: NewsStore, folder: String, proxy: RESTProxy?,
    log: Logger,
    onArrival: @escaping @Sendable ([NewsItem]) -> Void
  ) {
    let news = configuration.news
    let feeds = news.sources.sorted { $0.key < $1.key }.compactMap { name, given -> NewsFeed? in
      guard let url = given.url, let format = NewsFormat(rawValue: given.format),
        let tier = NewsTier(rawValue: given.tier)
      else { return nil }
      return NewsFeed(
        source: NewsSource(name: name, tier: tier), url: url, format: format,
        intervalSeconds: given.intervalSeconds)
    }
    self.init(
      store: store, feeds: feeds,
      fetcher: NewsFetcher(hosts: Set(news.hosts), proxy: proxy?.setting),
      folder: news.folder ?? folder, log: log, onArrival: onArrival)
  }
}
