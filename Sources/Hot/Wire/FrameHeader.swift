// A server frame's header, checked by itself (RFC 6455 §5.2, §5.5); hot plane.

/// As much of the header as has arrived, or the rule it breaks.
struct FrameHeader: BitwiseCopyable {
  var opcode: WebSocketOpcode
  var isFinal: Bool
  var violation: WebSocketViolation
  /// Bytes of the header, its extended length included; the fields below hold only once they are there.
  var headerBytes: Int
  var payloadBytes: Int

  var isControl: Bool { opcode.rawValue >= 8 }

  // SAFETY: `at` holds `count` bytes, at least two; extended lengths are read only when they are there.
  @inline(__always)
  init(_ at: UnsafeRawPointer, count: Int) {
    let first = unsafe at.load(as: UInt8.self)
    let second = unsafe at.load(fromByteOffset: 1, as: UInt8.self)
    let length = Int(second & 0x7F)
    isFinal = first & 0x80 != 0
    headerBytes = 2
    payloadBytes = length
    violation = .none
    opcode = .continuation
    guard first & 0x70 == 0 else {
      violation = .reservedBits
      return
    }
    guard let known = WebSocketOpcode(rawValue: first & 0x0F) else {
      violation = .reservedOpcode
      return
    }
    opcode = known
    if second & 0x80 != 0 {
      violation = .maskedFrame
    } else if isControl {
      if !isFinal {
        violation = .controlFragmented
      } else if length > 125 {
        violation = .controlTooLong
      }
    } else if length == 126 {
      headerBytes = 4
      if count < 4 { return }
      let extended = unsafe UInt16(
        bigEndian: at.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
      payloadBytes = Int(extended)
      if extended < 126 { violation = .nonMinimalLength }
    } else if length == 127 {
      headerBytes = 10
      if count < 10 { return }
      let extended = unsafe UInt64(
        bigEndian: at.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
      if extended >> 63 != 0 {
        violation = .lengthTopBit
      } else if extended < 65536 {
        violation = .nonMinimalLength
      } else {
        // A payload that cannot fit memory is cut to what every limit refuses.
        payloadBytes = Int(min(extended, UInt64(Int.max >> 1)))
      }
    }
  }
}
