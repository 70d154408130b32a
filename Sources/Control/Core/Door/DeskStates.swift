// Who asks for which trading state: set at the Door, shown in State, kept on record across restarts; control plane.
import Channels
import Door
import Journal
import Logging
import Pipeline
import Quantities
import State

/// The Door's thread's own. A stop acts first and is recorded then; what another source changed on the
/// board (a breaker, the durability guard, SIGUSR1) is found and recorded at the next refresh.
public final class DeskStates: @unchecked Sendable {
  // SAFETY: made before the Door's thread starts, used by that thread alone.
  let desk: DeskControls
  private let log: Logger
  /// By scope (0: the desk), what is on record.
  private var recorded: [[TradingState]]
  /// By scope and source: since when what is on record holds in this start.
  private var since: [[WallMilliseconds]]
  /// By scope: since when the Builder's picture of an instrument may be believed; nil while it may not.
  var knownSince: [Instant?]
  /// By scope: since when fewer can be sold than the smallest order, although more are held; nil while that is not so.
  var shortSince: [Instant?]
  /// By scope: since when it is flattened; nil while it is not.
  private var flattenedSince: [Instant?]

  public init(_ desk: DeskControls, log: Logger) {
    self.desk = desk
    self.log = log
    let row = StopSource.allCases.map { _ in TradingState.active }
    recorded = Array(repeating: row, count: desk.instruments.count + 1)
    since = recorded.map { $0.map { _ in WallMilliseconds.now() } }
    knownSince = recorded.map { _ in nil }
    flattenedSince = knownSince
    shortSince = knownSince
    for source in StopSource.allCases {
      recorded[0][Int(source.rawValue)] = desk.board.requested(by: source, for: .none)
    }
    noteWhatIsKnown()
  }

  var scopes: [InstrumentID] {
    [.none] + (0..<desk.instruments.count).map { InstrumentID(index: UInt16($0)) }
  }

  /// This start's table goes on record, then what earlier starts had asked holds again, and each alarm holds the desk
  /// until a person rearms it, at this start or a later one.
  public func restore(_ memory: JournalMemory, alarms: [String]) {
    for id in scopes.dropFirst() {
      _ = desk.telemetry.record(.instrument, InstrumentRecord(desk.instruments[id]))
    }
    // All stops before any flatten: a stop of a person's that comes later would take it back.
    for id in scopes {
      let scope: Symbol? = id.isNone ? nil : desk.instruments[id].symbol
      for (source, state) in memory.stops[scope] ?? [:] where state != .active {
        // A halt by signal may have come already.
        _ = desk.board.tighten(to: state, by: source, for: id)
        record(source, id, before: .active, isRearm: false, request: 0, "of an earlier start")
      }
    }
    for id in scopes {
      let scope: Symbol? = id.isNone ? nil : desk.instruments[id].symbol
      if memory.flattening.contains(scope) {
        desk.board.setFlattening(true, for: id)
        record(.person, id, before: .active, isRearm: false, request: 0, "of an earlier start")
        log.warning("flattening goes on", metadata: ["instrument": "\(desk.name(id))"])
      }
    }
    for alarm in alarms { hold(alarm) }
  }

  private func hold(_ alarm: String) {
    let before = desk.board.inForce(for: .none)
    _ = desk.board.tighten(to: .cancelOnly, by: .person, for: .none)
    record(.person, .none, before: before, isRearm: false, request: 0, alarm)
  }

  /// False, and nothing changed, where the request is looser than what its source holds: only a rearm loosens.
  public func tighten(_ request: DoorStateRequest, _ id: InstrumentID, request number: UInt64)
    -> Bool
  {
    let before = desk.board.inForce(for: id)
    guard desk.board.tighten(to: request.state, by: request.source, for: id) else { return false }
    record(
      request.source, id, before: before, isRearm: false, request: number,
      "\(request.person): \(request.reason)")
    return true
  }

  public func rearm(_ request: DoorStateRequest, _ id: InstrumentID, request number: UInt64) {
    let before = desk.board.inForce(for: id)
    desk.board.request(request.state, by: request.source, for: id)
    record(
      request.source, id, before: before, isRearm: true, request: number,
      "\(request.person): \(request.reason)")
  }

  /// A person's stop that comes after a flatten is the newer word: it takes the flatten back where it applies, and a
  /// flatten of the desk goes on for the other instruments. What was taken back, for the answer.
  public func withdrawFlattens(
    behind request: DoorStateRequest, _ id: InstrumentID, request number: UInt64
  )
    -> Bool
  {
    let stops = request.state.rawValue >= TradingState.cancelOnly.rawValue
    guard request.source == .person, stops, desk.board.isFlattening(id) || id.isNone else {
      return false
    }
    let isDesk = desk.board.isFlatteningAsked(for: .none)
    var isAny = false
    for scope in scopes {
      let isMeant = id.isNone || scope == id || scope.isNone
      let isAsked = desk.board.isFlatteningAsked(for: scope)
      if isAsked && isMeant {
        set(flattening: false, scope, number, "\(request.person): a stop came after it")
        isAny = true
      } else if !isAsked && !isMeant && isDesk && !isFlat(scope) {
        set(flattening: true, scope, number, "\(request.person): goes on without \(desk.name(id))")
      }
    }
    return isAny
  }

