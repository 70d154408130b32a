// What a cycle reads from the Ledger and puts on record there; control plane.
import Foundation
import JSON
import Ledger
import Logging
import News
import Roles

/// What returns from a write is on disk. Calls take turns, in the order they came.
struct CycleLedger: Sendable {
  let calls: LedgerCalls
  let log: Logger

  /// Calls that wait: those of every instrument's roles.
  static let openMax = 256

  /// Labels older than their longest horizon say nothing.
  private static let labelMilliseconds: Int64 = 3 * 86_400_000
  private static let newsMilliseconds: Int64 = 12 * 3_600_000
  private static let labelsMax = 20
  private static let orderMilliseconds: Int64 = 3_600_000
  private static let ordersMax = 6
  private static let dayMilliseconds: Int64 = 86_400_000

  init(_ calls: LedgerCalls, log: Logger) {
    self.calls = calls
    self.log = log
  }

  // ---- On record ----

  func begin(trace: String, instrument: String, at: Int64) async throws -> Int64 {
    try await calls.call { try $0.beginCycle(trace: trace, instrument: instrument, at: at) }
  }

  func save(_ snapshot: Snapshot, hash: String) async throws {
    try await calls.call { try $0.saveSnapshot(hash: hash, json: snapshot.json.canonical) }
  }

  @discardableResult
  func append(_ record: DecisionRecord) async throws -> Int64 {
    try await calls.call { try $0.append(record) }
  }

  func answer(_ answer: LeaseAnswer) async throws {
    try await calls.call { try $0.record(leaseAnswer: answer) }
  }

  /// Tier and arrival come from the item, never from the answer; an item that was not asked about is left out.
  func keepLabels(of output: RoleOutput, _ call: RoleCall, cycle: Int64) async {
    guard let rows = output.output["labels"]?.array else { return }
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
    do {
      try await calls.call { try $0.news.append(labels, cycle: cycle, at: WallClock.now()) }
    } catch {
      log.error("labels of news cannot be stored", metadata: ["error": "\(error)"])
    }
  }

  // ---- What a snapshot takes ----

  func facts(_ instrument: String, at now: Int64) async -> LedgerFacts {
    var facts = LedgerFacts()
    facts.orders = await orders(instrument, at: now)
    let labels = try? await calls.call {
      try $0.news.labels(
        from: now - CycleLedger.labelMilliseconds, to: now, limit: CycleLedger.labelsMax,
        instrument: instrument)
    }
    facts.labels = (labels ?? []).filter { label in
      let horizon = NewsHorizon(rawValue: label.horizon)?.milliseconds ?? 0
      return label.arrivedAt + horizon >= now
        && (label.instruments.isEmpty || label.instruments.contains(instrument))
    }
    return facts
  }

  /// Own orders of the last hour, newest first: what was tried, and what came of it.
  private func orders(_ instrument: String, at now: Int64) async -> [OrderFacts] {
    do {
      // The newest by the index; a bound on time would make the query walk past all older ones.
      let items = try await calls.call {
        try $0.orders(OrderQuery(limit: CycleLedger.ordersMax, instrument: instrument)).items
      }.filter { $0.placedAt >= now - CycleLedger.orderMilliseconds }
      return items.enumerated().map { place, item in
        var facts = OrderFacts(
          reference: "o\(place + 1)", id: item.clOrdID, side: item.side,
          price: item.price.flatMap { Double($0) }, lots: item.lots, filledLots: item.filledLots,
          state: item.state.rawValue, ageMilliseconds: max(0, now - item.placedAt))
        facts.averagePrice = item.averagePrice.flatMap { Double($0) }
        return facts
      }
    } catch {
      log.error("own orders cannot be read", metadata: ["error": "\(error)"])
      return []
    }
  }

  /// The highest equity of the last day, USD; nil where the account never said.
  func equityPeak(at now: Int64) async -> Double? {
    let points = try? await calls.call {
      try $0.equity(from: now - CycleLedger.dayMilliseconds, to: now, step: 60_000)
    }
    return points?.compactMap { Double($0.total) }.filter(\.isFinite).max()
  }

  /// Items that had arrived when the snapshot was taken and have no label yet.
  func news(_ snapshot: Snapshot) async -> [NewsItem] {
    let from = snapshot.takenAt - CycleLedger.newsMilliseconds
    let to = snapshot.takenAt
    let instrument = snapshot.instrument.id
    do {
      return try await calls.call { ledger in
        let labelled = Set(
          try ledger.news.labels(from: from, to: to, limit: 200, instrument: instrument)
            .map(\.item))
        return try ledger.news.items(from: from, to: to, limit: NewsEnvelope.itemsMax)
          .filter { !labelled.contains($0.id) }
      }
    } catch {
      log.error("news cannot be read", metadata: ["error": "\(error)"])
      return []
    }
  }
}
