// The poller over a real folder, a real server and the real store: once, in order, and not before it arrived.
import Foundation
import Ledger
import Logging
import News
import Roles
import TestFolders
import Testing

@Suite(.serialized) struct NewsPollerTests {
  private let folder: Folder
  private let ledger: Ledger
  private let start: Int64 = 1_800_000_000_000

  init() throws {
    folder = try Folder()
    ledger = try Ledger(path: folder.path + "/ledger.sqlite")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/news", withIntermediateDirectories: true)
  }

  private func desk(_ feeds: [NewsFeed] = []) -> NewsPoller {
    NewsPoller(
      store: ledger.news, feeds: feeds,
      fetcher: NewsFetcher(hosts: ["127.0.0.1"], timeoutSeconds: 3),
      folder: folder.path + "/news", log: Logger(label: "test"))
  }

  @Test func theFolderIsReadOnceAndNothingIsThereBeforeItArrived() async throws {
    defer { folder.remove() }
    try folder.write(
      "news/a.jsonl",
      """
      {"title": "Bitcoin fund approved", "text": "first"}
      {"title": "Bitcoin fund approved!", "text": "the same headline, other words"}
      {"title": "Bitcoin fund approved", "text": "first"}
      not json
      {"title": "Exchange halts withdrawals"}
      """)
    let desk = desk()
    await desk.poll(now: start)
    await desk.poll(now: start + 1_000)
    #expect(await desk.counters.items == 2)
    let store = ledger.news
    #expect(try store.items(from: 0, to: start - 1, limit: 10).isEmpty)
    let items = try store.items(from: 0, to: start, limit: 10)
    #expect(items.count == 2 && items.allSatisfy { $0.arrivedAt == start && $0.tier == .social })
    let faults = await desk.counters.faults
    #expect(faults[.duplicate] == 1 && faults[.nearDuplicate] == 1, "\(faults)")
    #expect(faults.values.reduce(0, +) == 3, "and the line that is no JSON: \(faults)")
    // Another process finds the same files and takes nothing twice.
    let again = self.desk()
    await again.poll(now: start + 2_000)
    #expect(await again.counters.items == 0)
    #expect(try store.items(from: 0, to: .max, limit: 10).count == 2)
  }

  @Test func aFeedIsAskedAtItsPaceAndRestsAfterAFault() async throws {
    defer { folder.remove() }
    let server = try NewsServer()
    let base = "http://127.0.0.1:\(server.port)"
    func feed(_ path: String) -> NewsFeed {
      NewsFeed(
        source: NewsSource(name: path, tier: .wire), url: base + "/" + path, format: .feed,
        intervalSeconds: 60)
    }
    let desk = desk([feed("feed"), feed("missing")])
    await desk.poll(now: start)
    #expect(await desk.counters.fetches == 2)
    #expect(await desk.counters.items == 1)
    #expect(await desk.counters.faults[.status] == 1)
    await desk.poll(now: start + 59_000)
    #expect(await desk.counters.fetches == 2, "nobody is due")
    await desk.poll(now: start + 61_000)
    #expect(await desk.counters.fetches == 3, "the one that failed rests twice as long")
    #expect(await desk.counters.unchanged == 1, "304 after the entity tag")
    await desk.poll(now: start + 121_000)
    #expect(await desk.counters.fetches == 5)
    let item = try #require(try ledger.news.items(from: 0, to: .max, limit: 10).first)
    #expect(item.tier == .wire && item.source == "feed")
    #expect(item.arrivedAt >= start, "when the bytes were here, not when they were asked for")
  }

  @Test func eachInstrumentsCyclesLabelForThemselves() async throws {
    defer { folder.remove() }
    try folder.write("news/a.jsonl", "{\"title\": \"Ethereum fund approved\"}")
    await desk().poll(now: start)
    let store = ledger.news
    let item = try #require(try store.items(from: 0, to: .max, limit: 1).first)
    func label(_ direction: Int, _ instrument: String) -> NewsLabel {
      NewsLabel(
        item: item.id, tier: item.tier, category: "regulation", direction: direction, magnitude: 1,
        horizon: "days", instruments: [instrument], confidence: 40, arrivedAt: item.arrivedAt)
    }
    for (direction, instrument) in [(1, "ETH-USDT"), (0, "BTC-USDT"), (-1, "BTC-USDT")] {
      let cycle = try ledger.beginCycle(
        trace: TraceContext().traceID, instrument: instrument, at: start)
      try store.append([label(direction, instrument)], cycle: cycle, at: start)
    }
    func seen(_ instrument: String?) throws -> [Int] {
      try store.labels(from: 0, to: .max, limit: 10, instrument: instrument).map(\.direction)
    }
    #expect(try seen("ETH-USDT") == [1])
    #expect(try seen("BTC-USDT") == [-1], "the newest")
    #expect(try seen("SOL-USDT").isEmpty)
    #expect(try seen(nil) == [-1])
    #expect(try store.labels(item: item.id).map(\.direction) == [-1, 0, 1])
    #expect(throws: (any Error).self) {
      var other = label(1, "BTC-USDT")
      other.item = "n0000000000000000"
      try store.append([other], cycle: 1, at: start)
    }
  }
}
