// Takes news in: asks each source at its pace, looks into the folder, stores what is new; control plane.
import Channels
import Foundation
import Ledger
import Logging
import Operations
import Quantities

/// A source that is fetched.
public struct NewsFeed: Sendable, Hashable {
  public var source: NewsSource
  public var url: String
  public var format: NewsFormat
  /// Between two requests that went well.
  public var intervalSeconds: Int64

  public init(source: NewsSource, url: String, format: NewsFormat, intervalSeconds: Int64 = 60) {
    self.source = source
    self.url = url
    self.format = format
    self.intervalSeconds = intervalSeconds
  }
}

/// Runs on a thread of its own: it reads files and writes the store between its requests.
public actor NewsPoller {
  private let executor = BlockingExecutor("news")
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    // SAFETY: the executor lives as long as its actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  private let store: NewsStore
  private let fetcher: NewsFetcher
  private let log: Logger
  private var feeds: [Polled]
  private var folder: NewsFolder?
  private let folderSource: NewsSource
  private let onArrival: @Sendable ([NewsItem]) -> Void
  public private(set) var counters = NewsCounters()

  private struct Polled {
    var feed: NewsFeed
    var validators = NewsValidators()
    var dueAt: Int64 = 0
    var failures = 0
    var lastFault: NewsFault?
  }

  /// How often due sources and the folder are looked for.
  static let lookMilliseconds = 1_000
  static let backoffSecondsMax: Int64 = 3_600

  /// - Parameters:
  ///   - folder: watched; its files and JSON lines are of the lowest tier unless `folderTier` says more.
  ///   - onArrival: told of new items after they are stored.
  public init(
    store: NewsStore, feeds: [NewsFeed], fetcher: NewsFetcher, folder: String?,
    folderTier: NewsTier = .social, log: Logger,
    onArrival: @escaping @Sendable ([NewsItem]) -> Void = { _ in }
  ) {
    self.store = store
    self.fetcher = fetcher
    self.log = log
    self.feeds = feeds.map { Polled(feed: $0) }
    self.folder = folder.map { NewsFolder(path: $0) }
    folderSource = NewsSource(name: "folder", tier: folderTier)
    self.onArrival = onArrival
  }

  /// Until cancelled.
  public func run() async {
    while !Task.isCancelled {
      await poll(now: WallMilliseconds.now().milliseconds)
      try? await Task.sleep(for: .milliseconds(NewsPoller.lookMilliseconds))
    }
  }

  /// One look: the folder, then each source that is due. `now`: Unix milliseconds.
  public func poll(now: Int64) async {
    if let found = folder?.poll() { take(found, from: folderSource, now: now) }
    for index in feeds.indices where feeds[index].dueAt <= now {
      await ask(index, now: now)
    }
  }

  private func ask(_ index: Int, now: Int64) async {
    let feed = feeds[index].feed
    counters.fetches += 1
    do throws(NewsFault) {
      switch try await fetcher.fetch(feed.url, since: feeds[index].validators) {
      case .unchanged: counters.unchanged += 1
      case .document(let data, let validators):
        // Arrival is when the bytes are here, not when they were asked for.
        let arrived = max(now, WallMilliseconds.now().milliseconds)
        let parsed = try feed.format.parse(data)
        feeds[index].validators = validators
        take(parsed, from: feed.source, now: arrived)
      }
      feeds[index].failures = 0
      feeds[index].lastFault = nil
      feeds[index].dueAt = now + feed.intervalSeconds * 1_000
    } catch {
      counters.count(error)
      feeds[index].failures += 1
      let pause = min(
        NewsPoller.backoffSecondsMax, feed.intervalSeconds << min(feeds[index].failures, 12))
      feeds[index].dueAt = now + pause * 1_000
      if feeds[index].lastFault != error {
        log.warning(
          "news cannot be had",
          metadata: [
            "source": "\(feed.source.name)", "fault": "\(error.rawValue)",
            "retry_s": "\(pause)",
          ])
      }
      feeds[index].lastFault = error
    }
  }

  private func take(_ parsed: ParsedNews, from source: NewsSource, now: Int64) {
    for (fault, count) in parsed.counters.faults { counters.count(fault, count) }
    var arrived: [NewsItem] = []
    for raw in parsed.items {
      guard
        let item = NewsIntake.item(raw, from: source, arrivedAt: now, counters: &counters)
      else { continue }
      do {
        switch try store.admit(item) {
        case .taken: arrived.append(item)
        case .duplicate: counters.count(.duplicate)
        case .nearDuplicate: counters.count(.nearDuplicate)
        }
      } catch {
        log.error("news cannot be stored", metadata: ["error": "\(error)"])
      }
    }
    counters.items += arrived.count
    if !arrived.isEmpty { onArrival(arrived) }
  }
}
