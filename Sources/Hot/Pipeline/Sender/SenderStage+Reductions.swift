// Reduce-only orders of derivatives: sized by the exchange's word while ours is in doubt, and not repeated on a refusal; hot plane.

import OKX
import Orders
import Quantities

extension SenderStage {
  /// The exchange refuses a reduction that exceeds its position whole. After one such refusal, and while reconciliation
  /// holds, its word counts: what it would refuse is not sent, and our count follows it.
  @_noLocks
  mutating func mayReduce(_ intent: Intent, _ now: Instant) -> Bool {
    let id = intent.instrument
    if !intent.isReduceOnly || instruments[id].type == .spot { return true }
    if settings.reconciliation == .none { return true }
    if watch.mustAwaitWord(id, now: now) { return false }
    if !epoch.isHolding && states.request(.reconcile, id) == .active { return true }
    let own = positions.quantity(id).lots
    guard let stated = watch.repaired(id, lots: own), stated != own else { return true }
    var exposure = table.openOrders(id)
    exposure.position = stated
    if intent.quantity.lots <= exposure.reducible(intent.side) { return true }
    repair(id, .none, now)
    return false
  }

  /// Before the table ends the order. Without REST nobody could be asked.
  @_noLocks
  mutating func doubtPosition(_ reply: OrderReply) {
    if settings.reconciliation != .rest || !ReplyMeaning.isOfPosition(reply.code) { return }
    guard let order = table.order(of: reply, isCancel: false), order.isReduceOnly,
      !order.state.isTerminal, instruments[order.instrument].type != .spot
    else { return }
    watch.wantWord(order.instrument, now: reply.receivedAt)
  }
}
