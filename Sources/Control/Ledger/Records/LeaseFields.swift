// The lease that a cycle published, and what the Door said of it; control plane.

/// As a record carries it; the signal itself is `SignalLease` in the journal.
public struct LeaseFields: Sendable, Hashable, Codable {
  public var instrument: String
  /// Absolute, signed.
  public var targetLots: Int64
  /// `low`, `normal`, `high`.
  public var urgency: String
  /// 0…1000.
  public var confidencePermille: Int
  public var ttlMilliseconds: Int64
  /// Basis points of the reference.
  public var maxDriftBps: Int
  /// Best bid + best ask in ticks when it was decided.
  public var referenceHalfTicks: Int64
  /// Lot, tick and contract value of the snapshot, which lots and ticks above count in; empty in records of builds before,
  /// the last also for spot.
  public var lot: String?
  public var tick: String?
  public var contractValue: String?
  /// The Door's answer; empty: not answered when the record was written (see `LeaseAnswer`).
  public var doorCode: String

  enum CodingKeys: String, CodingKey {
    case instrument
    case targetLots = "target_lots"
    case urgency
    case confidencePermille = "confidence_permille"
    case ttlMilliseconds = "ttl_ms"
    case maxDriftBps = "max_drift_bps"
    case referenceHalfTicks = "reference_half_ticks"
    case lot, tick
    case contractValue = "contract_value"
    case doorCode = "door_code"
  }

  public init(
    instrument: String, targetLots: Int64, urgency: String, confidencePermille: Int,
    ttlMilliseconds: Int64, maxDriftBps: Int, referenceHalfTicks: Int64, doorCode: String = ""
  ) {
    self.instrument = instrument
    self.targetLots = targetLots
    self.urgency = urgency
    self.confidencePermille = confidencePermille
    self.ttlMilliseconds = ttlMilliseconds
    self.maxDriftBps = maxDriftBps
    self.referenceHalfTicks = referenceHalfTicks
    self.doorCode = doorCode
  }
}

/// One answer of the Door to a cycle's lease: a row of its own, because a record is never updated.
public struct LeaseAnswer: Sendable, Hashable, Codable {
  public var cycle: Int64
  /// The Door's stable code, `done` or a refusal.
  public var doorCode: String
  /// One sentence for people.
  public var detail: String
  /// Unix milliseconds.
  public var answeredAt: Int64

  enum CodingKeys: String, CodingKey {
    case cycle
    case doorCode = "door_code"
    case detail
    case answeredAt = "answered_at"
  }

  public init(cycle: Int64, doorCode: String, detail: String = "", answeredAt: Int64) {
    self.cycle = cycle
    self.doorCode = doorCode
    self.detail = detail
    self.answeredAt = answeredAt
  }
}
