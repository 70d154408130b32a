// The head of every telemetry and journal record; both planes.

public import Quantities

@frozen
public struct RecordFlags: OptionSet, Sendable, BitwiseCopyable {
  public var rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// No flag: an input of the stage.
  @inlinable public static var input: RecordFlags { RecordFlags(rawValue: 0) }
  /// An output of the stage; without it the record is one of its inputs.
  @inlinable public static var output: RecordFlags { RecordFlags(rawValue: 1) }
  /// Taken over from the telemetry of a start that ended without its Recorder.
  @inlinable public static var recovered: RecordFlags { RecordFlags(rawValue: 2) }
}

/// 32 bytes. In a telemetry ring the payload follows; in a journal file eight bytes of length and CRC precede.
@frozen
public struct RecordHeader: Sendable, BitwiseCopyable, Equatable {
  /// `JournalKind`, or a kind of a later build.
  public var kind: UInt16
  public var stage: StageID
  public var flags: RecordFlags
  public var payloadByteCount: UInt32
  /// The stage's own count, 1 upwards in one start, without holes but for `lost` ones.
  public var number: UInt64
  public var cause: Cause
  public var instant: Instant

  @inlinable
  public init(
    _ kind: JournalKind, stage: StageID, number: UInt64, cause: Cause = .none, at instant: Instant,
    payloadByteCount: Int, flags: RecordFlags = .input
  ) {
    self.kind = kind.rawValue
    self.stage = stage
    self.flags = flags
    self.payloadByteCount = UInt32(truncatingIfNeeded: payloadByteCount)
    self.number = number
    self.cause = cause
    self.instant = instant
  }

  @inlinable public static var byteCount: Int { 32 }
  /// The largest payload of one record: what no claim of the market ring exceeds.
  @inlinable public static var payloadBytesMax: Int { 1 << 20 }
}

extension RecordFlags: Equatable {}

/// Where a record lies in a journal file.
///
///     0  u32  bytes of the whole frame, a multiple of 8; 0: not written yet
///     4  u32  CRC-32C over the bytes 0 … 3 and 8 … end
///     8       RecordHeader, 32 bytes
///     40      payload, then zeros to a multiple of 8
public enum FrameLayout {
  public static let byteCountOffset = 0
  public static let checksumOffset = 4
  public static let headerOffset = 8
  public static let payloadOffset = 40

  public static func byteCount(payload: Int) -> Int { (payloadOffset + payload + 7) & ~7 }
  public static let byteCountMax = byteCount(payload: RecordHeader.payloadBytesMax)
}
