// A signal is a lease: what an agent or a person wants of one instrument, until when and within what drift; both planes.

@frozen
public enum Urgency: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case low = 0
  case normal = 1
  case high = 2
}

/// 80 bytes, published whole through a seqlock slot.
@frozen
public struct SignalLease: Sendable, BitwiseCopyable {
  /// Absolute target position, signed lots.
  public var target: Quantity
  /// CLOCK_BOOTTIME; at or past it the lease is dead.
  public var issuedAt: BootInstant
  public var expiresAt: BootInstant
  /// Mid in half ticks (bid + ask) at issue, or 0 for none: drift is measured from it.
  public var referenceHalfTicks: Int64
  /// Largest tolerated move of the mid from the reference, basis points; 0 = no drift limit was asked.
  public var maximumDriftBasisPoints: UInt32
  public var instrument: InstrumentID
  public var source: SignalSource
  public var urgency: Urgency
  public var decision: DecisionID
  /// 0…1000.
  public var confidencePermille: UInt16
  /// False: the slot is empty or withdrawn.
  public var isPresent: Bool
  public var reserved: UInt8 = 0
  /// `Instrument.unitsChange` of the row that target and reference count by.
  public var unitsChange: UInt32 = 0
  /// W3C trace id of the decision, two halves.
  public var traceHigh: UInt64
  public var traceLow: UInt64
  /// Number of the Door's request that published it.
  public var request: UInt64

  @inlinable
  public init(
    instrument: InstrumentID, source: SignalSource, target: Quantity, urgency: Urgency,
    issuedAt: BootInstant, expiresAt: BootInstant, referenceHalfTicks: Int64,
    maximumDriftBasisPoints: UInt32, confidencePermille: UInt16, decision: DecisionID,
    traceHigh: UInt64, traceLow: UInt64, request: UInt64
  ) {
    self.target = target
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.referenceHalfTicks = referenceHalfTicks
    self.maximumDriftBasisPoints = maximumDriftBasisPoints
    self.instrument = instrument
    self.source = source
    self.urgency = urgency
    self.decision = decision
    self.confidencePermille = confidencePermille
    self.isPresent = true
    self.traceHigh = traceHigh
    self.traceLow = traceLow
    self.request = request
  }

  @inlinable
  public static var absent: SignalLease {
    var lease = SignalLease(
      instrument: .none, source: .none, target: .zero, urgency: .low,
      issuedAt: BootInstant(nanoseconds: 0), expiresAt: BootInstant(nanoseconds: 0),
      referenceHalfTicks: 0, maximumDriftBasisPoints: 0, confidencePermille: 0, decision: .none,
      traceHigh: 0, traceLow: 0, request: 0)
    lease.isPresent = false
    return lease
  }

  @inlinable
  public func isLive(at now: BootInstant) -> Bool { isPresent && now < expiresAt }
}
