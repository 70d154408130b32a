// CRC-32C (Castagnoli, RFC 3720), eight bytes a step; seam.

/// The checksum of journal frames and headers.
public enum CRC32C {
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for index in 0..<256 {
      var value = UInt32(index)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
      tables[index] = value
    }
    for index in 0..<256 {
      for slice in 1..<8 {
        let before = tables[(slice - 1) * 256 + index]
        tables[slice * 256 + index] = before >> 8 ^ tables[Int(before & 0xFF)]
      }
    }
    return tables
  }()

  /// The checksum of `bytes`, or of a longer text whose earlier part gave `start`.
  public static func of(_ bytes: RawSpan, from start: UInt32 = 0) -> UInt32 {
    let table = tables.span
    var crc = ~start
    var index = 0
    let count = bytes.byteCount
    while index + 8 <= count {
      let word =
        unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian
        ^ UInt64(crc)
      var next: UInt32 = 0
      for slice in 0..<8 {
        next ^= table[(7 - slice) * 256 + Int(truncatingIfNeeded: word >> (8 * slice) & 0xFF)]
      }
      crc = next
      index += 8
    }
    while index < count {
      let byte = unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
      crc = crc >> 8 ^ table[Int((crc ^ UInt32(byte)) & 0xFF)]
      index += 1
    }
    return ~crc
  }

  /// The checksum of a frame: its length word and everything after the checksum.
  static func ofFrame(_ frame: RawSpan) -> UInt32 {
    let head = of(frame.extracting(0..<FrameLayout.checksumOffset))
    return of(frame.extracting(FrameLayout.headerOffset..<frame.byteCount), from: head)
  }
}
