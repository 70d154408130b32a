// How the Door, the account's side and the context put records into the journal; control plane.

import Channels
import Journal
import Quantities
import Synchronization

/// A housekeeping thread's telemetry. Calls are serialised: start-up and a task may share one.
public final class ControlTelemetry: Sendable {
  private let producer: Mutex<TelemetryProducer>

  public init(_ producer: consuming TelemetryProducer) { self.producer = Mutex(producer) }

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
