// Playing incidents: what befalls pushes and requests, and what happens to the account; simulation.

import Market
import Matching
import Quantities

extension SimulatedExchange {
  /// Plays the incidents of a script from now on: counts begin here, and what is due at 0 ms has happened when
  /// this returns. Faults of instruments and connections are those of the script at the start alone.
  public func play(_ script: FaultScript) throws(FaultScriptError) {
    if !script.entries.isEmpty {
      throw FaultScriptError(line: 0, message: "instruments and connections are named at the start")
    }
    // What the script renames is named by both its names.
    let renamed = script.incidents.compactMap { incident -> String? in
      if case .change(_, .rename(let name, _)) = incident.deed { name } else { nil }
    }
    for incident in script.incidents {
      guard let name = incident.deed.instrument, catalogue.index(of: name) == nil,
        !renamed.contains(name)
      else { continue }
      throw FaultScriptError(line: 0, message: "no instrument '\(name)' in this market")
    }
    for incident in script.incidents where market.isRecording && isOfRecording(incident.deed) {
      throw FaultScriptError(
        line: 0,
        message: "'\(incident.deed.name)': a recording is sent as it was received, by "
          + "its own names and on its own grid; generate a market to change them")
    }
    for incident in script.incidents {
      switch incident.moment {
      case .count(let count):
        incidents.arm(incident.deed, atCount: count, of: incident.place)
      case .milliseconds(0): act(incident.deed)
      case .milliseconds(let time): later(time * 1_000_000) { $0.act(incident.deed) }
      }
    }
  }

  /// It would change what the recorded frames are written in.
  private func isOfRecording(_ deed: Deed) -> Bool {
    guard case .change(let name, let deed) = deed, let index = catalogue.index(of: name) else {
      return false
    }
    switch deed {
    case .rename: return true
    case .change(let change, _):
      return catalogue[index].applying(change).map { !$0.1.isNone } ?? false
    default: return false
    }
  }

  // MARK: - Pushes

  /// Sends one push of a private channel to all who listen, or what the script makes of it.
  func push(_ deliveries: [IncidentBoard.Delivery], of place: Incident.Place) {
    let deeds = incidents.meet(place)
    let held = incidents.takeHeld(place)
    if deeds.isEmpty && held.isEmpty { return send(deliveries) }
    var copies = 1
    var delay: Int64 = 0
    var isHeld = false
    for deed in deeds {
      switch deed {
      case .drop: copies = 0
      case .duplicate: copies = 2
      case .delay(let time): delay = time * 1_000_000
      case .reorder: isHeld = true
      default:
        later(0) { $0.act(deed) }
        continue
      }
      note(deed, of: place)
    }
    if isHeld {
      incidents.hold(deliveries, of: place)
      later(IncidentBoard.heldNanoseconds) { exchange in
        exchange.send(exchange.incidents.takeHeld(place))
        exchange.flush()
      }
    } else if delay > 0 {
      later(delay) { exchange in
        exchange.send(deliveries)
        exchange.flush()
      }
    } else {
      for _ in 0..<copies { send(deliveries) }
    }
    send(held)
  }

  private func send(_ deliveries: [IncidentBoard.Delivery]) {
    for delivery in deliveries { delivery.session.push(delivery.frame) }
  }

  private func note(_ deed: Deed, of place: Incident.Place) {
    incidents.count(deed)
    logger.warning(
      "fault injected", metadata: ["kind": "\(deed.name)", "of": "\(place.rawValue)"])
  }

  // MARK: - Requests

  /// What the script does to a request.
  struct Fate {
    var isUnheard = false
    var isUnanswered = false
    /// Answered so, whatever became of it.
    var refusal: VenueRefusal?
    /// The refusal is the envelope's.
    var isOfEnvelope = false
  }

  /// Counts one order of a request.
  func fate(of action: OrderAction) -> Fate {
    let place: Incident.Place =
      switch action {
      case .place: .place
      case .amend: .amend
      case .cancel: .cancel
      }
    var fate = Fate()
    for deed in incidents.meet(place) {
      switch deed {
      case .loseReply: fate.isUnanswered = true
      case .loseRequest: (fate.isUnheard, fate.isUnanswered) = (true, true)
      case .refuse(let code, let inEnvelope), .take(let code, let inEnvelope):
        if case .refuse = deed { fate.isUnheard = true }
        fate.refusal = VenueRefusal(code, "Injected by the fault script")
        fate.isOfEnvelope = inEnvelope
      default:
        later(0) { $0.act(deed) }
        continue
      }
      note(deed, of: place)
    }
    return fate
  }

  // MARK: - REST

  /// Nanoseconds that REST lags behind.
  var lag: Int64 {
    guard let lag = incidents.lag, clock.monotonic() < lag.until else { return 0 }
    return lag.nanoseconds
  }

  /// Orders as REST shows them now where that is not as they are; nil: no such order.
  var pastOrders: [UInt64: VenueOrder?] {
    lag == 0 ? [:] : orderLog.orders(at: clock.monotonic() - lag)
  }

  var hidesLiveOrders: Bool { clock.monotonic() < incidents.notFoundUntil }
}
