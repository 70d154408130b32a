// Amending algo orders: TP/SL and trigger orders alone (docs/OKX.md OKX-237); simulation.

import Market
import Quantities

extension MatchingEngine {
  /// Returns the `algoId`. A refused amendment cancels the order where it asks for that.
  public mutating func amendAlgo(
    _ selector: AlgoSelector, instrument: Int, _ amendment: AlgoAmendment, at now: Int64,
    into events: inout [EngineEvent]
  ) -> Result<UInt64, VenueRefusal> {
    advance(to: now, into: &events)
    do throws(VenueRefusal) { try checkAmendment(ofAlgo: instrument) } catch {
      return .failure(error)
    }
    guard let place = waiting(selector, instrument) else {
      let isTriggered = algo(selector).map { $0.triggeredAt > 0 } ?? false
      return .failure(
        isTriggered
          ? VenueRefusal(51_532, "TP/SL already triggered and cannot be modified.")
          : VenueRefusal(
            51_503, "Modification failed as the order has been filled, canceled or does not exist.")
      )
    }
    do throws(VenueRefusal) {
      var order = try amended(algos[place], amendment)
      order.amendRequest = amendment.requestID
      order.amendResult = "0"
      order.updatedAt = now / 1_000_000
      events.append(.algo(order))
      (order.amendRequest, order.amendResult) = ("", "")
      algos[place] = order
      return .success(order.id)
    } catch {
      if amendment.cancelsOnFailure {
        var order = algos.remove(at: place)
        (order.amendRequest, order.amendResult) = (amendment.requestID, "-1")
        end(order, as: .canceled, at: now, into: &events)
      }
      return .failure(error)
    }
  }

  private func amended(
    _ before: AlgoOrder, _ amendment: AlgoAmendment
  ) throws(VenueRefusal) -> AlgoOrder {
    if before.type == .trailing {
      throw VenueRefusal(51_506, "This order type does not support modification.")
    }
    if amendment.isEmpty {
      throw VenueRefusal(51_500, "You must enter a price, quantity, or TP/SL.")
    }
    if !amendment.size.isEmpty && before.closesPosition {
      throw VenueRefusal(
        51_524, "The quantity of a TP/SL order for the entire position can not be modified.")
    }
    var order = before
    if before.type == .trigger {
      try change(&order, trigger: amendment.trigger)
    } else {
      for name in [AlgoLegName.takeProfit, .stopLoss] {
        try change(&order, name, amendment.leg(name))
      }
      if order.takeProfit == nil && order.stopLoss == nil {
        throw VenueRefusal(51_531, "A TP/SL order must keep one direction.")
      }
    }
    if !amendment.size.isEmpty { order.size = try algoSize(amendment.size, order) }
    return order
  }

  private func change(
    _ order: inout AlgoOrder, trigger text: AlgoRequest.LegText
  ) throws(VenueRefusal) {
    guard let old = order.trigger else { return }
    if text.isEmpty && text.source.isEmpty { return }
    var new = try leg(merged(text, old, order), nil, order)
    new.isRising = rising(new, order.instrument)
    order.trigger = new
  }

  private func change(
    _ order: inout AlgoOrder, _ name: AlgoLegName, _ text: AlgoRequest.LegText
  ) throws(VenueRefusal) {
    if text.isEmpty && text.source.isEmpty { return }
    let old = name == .takeProfit ? order.takeProfit : order.stopLoss
    guard let old else {
      throw VenueRefusal(51_526, "A TP/SL order does not take a further direction.")
    }
    let isSpot = catalogue[order.instrument].type == .spot
    let isDeleted = [text.trigger, text.price].contains {
      DecimalNumber($0).map { $0.mantissa == 0 } ?? false
    }
    if isSpot && (isDeleted || !text.source.isEmpty) {
      throw VenueRefusal(
        51_543, "Of spot TP/SL orders the prices and the quantity can be modified alone.")
    }
    var new: AlgoLeg?
    if !isDeleted {
      let made = try leg(merged(text, old, order), name, order)
      try checkSide(made, name, order)
      new = made
    }
    if order.closesPosition, let price = new?.price, !price.isNone {
      throw VenueRefusal(51_330, "closeFraction is only available for TP/SL market orders.")
    }
    if name == .takeProfit { order.takeProfit = new } else { order.stopLoss = new }
  }

  /// What the amendment leaves out stays as it is.
  private func merged(
    _ text: AlgoRequest.LegText, _ old: AlgoLeg, _ order: AlgoOrder
  ) -> AlgoRequest.LegText {
    let item = catalogue[order.instrument]
    let price = old.price.isNone ? "-1" : item.text(price: old.price)
    return AlgoRequest.LegText(
      trigger: text.trigger.isEmpty ? item.text(price: old.trigger) : text.trigger,
      price: text.price.isEmpty ? price : text.price,
      source: text.source.isEmpty ? old.source.rawValue : text.source)
  }
}
