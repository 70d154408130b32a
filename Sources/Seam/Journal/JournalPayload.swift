// Turning recorded bytes back into values, refusing what no value of the type looks like; seam.

public import Quantities

/// A fixed-layout payload. `hasValidEnums` looks at every byte whose bit patterns are not all values.
public protocol JournalPayload: BitwiseCopyable {
  static func hasValidEnums(_ bytes: PayloadBytes) -> Bool
  /// What a payload that an earlier build wrote shorter is completed by; nil: no earlier build did.
  static func completed(_ payload: [UInt8]) -> [UInt8]?
}

/// A payload's bytes, by the offsets of fields.
public struct PayloadBytes {
  let bytes: [UInt8]

  func byte(_ offset: Int?) -> UInt8 {
    guard let offset, offset < bytes.count else { return .max }
    return bytes[offset]
  }
  func isBool(_ offset: Int?) -> Bool { byte(offset) <= 1 }
  /// An enumeration without payloads lies in memory as the index of its case, whatever its raw value.
  func holds<Value: CaseIterable>(_ offset: Int?, _ type: Value.Type) -> Bool {
    MemoryLayout<Value>.size == 1 && Int(byte(offset)) < Value.allCases.count
  }
}

extension JournalPayload {
  public static func completed(_ payload: [UInt8]) -> [UInt8]? { nil }

  /// The value at the front of `payload`; nil where it is too short or holds what no build wrote.
  public init?(payload: [UInt8]) {
    let size = MemoryLayout<Self>.size
    let payload = payload.count < size ? Self.completed(payload) ?? payload : payload
    if payload.count < size || !Self.hasValidEnums(PayloadBytes(bytes: payload)) { return nil }
    // SAFETY: the bytes are there, and those of enumerations and Bools were just checked.
    self = unsafe payload.span.bytes.unsafeLoadUnaligned(as: Self.self)
  }
}

private func offset<Root>(_ path: PartialKeyPath<Root>) -> Int? {
  MemoryLayout<Root>.offset(of: path)
}

extension SignalLease: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.holds(offset(\SignalLease.source), SignalSource.self)
      && bytes.holds(offset(\SignalLease.urgency), Urgency.self)
      && bytes.isBool(offset(\SignalLease.isPresent))
  }
}

extension Intent: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.holds(offset(\Intent.kind), IntentKind.self)
      && bytes.holds(offset(\Intent.side), Side.self)
      && bytes.holds(offset(\Intent.type), OrderType.self)
      && bytes.holds(offset(\Intent.source), SignalSource.self)
      && bytes.isBool(offset(\Intent.isBookValid)) && bytes.isBool(offset(\Intent.isReduceOnly))
  }
}

extension Verdict: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.holds(offset(\Verdict.kind), IntentKind.self)
      && bytes.holds(offset(\Verdict.code), RefusalCode.self)
  }
}

extension Report: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.holds(offset(\Report.kind), ReportKind.self)
      && bytes.holds(offset(\Report.side), Side.self)
      && bytes.holds(offset(\Report.code), RefusalCode.self)
      && bytes.isBool(offset(\Report.isTaker)) && bytes.isBool(offset(\Report.isReconciled))
  }
}

extension OrderRecord: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.holds(offset(\OrderRecord.kind), IntentKind.self)
      && bytes.holds(offset(\OrderRecord.side), Side.self)
      && bytes.holds(offset(\OrderRecord.type), OrderType.self)
      && bytes.holds(offset(\OrderRecord.source), SignalSource.self)
      && bytes.isBool(offset(\OrderRecord.isReduceOnly))
  }
}

extension StateRecord: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.holds(offset(\StateRecord.source), StopSource.self)
      && bytes.holds(offset(\StateRecord.requested), TradingState.self)
      && bytes.holds(offset(\StateRecord.inForce), TradingState.self)
      && bytes.holds(offset(\StateRecord.before), TradingState.self)
      && bytes.isBool(offset(\StateRecord.isFlattening))
      && bytes.isBool(offset(\StateRecord.isRearm))
  }
}

extension MarketMessage: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.holds(offset(\MarketMessage.kind), MarketMessageKind.self)
      && bytes.holds(offset(\MarketMessage.channel), MarketChannel.self)
      && bytes.holds(offset(\MarketMessage.fault), FaultCode.self)
  }
}

extension TradeBody: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.holds(offset(\TradeBody.side), Side.self)
  }
}

extension InstrumentRecord: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.holds(offset(\InstrumentRecord.type), InstrumentType.self)
      && bytes.holds(offset(\InstrumentRecord.contract), ContractType.self)
      && bytes.isBool(offset(\InstrumentRecord.isTradable))
  }
}

extension EquityRecord: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.isBool(offset(\EquityRecord.isReconciled))
  }
}

extension PositionRecord: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.isBool(offset(\PositionRecord.isReconciled))
  }
}

extension AccountRecord: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.isBool(offset(\AccountRecord.holdsAvailable))
      && bytes.isBool(offset(\AccountRecord.isReconciled))
  }
}

extension PositionDetailRecord: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.isBool(offset(\PositionDetailRecord.isReconciled))
  }
}

extension FeeRateRecord: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool { true }
}

extension ContextRecord: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    guard let kind = offset(\ContextRecord.kind), bytes.holds(kind, ContextKind.self) else {
      return false
    }
    return (0..<ContextRecord.figureCount).allSatisfy {
      bytes.isBool(ContextRecord.presenceOffset($0))
    }
  }
}

extension BarRecord: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.holds(offset(\BarRecord.interval), BarInterval.self)
      && bytes.holds(offset(\BarRecord.source), BarSource.self)
      && bytes.isBool(offset(\BarRecord.isClosed))
  }
}

extension RefusalRecord: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool {
    bytes.holds(offset(\RefusalRecord.operation), RefusedOperation.self)
      && bytes.holds(offset(\RefusalRecord.fault), FaultCode.self)
  }
}

extension FillCursor: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool { true }
}
extension BillRecord: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool { true }
}
extension ClockOffsets: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool { true }

  /// Boot and wall time alone: the exchange's was taken for the wall's.
  public static func completed(_ payload: [UInt8]) -> [UInt8]? {
    let wall = MemoryLayout<Int64>.size
    return payload.count == 2 * wall ? payload + payload[wall...] : nil
  }
}
extension RequestRecord: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool { true }
}
extension LostRecord: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool { true }
}
extension SegmentEnd: JournalPayload {
  public static func hasValidEnums(_ bytes: PayloadBytes) -> Bool { true }
}
