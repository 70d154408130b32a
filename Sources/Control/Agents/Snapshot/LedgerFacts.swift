// What a snapshot takes from the Ledger; control plane.
import Ledger
import Roles

/// What the Ledger knows of an instrument; empty where it knows nothing.
public struct LedgerFacts: Sendable {
  public var orders: [OrderFacts] = []
  public var labels: [NewsLabel] = []
  public init() {}
}
