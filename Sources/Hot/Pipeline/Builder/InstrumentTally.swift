// What Builder counts per instrument of signals, intents, verdicts and reports; hot plane.

import Quantities

/// Written by Builder; copied into State and into the report.
@frozen
public struct InstrumentTally: BitwiseCopyable, Sendable {
  /// Leases seen in force, each decision once.
  public var signals: UInt64 = 0
  public var intents: UInt64 = 0
  public var refusals: UInt64 = 0
  public var sent: UInt64 = 0
  public var acknowledged: UInt64 = 0
  public var rejected: UInt64 = 0
  public var cancelled: UInt64 = 0
  /// Orders filled in full, fills one by one, and orders that nobody knew of for a while.
  public var filled: UInt64 = 0
  public var fills: UInt64 = 0
  public var unknown: UInt64 = 0
  /// Lots, both sides together.
  public var filledLots: Int64 = 0
  /// The last lease counted in `signals`.
  var lastRequest: UInt64 = 0
  /// The Gate's limits on one order and on the position, as State last showed them; 0: none known.
  var orderLotsMaximum: Int64 = 0
  var positionLotsMaximum: Int64 = 0
  /// Since when its book has been crossed; `.zero`: it is not.
  var crossedSince = Instant.zero
  /// Why its book must be fetched anew, where the Feed could not be told yet.
  var owedResync = FaultCode.none
  /// The last change of its ticks or lots; -1: none.
  var change: Int32 = -1
  /// The Feed still writes the old ones.
  var awaitsNewTicks = false
  /// When the strategy last ran for it.
  var decidedAt = Instant.zero

  public init() {}

  mutating func count(_ report: Report) {
    switch report.kind {
    case .sent: sent &+= 1
    case .acknowledged: acknowledged &+= 1
    case .rejected: rejected &+= 1
    case .cancelled: cancelled &+= 1
    case .filled: filled &+= 1
    case .unknown: unknown &+= 1
    case .fill:
      fills &+= 1
      filledLots = filledLots &+ report.lastQuantity.lots
    default: break
    }
  }
}
