// What filling cost against the market that was decided on; control plane.
import Quantities

/// The reference of an order's intent: best bid and ask in ticks.
struct Reference {
  var bid: Int64
  var ask: Int64

  /// Nil where a side was empty.
  init?(bid: Int64?, ask: Int64?) {
    guard let bid, let ask else { return nil }
    self.bid = bid
    self.ask = ask
  }

  var midHalfTicks: Int128 { Int128(bid) + Int128(ask) }

  /// The best price of the side that an order of `side` trades against.
  func counter(_ side: Side) -> Int64 { side == .buy ? ask : bid }
}

/// Fills of one order (or one of them), weighted by their lots.
struct Slippage {
  /// Sum of lots × (price − mid) in half ticks, positive where it is worse for us.
  private var weighted: Int128 = 0
  private var lots: Int128 = 0
  /// A size of an absurd fill is past 127 bits: nothing is said then.
  private var isPast = false
  private let reference: Reference
  private let side: Side

  init(_ reference: Reference, _ side: Side) {
    self.reference = reference
    self.side = side
  }

  mutating func add(price: Int64, lots count: Int64) {
    let difference = Int128(price) * 2 - reference.midHalfTicks
    let (product, isWide) = difference.multipliedReportingOverflow(by: Int128(count))
    let (sum, overflowed) =
      side == .buy
      ? weighted.addingReportingOverflow(product) : weighted.subtractingReportingOverflow(product)
    if isWide || overflowed { isPast = true } else { weighted = sum }
    lots += Int128(count)
  }

  /// Ticks, rounded to a hundredth.
  var ticks: String? {
    quotient(of: 50, by: lots)
  }

  /// Hundredths of a percent of the mid, rounded to a hundredth of one.
  var basisPoints: String? {
    if reference.midHalfTicks <= 0 { return nil }
    let (product, overflowed) = lots.multipliedReportingOverflow(by: reference.midHalfTicks)
    return overflowed ? nil : quotient(of: 1_000_000, by: product)
  }

  private func quotient(of factor: Int128, by divisor: Int128) -> String? {
    let (product, overflowed) = weighted.multipliedReportingOverflow(by: factor)
    if overflowed || isPast || divisor == 0 { return nil }
    return DecimalText.hundredths(DecimalText.divided(product, divisor))
  }
}
