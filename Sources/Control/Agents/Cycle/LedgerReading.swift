// What a cycle takes from the Ledger: own orders, equity, labels, and raw news for the collector; control plane.
import Foundation
import Ledger
import Logging
import News
import Roles

enum LedgerReading {
  /// Labels older than their longest horizon say nothing.
  private static let labelMilliseconds: Int64 = 3 * 86_400_000
  private static let newsMilliseconds: Int64 = 12 * 3_600_000
  private static let labelsMax = 20
  private static let orderMilliseconds: Int64 = 3_600_000
  private static let ordersMax = 6
  private static let dayMilliseconds: Int64 = 86_400_000

  static func facts(_ instrument: String, _ parts: CycleParts, at now: Int64) async -> LedgerFacts {
    var facts = LedgerFacts()
    facts.orders = await orders(instrument, parts, at: now)
    if let news = parts.news {
      let labels = try? news.labels(
        from: now - labelMilliseconds, to: now, limit: labelsMax, instrument: instrument)
      facts.labels = (labels ?? []).filter { label in
        let horizon = NewsHorizon(rawValue: label.horizon)?.milliseconds ?? 0
        return label.arrivedAt + horizon >= now
          && (label.instruments.isEmpty || label.instruments.contains(instrument))
      }
    }
    return facts
  }

  /// Own orders of the last hour, newest first: what was tried, and what came of it.
  private static func orders(_ instrument: String, _ parts: CycleParts, at now: Int64) async
    -> [OrderFacts]
  {
    do {
      // The newest by the index; a bound on time would make the query walk past all older ones.
      let items = try await parts.store.orders(
        OrderQuery(limit: ordersMax, instrument: instrument)
      ).filter { $0.placedAt >= now - orderMilliseconds }
      return items.enumerated().map { place, item in
        var facts = OrderFacts(
          reference: "o\(place + 1)", id: item.clOrdID, side: item.side,
          price: item.price.flatMap { Double($0) }, lots: item.lots, filledLots: item.filledLots,
          state: item.state.rawValue, ageMilliseconds: max(0, now - item.placedAt))
        facts.averagePrice = item.averagePrice.flatMap { Double($0) }
        return facts
      }
    } catch {
      parts.log.error("own orders cannot be read", metadata: ["error": "\(error)"])
      return []
    }
  }

  /// The highest equity of the last day, USD; nil where the account never said.
  static func equityPeak(_ ledger: Ledger, at now: Int64) -> Double? {
    let points = try? ledger.equity(from: now - dayMilliseconds, to: now, step: 60_000)
    return points?.compactMap { Double($0.total) }.filter(\.isFinite).max()
  }

  /// Items that had arrived when the snapshot was taken and have no label yet.
  static func news(_ parts: CycleParts, _ snapshot: Snapshot) async -> [NewsItem] {
    guard let store = parts.news else { return [] }
    let from = snapshot.takenAt - newsMilliseconds
    do {
      let labelled = Set(
        try store.labels(
          from: from, to: snapshot.takenAt, limit: 200, instrument: snapshot.instrument.id
        ).map(\.item))
      return try store.items(from: from, to: snapshot.takenAt, limit: NewsEnvelope.itemsMax)
        .filter { !labelled.contains($0.id) }
    } catch {
      parts.log.error("news cannot be read", metadata: ["error": "\(error)"])
      return []
    }
  }

  /// Tier and arrival come from the item, never from the answer; an item that was not asked about is left out.
  static func keepLabels(of output: RoleOutput, _ call: RoleCall, _ parts: CycleParts, cycle: Int64)
    async
  {
    guard let store = parts.news, let rows = output.output["labels"]?.array else { return }
    var items: [String: NewsItem] = [:]
    for item in call.news { items[item.id] = item }
    let labels = rows.compactMap { row -> NewsLabel? in
      guard let id = row["item"]?.string, let item = items[id],
        let category = row["category"]?.string, let horizon = row["horizon"]?.string
      else { return nil }
      return NewsLabel(
        item: id, tier: item.tier, category: category,
        direction: Int(row["direction"]?.integer ?? 0),
        magnitude: Int(row["magnitude"]?.integer ?? 0), horizon: horizon,
        instruments: (row["instruments"]?.array ?? []).compactMap(\.string)
          .filter { $0 == call.snapshot.instrument.id },
        confidence: Int(row["confidence"]?.integer ?? 0), arrivedAt: item.arrivedAt)
    }
    do { try store.append(labels, cycle: cycle, at: WallClock.now()) } catch {
      parts.log.error("labels of news cannot be stored", metadata: ["error": "\(error)"])
    }
  }
}
