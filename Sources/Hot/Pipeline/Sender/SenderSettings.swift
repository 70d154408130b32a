// Times and limits of the Sender; made by configuration, read by the hot plane.

import Quantities

/// What an epoch waits for before the desk may trade.
@frozen
public enum ReconciliationSource: UInt8, Sendable, BitwiseCopyable {
  /// There is no account: nothing is held.
  case none = 0
  /// The private line's acknowledgements: a simulated exchange without REST.
  case acknowledgements = 1
  case rest = 2
}

/// What is done about orders that nobody of ours numbered (`risk.on_foreign_orders`). They count in limits in any case.
@frozen
public enum ForeignOrderPolicy: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// They are counted and left alone.
  case ignore = 0
  /// A stop cancels them with ours.
  case adopt = 1
  /// Each is cancelled as it is found.
  case cancel = 2
  /// The desk halts until a person rearms.
  case halt = 3
}

/// Times and limits of the Sender.
public struct SenderSettings: Sendable {
  /// Added to wall time for `expTime`: an order that arrives later is refused by the exchange.
  public var orderLifeMilliseconds: Int64 = 1_000
  /// Send the decision's `seqId` as request `id` (the latency harness pairs orders by it).
  public var usesSeqIdAsRequest = false
  public var perInstrument = RateBudget.exchangeInstrument
  public var account = RateBudget.exchangeAccount
  public var reconciliation = ReconciliationSource.acknowledgements
  public var onForeignOrders = ForeignOrderPolicy.ignore

  public init() {}
}
