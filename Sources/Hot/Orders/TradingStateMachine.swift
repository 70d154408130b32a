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
  /// What the scope's sources ask of it after the change.
  public var scope: ScopeState
  /// Gate and Builder must hear of it.
  public var isChange: Bool

  /// The `tradingState` report of this change, for gate and Builder.
  @inlinable
  public func report(at now: Instant) -> Report {
    var report = Report(kind: .tradingState, instrument: instrument)
    report.scopeState = scope
    report.receivedAt = now
    return report
  }
}

/// Each source owns one request for the desk and one per instrument; the most restrictive holds.
///
/// At start the `startup` source holds the desk at `cancelOnly` until start-up is through.
@safe
public struct TradingStateMachine: ~Copyable, @unchecked Sendable {
  // SAFETY: both allocated by `init`, freed by `deinit`, reached through this sole owner alone. Row 0 is the
  // desk, row i + 1 instrument i (checked against `instrumentCount`); a row has one entry per source.
  let requests: UnsafeMutablePointer<TradingState>
  /// By row: a flatten is asked for it; of an instrument also where the desk's is.
  let flattens: UnsafeMutablePointer<Bool>
  public let instrumentCount: Int

  public init(instruments: InstrumentTable) {
    instrumentCount = instruments.count
    let count = (instruments.count + 1) * TradingStateMachine.sources
    unsafe requests = .allocate(capacity: count)
    unsafe requests.initialize(repeating: .active, count: count)
    unsafe requests[Int(StopSource.startup.rawValue)] = .cancelOnly
    unsafe flattens = .allocate(capacity: instruments.count + 1)
    unsafe flattens.initialize(repeating: false, count: instruments.count + 1)
  }

  deinit {
    unsafe requests.deallocate()
    unsafe flattens.deallocate()
  }

  /// `StopSource` has this many cases; a test holds the two together.
  static var sources: Int { 7 }

  @_noLocks
  func row(_ instrument: InstrumentID) -> Int? {
    if instrument.isNone { return 0 }
    let index = Int(instrument.index)
    return index < instrumentCount ? index &+ 1 : nil
  }

  @_noLocks
  func scope(row: Int) -> ScopeState {
    var scope = ScopeState()
    var number: UInt8 = 0
    while let source = StopSource(rawValue: number) {
      unsafe scope.add(requests[row &* TradingStateMachine.sources &+ Int(number)], by: source)
      number &+= 1
    }
    scope.isFlattening = unsafe flattens[row]
    return scope
  }

  /// What holds for orders of this instrument: the more restrictive of its own state and the desk's.
  @_noLocks
  public func state(_ instrument: InstrumentID) -> TradingState {
    guard let row = row(instrument) else { return .halted }
    let desk = scope(row: 0)
    return row == 0 ? desk.inForce : scope(row: row).inForce(under: desk)
  }

  /// Whether the scope is taken as one that a person flattens.
  @_noLocks
  public func isFlattening(_ instrument: InstrumentID) -> Bool {
    guard let row = row(instrument) else { return false }
    return unsafe flattens[row]
  }

  /// Opens or closes a person's reduce-only way for one scope: of an instrument also when the desk's flatten changes.
  /// What closes onto a stop cancels what still works.
  @_noLocks
  public mutating func setFlattening(
    _ isOn: Bool, _ instrument: InstrumentID
  ) -> TradingStateChange? {
    guard let row = row(instrument) else { return nil }
    let held = state(instrument)
    let before = scope(row: row)
    unsafe flattens[row] = isOn
    return change(instrument, row, from: before, isStop: isStop(held, state(instrument)))
  }

  @_noLocks
  private func isStop(_ before: TradingState, _ after: TradingState) -> Bool {
    after.rawValue > before.rawValue && after.rawValue >= TradingState.cancelOnly.rawValue
  }

  @_noLocks
  private func change(
    _ instrument: InstrumentID, _ row: Int, from before: ScopeState, isStop: Bool
  ) -> TradingStateChange {
    let after = scope(row: row)
    return TradingStateChange(
      instrument: instrument, before: before.inForce, after: after.inForce,
      cancelsWorking: isStop, scope: after, isChange: before != after)
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
    let before = scope(row: row)
    unsafe requests[at] = state
    return change(
      instrument, row, from: before, isStop: isStop(before.inForce, scope(row: row).inForce))
  }
}
