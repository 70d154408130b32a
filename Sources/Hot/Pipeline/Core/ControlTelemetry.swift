// The control plane's ends of the core's rings: what the Door and the Account side record, and limits to the Gate; control plane.

import Channels
import Journal
import Quantities
import Synchronization

/// A housekeeping thread's telemetry. Calls are serialised: start-up and a task may share one.
public final class ControlTelemetry: Sendable {
  private let producer: Mutex<TelemetryProducer>

  init(_ producer: consuming TelemetryProducer) { self.producer = Mutex(producer) }

  /// False where there is no room: then what was asked must not be done.
  public func record<Payload: BitwiseCopyable>(_ kind: JournalKind, _ payload: Payload) -> Bool {
    producer.withLock { $0.record(kind, payload, at: .now()) != nil }
  }

  /// A payload with bytes behind it: a text, or a request as it came.
  public func record<Payload: BitwiseCopyable>(
    _ kind: JournalKind, _ payload: Payload, followedBy bytes: [UInt8]
  ) -> Bool {
    var whole = unsafe withUnsafeBytes(of: payload) { unsafe [UInt8]($0) }
    whole += bytes
    return producer.withLock { unsafe $0.record(kind, bytes: whole.span.bytes, at: .now()) != nil }
  }
}

/// The Door's way to the Gate's limits.
public final class LimitPort: Sendable {
  private let producer: Mutex<SlotProducer<LimitChange>>
  private let waker: Waker

  init(_ producer: consuming SlotProducer<LimitChange>, waker: Waker) {
    self.producer = Mutex(producer)
    self.waker = waker
  }

  /// False where the ring is full: ask again.
  public func push(_ change: LimitChange) -> Bool {
    let isTaken = producer.withLock { $0.push(change) }
    waker.wake()
    return isTaken
  }
}
