// Times and limits of the Sender; made by configuration, read by the hot plane.

import Quantities

/// Times and limits of the Sender.
public struct SenderSettings: Sendable {
  /// Added to wall time for `expTime`: an order that arrives later is refused by the exchange.
  public var orderLifeMilliseconds: Int64 = 1_000
  /// Send the decision's `seqId` as request `id` (the latency harness pairs orders by it).
  public var usesSeqIdAsRequest = false
  public var perInstrument = RateBudget.exchangeInstrument
  public var account = RateBudget.exchangeAccount

  public init() {}
}
