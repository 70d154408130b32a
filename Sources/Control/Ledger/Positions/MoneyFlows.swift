// What moved a currency of the account beside trades, from its bills; control plane.

import Journal
import Quantities

/// One currency, decimal strings, as OKX signs them: negative is paid.
public struct FlowItem: Sendable, Hashable, Codable {
  public var currency: String
  public var funding: String
  public var interest: String
  /// Settlements and deliveries of futures; realised profit of positions holds it too.
  public var settlement: String
  /// Came less went: no profit.
  public var transfers: String
  public var other: String
}

struct MoneyFlows: Sendable {
  private(set) var funding = Amount.zero
  private(set) var interest = Amount.zero
  private(set) var settlement = Amount.zero
  private(set) var transfers = Amount.zero
  private(set) var other = Amount.zero

  /// A sum beyond 127 bits stays what it was.
  private static func add(_ amount: Amount, to sum: inout Amount) {
    if let more = try? sum.adding(amount) { sum = more.normalized }
  }

  mutating func take(_ meaning: BillMeaning, change: Amount, profit: Amount) {
    switch meaning {
    // Every trade has a fill of its own on record.
    case .trade: break
    case .transfer: MoneyFlows.add(change, to: &transfers)
    case .funding: MoneyFlows.add(profit.units == 0 ? change : profit, to: &funding)
    case .settlement, .delivery:
      MoneyFlows.add(profit.units == 0 ? change : profit, to: &settlement)
    case .interest: MoneyFlows.add(change, to: &interest)
    case .other: MoneyFlows.add(change, to: &other)
    }
  }

  func item(_ currency: String) -> FlowItem {
    FlowItem(
      currency: currency, funding: funding.description, interest: interest.description,
      settlement: settlement.description, transfers: transfers.description,
      other: other.description)
  }
}
