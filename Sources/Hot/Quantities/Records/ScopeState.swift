// What is asked of the desk or an instrument, and what of it holds while a person has it flattened; hot plane.

/// One scope's requests folded together. **A person's flatten opens a reduce-only way through that person's
/// own `cancelOnly` or `halted` and through `reconcile`, and through nobody else's**: the rule stands in `add` and `inForce` alone, and
/// Sender, Gate, Builder and Door compute with them.
@frozen
public struct ScopeState: Equatable, Sendable, BitwiseCopyable {
  /// The most restrictive of what the sources ask.
  public private(set) var asked: TradingState = .active
  /// The same where a flatten is asked: `reduceOnly` at least, a person's own stop no stricter than that.
  public private(set) var opened: TradingState = .reduceOnly
  /// A flatten is asked for this scope or, of an instrument, for the desk.
  public var isFlattening = false

  @inlinable public init() {}

  /// Nobody told it but by one state: what held before its first report.
  public init(_ state: TradingState) {
    asked = state
    opened = state
  }

  /// Counts what one source asks.
  @_noLocks
  public mutating func add(_ state: TradingState, by source: StopSource) {
    if state.rawValue > asked.rawValue { asked = state }
    // What reconciliation holds is opened too: the exchange itself lets nothing but a reduction through. The Sender
    // keeps spot, which has no such flag, out of that way.
    let isOpenable = source == .person || source == .reconcile
    let isOpen = isOpenable && state.rawValue > TradingState.reduceOnly.rawValue
    let counted = isOpen ? TradingState.reduceOnly : state
    if counted.rawValue > opened.rawValue { opened = counted }
  }

  /// What holds of this scope alone.
  @inlinable public var inForce: TradingState { isFlattening ? opened : asked }

  /// What holds for an instrument: the more restrictive of its own and the desk's.
  @_noLocks
  public func inForce(under desk: ScopeState) -> TradingState {
    let own = isFlattening ? opened : asked
    let above = isFlattening ? desk.opened : desk.asked
    return own.rawValue > above.rawValue ? own : above
  }

  /// Spelled out, since the compiler's own is not known to take no lock.
  @_noLocks
  public static func == (one: ScopeState, other: ScopeState) -> Bool { one.packed == other.packed }

  /// In one byte: a mark that it is there, the flag, two states.
  var packed: UInt8 { 0x80 | (isFlattening ? 0x10 : 0) | opened.rawValue << 2 | asked.rawValue }

  /// Nil where nothing was packed.
  init?(packed: UInt8) {
    if packed & 0x80 == 0 { return nil }
    asked = TradingState(rawValue: packed & 3) ?? .halted
    opened = TradingState(rawValue: packed >> 2 & 3) ?? .halted
    isFlattening = packed & 0x10 != 0
  }
}

extension Report {
  /// Of a `tradingState` report: what holds of its scope. One that says a state alone is read as that, and an unknown
  /// state as the most restrictive.
  public var scopeState: ScopeState {
    @_noLocks get {
      ScopeState(packed: reservedByte) ?? ScopeState(TradingState(rawValue: detail) ?? .halted)
    }
    @_noLocks set {
      detail = newValue.inForce.rawValue
      reservedByte = newValue.packed
    }
  }
}
