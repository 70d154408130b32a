// One conversation at the door, as the listener holds it; the seam.

import Quantities

/// Bytes in, bytes out, and since when; every buffer bounded by `DoorLayout.frameBytesMax` and one reply.
final class DoorClientState {
  let socket: DoorSocket
  let peer: DoorPeer
  private(set) var received: [UInt8] = []
  private(set) var pending: [UInt8] = []
  private(set) var heardAt: Instant
  private(set) var partialSince: Instant
  private(set) var stalledSince: Instant
  private(set) var isClosedByPeer = false
  var isOver = false
  private var rate: RateBudget
  private var protectiveRate: RateBudget

  init(_ socket: consuming DoorSocket, _ peer: DoorPeer, _ now: Instant, _ perSecond: Int64) {
    self.socket = socket
    self.peer = peer
    heardAt = now
    partialSince = now
    stalledSince = now
    rate = RateBudget(count: perSecond, windowNanoseconds: 1_000_000_000)
    protectiveRate = rate
  }

  var isPartial: Bool { !received.isEmpty }

  /// A whole frame, or one whose header already refuses it, is at the front.
  var hasRequest: Bool {
    do throws(DoorCode) {
      guard let header = try DoorHeader.parse(received[...]) else { return false }
      return received.count >= header.byteCount
    } catch { return true }
  }

  func read(_ now: Instant) {
    let room = DoorLayout.frameBytesMax - received.count
    if room <= 0 || isClosedByPeer { return }
    let wasEmpty = received.isEmpty
    switch socket.receive(into: &received, room: room) {
    case .bytes:
      heardAt = now
      if wasEmpty { partialSince = now }
    case .later: break
    case .ended: isClosedByPeer = true
    }
  }

  /// The frame is taken; a next one behind it begins to age now.
  func consume(_ count: Int, _ now: Instant) {
    received.removeFirst(min(count, received.count))
    partialSince = now
  }

  func take(_ request: DoorRequest, _ now: Instant) -> Bool {
    request.isProtective ? protectiveRate.take(at: now) : rate.take(at: now)
  }

  func reply(_ reply: DoorReply, _ now: Instant) {
    if pending.isEmpty { stalledSince = now }
    pending += reply.frame()
  }

  func flush(_ now: Instant) {
    if pending.isEmpty { return }
    switch socket.send(&pending) {
    case .bytes(let count): if count > 0 { stalledSince = now }
    case .later: break
    case .ended: isOver = true
    }
  }
}
