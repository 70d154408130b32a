// One journal event as it goes out to clients; control plane.
import Hummingbird
import Journal

/// Encoded once, sent to all.
struct StreamEvent: Sendable {
  /// Where its record begins.
  var place: JournalOffset
  /// `order`, `fill`, `verdict`…
  var kind: String
  var instrument: String?
  var bytes: ByteBuffer

  init(
    place: JournalOffset, id: EventID, kind: String, instrument: String?,
    json: some Sequence<UInt8>
  ) {
    self.place = place
    self.kind = kind
    self.instrument = instrument
    var buffer = ByteBuffer()
    buffer.writeString("id: \(id)\nevent: \(kind)\ndata: ")
    buffer.writeBytes(json)
    buffer.writeString("\n\n")
    bytes = buffer
  }
}
