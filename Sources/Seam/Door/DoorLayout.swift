// The door's byte layout: frames, sizes, versions; the seam.

/// A frame is a 24-byte header and a body whose size its kind fixes; little-endian, no padding.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 4 | magic `DOOR` |
/// | 4 | 2 | version |
/// | 6 | 2 | kind (replies: 0x8000) |
/// | 8 | 4 | bytes of the whole frame |
/// | 12 | 4 | 0 |
/// | 16 | 8 | request id: the client's choice, carried back |
///
/// Body fields follow one another in the order of the Swift declarations. An instrument is 32 bytes of ASCII,
/// zero padded (all zero: the desk, or every instrument). A text is a 2-byte length and its full room. The units at the
/// end of a signal or limits (`DoorUnits`: mantissa and decimals of lot, tick and contract value, zeros where not said)
/// may be left out as a whole.
public enum DoorLayout {
  public static var magic: UInt32 { 0x524F_4F44 }
  public static var version: UInt16 { 1 }
  public static var headerBytes: Int { 24 }
  public static var replyKind: UInt16 { 0x8000 }
  /// The largest frame either way: what a peer says beyond it is not read.
  public static var frameBytesMax: Int { 1024 }
  public static var personBytesMax: Int { 64 }
  public static var reasonBytesMax: Int { 256 }
  public static var detailBytesMax: Int { 256 }
  /// Bytes of a socket's path, its ending zero not counted (`sockaddr_un`).
  public static var pathBytesMax: Int { 107 }
}

/// Appends little-endian fields.
struct DoorWriter {
  var bytes: [UInt8] = []

  mutating func put<T: FixedWidthInteger>(_ value: T) {
    var index = 0
    while index < T.bitWidth / 8 {
      bytes.append(UInt8(truncatingIfNeeded: value >> T(index * 8)))
      index += 1
    }
  }

  /// Cut at a character, control characters replaced by blanks: what the reader would refuse is not sent.
  mutating func put(text: String, room: Int) {
    var utf8: [UInt8] = []
    for scalar in text.unicodeScalars {
      let isControl = scalar.value < 0x20 || scalar.value == 0x7F
      let encoded = isControl ? [0x20] : Array(String(scalar).utf8)
      if utf8.count + encoded.count > room { break }
      utf8 += encoded
    }
    put(UInt16(utf8.count))
    bytes += utf8
    bytes += Array(repeating: 0, count: room - utf8.count)
  }
}

/// Reads them back; reading past the end sets `isShort` and gives zeros.
struct DoorReader {
  let bytes: ArraySlice<UInt8>
  var at: Int
  var isShort = false
  /// A text that is longer than its room, not UTF-8, or holds control characters.
  var isTextBad = false

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    at = bytes.startIndex
  }

  var left: Int { bytes.endIndex - at }

  mutating func get<T: FixedWidthInteger>(_ type: T.Type) -> T {
    let count = T.bitWidth / 8
    if left < count {
      isShort = true
      return 0
    }
    var value: T = 0
    var index = 0
    while index < count {
      value |= T(truncatingIfNeeded: bytes[at + index]) << T(index * 8)
      index += 1
    }
    at += count
    return value
  }

  mutating func raw(_ count: Int) -> ArraySlice<UInt8> {
    if left < count {
      isShort = true
      return []
    }
    at += count
    return bytes[at - count..<at]
  }

  mutating func text(room: Int) -> String {
    let length = Int(get(UInt16.self))
    let held = raw(room)
    if isShort { return "" }
    if length > room {
      isTextBad = true
      return ""
    }
    let used = held.prefix(length)
    // Control characters would forge lines in logs and terminals.
    if used.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      isTextBad = true
      return ""
    }
    guard let text = String(validating: used, as: UTF8.self) else {
      isTextBad = true
      return ""
    }
    return text
  }
}
