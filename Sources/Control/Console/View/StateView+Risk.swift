// The trading states and their requests, as State has them; control plane.
import Quantities
import State

/// One scope: what is in force, and who asks for what.
struct RiskState: Encodable {
  /// `desk` or an instrument id.
  var scope: String
  /// In force: `active`, `reduceOnly`, `cancelOnly`, `halted`; `unknown` while the core is down.
  var state: String
  var flattening: Bool
  /// Sources that ask for more than `active`, by name.
  var requests: [String: String]
  /// Of an instrument: the figures that the gate holds orders to now, by the configuration's keys and units.
  var limits: [String: String]?
  /// Of an instrument: on the allow-list.
  var allowed: Bool?

  /// The scope of all instruments.
  static let desk = "desk"
}

struct RiskStates: Encodable {
  /// `up` or `down`.
  var core: String
  /// The desk first.
  var items: [RiskState]
}

extension StateView {
  func riskStates() -> RiskStates {
    var found = RiskStates(core: common.core, items: [])
    if reader != nil { found.fill(reader!) }
    return found
  }
}

extension RiskStates {
  mutating func fill(_ state: borrowing StateReader) {
    let isUp = core == "up"
    items = [RiskState(state, .none, RiskState.desk, isUp: isUp)]
    for index in 0..<state.instrumentCount {
      let id = InstrumentID(index: UInt16(index))
      let name = state.instrument(id).instrument.symbol.description
      items.append(RiskState(state, id, name, isUp: isUp))
    }
  }
}

extension InstrumentLimits {
  /// By key, in the configuration's units; what is missing is left out.
  var shown: [String: String] {
    var shown: [String: String] = [:]
    for limit in InstrumentLimit.allCases where self[limit] > 0 {
      shown[limit.text.key] =
        limit == .orderNotional
        ? orderNotionalMaximum.normalized.description : "\(self[limit] / limit.text.scale)"
    }
    return shown
  }
}

extension RiskState {
  init(_ state: borrowing StateReader, _ id: InstrumentID, _ scope: String, isUp: Bool) {
    let row = state.tradingState(of: id)
    self.scope = scope
    self.state = isUp ? "\(row.effective)" : "unknown"
    flattening = row.isFlattening
    requests = [:]
    if !id.isNone, let held = state.limits(of: id) {
      limits = held.shown
      allowed = held.isAllowed
    }
    for source in StopSource.allCases where row[source] != .active {
      requests["\(source)"] = "\(row[source])"
    }
  }
}
