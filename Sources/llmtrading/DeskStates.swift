// Who asks for which trading state: set at the Door, shown in State, kept on record across restarts; control plane.
import Channels
import Core
import Door
import Foundation
import Journal
import Logging
import Pipeline
import Quantities
import State

/// The Door's thread's own. A stop acts first and is recorded then; what another source changed on the
/// board (a breaker, the durability guard, SIGUSR1) is found and recorded at the next refresh.
final class DeskStates: @unchecked Sendable {
  // SAFETY: made before the Door's thread starts, used by that thread alone.
  private let core: Core
  private let log: Logger
  /// By scope (0: the desk), what is on record.
  private var recorded: [[TradingState]]

  init(core: Core, log: Logger) {
    self.core = core
    self.log = log
    let row = StopSource.allCases.map { _ in TradingState.active }
    recorded = Array(repeating: row, count: core.options.instruments.count + 1)
    for source in StopSource.allCases {
      recorded[0][Int(source.rawValue)] = core.stopBoard.requested(by: source, for: .none)
    }
  }

  private var scopes: [InstrumentID] {
    [.none] + (0..<core.options.instruments.count).map { InstrumentID(index: UInt16($0)) }
  }

  func name(_ id: InstrumentID) -> String {
    id.isNone ? "desk" : core.options.instruments[id].symbol.description
  }

  /// This start's table goes on record, then what earlier starts had asked holds again.
  func restore(_ memory: JournalMemory) {
    for id in scopes.dropFirst() {
      _ = core.doorTelemetry.record(.instrument, InstrumentRecord(core.options.instruments[id]))
    }
    for id in scopes {
      let scope: Symbol? = id.isNone ? nil : core.options.instruments[id].symbol
      for (source, state) in memory.stops[scope] ?? [:] where state != .active {
        core.stopBoard.request(state, by: source, for: id)
        record(source, id, before: .active, isRearm: false, request: 0, "of an earlier start")
      }
      if memory.flattening.contains(scope) {
        core.stopBoard.setFlattening(true, for: id)
        record(.person, id, before: .active, isRearm: false, request: 0, "of an earlier start")
        log.warning("flattening goes on", metadata: ["instrument": "\(name(id))"])
      }
    }
  }

  func set(_ request: DoorStateRequest, _ id: InstrumentID, isRearm: Bool, _ number: UInt64) {
    let before = core.stopBoard.inForce(for: id)
    core.stopBoard.request(request.state, by: request.source, for: id)
    record(
      request.source, id, before: before, isRearm: isRearm, request: number,
      "\(request.person): \(request.reason)")
  }

  /// A flatten holds `reduceOnly` beside it, so that no lease opens the position again behind it.
  func setFlattening(_ request: DoorFlatten, _ id: InstrumentID, _ number: UInt64) {
    let before = core.stopBoard.inForce(for: id)
    if request.isOn, core.stopBoard.requested(by: .person, for: id) == .active {
      core.stopBoard.request(.reduceOnly, by: .person, for: id)
    }
    core.stopBoard.setFlattening(request.isOn, for: id)
    record(
      .person, id, before: before, isRearm: false, request: number,
      "\(request.person): \(request.reason)")
  }

  /// Shows every scope in State, records what changed elsewhere, ends flattens that are done.
  func refresh() {
    for (scope, id) in scopes.enumerated() {
      var row = TradingStateRow()
      for source in StopSource.allCases {
        let asked = core.stopBoard.requested(by: source, for: id)
        row[source] = asked
        let held = recorded[scope][Int(source.rawValue)]
        if asked != held {
          record(source, id, before: held, isRearm: false, request: 0, "seen on the board")
        }
      }
      row.effective = core.stopBoard.inForce(for: id)
      row.isFlattening = core.stopBoard.isFlatteningAsked(for: id)
      if row.isFlattening && isFlat(id) {
        core.stopBoard.setFlattening(false, for: id)
        row.isFlattening = false
        record(.person, id, before: row.effective, isRearm: false, request: 0, "flat")
      }
      core.state.set(row, for: id)
    }
  }

  private func isFlat(_ id: InstrumentID) -> Bool {
    let ids = id.isNone ? Array(scopes.dropFirst()) : [id]
    return ids.allSatisfy {
      guard let slot = core.state.market($0) else { return false }
      return slot.position.lots == 0 && slot.workingOrders == 0
    }
  }

  private func record(
    _ source: StopSource, _ id: InstrumentID, before: TradingState, isRearm: Bool,
    request: UInt64, _ text: String
  ) {
    let asked = core.stopBoard.requested(by: source, for: id)
    recorded[id.isNone ? 0 : Int(id.index) + 1][Int(source.rawValue)] = asked
    let record = StateRecord(
      instrument: id, source: source, requested: asked, inForce: core.stopBoard.inForce(for: id),
      before: before, isFlattening: core.stopBoard.isFlatteningAsked(for: id), isRearm: isRearm,
      changedAt: .now(), request: request)
    if !core.doorTelemetry.record(.state, record, followedBy: Array(text.utf8)) {
      log.error("a trading state could not be put on record", metadata: ["of": "\(name(id))"])
    }
    log.notice(
      "trading state",
      metadata: [
        "instrument": "\(name(id))", "source": "\(source)", "asked": "\(asked)",
        "in_force": "\(record.inForce)", "flattening": "\(record.isFlattening)", "why": "\(text)",
      ])
  }
}
