// What the Sender asks of the account's REST side and is told by it; hot plane.

import Orders
import Quantities

/// Account → Sender: answers to queries, and what start-up found. At most 112 bytes would not hold an
/// order's every field, so an answer rides a byte ring.
@frozen
public enum AccountMessage: BitwiseCopyable, Sendable {
  /// The answer to an `OrderQuery`.
  case answer(OrderAnswer)
  /// The account's position as REST states it.
  case position(instrument: InstrumentID, quantity: Quantity, averagePrice: Price)
  /// A working order of an earlier start: adopt and cancel it.
  case workingOrder(OrderUpdate)
  /// A currency's cash as REST states it.
  case balance(currency: CurrencyID, cash: Amount)
}

/// What Sender has counted; read through State, or directly once its thread has stopped.
public struct SenderCounters: BitwiseCopyable, Sendable {
  public var messages: UInt64 = 0
  public var cancelsSent: UInt64 = 0
  public var refused: UInt64 = 0
  public var binaryMessages: UInt64 = 0
  /// The Connector's or Account's ring had no room; asked again.
  public var ringFull: UInt64 = 0
  /// Items of the private stream that could not be read or belong to no order of ours.
  public var faultyItems: UInt64 = 0
  public var reconnects: UInt64 = 0
}

/// A currency's cash as the exchange last said.
public struct CashBalance: BitwiseCopyable, Sendable {
  public var isKnown = false
  public var cash = Amount.zero
}

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
