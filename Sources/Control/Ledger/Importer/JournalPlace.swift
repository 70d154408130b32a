// A record's place in the journal as one number: the key of its row; control plane.
import Journal

/// Which journal (an epoch: the folder's files may be replaced), which start of the core, which place.
enum JournalPlace {
  /// 128 journals, 4 M segments of 16 GiB each: past that nothing is imported rather than mixed up.
  static let epochMax: Int64 = (1 << 7) - 1
  static let segmentMax: UInt64 = (1 << 22) - 1
  static let offsetMax: UInt64 = (1 << 34) - 1

  static func key(epoch: Int64, _ place: JournalOffset) throws(LedgerError) -> Int64 {
    if epoch < 0 || epoch > epochMax || place.segment > segmentMax || place.offset > offsetMax {
      throw .journal("place \(epoch).\(place.segment).\(place.offset) is out of range")
    }
    return epoch << 56 | Int64(place.segment) << 34 | Int64(place.offset)
  }

  /// The start of the core that wrote a segment: numbers of intents and instruments are its own.
  static func run(epoch: Int64, _ header: SegmentHeader) -> Int64 {
    epoch << 32 | Int64(header.identity.start)
  }

  /// Says whether a file is the one that was read before: a replaced journal begins at other clocks.
  static func fingerprint(_ header: SegmentHeader) -> String {
    "\(header.identity.start).\(header.segment).\(header.firstRecord)."
      + "\(header.clocks.wallNanoseconds).\(header.clocks.monotonic.nanoseconds)"
  }
}
