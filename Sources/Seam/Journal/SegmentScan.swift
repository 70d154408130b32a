// Walking the frames of one segment that is in memory; seam.

import Quantities

/// What stands at an offset.
enum FrameState: Equatable {
  case whole(byteCount: Int)
  /// The length is 0, or the bytes end before the frame does.
  case incomplete
  /// Complete and wrong: a length that none has, or a checksum that differs.
  case wrong
}

enum SegmentScan {
  static func state(_ bytes: [UInt8], at offset: Int) -> FrameState {
    let left = bytes.count - offset
    if left < 4 { return .incomplete }
    let length = Int(word(bytes, offset))
    if length == 0 { return .incomplete }
    if length < FrameLayout.payloadOffset || length > FrameLayout.byteCountMax || length % 8 != 0 {
      return .wrong
    }
    if length > left { return .incomplete }
    let payload = Int(word(bytes, offset + FrameLayout.headerOffset + 4))
    if FrameLayout.byteCount(payload: payload) != length { return .wrong }
    let sum = unsafe CRC32C.ofFrame(bytes.span.bytes.extracting(offset..<(offset + length)))
    if sum != word(bytes, offset + FrameLayout.checksumOffset) { return .wrong }
    return .whole(byteCount: length)
  }

  static func header(_ bytes: [UInt8], at offset: Int) -> RecordHeader {
    // SAFETY: `state` said whole, so 32 bytes are there; every bit pattern is a RecordHeader.
    unsafe bytes.span.bytes.unsafeLoadUnaligned(
      fromByteOffset: offset + FrameLayout.headerOffset, as: RecordHeader.self)
  }

  static func payload(_ bytes: [UInt8], at offset: Int) -> [UInt8] {
    let count = Int(header(bytes, at: offset).payloadByteCount)
    let start = offset + FrameLayout.payloadOffset
    return Array(bytes[start..<(start + count)])
  }

  /// True when a whole frame stands anywhere after `offset`: what lies there is no torn tail.
  static func hasFrame(_ bytes: [UInt8], after offset: Int) -> Bool {
    var place = (offset + 8) & ~7
    while place + FrameLayout.payloadOffset <= bytes.count {
      if case .whole = state(bytes, at: place) { return true }
      place += 8
    }
    return false
  }

  static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2]) << 16
      | UInt32(bytes[offset + 3]) << 24
  }
}
