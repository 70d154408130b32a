// When a desk or an instrument counts as flat; control plane.
import Channels
import Pipeline
import Quantities
import State

extension DeskStates {
  /// What an instrument holds is not known yet, or no more: the Builder counts from 0 until start-up has told it, and
  /// while reconciliation holds the exchange may know of more.
  func awaitsWord(on id: InstrumentID) -> Bool {
    desk.board.requested(by: .startup, for: .none) != .active
      || desk.board.requested(by: .reconcile, for: .none) != .active
      || desk.board.requested(by: .reconcile, for: id) != .active
  }

  /// A picture made before what holds it back was lifted may be of before it too.
  func noteWhatIsKnown() {
    for id in scopes.dropFirst() {
      let slot = desk.state.market(id)
      if slot?.isBelowMinimum != true {
        shortSince[row(id)] = nil
      } else if shortSince[row(id)] == nil {
        shortSince[row(id)] = .now()
      }
      if awaitsWord(on: id) {
        knownSince[row(id)] = nil
      } else if knownSince[row(id)] == nil {
        knownSince[row(id)] = .now()
      }
    }
  }

  /// Nothing of it can be sold and nothing works, by a picture that the Builder made after `instant` and since what is held
  /// is known; false while there is none.
  func isFlat(_ id: InstrumentID, since instant: Instant? = nil) -> Bool {
    let ids = id.isNone ? Array(scopes.dropFirst()) : [id]
    return ids.allSatisfy {
      guard let slot = desk.state.market($0), let known = knownSince[row($0)], !awaitsWord(on: $0)
      else { return false }
      return slot.publishedAt > max(known, instant ?? known) && slot.workingOrders == 0
        // Of the Sender's count: the Builder knows of no order that this start took up.
        && desk.working.own($0) == 0 && (slot.position.lots == 0 || isRemainder(slot, $0))
    }
  }

  /// What no order is small enough for. Where more is held and less can be sold, a balance may lag its fill.
  private func isRemainder(_ slot: MarketSlot, _ id: InstrumentID) -> Bool {
    if !slot.isBelowMinimum { return false }
    if slot.position.lots.magnitude < max(1, desk.instruments[id].minimumLots) { return true }
    guard let since = shortSince[row(id)] else { return false }
    return Instant.now().since(since) >= DeskStates.balancePatienceNanoseconds
  }

  /// `flat`, and what is left of it all the same.
  func flatText(_ id: InstrumentID, _ word: String = "flat") -> String {
    let ids = id.isNone ? Array(scopes.dropFirst()) : [id]
    let left = ids.compactMap { one -> String? in
      guard let lots = desk.state.market(one)?.position.lots, lots != 0 else { return nil }
      return "\(lots) lots of \(desk.name(one))"
    }
    if left.isEmpty { return word }
    return word + " but for \(left.joined(separator: ", ")), below the smallest order"
  }

  /// Longer than from one reading of the balances to the next, which comes by itself.
  private static var balancePatienceNanoseconds: Int64 { 40_000_000_000 }
}
