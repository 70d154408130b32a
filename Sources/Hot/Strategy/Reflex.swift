// The latency harness's strategy: an order for every book update; hot plane.

import Quantities

/// Answers each new book message of its instrument with one limit buy of the smallest size at the best bid.
/// `DecisionReference.seqId` of the intent is the update's, which the sender may send as the request's `id`.
/// It follows no lease and no position: for loopback measurements only.
public struct Reflex: Strategy, ~Copyable {
  let instrument: InstrumentID
  var lastSeqId: Int64 = -1

  public init(instrument: InstrumentID) { self.instrument = instrument }

  @_noLocks
  public mutating func decide(
    _ context: StrategyContext, working: borrowing IntentsInFlight,
    into intents: inout IntentBuffer
  ) {
    if context.instrument.id != instrument || !context.isQuotable
      || context.reference.seqId == lastSeqId || context.isMuted
    {
      return
    }
    lastSeqId = context.reference.seqId
    intents.place(
      context, side: .buy, type: .limit, price: context.reference.bid,
      quantity: Quantity(lots: max(1, context.instrument.minimumLots)))
  }
}
