// Client frames: header, masking key, masked payload, straight into the caller's buffer (RFC 6455 §5.2); hot plane.

/// Builds masked client frames without allocation.
@frozen
public enum WebSocketEncoder {
  /// Opcode, length, 8 extended length bytes, 4 key bytes.
  @inlinable public static var headerBytesMax: Int { 14 }
  /// A control frame's payload (§5.5).
  @inlinable public static var controlPayloadBytesMax: Int { 125 }

  /// Header bytes in front of a payload of `count` bytes.
  @inlinable
  public static func headerBytes(payloadBytes count: Int) -> Int {
    count < 126 ? 6 : count < 65536 ? 8 : 14
  }

  /// Copies `payload` behind its header. Returns the frame's bytes, or 0 when `output` is too small
  /// or a control frame's payload too long.
  @_noLocks
  public static func write(
    _ opcode: WebSocketOpcode, payload: UnsafeRawBufferPointer, isFinal: Bool = true,
    keys: inout MaskGenerator, into output: UnsafeMutableRawBufferPointer
  ) -> Int {
    let count = payload.count
    let header = headerBytes(payloadBytes: count)
    let room = output.count
    if room < header || room &- header < count { return 0 }
    guard let to = output.baseAddress else { return 0 }
    if opcode.rawValue >= 8 && (count > controlPayloadBytesMax || !isFinal) { return 0 }
    if let from = payload.baseAddress {
      unsafe (to + header).copyMemory(from: from, byteCount: count)
    }
    unsafe writeHeader(opcode, isFinal: isFinal, count: count, key: keys.nextKey(), at: to)
    return header &+ count
  }

  /// Masks a payload where it lies, at `start ..< start + count` of `buffer`, and writes its header
  /// right in front of it. Returns the offset at which the frame begins (it ends at `start + count`),
  /// or nil when `start` leaves no room for the header or the range is not inside `buffer`.
  ///
  /// With `start == headerBytesMax` there is always room.
  @_noLocks
  public static func seal(
    _ opcode: WebSocketOpcode, in buffer: UnsafeMutableRawBufferPointer, payloadAt start: Int,
    count: Int, keys: inout MaskGenerator
  ) -> Int? {
    if start < 0 || count < 0 { return nil }
    let header = headerBytes(payloadBytes: count)
    let room = buffer.count
    if start < header || start > room || room &- start < count { return nil }
    if opcode.rawValue >= 8 && count > controlPayloadBytesMax { return nil }
    guard let base = buffer.baseAddress else { return nil }
    let begin = start &- header
    unsafe writeHeader(opcode, isFinal: true, count: count, key: keys.nextKey(), at: base + begin)
    return begin
  }

  /// A close frame with `code` (`.noStatus`: an empty one). Returns its bytes, or 0 when out of room.
  @_noLocks
  public static func writeClose(
    _ code: WebSocketCloseCode, keys: inout MaskGenerator,
    into output: UnsafeMutableRawBufferPointer
  ) -> Int {
    let count = code == .noStatus ? 0 : 2
    let header = 6
    if output.count < header &+ count { return 0 }
    guard let to = output.baseAddress else { return 0 }
    if count == 2 {
      unsafe (to + header).storeBytes(of: code.rawValue.bigEndian, as: UInt16.self)
    }
    unsafe writeHeader(.close, isFinal: true, count: count, key: keys.nextKey(), at: to)
    return header &+ count
  }

  // SAFETY (both below): the callers have checked that header and payload lie inside their buffer.

  @inline(__always)
  private static func writeHeader(
    _ opcode: WebSocketOpcode, isFinal: Bool, count: Int, key: UInt32, at: UnsafeMutableRawPointer
  ) {
    unsafe at.storeBytes(of: (isFinal ? 0x80 : 0) | opcode.rawValue, as: UInt8.self)
    var position = 2
    if count < 126 {
      let length = 0x80 | UInt8(truncatingIfNeeded: count)
      unsafe at.storeBytes(of: length, toByteOffset: 1, as: UInt8.self)
    } else if count < 65536 {
      unsafe at.storeBytes(of: 0x80 | 126, toByteOffset: 1, as: UInt8.self)
      let length = UInt16(truncatingIfNeeded: count).bigEndian
      unsafe at.storeBytes(of: length, toByteOffset: 2, as: UInt16.self)
      position = 4
    } else {
      unsafe at.storeBytes(of: 0x80 | 127, toByteOffset: 1, as: UInt8.self)
      unsafe at.storeBytes(
        of: UInt64(truncatingIfNeeded: count).bigEndian, toByteOffset: 2, as: UInt64.self)
      position = 10
    }
    unsafe at.storeBytes(of: key, toByteOffset: position, as: UInt32.self)
    unsafe mask(at + position + 4, count: count, key: key)
  }

  /// XORs with the key's four bytes as they lie in memory, a word at a time.
  @inline(__always)
  private static func mask(_ bytes: UnsafeMutableRawPointer, count: Int, key: UInt32) {
    let wide = UInt64(key) << 32 | UInt64(key)
    var index = 0
    while index &+ 8 <= count {
      let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      unsafe bytes.storeBytes(of: word ^ wide, toByteOffset: index, as: UInt64.self)
      index &+= 8
    }
    var left = wide
    while index < count {
      let byte = unsafe bytes.load(fromByteOffset: index, as: UInt8.self)
      let masked = byte ^ UInt8(truncatingIfNeeded: left)
      unsafe bytes.storeBytes(of: masked, toByteOffset: index, as: UInt8.self)
      left >>= 8
      index &+= 1
    }
  }
}