  private func set(
    flattening isOn: Bool, _ id: InstrumentID, _ number: UInt64, _ text: String
  ) {
    let before = desk.board.inForce(for: id)
    desk.board.setFlattening(isOn, for: id)
    record(.person, id, before: before, isRearm: false, request: number, text)
  }

  /// A flatten holds `reduceOnly` beside it, so that no lease opens the position again behind it.
  public func setFlattening(_ request: DoorFlatten, _ id: InstrumentID, request number: UInt64) {
    let before = desk.board.inForce(for: id)
    if request.isOn { _ = desk.board.tighten(to: .reduceOnly, by: .person, for: id) }
    desk.board.setFlattening(request.isOn, for: id)
    record(
      .person, id, before: before, isRearm: false, request: number,
      "\(request.person): \(request.reason)")
  }

  /// Shows every scope in State, records what changed elsewhere, ends flattens that are done.
  public func refresh() {
    noteWhatIsKnown()
    for (scope, id) in scopes.enumerated() {
      var row = TradingStateRow()
      for source in StopSource.allCases {
        let asked = desk.board.requested(by: source, for: id)
        row[source] = asked
        let held = recorded[scope][Int(source.rawValue)]
        if asked != held {
          let why = source == .exchange ? desk.venue.words(for: id) : ""
          record(
            source, id, before: held, isRearm: false, request: 0,
            why.isEmpty ? "seen on the board" : why)
        }
      }
      row.effective = desk.board.inForce(for: id)
      row.isFlattening = desk.board.isFlatteningAsked(for: id)
      if row.isFlattening && isFlat(id, since: flattenedSince[scope]) {
        desk.board.setFlattening(false, for: id)
        row.isFlattening = false
        record(.person, id, before: row.effective, isRearm: false, request: 0, flatText(id))
      }
      desk.state.set(row, for: id)
    }
  }

  /// One source's stop as it counts for an instrument or the desk now.
  struct Hold {
    var source: StopSource
    var state: TradingState
    var isOfDesk: Bool
    var since: WallMilliseconds
    /// Of the exchange's own state; empty for other sources.
    var why = ""

    var text: String {
      "\(source) \(state)\(isOfDesk ? " of the desk" : "") since \(DoorText.time(since))"
        + (why.isEmpty ? "" : ": \(why)")
    }
  }

  /// Who holds `id` at `level` or stricter, the strictest first; a stop that a flatten opens counts as `reduceOnly`.
  func holds(on id: InstrumentID, from level: TradingState) -> [Hold] {
    let isFlattening = desk.board.isFlattening(id)
    // Spot has no reduce-only flag at the exchange, so that the Sender holds it all the same.
    let isSpot = !id.isNone && desk.instruments[id].type == .spot
    var holds: [Hold] = []
    for scope in id.isNone ? [InstrumentID.none] : [.none, id] {
      for source in StopSource.allCases {
        var one = ScopeState()
        one.add(desk.board.requested(by: source, for: scope), by: source)
        if one.asked == .active { continue }
        one.isFlattening = isFlattening && !(isSpot && source == .reconcile)
        if one.inForce.rawValue < level.rawValue { continue }
        holds.append(
          Hold(
            source: source, state: one.inForce, isOfDesk: scope.isNone && !id.isNone,
            since: since[row(scope)][Int(source.rawValue)],
            why: source == .exchange ? desk.venue.words(for: scope) : ""))
      }
    }
    return holds.sorted { $0.state.rawValue > $1.state.rawValue }
  }

  func row(_ id: InstrumentID) -> Int { id.isNone ? 0 : Int(id.index) + 1 }

  private func record(
    _ source: StopSource, _ id: InstrumentID, before: TradingState, isRearm: Bool,
    request: UInt64, _ text: String
  ) {
    let asked = desk.board.requested(by: source, for: id)
    if recorded[row(id)][Int(source.rawValue)] != asked {
      recorded[row(id)][Int(source.rawValue)] = asked
      since[row(id)][Int(source.rawValue)] = .now()
    }
    if !desk.board.isFlatteningAsked(for: id) {
      flattenedSince[row(id)] = nil
    } else if flattenedSince[row(id)] == nil {
      flattenedSince[row(id)] = .now()
    }
    let record = StateRecord(
      instrument: id, source: source, requested: asked, inForce: desk.board.inForce(for: id),
      before: before, isFlattening: desk.board.isFlatteningAsked(for: id), isRearm: isRearm,
      changedAt: .now(), request: request)
    if !desk.telemetry.record(.state, record, followedBy: Array(text.utf8)) {
      log.error("a trading state could not be put on record", metadata: ["of": "\(desk.name(id))"])
    }
    log.notice(
      "trading state",
      metadata: [
        "instrument": "\(desk.name(id))", "source": "\(source)", "asked": "\(asked)",
        "in_force": "\(record.inForce)", "flattening": "\(record.isFlattening)", "why": "\(text)",
      ])
  }
}
