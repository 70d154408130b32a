// New decision records for the event stream, told once each to every client; control plane.
import Foundation
import Hummingbird
import Ledger
import Logging

/// Polls the Ledger's newest id and encodes what is new. A client that connects is told what comes from then
/// on: what it missed stands in the feed, which is the record; an event only says that there is more.
actor DecisionTail {
  private let ledger: LedgerAccess
  private var newest: Int64?
  private var events: [(id: Int64, bytes: ByteBuffer)] = []

  static let eventsMax = 512

  init(_ ledger: LedgerAccess) { self.ledger = ledger }

  /// True when something new came.
  func poll() async -> Bool {
    do {
      let latest = try await ledger.call { try $0.latestDecision() }
      guard let newest else {
        self.newest = latest
        return false
      }
      if latest <= newest { return false }
      let limit = min(DecisionTail.eventsMax, Int(clamping: latest - newest))
      let page = try await ledger.call {
        try $0.feed(FeedQuery(limit: min(limit, FeedQuery.limits.upperBound)))
      }
      for item in page.items.reversed() where item.id > newest {
        var bytes = ByteBuffer(string: "event: decision\ndata: ")
        bytes.writeBytes(try Response.encoded(DecisionCard(item)))
        bytes.writeString("\n\n")
        events.append((item.id, bytes))
        self.newest = item.id
      }
      if events.count > DecisionTail.eventsMax {
        events.removeFirst(events.count - DecisionTail.eventsMax)
      }
      return true
    } catch {
      // Said in the log by `LedgerAccess`; the next poll tries again.
      return false
    }
  }

  /// Where a client begins.
  var end: Int64 { newest ?? 0 }

  /// Events after `id`, oldest first, and the id to ask with next.
  func after(_ id: Int64) -> (bytes: [ByteBuffer], next: Int64) {
    let fresh = events.filter { $0.id > id }
    return (fresh.map(\.bytes), fresh.last?.id ?? id)
  }
}
