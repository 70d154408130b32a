// What the sender lets out under each trading state, whatever gate and Builder think; hot plane.

import Quantities
import Risk

/// The last check before an order leaves (docs/ARCHITECTURE.md: the stop lives in the Sender).
public enum SenderPolicy {
  /// `.approved`, or why the order stays.
  ///
  /// - Parameters:
  ///   - state: what holds for the order's instrument now (`TradingStateMachine.state`).
  ///   - position: the signed position in lots (`PositionBook`).
  ///   - open: the instrument's open orders (`OrderTable.openOrders`), this order not among them.
  @_noLocks
  public static func check(
    _ order: ApprovedOrder, state: TradingState, position: Quantity, open: Exposure
  ) -> RefusalCode {
    let intent = order.intent
    // Cancels pass in every state.
    if intent.kind == .cancel { return .approved }
    switch state {
    case .active:
      if !intent.isReduceOnly { return .approved }
    case .reduceOnly:
      break
    case .cancelOnly, .halted:
      return .tradingState
    }
    var exposure = open
    exposure.position = position.lots
    return intent.quantity.lots <= exposure.reducible(intent.side) ? .approved : .reduceOnly
  }
}
