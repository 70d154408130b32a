// All a strategy may know of one instrument at one moment, as one plain value; hot plane.

import Book
import Quantities

/// Filled by the Builder; prices in ticks, sizes in lots.
@frozen
public struct StrategyContext: Sendable, BitwiseCopyable {
  public var instrument: Instrument
  /// Best prices and the message they stand in; goes into every intent.
  public var reference: DecisionReference
  /// Size at the best bid and ask.
  public var bidQuantity: Quantity = .zero
  public var askQuantity: Quantity = .zero
  public var isBookValid: Bool
  /// All nil unless `Strategy.readsIndicators`.
  public var indicators = IndicatorValues()
  /// The lease in force (`effectiveLease`), or absent.
  public var lease: SignalLease = .absent
  /// Signed position by the reports taken so far.
  public var position: Quantity = .zero
  /// What the balance lets be sold of a spot instrument; no bound elsewhere.
  public var sellable = Quantity(lots: .max)
  /// What the sender lets out, by the reports taken so far.
  public var tradingState: TradingState = .active
  /// The Gate's limits in force on one order and on the position either way, in lots; 0: not known.
  public var orderLotsMaximum: Int64 = 0
  public var positionLotsMaximum: Int64 = 0
  /// The desk wants no new orders of strategies: working ones are pulled.
  public var isMuted = false
  /// A flatten request holds: strategies are muted, the position goes to zero.
  public var isFlattening = false
  /// The poll's moment: the monotonic clock, and boot time, which leases expire by.
  public var now: Instant
  public var boot: BootInstant

  @inlinable
  public init(
    instrument: Instrument, reference: DecisionReference, isBookValid: Bool, moment: Moment
  ) {
    self.instrument = instrument
    self.reference = reference
    self.isBookValid = isBookValid
    now = moment.instant
    boot = moment.boot
  }

  /// The book is valid and has both sides, uncrossed.
  @inlinable public var isQuotable: Bool {
    isBookValid && reference.bid.ticks > 0 && reference.ask.ticks > 0
      && reference.bid.ticks < reference.ask.ticks
  }

  /// Bid + ask; 0 where the book is not quotable or the sum leaves 64 bits.
  @inlinable public var midHalfTicks: Int64 {
    if !isQuotable { return 0 }
    let (sum, overflow) = reference.bid.ticks.addingReportingOverflow(reference.ask.ticks)
    return overflow ? 0 : sum
  }
}
