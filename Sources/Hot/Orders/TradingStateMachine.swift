// Who asked for which stop, and what therefore holds: the stop lives in the sender; hot plane.

import Quantities

/// What a request did to the state in force of its scope.
@frozen
public struct TradingStateChange: Sendable, BitwiseCopyable {
  /// `.none` is the desk.
  public var instrument: InstrumentID
  public var before: TradingState
  public var after: TradingState
  /// All working orders of the scope are to be cancelled now, once: it became `cancelOnly` or `halted`.
  public var cancelsWorking: Bool

  @inlinable public var isChange: Bool { before != after }

  /// The `tradingState` report of this change, for gate and Builder.
  @inlinable
  public func report(at now: Instant) -> Report {
    var report = Report(kind: .tradingState, instrument: instrument)
    report.detail = after.rawValue
    report.receivedAt = now
    return report
  }
}

/// Each source owns one request for the desk and one per instrument; the most restrictive holds.
///
/// At start the `startup` source holds the desk at `cancelOnly` until start-up is through.
@safe
public struct TradingStateMachine: ~Copyable, @unchecked Sendable {
  // SAFETY: allocated by `init`, freed by `deinit`, reached through this sole owner alone. Row 0 is the
  // desk, row i + 1 instrument i (checked against `instrumentCount`); a row has one entry per source.
  let requests: UnsafeMutablePointer<TradingState>
  public let instrumentCount: Int

  public init(instruments: InstrumentTable) {
    instrumentCount = instruments.count
    let count = (instruments.count + 1) * TradingStateMachine.sources
    unsafe requests = .allocate(capacity: count)
    unsafe requests.initialize(repeating: .active, count: count)
    unsafe requests[Int(StopSource.startup.rawValue)] = .cancelOnly
  }

  deinit { unsafe requests.deallocate() }

  /// `StopSource` has this many cases; a test holds the two together.
  static var sources: Int { 5 }

  @_noLocks
  func row(_ instrument: InstrumentID) -> Int? {
    if instrument.isNone { return 0 }
    let index = Int(instrument.index)
    return index < instrumentCount ? index &+ 1 : nil
  }

  @_noLocks
  func mostRestrictive(row: Int) -> TradingState {
    var held = TradingState.active
    var source = 0
    while source < TradingStateMachine.sources {
      let asked = unsafe requests[row &* TradingStateMachine.sources &+ source]
      if asked.rawValue > held.rawValue { held = asked }
      source &+= 1
    }
    return held
  }

  /// What holds for orders of this instrument: the more restrictive of its own state and the desk's.
  @_noLocks
  public func state(_ instrument: InstrumentID) -> TradingState {
    let desk = mostRestrictive(row: 0)
    guard let row = row(instrument) else { return .halted }
    let own = mostRestrictive(row: row)
    return own.rawValue > desk.rawValue ? own : desk
  }

  /// What one source asks of a scope.
  @_noLocks
  public func request(_ source: StopSource, _ instrument: InstrumentID) -> TradingState {
    guard let row = row(instrument) else { return .halted }
    return unsafe requests[row &* TradingStateMachine.sources &+ Int(source.rawValue)]
  }

  /// Takes over what `source` asks now, stricter or looser: the board that it is read from lets only a rearm loosen.
  /// Other sources' requests stay, so the state in force may not change at all. Nil for an unknown instrument.
  @_noLocks
  public mutating func set(
    _ source: StopSource, to state: TradingState, _ instrument: InstrumentID
  ) -> TradingStateChange? {
    guard let row = row(instrument) else { return nil }
    let at = row &* TradingStateMachine.sources &+ Int(source.rawValue)
    return set(row, at, state, instrument)
  }

  @_noLocks
  private mutating func set(
    _ row: Int, _ at: Int, _ state: TradingState, _ instrument: InstrumentID
  )
    -> TradingStateChange
  {
    let before = mostRestrictive(row: row)
    unsafe requests[at] = state
    let after = mostRestrictive(row: row)
    let stops = TradingState.cancelOnly.rawValue
    return TradingStateChange(
      instrument: instrument, before: before, after: after,
      cancelsWorking: after.rawValue > before.rawValue && after.rawValue >= stops)
  }
}
