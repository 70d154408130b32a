// A stage's telemetry ring and the test's end of it.

import Channels
import Journal

/// Records stay in the ring until `take`: a ring that is full on purpose stays so.
final class BenchTap {
  /// Whose records these are, and under which id the bench keeps them.
  let stage: StageID
  let key: StageID
  private let ring: ByteRing
  private var consumer: ByteConsumer

  init(_ key: StageID, _ byteCount: Int, as stage: StageID? = nil) {
    self.key = key
    self.stage = stage ?? key
    ring = ByteRing(capacity: byteCount)
    consumer = ring.makeConsumer()
  }

  /// Gives the memory back, once the stage is gone.
  func unmap() { ring.unmap() }

  func makeProducer() -> TelemetryProducer {
    TelemetryProducer(ring.makeProducer(), stage: stage)
  }

  func take() -> [[UInt8]] {
    var records: [[UInt8]] = []
    while let entry = unsafe consumer.peek() {
      unsafe records.append(Array(entry))
      consumer.release()
    }
    return records
  }
}
