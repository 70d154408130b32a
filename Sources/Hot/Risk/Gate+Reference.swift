// The controls on the market an intent was decided on: validity, age, collar; hot plane.

import Quantities

extension Gate {
  @_noLocks
  func refuseReference(
    _ intent: Intent, _ risk: InstrumentRisk, _ now: Instant, _ wall: WallMilliseconds
  ) -> Refusal? {
    let reference = intent.reference
    let bid = reference.bid.ticks
    let ask = reference.ask.ticks
    // A side without price shows `.none`, which is negative; a crossed book is no reference either.
    if !intent.isBookValid || bid <= 0 || ask <= 0 || bid >= ask {
      return Refusal(.invalidBook, limit: bid, figure: ask)
    }
    let age = now.since(reference.receivedAt)
    if age > risk.limits.referenceAgeMaximumNanoseconds {
      return Refusal(
        .staleBook, limit: risk.limits.referenceAgeMaximumNanoseconds, figure: age)
    }
    if desk.checksExchangeAge {
      let (difference, overflow) = wall.milliseconds.subtractingReportingOverflow(
        reference.exchangeTime.milliseconds)
      let limit = desk.exchangeAgeMaximumMilliseconds
      // A stamp from the future says as little about the book as one from the past.
      let isOut = overflow || difference > limit || difference < 0 &- limit
      if isOut {
        return Refusal(.exchangeAge, limit: limit, figure: overflow ? .max : difference)
      }
    }
    return Gate.refuseCollar(
      price: intent.price.ticks, bid: bid, ask: ask, limit: risk.limits.collarBasisPoints)
  }

  /// Prices may lie between the reference bid and ask and `limit` basis points outside of them: above
  /// the ask a buy pays too much, far below the bid it is a slip of the hand. Exact, in 128 bits.
  @_noLocks
  static func refuseCollar(price: Int64, bid: Int64, ask: Int64, limit: Int64) -> Refusal? {
    let base: Int64
    let distance: Int64
    if price > ask {
      base = ask
      distance = price &- ask
    } else if price < bid {
      base = bid
      distance = bid &- price
    } else {
      return nil
    }
    // Both factors are below 2^63: the products fit 128 bits.
    let scaled = Int128(distance) &* 10_000
    if scaled <= Int128(limit) &* Int128(base) { return nil }
    let (quotient, remainder) = scaled.quotientAndRemainder(dividingBy: Int128(base))
    let figure = remainder == 0 ? quotient : quotient &+ 1
    return Refusal(
      .priceCollar, limit: limit,
      figure: figure > Int128(Int64.max) ? .max : Int64(truncatingIfNeeded: figure))
  }
}
