// One public connection as Feed holds it; hot plane.

import OKX
import Quantities
import Transport

/// A socket line and what a full market ring did to it.
struct FeedLine: ~Copyable {
  var line: SocketLine<PublicSession>
  /// Messages stay unread since then because the market ring is full; `.zero` when it is not.
  var stalledSince = Instant.zero

  init(session: consuming PublicSession, number: Int) {
    line = SocketLine(
      session: session, number: number, slot: number, outboxBytes: LineLimits.publicOutboxBytes)
  }
}
