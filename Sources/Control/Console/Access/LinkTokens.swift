// One-time tokens that links carry in their fragment; control plane.
import Channels
import Crypto
import Foundation
import Operations
import Quantities
import Synchronization

/// A link lives until it is used, and at most 60 s from the page's first request after it was made.
final class LinkTokens: Sendable {
  private struct Entry {
    var token: Secret
    var grant: Grant
    var deadline: Instant?
  }

  private let entries = Mutex<[Entry]>([])

  /// More outstanding links than this push out the oldest.
  static let outstandingMax = 4
  static let lifeNanoseconds: Int64 = 60_000_000_000

  func mint(_ grant: Grant) throws -> String {
    let text = try StateDirectory.randomText()
    LogRedaction.register(Secret(text))
    entries.withLock { held in
      held.append(Entry(token: Secret(text), grant: grant))
      if held.count > LinkTokens.outstandingMax { held.removeFirst() }
    }
    return text
  }

  /// The page was asked for: whoever follows a link has 60 s from now.
  func pageRequested(at now: Instant) {
    entries.withLock { held in
      for index in held.indices where held[index].deadline == nil {
        held[index].deadline = now.advanced(byNanoseconds: LinkTokens.lifeNanoseconds)
      }
    }
  }

  /// What the link grants, once per token.
  func redeem(_ text: String, at now: Instant) -> Grant? {
    entries.withLock { held in
      held.removeAll { entry in entry.deadline.map { now >= $0 } ?? false }
      var found: Int?
      for (index, entry) in held.enumerated()
      where ConstantTime.equal(entry.token.reveal(), text) { found = index }
      guard let found else { return nil }
      return held.remove(at: found).grant
    }
  }
}
