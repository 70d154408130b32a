// The journal as clients read it that fell behind or come back; control plane.
import Hummingbird
import Journal
import Operations

/// Reads files, on threads that may block.
struct JournalPast: Sendable {
  private let folder: JournalFolder
  private let names: InstrumentDirectory
  private let calls = BlockingCalls("journal", threads: JournalPast.threads)

  private static let threads = 2

  init(_ folder: JournalFolder, _ names: InstrumentDirectory) {
    self.folder = folder
    self.names = names
  }

  /// At most `count` events that a stream shows, and where to go on.
  func events(
    from place: JournalOffset, until end: JournalOffset, max count: Int, shows: EventStream.Shows
  ) async throws -> (bytes: ByteBuffer, next: JournalOffset) {
    try await calls.call {
      var out = ByteBuffer()
      var reader = try JournalReader(folder, from: place)
      var place = place
      var shown = 0
      while place < end, shown < count {
        guard let record = try reader.next(), let header = reader.header else { return (out, end) }
        place = record.next
        if record.place >= end { return (out, end) }
        if let event = JournalEvents.event(record, header, names.of(header, record)),
          shows.takes(event)
        {
          out.writeImmutableBuffer(event.bytes)
          shown += 1
        }
      }
      return (out, place)
    }
  }

  enum Resume: Sendable {
    case from(JournalOffset)
    case lost(String)
  }

  /// Whether the id is a place of this journal: its segment was written by the id's start, and a record
  /// (or the end) stands there.
  func resume(_ text: String) async throws -> Resume {
    guard let id = EventID(text) else { return .lost("not an id of this stream") }
    return try await calls.call {
      do throws(JournalError) {
        var reader = try JournalReader(folder, from: id.next)
        _ = try reader.next()
        guard let header = reader.header else { return .lost("of another journal") }
        if header.segment == id.next.segment && header.identity.start != id.start {
          return .lost("of another journal")
        }
        return .from(id.next)
      } catch {
        return .lost("no longer in the journal")
      }
    }
  }
}
