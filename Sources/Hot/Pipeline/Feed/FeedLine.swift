// One public connection as Feed holds it: link, frame reader, OKX session; hot plane.

import OKX
import Quantities
import Transport
import Wire

/// Fixed memory for one line of the configuration, used by one connection after the other.
struct FeedLine: ~Copyable {
  var link: Link
  var reader: WebSocketReader
  var session: PublicSession
  /// The signed login text of the connection adopted now, and what to give back to the Connector.
  var handover: SessionHandover?
  /// A request for a connection is out; no second one is made.
  var isAwaited = true
  /// Messages stay unread since then because the market ring is full; `.zero` when it is not.
  var stalledSince = Instant.zero
  var reconnects: UInt64 = 0
  var lastFault = FaultCode.none

  /// Largest OKX message we accept: ten times the largest snapshot seen.
  static let messageBytesMax = 256 * 1024
  static let inboxBytes = 1 << 20
  static let outboxBytes = 64 << 10

  init(session: consuming PublicSession) {
    link = Link(inboxBytes: FeedLine.inboxBytes, outboxBytes: FeedLine.outboxBytes)
    reader = WebSocketReader(
      messageBytesMax: FeedLine.messageBytesMax, inboxBytesMax: FeedLine.messageBytesMax)
    self.session = session
  }
}
