// Routes of risk: which trading states hold, and a person's pause, resume, cancel and flatten; control plane.
import Door
import Foundation
import Hummingbird
import Quantities

enum RiskRoutes {
  static let all: [Route] = [
    Route(.get, "/api/risk/actions") { call in
      .json(await call.services.view.riskStates())
    },
    Route(.post, "/api/risk/actions", .right(.risk)) { call in
      let asked = try await call.body(RiskAction.self)
      let person = call.caller?.person ?? ""
      let reply = try await call.services.door.send(try asked.request(person: person))
      call.services.log.notice(
        "a risk action",
        metadata: [
          "action": "\(asked.action.rawValue)", "scope": "\(asked.scope)", "person": "\(person)",
        ])
      return .json(
        RiskAnswer(
          action: asked.action.rawValue, scope: asked.scope, person: person, detail: reply.detail))
    },
  ]
}

/// `{"action": "pause", "scope": "desk", "state": "cancelOnly", "reason": "…", "confirm": true}`.
struct RiskAction: Decodable, Sendable {
  enum Action: String, Sendable, CaseIterable { case pause, resume, cancel, flatten }

  var action: Action
  /// `desk` or an instrument id.
  var scope: String
  /// Of a pause.
  var state: TradingState
  /// Of a flatten: false withdraws the request; the desk stays reduceOnly.
  var isOn: Bool
  /// For the record.
  var reason: String

  init(from decoder: any Decoder) throws {
    let fields = try StrictFields(
      decoder, ["action", "scope", "instrument", "state", "on", "reason", "confirm"])
    let word = try fields.get(String.self, "action")
    guard let action = Action(rawValue: word) else {
      throw StrictFields.wrong("action", "not one of pause, resume, cancel, flatten")
    }
    self.action = action
    let scope = try fields.getIfAny(String.self, "scope")
    let instrument = try fields.getIfAny(String.self, "instrument")
    if let scope, let instrument, scope != instrument {
      throw StrictFields.wrong("instrument", "says something else than `scope`")
    }
    self.scope = scope ?? instrument ?? RiskState.desk
    switch try fields.getIfAny(String.self, "state") {
    case nil: state = .cancelOnly
    case .some(_) where action != .pause:
      throw StrictFields.wrong("state", "goes with a pause alone")
    case "reduceOnly": state = .reduceOnly
    case "cancelOnly": state = .cancelOnly
    case "halted": state = .halted
    default: throw StrictFields.wrong("state", "not one of reduceOnly, cancelOnly, halted")
    }
    let on = try fields.getIfAny(Bool.self, "on")
    if on != nil && action != .flatten {
      throw StrictFields.wrong("on", "goes with a flatten alone")
    }
    isOn = on ?? true
    reason = try fields.get(String.self, "reason").trimmingCharacters(in: .whitespacesAndNewlines)
    if reason.isEmpty || reason.utf8.count > DoorLayout.reasonBytesMax {
      throw StrictFields.wrong(
        "reason", "is not 1 to \(DoorLayout.reasonBytesMax) bytes of text: it goes on record")
    }
    if reason.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      throw StrictFields.wrong("reason", "holds control characters")
    }
    if try !fields.get(Bool.self, "confirm") {
      throw StrictFields.wrong("confirm", "is not true: nothing was done")
    }
  }

  func request(person: String) throws(Problem) -> DoorRequest {
    let scope: DoorScope
    if self.scope == RiskState.desk {
      scope = .desk
    } else {
      guard let symbol = Symbol(self.scope) else { throw .json("`scope` is no instrument id") }
      scope = .instrument(symbol)
    }
    return switch action {
    case .pause:
      .stop(
        DoorStateRequest(
          scope: scope, source: .person, state: state, person: person, reason: reason))
    case .resume:
      .rearm(
        DoorStateRequest(
          scope: scope, source: .person, state: .active, person: person, reason: reason))
    case .cancel: .cancel(DoorCancel(scope: scope, person: person, reason: reason))
    case .flatten:
      .flatten(DoorFlatten(scope: scope, isOn: isOn, person: person, reason: reason))
    }
  }
}

struct RiskAnswer: Encodable {
  var status = "done"
  var action: String
  var scope: String
  var person: String
  /// The core's words: the state in force, or what happens now.
  var detail: String
}
