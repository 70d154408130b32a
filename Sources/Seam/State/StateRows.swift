// Rows of the state file's tables as values; both planes.
import Channels
import Quantities

/// What a reader needs to know of an instrument without asking the exchange.
@frozen
public struct InstrumentEntry: Sendable, BitwiseCopyable {
  public var instrument: Instrument
  public var base: Symbol
  public var quote: Symbol
  public var settle: Symbol

  public init(_ instrument: Instrument, of table: InstrumentTable) {
    self.instrument = instrument
    base = table.currencyName(instrument.base)
    quote = table.currencyName(instrument.quote)
    settle = table.currencyName(instrument.settle)
  }

  static var none: InstrumentEntry {
    let one = Increment(mantissa: 1, decimals: 0)
    return InstrumentEntry(
      Instrument(id: .none, symbol: Symbol(), type: .unknown, tick: one, lot: one),
      of: InstrumentTable([]))
  }
}

/// One currency's balance as the exchange last pushed or answered it.
@frozen
public struct BalanceRow: Sendable, BitwiseCopyable {
  public var currency: Symbol
  @usableFromInline var unitsHigh: Int64
  @usableFromInline var unitsLow: UInt64
  @usableFromInline var decimals: UInt64
  public var updatedAt: WallMilliseconds

  @inlinable
  public init(currency: Symbol, total: Amount, updatedAt: WallMilliseconds) {
    self.currency = currency
    unitsHigh = Int64(truncatingIfNeeded: total.units >> 64)
    unitsLow = UInt64(truncatingIfNeeded: total.units)
    decimals = UInt64(total.decimals)
    self.updatedAt = updatedAt
  }

  @inlinable public var total: Amount {
    Amount(
      units: Int128(unitsHigh) << 64 | Int128(unitsLow),
      decimals: UInt8(truncatingIfNeeded: decimals))
  }
}

/// Of the last fault of its code that had an instrument or a code of the exchange's.
@frozen
public struct FaultDetail: Hashable, Sendable, BitwiseCopyable {
  public var instrument: InstrumentID
  public var code: Int32

  @inlinable
  public init(instrument: InstrumentID, code: Int32) {
    self.instrument = instrument
    self.code = code
  }

  @inlinable var word: UInt64 {
    1 << 63 | UInt64(instrument.index) << 32 | UInt64(UInt32(bitPattern: code))
  }

  init?(word: UInt64) {
    if word >> 63 == 0 { return nil }
    instrument = InstrumentID(index: UInt16(truncatingIfNeeded: word >> 32))
    code = Int32(truncatingIfNeeded: word)
  }
}

/// The exchange's clock less our wall clock when it was last measured, nanoseconds, and how far that may be off.
public struct StatedClock: Hashable, Sendable {
  public var aheadNanoseconds: Int64
  public var uncertainty: Int64
  public var measuredAt: BootInstant
}

/// A stage's last sign of life.
@frozen
public struct Heartbeat: Hashable, Sendable, BitwiseCopyable {
  /// `Instant.zero`: this stage has never run.
  public var at: Instant
  public var polls: UInt64
  @inlinable public init(at: Instant, polls: UInt64) {
    self.at = at
    self.polls = polls
  }
}

/// A thread of the core. Absent meters: warm-up is not over, or the build cannot tell.
public struct ThreadRow: Hashable, Sendable {
  public var name: String
  public var messages: UInt64
  public var allocatedBytesAfterWarmup: UInt64?
  public var minorFaultsAfterWarmup: UInt64?

  public init(
    name: String, messages: UInt64, allocatedBytesAfterWarmup: UInt64?,
    minorFaultsAfterWarmup: UInt64?
  ) {
    self.name = name
    self.messages = messages
    self.allocatedBytesAfterWarmup = allocatedBytesAfterWarmup
    self.minorFaultsAfterWarmup = minorFaultsAfterWarmup
  }
}

/// A connection of the core.
public struct ConnectionRow: Hashable, Sendable {
  public var name: String
  public var kind: ConnectionKind?
  public var state: ConnectionState
  public var changedAt: Instant
  public var reconnects: UInt64
  public var lastFault: FaultCode?
  /// The exchange's code for it; 0 where it gave none.
  public var lastCode: Int32

  public init(
    name: String, kind: ConnectionKind?, state: ConnectionState, changedAt: Instant,
    reconnects: UInt64, lastFault: FaultCode?, lastCode: Int32 = 0
  ) {
    self.lastCode = lastCode
    self.name = name
    self.kind = kind
    self.state = state
    self.changedAt = changedAt
    self.reconnects = reconnects
    self.lastFault = lastFault
  }
}

/// What is in force for the desk or an instrument, and who asked for what.
@frozen
public struct TradingStateRow: Hashable, Sendable, BitwiseCopyable {
  /// Half byte i: the request of `StopSource` i. Byte 7: the state in force. Byte 6, bit 0: flatten.
  @usableFromInline var word: UInt64

  @inlinable init(word: UInt64) { self.word = word }

  /// All `active`, nobody asking.
  @inlinable public init() { word = 0 }

  /// The state in force. A byte that is no state reads as `halted`.
  @inlinable public var effective: TradingState {
    get { state(at: 56, mask: 0xFF) }
    set { put(newValue.rawValue, at: 56, mask: 0xFF) }
  }
  @inlinable public var isFlattening: Bool {
    get { word >> 48 & 1 == 1 }
    set { word = newValue ? word | 1 << 48 : word & ~(1 << 48) }
  }
  @inlinable public subscript(source: StopSource) -> TradingState {
    get { state(at: UInt64(source.rawValue) &* 4, mask: 0xF) }
    set { put(newValue.rawValue, at: UInt64(source.rawValue) &* 4, mask: 0xF) }
  }

  @inlinable func state(at bit: UInt64, mask: UInt64) -> TradingState {
    TradingState(rawValue: UInt8(truncatingIfNeeded: word >> bit & mask)) ?? .halted
  }
  @inlinable mutating func put(_ value: UInt8, at bit: UInt64, mask: UInt64) {
    word = word & ~(mask << bit) | (UInt64(value) & mask) << bit
  }
}
