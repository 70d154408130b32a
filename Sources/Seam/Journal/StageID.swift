// Who recorded something, and what it followed from; both planes.

/// A stage: the sequencer of its own inputs. Several of one kind differ in their low four bits.
@frozen
public struct StageID: Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  @inlinable public static var none: StageID { StageID(rawValue: 0) }
  /// `index` is 0 … 15.
  @inlinable public static func feed(_ index: UInt8 = 0) -> StageID {
    StageID(rawValue: 0x10 | (index & 15))
  }
  @inlinable public static func builder(_ index: UInt8 = 0) -> StageID {
    StageID(rawValue: 0x20 | (index & 15))
  }
  @inlinable public static var gate: StageID { StageID(rawValue: 0x30) }
  @inlinable public static var sender: StageID { StageID(rawValue: 0x40) }
  @inlinable public static var connector: StageID { StageID(rawValue: 0x50) }
  @inlinable public static var account: StageID { StageID(rawValue: 0x60) }
  @inlinable public static var recorder: StageID { StageID(rawValue: 0x70) }
  @inlinable public static var door: StageID { StageID(rawValue: 0x80) }
  @inlinable public static var context: StageID { StageID(rawValue: 0x90) }

  /// Control plane: allocates.
  public var name: String {
    let index = rawValue & 15
    switch rawValue >> 4 {
    case 0: return "none"
    case 1: return index == 0 ? "feed" : "feed\(index)"
    case 2: return index == 0 ? "builder" : "builder\(index)"
    case 3: return "gate"
    case 4: return "sender"
    case 5: return "connector"
    case 6: return "account"
    case 7: return "recorder"
    case 8: return "door"
    case 9: return "context"
    default: return "stage\(rawValue)"
    }
  }
}

/// The record that a record followed from: a stage and its number (56 bits), 0 for none.
@frozen
public struct Cause: Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt64
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  @inlinable public static var none: Cause { Cause(rawValue: 0) }
  @inlinable public init(_ stage: StageID, _ number: UInt64) {
    rawValue = UInt64(stage.rawValue) << 56 | number & ((1 << 56) - 1)
  }
  @inlinable public var stage: StageID {
    StageID(rawValue: UInt8(truncatingIfNeeded: rawValue >> 56))
  }
  @inlinable public var number: UInt64 { rawValue & ((1 << 56) - 1) }
}
