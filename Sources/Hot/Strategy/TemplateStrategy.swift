// A strategy to copy and change: the smallest one that is complete; hot plane.

import Book
import Quantities

/// Joins the best bid with one order while the book leans to the buyers, and pulls it when it leans away.
///
/// What to keep when you make it yours:
/// 1. Everything you remember lies in `self` and is fixed in size: no arrays grown, no classes, no closures.
///    A table goes behind a pointer allocated in `init` (see `SignalFollower`).
/// 2. `@_noLocks` stays on `decide`: the compiler then proves that nothing in it allocates or locks.
/// 3. The clock is an argument. Never read one: replay would differ.
/// 4. Return early unless `context.isQuotable`: no intent comes from a book that is not valid.
/// 5. Look at `working` before you place: an order under way is not live yet, an unknown one may be.
/// 6. Take a token before each intent. The exchange allows 60 orders per 2 s; half of them are yours.
/// 7. The gate has the last word. Its refusal comes back through `observe(_:now:)`, with code and numbers.
public struct TemplateStrategy: Strategy, ~Copyable {
  /// Asks the Builder for indicators.
  public static var readsIndicators: Bool { true }

  let instrument: InstrumentID
  let lots: Quantity
  let positionMaximum: Int64
  var orders = RateBudget(count: 30, windowNanoseconds: 2_000_000_000)
  var cancels = RateBudget(count: 30, windowNanoseconds: 2_000_000_000)
  var notBefore = Instant.zero

  public init(instrument: InstrumentID, lots: Quantity, positionMaximum: Int64) {
    self.instrument = instrument
    self.lots = lots
    self.positionMaximum = positionMaximum
  }

  @_noLocks
  public mutating func decide(
    _ context: StrategyContext, working: borrowing IntentsInFlight,
    into intents: inout IntentBuffer
  ) {
    if context.instrument.id != instrument || !context.isQuotable { return }
    // Nil until the indicator is warm: then there is no opinion.
    let lean = context.indicators.imbalance5 ?? 0
    let wantsOrder =
      lean > 0.2 && !context.isMuted && !context.isFlattening
      && context.tradingState == .active && context.position.lots < positionMaximum
    if let own = working.working(instrument, .buy) {
      if own.isCancelInFlight || own.stage != .live { return }
      let isAway = own.price != context.reference.bid
      if (!wantsOrder || isAway) && cancels.take(at: context.now) {
        intents.cancel(context, own)
      }
      return
    }
    if !wantsOrder || context.now < notBefore || !orders.take(at: context.now) { return }
    intents.place(
      context, side: .buy, type: .postOnly, price: context.reference.bid, quantity: lots)
  }

  public mutating func observe(_ verdict: Verdict, now: Instant) {
    if verdict.code != .approved { notBefore = now.advanced(byNanoseconds: 1_000_000_000) }
  }
}
