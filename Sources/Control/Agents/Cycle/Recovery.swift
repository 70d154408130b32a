// After a console that was killed: which recorded leases did the core take? Its journal says; control plane.
import Foundation
import Journal
import Ledger
import Logging
import Quantities

/// A cycle's record is durable before the Door hears of it, so a kill in between, or before the answer is
/// written, leaves a lease without an answer. The core journals each signal before anyone can act on it.
struct Recovery: Sendable {
  let journal: JournalFolder
  let log: Logger

  /// The Recorder writes within this of the Door's answer.
  static let settleMilliseconds = 1_500
  static let published = "done"
  static let notPublished = "not_published"

  /// Gives each open lease its answer; blocks. How many were found in the journal, and how many were not.
  @discardableResult
  func run(_ ledger: Ledger) throws -> (published: Int, notPublished: Int) {
    let open = try ledger.openLeases()
    if open.isEmpty { return (0, 0) }
    let found = try decisions(among: Set(open.map { UInt64(clamping: $0.cycle) }))
    var published = 0
    for lease in open {
      let isThere = found.contains(UInt64(clamping: lease.cycle))
      if isThere { published += 1 }
      try ledger.record(
        leaseAnswer: LeaseAnswer(
          cycle: lease.cycle, doorCode: isThere ? Recovery.published : Recovery.notPublished,
          detail: isThere
            ? "found among the journal's signals after a restart"
            : "not among the journal's signals after a restart", answeredAt: WallClock.now()))
    }
    log.notice(
      "leases of an earlier console were looked up",
      metadata: ["published": "\(published)", "not_published": "\(open.count - published)"])
    return (published, open.count - published)
  }

  private func decisions(among wanted: Set<UInt64>) throws -> Set<UInt64> {
    var found: Set<UInt64> = []
    do throws(JournalError) {
      var reader = try JournalReader(journal)
      while found.count < wanted.count, let record = try reader.next() {
        guard record.kind == .signal, let lease = SignalLease(payload: record.payload),
          lease.source == .agent, wanted.contains(lease.decision.rawValue)
        else { continue }
        found.insert(lease.decision.rawValue)
      }
    } catch {
      // No journal: no core has ever taken a signal.
      if error == .empty { return found }
      throw error
    }
    return found
  }
}
