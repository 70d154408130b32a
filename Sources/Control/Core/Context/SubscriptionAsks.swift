// Subscriptions of a context connection until each is live: what to ask for again, and when; control plane, pure.

import OKX
import Quantities

/// A subscription that is refused, not answered, or ended by the exchange is asked for again, alone, so that one channel's
/// trouble is no other's; later each time. After `triesMax` tries the connection is to be made anew.
package struct SubscriptionAsks {
  package enum Next: Equatable {
    case nothing
    case ask([UInt8])
    case giveUp(PublicTap.Channel)
  }

  private struct Row {
    var channel: PublicTap.Channel
    var isLive = false
    var tries = 1
    var due = Instant.zero
  }

  private var rows: [Row]
  private var asks = 0

  /// What the exchange has not answered by then is asked for again.
  package static let answerNanoseconds: Int64 = 10_000_000_000
  static let firstPauseNanoseconds: Int64 = 1_000_000_000
  static let longestPauseNanoseconds: Int64 = 30_000_000_000
  package static let triesMax = 8
  /// Of one connection: half of the hour's requests (docs/OKX.md OKX-005).
  package static let asksMax = 240
  /// `id` of a request for one row alone: this and its place.
  package static let firstID = 1_000

  /// A fresh connection on which `channels` were asked for together.
  package init(_ channels: [PublicTap.Channel], now: Instant) {
    rows = channels.map {
      Row(channel: $0, due: now.advanced(byNanoseconds: SubscriptionAsks.answerNanoseconds))
    }
  }

  package var areLive: Bool { rows.allSatisfy(\.isLive) }

  package mutating func live(_ channel: PublicTap.Channel?) {
    guard let at = rows.firstIndex(where: { $0.channel == channel }) else { return }
    rows[at].isLive = true
    rows[at].tries = 0
  }

  /// The exchange ended it. One that it does not name may be any: all are asked for again, which live ones answer.
  package mutating func ended(_ channel: PublicTap.Channel?, now: Instant) {
    for at in rows.indices where channel == nil || rows[at].channel == channel {
      rows[at].isLive = false
      wait(at, now)
    }
  }

  /// `id`: of the refused request, nil where the exchange does not say. The channels that it may have been of.
  package mutating func refused(
    _ id: String?, of tap: PublicTap, now: Instant
  ) -> [PublicTap.Channel] {
    let number = id.flatMap { UInt32($0) }.map { Int($0) }
    var places = Array(rows.indices)
    if let number, rows.indices.contains(number - SubscriptionAsks.firstID) {
      places = [number - SubscriptionAsks.firstID]
    } else if let number {
      let range = tap.channels(of: number)
      if !range.isEmpty { places = Array(range) }
    }
    places.removeAll { rows[$0].isLive }
    for at in places { wait(at, now) }
    return places.map { rows[$0].channel }
  }

  /// One thing at a time: the caller comes again some tenths of a second later.
  package mutating func next(now: Instant) -> Next {
    guard let at = rows.firstIndex(where: { !$0.isLive && now >= $0.due }) else { return .nothing }
    if rows[at].tries >= SubscriptionAsks.triesMax || asks >= SubscriptionAsks.asksMax {
      return .giveUp(rows[at].channel)
    }
    asks += 1
    rows[at].tries += 1
    rows[at].due = now.advanced(byNanoseconds: SubscriptionAsks.answerNanoseconds)
    return .ask(PublicTap.request(id: SubscriptionAsks.firstID + at, [rows[at].channel]))
  }

  private mutating func wait(_ at: Int, _ now: Instant) {
    let doublings = max(0, min(rows[at].tries - 1, 10))
    let pause = min(
      SubscriptionAsks.firstPauseNanoseconds << doublings,
      SubscriptionAsks.longestPauseNanoseconds)
    rows[at].due = now.advanced(byNanoseconds: pause)
  }
}
