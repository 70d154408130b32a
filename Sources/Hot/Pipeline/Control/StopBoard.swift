// Who asks for which trading state, one atomic cell per source and scope, so that each source owns its own; hot plane.

import Quantities
import Synchronization

/// Level-triggered requests: a cell holds what its source asks for until that source changes it.
///
/// Writers: one thread (or the signal handler) per source. Reader: the Sender, which compares
/// `version` per poll and per outgoing order.
@safe
public struct StopBoard: @unchecked Sendable {
  // SAFETY: allocated by `init`, never freed; every access is atomic.
  @usableFromInline let cells: UnsafeMutablePointer<Atomic<UInt8>>
  @usableFromInline let cancels: UnsafeMutablePointer<Atomic<UInt64>>
  @usableFromInline let flattens: UnsafeMutablePointer<Atomic<UInt8>>
  @usableFromInline let versionWord: UnsafeMutablePointer<Atomic<UInt64>>
  public let instrumentCount: Int

  /// `StopSource` has this many cases: `allCases` would allocate on the hot path.
  @inlinable static var sourceCount: Int { 7 }

  public init(instrumentCount: Int) {
    precondition(StopSource.allCases.count == StopBoard.sourceCount)
    self.instrumentCount = instrumentCount
    let scopes = instrumentCount + 1
    let cellCount = scopes * StopSource.allCases.count
    unsafe cells = .allocate(capacity: cellCount)
    for index in 0..<cellCount { unsafe (cells + index).initialize(to: Atomic(0)) }
    unsafe cancels = .allocate(capacity: scopes)
    for index in 0..<scopes { unsafe (cancels + index).initialize(to: Atomic(0)) }
    unsafe flattens = .allocate(capacity: scopes)
    for index in 0..<scopes { unsafe (flattens + index).initialize(to: Atomic(0)) }
    unsafe versionWord = .allocate(capacity: 1)
    unsafe versionWord.initialize(to: Atomic(1))
  }

  /// Scope 0 is the desk, scope i + 1 instrument i.
  @inlinable
  func scope(_ instrument: InstrumentID) -> Int {
    if instrument.isNone { return 0 }
    precondition(Int(instrument.index) < instrumentCount, "Invariant: an instrument of this run")
    return Int(instrument.index) + 1
  }

  /// Changes whenever a cell or a cancel request did. Acquiring: partner of `bump`'s releasing add.
  @inlinable public var version: UInt64 { unsafe versionWord.pointee.load(ordering: .acquiring) }

  /// Releasing: what was written to a cell before is visible to whoever sees the new version.
  @inlinable func bump() { unsafe _ = versionWord.pointee.add(1, ordering: .releasing) }

  /// `source` asks for `state` for `instrument`, or with `.none` for the desk. Async-signal-safe.
  @inlinable
  public func request(_ state: TradingState, by source: StopSource, for instrument: InstrumentID) {
    let index = scope(instrument) * StopBoard.sourceCount + Int(source.rawValue)
    unsafe cells[index].store(state.rawValue, ordering: .relaxed)
    bump()
  }

  /// Asks for a state at least as strict as the one that `source` asks for now. False, and nothing changed, where it would
  /// be looser: only a rearm, which names a person and a reason, loosens. One atomic step, so that a halt by signal in
  /// between is not undone.
  public func tighten(
    to state: TradingState, by source: StopSource, for instrument: InstrumentID
  ) -> Bool {
    let index = scope(instrument) * StopBoard.sourceCount + Int(source.rawValue)
    let held = unsafe cells[index].max(state.rawValue, ordering: .relaxed).oldValue
    if held > state.rawValue { return false }
    bump()
    return true
  }

  /// What `source` asks for now.
  @inlinable
  public func requested(by source: StopSource, for instrument: InstrumentID) -> TradingState {
    let index = scope(instrument) * StopBoard.sourceCount + Int(source.rawValue)
    let raw = unsafe cells[index].load(ordering: .relaxed)
    return TradingState(rawValue: raw) ?? .halted
  }

  /// Asks for one cancel of every working order of `instrument`, or with `.none` of the desk.
  @inlinable
  public func requestCancel(for instrument: InstrumentID) {
    unsafe _ = cancels[scope(instrument)].add(1, ordering: .relaxed)
    bump()
  }

  /// Asks for a flat position of `instrument`, or with `.none` of every one, until it is withdrawn. The
  /// Door's thread alone writes it; the Builder reads it at each decision.
  public func setFlattening(_ isOn: Bool, for instrument: InstrumentID) {
    unsafe flattens[scope(instrument)].store(isOn ? 1 : 0, ordering: .relaxed)
    bump()
  }

  /// The request of this scope alone.
  @inlinable
  public func isFlatteningAsked(for instrument: InstrumentID) -> Bool {
    unsafe flattens[scope(instrument)].load(ordering: .relaxed) != 0
  }

  /// Asked for the instrument or for the desk; the desk's own for `.none`.
  @inlinable
  public func isFlattening(_ instrument: InstrumentID) -> Bool {
    isFlatteningAsked(for: instrument) || isFlatteningAsked(for: .none)
  }

  /// A person's halt of the desk, by a signal to the process: the newest word, so it also takes every flatten back. Stores
  /// and adds alone: async-signal-safe.
  public func halt() {
    for scope in 0...instrumentCount { unsafe flattens[scope].store(0, ordering: .relaxed) }
    request(.halted, by: .person, for: .none)
  }

  /// What the sources ask of one scope, and whether it is flattened.
  public func scopeState(for instrument: InstrumentID) -> ScopeState {
    var scope = ScopeState()
    for source in StopSource.allCases {
      scope.add(requested(by: source, for: instrument), by: source)
    }
    scope.isFlattening = isFlattening(instrument)
    return scope
  }

  /// What holds of one scope alone.
  public func inForce(for instrument: InstrumentID) -> TradingState {
    scopeState(for: instrument).inForce
  }

  /// How many cancels were asked for so far.
  @inlinable
  public func cancelRequests(for instrument: InstrumentID) -> UInt64 {
    unsafe cancels[scope(instrument)].load(ordering: .relaxed)
  }
}
