// The id of a journal event: the place in the journal behind its record; control plane.
import Journal

/// `START.SEGMENT.OFFSET`: the start that wrote the record, and where reading goes on after it. It says
/// the same to any console on this journal, the one before a restart included.
struct EventID: Hashable, Sendable, CustomStringConvertible {
  var start: UInt32
  var next: JournalOffset

  init(start: UInt32, next: JournalOffset) {
    self.start = start
    self.next = next
  }

  /// Nil for what no console wrote.
  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard text.utf8.count <= 64, parts.count == 3, let start = UInt32(parts[0]),
      let segment = UInt64(parts[1]), let offset = UInt64(parts[2]),
      segment > 0, segment <= UInt64(Int64.max), offset <= UInt64(Int64.max)
    else { return nil }
    self.start = start
    next = JournalOffset(segment: segment, offset: offset)
  }

  var description: String { "\(start).\(next.segment).\(next.offset)" }
}
