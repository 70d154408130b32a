// Putting sequence numbers into the text of a recorded frame, every other byte untouched; simulation.

/// `seqId` and `prevSeqId` in a book push.
enum SequenceText {
  /// Replaces both numbers where the element has them, else inserts them before its closing brace.
  /// `data` is where the array `data` stands in `frame`. Nil where the frame is no book push.
  static func setting(
    _ frame: [UInt8], data: Range<Int>, seqId: Int64, prevSeqId: Int64
  ) -> [UInt8]? {
    var places: [(range: Range<Int>, value: Int64)] = []
    var hasSeqId = false
    var hasPrevSeqId = false
    var members = 0
    var end = 0
    var scanner = JSONCursor(frame, from: data.lowerBound, to: data.upperBound)
    guard scanner.take(0x5B) else { return nil }
    let isObject = scanner.object { scanner, key in
      members += 1
      guard scanner.equals(key, "seqId") || scanner.equals(key, "prevSeqId") else {
        return scanner.skip()
      }
      let isSeqId = scanner.equals(key, "seqId")
      guard let value = scanner.scalar() else { return false }
      if isSeqId { hasSeqId = true } else { hasPrevSeqId = true }
      places.append((value, isSeqId ? seqId : prevSeqId))
      return true
    }
    if !isObject { return nil }
    end = scanner.position - 1

    var output: [UInt8] = []
    output.reserveCapacity(frame.count + 64)
    var copied = 0
    for place in places {
      output.append(contentsOf: frame[copied..<place.range.lowerBound])
      output.append(integer: place.value)
      copied = place.range.upperBound
    }
    output.append(contentsOf: frame[copied..<end])
    if !hasSeqId {
      if members > 0 { output.append(0x2C) }
      output.append(text: "\"seqId\":")
      output.append(integer: seqId)
    }
    if !hasPrevSeqId {
      if members > 0 || !hasSeqId { output.append(0x2C) }
      output.append(text: "\"prevSeqId\":")
      output.append(integer: prevSeqId)
    }
    output.append(contentsOf: frame[end...])
    return output
  }
}

/// The chain of one instrument whose frames carry no numbers: steps of 1 to 5, as a real chain skips too.
struct DerivedSequence {
  private(set) var last: Int64
  private var step: UInt64

  init(_ instrument: String) {
    step = UInt64(InstrumentSpecification.derivedCode(instrument))
    last = 1_000_000_000 + Int64(step)
  }

  /// The next message's numbers; a snapshot's `prevSeqId` is -1.
  mutating func next(isSnapshot: Bool) -> (seqId: Int64, prevSeqId: Int64) {
    let previous = last
    step = step &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    last += 1 + Int64(step >> 33) % 5
    return (last, isSnapshot ? -1 : previous)
  }
}
