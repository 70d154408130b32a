// The account as a snapshot shows it, with its fall from the highest equity; control plane.
import Quantities
import Roles
import State

/// Keeps the highest equity seen, for the drawdown.
struct EquityPeak {
  private var highest: Double?

  mutating func know(_ equity: Double) {
    if equity.isFinite { highest = max(highest ?? equity, equity) }
  }

  mutating func account(_ record: AccountRecord?) -> AccountFacts? {
    guard let record, let equity = Double(record.total.description), equity.isFinite else {
      return nil
    }
    var account = AccountFacts()
    account.equity = equity
    account.available = record.available.flatMap { Double($0.description) }
    know(equity)
    if let highest, highest > 0 {
      account.drawdownPermille = Int64(((highest - equity) / highest * 1_000).rounded())
    }
    return account
  }
}
