// What a request at the Door will come to, by what is in force now; control plane.
import Channels
import Door
import Pipeline
import Quantities
import State

/// Reads and answers; changes nothing. A thing that cannot happen is refused with its reason; one that will happen later
/// is taken, and the answer names what it waits for.
struct DoorOutlook {
  let desk: DeskControls
  let states: DeskStates
  let limits: LimitBook

  // MARK: Signals

  /// The target that the limits in force leave of the one that is asked.
  func target(_ asked: Int64, _ id: InstrumentID) -> Int64 {
    let most = max(0, limits[id].positionLotsMaximum)
    return min(max(asked, 0 - most), most)
  }

  /// Why nothing would come of `target`; nil where something will. Stops that end by themselves refuse nothing.
  func refusal(of target: Int64, _ id: InstrumentID) -> DoorReply? {
    let holds = states.holds(on: id, from: .reduceOnly).filter {
      DoorOutlook.lasting.contains($0.source)
    }
    if holds.contains(where: { $0.source == .startup }) { return DoorReply(.notStarted) }
    if !limits[id].isAllowed {
      return DoorReply(.beyondLimit, detail: "\(desk.name(id)) was taken off the allow-list")
    }
    if desk.board.isFlattening(id) {
      return DoorReply(.stopped, detail: "\(desk.name(id)) is being flattened")
    }
    let held = DoorText.answer("", waits: [], holds: holds).dropFirst(2)
    if holds.contains(where: { $0.state.rawValue >= TradingState.cancelOnly.rawValue }) {
      return DoorReply(.stopped, detail: String(held))
    }
    if holds.contains(where: { $0.source == .durability }) {
      return DoorReply(.stopped, detail: "the strategy is muted, `flatten` goes out; \(held)")
    }
    if !holds.isEmpty, let slot = desk.state.market(id), !shrinks(slot.position.lots, to: target) {
      let position = "the position of \(slot.position.lots) lots may only shrink"
      return DoorReply(.stopped, detail: "\(position); \(held)")
    }
    return nil
  }

  /// Whose stops end by a person's, a start's or the exchange's doing; all others let go by themselves and soon.
  private static let lasting: Set<StopSource> = [
    .person, .breaker, .durability, .supervisor, .startup, .exchange,
  ]

  private func shrinks(_ position: Int64, to target: Int64) -> Bool {
    position > 0 ? target < position : target > position && position != 0
  }

  /// `asked` in the lots of now; `request` as its sender counted.
  func published(asked: Int64, _ target: Int64, of request: DoorSignal, _ id: InstrumentID)
    -> DoorReply
  {
    var first = "published"
    if asked != request.target, let lot = request.units.lot {
      first += "; \(request.target) lots of \(lot) are \(asked) of \(desk.instruments[id].lot)"
    }
    if target != asked {
      first += "; target \(target) lots: the position limit in force, of \(asked) asked"
    }
    var reply = DoorReply(
      .done,
      detail: DoorText.answer(
        first, waits: waits(id), holds: states.holds(on: id, from: .reduceOnly)))
    reply.first = target
    return reply
  }

  // MARK: Stops and exits

  func rearmed(_ id: InstrumentID) -> DoorReply {
    let state = desk.board.inForce(for: id)
    return DoorReply(
      .done,
      detail: DoorText.answer("\(state)", waits: [], holds: states.holds(on: id, from: .reduceOnly))
    )
  }

  func stopped(_ state: TradingState, _ id: InstrumentID, isWithdrawn: Bool) -> DoorReply {
    var first = "\(desk.board.inForce(for: id))"
    if isWithdrawn { first += "; the flatten is taken back" }
    if state.rawValue < TradingState.cancelOnly.rawValue || sessionWaits.isEmpty {
      return DoorReply(.done, detail: first)
    }
    let working = ids(id).reduce(0) { $0 + desk.working.own($1) }
    if working > 0 { first += "; orders at work: \(working)" }
    return DoorReply(.done, detail: DoorText.answer(first, waits: sessionWaits))
  }

  /// Counted by the Sender: the Builder knows nothing of orders that this start did not place.
  func cancelled(_ id: InstrumentID) -> DoorReply {
    let working = ids(id).reduce(0) { $0 + desk.working.own($1) }
    let others = ids(id).reduce(0) { $0 + desk.working.others($1) }
    var first =
      working == 0
      ? "no order is known to work; cancels are on their way"
      : "cancels are on their way: \(working)"
    if others > 0 { first += "; other people's orders: \(others)" }
    return DoorReply(.done, detail: DoorText.answer(first, waits: sessionWaits))
  }

  /// Accepted always: it stands until it is done or taken back.
  func flattened(_ id: InstrumentID, isOn: Bool) -> DoorReply {
    let own = desk.board.requested(by: .person, for: id)
    let above = desk.board.requested(by: .person, for: .none)
    let after = own.rawValue > above.rawValue ? own : above
    if !isOn { return DoorReply(.done, detail: "withdrawn; still \(after)") }
    if states.isFlat(id) {
      return DoorReply(.done, detail: states.flatText(id, "flat already") + "; \(after) holds")
    }
    var waits: [String] = []
    let left = ids(id).filter { !states.isFlat($0) }
    // A position of 0 is no word yet while the exchange is still asked.
    if left.contains(where: {
      states.awaitsWord(on: $0) && (desk.state.market($0)?.position.lots ?? 0) == 0
    }) {
      waits.append("the exchange's word on what is held")
    }
    for one in left {
      waits += bookWaits(one)
      if !limits[one].isAllowed { waits.append("\(desk.name(one)) on the allow-list") }
    }
    let scopes = id.isNone ? [.none] + ids(id) : [id]
    var holds: [DeskStates.Hold] = []
    for scope in scopes {
      for hold in states.holds(on: scope, from: .cancelOnly)
      where id == scope || !hold.isOfDesk { holds.append(hold) }
    }
    if id.isNone, let spot = left.first(where: { desk.instruments[$0].type == .spot }) {
      holds += states.holds(on: spot, from: .cancelOnly).filter {
        $0.isOfDesk && $0.source == .reconcile
      }
    }
    return DoorReply(
      .done,
      detail: DoorText.answer(
        "until flat, then \(after)", waits: sessionWaits + waits, holds: holds))
  }

  // MARK: What is waited for

  private func ids(_ id: InstrumentID) -> [InstrumentID] {
    id.isNone ? (0..<desk.instruments.count).map { InstrumentID(index: UInt16($0)) } : [id]
  }

  private func waits(_ id: InstrumentID) -> [String] { sessionWaits + bookWaits(id) }

  private func bookWaits(_ id: InstrumentID) -> [String] {
    desk.state.market(id)?.isValid == true ? [] : ["a valid book of \(desk.name(id))"]
  }

  private var sessionWaits: [String] {
    guard let row = desk.privateConnection, desk.state.connectionState(row) != .ready else {
      return []
    }
    return ["the private session"]
  }
}
