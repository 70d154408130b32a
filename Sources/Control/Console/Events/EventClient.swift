// One reader of the event stream: how it is woken, and whether it still reads; control plane.
import Quantities
import Synchronization

final class EventClient: Sendable {
  let number: UInt64
  let wakes: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation
  private let writingSince = Mutex<Instant?>(nil)
  let close: @Sendable () -> Void

  /// A write may wait this long for room.
  static let stuckNanoseconds: Int64 = 5_000_000_000

  init(number: UInt64, close: @escaping @Sendable () -> Void) {
    self.number = number
    self.close = close
    (wakes, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  func wake() { continuation.yield() }
  func end() { continuation.finish() }

  func began(at now: Instant) { writingSince.withLock { $0 = now } }
  func finished() { writingSince.withLock { $0 = nil } }

  var isWriting: Bool { writingSince.withLock { $0 != nil } }

  func isStuck(at now: Instant) -> Bool {
    writingSince.withLock { since in
      since.map { now.since($0) > EventClient.stuckNanoseconds } ?? false
    }
  }
}
