// What `account/config` states of the account and its key; simulation.

/// All but the last is stated and acted on by nobody here: the matching engine is of one account in futures mode.
public struct StatedAccount: Sendable {
  /// 1 spot, 2 futures, 3 multi-currency, 4 portfolio.
  public var level = "2"
  public var positionMode = "net_mode"
  public var permissions = ["read_only", "trade"]
  /// What the key is bound to; empty: nothing.
  public var addresses = ["127.0.0.1"]
  public var enablesSpotBorrow = false
  public var borrowsByItself = false
  /// Quote currencies whose pairs the account has not opened: their orders are 54109 (docs/OKX.md OKX-194).
  public var closedQuotes: Set<String> = []
}
