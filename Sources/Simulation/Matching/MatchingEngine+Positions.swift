// What an account does to a position beside trading: leverage, closing at market, and the largest order; simulation.

import Market
import Quantities

extension MatchingEngine {
  /// Leverage where the instrument names no highest.
  public static var leverageMax: Int64 { 125 }

  public func leverageMax(_ instrument: Int) -> Int64 {
    DecimalNumber(catalogue[instrument].leverage).flatMap {
      try? $0.units(of: DecimalNumber(mantissa: 1, decimals: 0))
    } ?? MatchingEngine.leverageMax
  }

  /// What the open lots' cost asks for.
  func margin(of position: VenuePosition) -> Amount {
    position.openCost.magnitude.divided(
      by: Amount(units: Int128(leverages[position.instrument]), decimals: 0),
      places: MatchingEngine.feeDecimalsMax) ?? .zero
  }

  /// Changes what open positions and orders of the instrument hold (docs/OKX.md OKX-162). 59102 above the
  /// highest, 59103 where a lower one asks for more than there is.
  public mutating func setLeverage(
    _ instrument: Int, to leverage: Int64, at now: Int64, into events: inout [EngineEvent]
  ) -> VenueRefusal? {
    advance(to: now, into: &events)
    if leverage > leverageMax(instrument) {
      return VenueRefusal(
        59_102, "Leverage exceeds the maximum leverage. Please adjust the leverage.")
    }
    let before = leverages[instrument]
    let settlement = catalogue[instrument].settlement
    leverages[instrument] = leverage
    let modes = [held[instrument], isolated[instrument]].compactMap { $0 }
    var more = Amount.zero
    for position in modes { more = more + (margin(of: position) - position.margin) }
    var holds: [(id: UInt64, hold: Amount)] = []
    for order in open[instrument] {
      let hold = (try? fundsNeeded(order, isChecked: false)) ?? order.hold
      holds.append((order.id, hold))
      more = more + (hold - order.hold)
    }
    let available = cash[settlement]?.available ?? .zero
    if more.units > 0 && available.isLess(than: more) != false {
      leverages[instrument] = before
      return VenueRefusal(
        59_103,
        "Leverage is too low and no sufficient margin in your account. Please adjust the leverage.")
    }
    for position in modes {
      var position = position
      setMargin(of: &position)
      if position.position.lots != 0 { position.updatedAt = now / 1_000_000 }
      keep(position)
    }
    for (id, hold) in holds { changeHold(of: id, instrument, to: hold) }
    closeBatch(at: now, into: &events)
    return nil
  }

  /// Closes the whole position at market (docs/OKX.md OKX-119). Orders of the closing side go first, with
  /// cancelSource 17, where `cancelsOrders`; else they are 51115.
  public mutating func closePosition(
    _ instrument: Int, isIsolated: Bool, cancelsOrders: Bool, clientID: String, tag: String,
    at now: Int64, into events: inout [EngineEvent]
  ) -> Result<UInt64, VenueRefusal> {
    advance(to: now, into: &events)
    let lots = position(instrument, isIsolated: isIsolated).position.lots
    if lots == 0 || catalogue[instrument].type == .spot {
      return .failure(VenueRefusal(51_023, "Position doesn't exist."))
    }
    let side: Side = lots > 0 ? .sell : .buy
    let mode = isIsolated ? "isolated" : "cross"
    let closing = open[instrument].filter { $0.side == side && $0.tradeMode == mode }
    if !closing.isEmpty && !cancelsOrders {
      return .failure(
        VenueRefusal(51_115, "Cancel all pending close-orders before liquidation."))
    }
    for order in closing {
      if let order = take(order.id) { finish(order, source: "17", at: now, into: &events) }
    }
    if abs(lots) > catalogue[instrument].maximumLots {
      return .failure(
        VenueRefusal(51_108, "Positions exceed the limit for closing out with the market price."))
    }
    var request = OrderRequest(
      instrument: instrument, side: side, type: "market", price: "",
      size: catalogue[instrument].text(quantity: Quantity(lots: abs(lots))), clientID: clientID,
      tradeMode: mode)
    request.reduceOnly = true
    request.tag = tag
    return place(request, at: now, into: &events)
  }

  /// What is free for an order: of a spot buy the quote currency, of a sell the base, of contracts the margin.
  public func available(_ instrument: Int, _ side: Side) -> Amount {
    let item = catalogue[instrument]
    let currency = item.type == .spot && side == .sell ? item.base : item.settlement
    let free = cash[currency]?.available ?? .zero
    return free.units > 0 ? free : .zero
  }

  /// The largest order of that side, in lots: of spot buys and contracts at `price`. Nil without a price.
  public func largestOrder(
    _ instrument: Int, _ side: Side, price: Price, leverage: Int64? = nil
  ) -> Quantity? {
    let item = catalogue[instrument]
    let free = available(instrument, side)
    func whole(_ amount: Amount, over lot: Amount) -> Quantity? {
      amount.divided(by: lot, places: 0).map {
        Quantity(lots: min(Int64(clamping: $0.units), item.maximumLots))
      }
    }
    if item.type == .spot && side == .sell { return whole(free, over: Amount(item.lot)) }
    guard !price.isNone, let one = value(instrument, price, lots: 1), one.units > 0 else {
      return nil
    }
    if item.type == .spot { return whole(free, over: one) }
    let times = DecimalNumber(mantissa: leverage ?? leverages[instrument], decimals: 0)
    guard let bought = try? free.multiplied(by: times) else { return nil }
    let position = position(instrument).position.lots
    let closes = position != 0 && (position > 0) != (side == .buy) ? abs(position) : 0
    // An order that closes the position holds nothing; a larger one holds for all of it.
    return whole(bought, over: one).map { Quantity(lots: max($0.lots, closes)) }
  }
}
