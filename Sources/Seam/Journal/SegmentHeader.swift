// The first bytes of a segment file; seam.

import Quantities

/// 256 bytes: what is needed to read a segment without anything else.
///
///     0  u64 magic   8  u32 version   12  u32 header bytes   16  u64 segment   24  u64 first record
///     32 i64 monotonic   40  i64 wall   48  u64 ×2 boot id   64  32 bytes build   96  32 bytes configuration
///     128 u32 start   132 u8 stream   133 u8 environment   … zeros …   252  u32 CRC-32C of bytes 0 … 251
public struct SegmentHeader: Hashable, Sendable {
  public var identity: JournalIdentity
  public var stream: JournalStream
  /// 1 upwards in one stream.
  public var segment: UInt64
  /// Records of the stream before this segment.
  public var firstRecord: UInt64
  public var clocks: ClockPair

  public static let byteCount = 256
  /// "LLMTJRNL".
  static let magic: UInt64 = 0x4C4E_524A_544D_4C4C
  public static let version: UInt32 = 1

  public init(
    identity: JournalIdentity, stream: JournalStream, segment: UInt64, firstRecord: UInt64,
    clocks: ClockPair
  ) {
    self.identity = identity
    self.stream = stream
    self.segment = segment
    self.firstRecord = firstRecord
    self.clocks = clocks
  }

  var bytes: [UInt8] {
    var output = [UInt8](repeating: 0, count: SegmentHeader.byteCount)
    func put(_ value: UInt64, _ offset: Int, _ count: Int = 8) {
      for index in 0..<count {
        output[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(index * 8))
      }
    }
    put(SegmentHeader.magic, 0)
    put(UInt64(SegmentHeader.version), 8, 4)
    put(UInt64(SegmentHeader.byteCount), 12, 4)
    put(segment, 16)
    put(firstRecord, 24)
    put(UInt64(bitPattern: clocks.monotonic.nanoseconds), 32)
    put(UInt64(bitPattern: clocks.wallNanoseconds), 40)
    put(identity.bootHigh, 48)
    put(identity.bootLow, 56)
    output.replaceSubrange(64..<96, with: identity.build.bytes)
    output.replaceSubrange(96..<128, with: identity.configuration.bytes)
    put(UInt64(identity.start), 128, 4)
    put(UInt64(stream.rawValue), 132, 1)
    put(UInt64(identity.environment.rawValue), 133, 1)
    put(unsafe UInt64(CRC32C.of(output.span.bytes.extracting(0..<252))), 252, 4)
    return output
  }

  /// Nil unless all 256 bytes are a header of this version.
  init?(_ bytes: [UInt8]) {
    if bytes.count < SegmentHeader.byteCount { return nil }
    func get(_ offset: Int, _ count: Int = 8) -> UInt64 {
      (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64($1 * 8) }
    }
    guard get(0) == SegmentHeader.magic, get(8, 4) == UInt64(SegmentHeader.version),
      get(12, 4) == UInt64(SegmentHeader.byteCount),
      unsafe get(252, 4) == UInt64(CRC32C.of(bytes.span.bytes.extracting(0..<252))),
      let stream = JournalStream(rawValue: bytes[132]),
      let environment = JournalEnvironment(rawValue: bytes[133])
    else { return nil }
    self.stream = stream
    segment = get(16)
    firstRecord = get(24)
    clocks = ClockPair(
      monotonic: Instant(nanoseconds: Int64(bitPattern: get(32))),
      wallNanoseconds: Int64(bitPattern: get(40)))
    var identity = JournalIdentity(
      build: Digest32(bytes[64..<96]), configuration: Digest32(bytes[96..<128]),
      environment: environment, start: UInt32(get(128, 4)))
    identity.bootHigh = get(48)
    identity.bootLow = get(56)
    self.identity = identity
  }
}
