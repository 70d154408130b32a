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
  private let reference: Reference
  private let side: Side

  init(_ reference: Reference, _ side: Side) {
    self.reference = reference
    self.side = side
  }

  mutating func add(price: Int64, lots count: Int64) {
    let difference = Int128(price) * 2 - reference.midHalfTicks
    weighted += difference * Int128(count) * Int128(side.sign)
    lots += Int128(count)
  }

  /// Ticks, rounded to a hundredth.
  var ticks: String? {
    if lots == 0 { return nil }
    return DecimalText.hundredths(DecimalText.divided(weighted * 50, lots))
  }

  /// Hundredths of a percent of the mid, rounded to a hundredth of one.
  var basisPoints: String? {
    if lots == 0 || reference.midHalfTicks <= 0 { return nil }
    return DecimalText.hundredths(
      DecimalText.divided(weighted * 1_000_000, lots * reference.midHalfTicks))
  }
}
