// Sums of a simulated account's money; simulation.

import Quantities

extension Amount {
  var magnitude: Amount { units < 0 ? negated : self }
}

/// The sum of two amounts of a simulated account. Balances are bounded by the seeds and the notional of
/// orders, each checked on the way in, so a sum that leaves 128 bits is a broken invariant.
func + (a: Amount, b: Amount) -> Amount {
  guard let sum = try? a.adding(b) else {
    preconditionFailure("Invariant: an account's sums fit 128 bits")
  }
  return sum
}

func - (a: Amount, b: Amount) -> Amount { a + b.negated }
