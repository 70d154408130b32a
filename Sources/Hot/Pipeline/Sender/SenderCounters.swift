// What the Sender counts, and a balance as it holds it; hot plane.

import Quantities

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
  /// `uTime`; 0 where none was given.
  public var time = WallMilliseconds(milliseconds: 0)
}
