// What a journal record is about; both planes. Numbers are an interface and are never reused.

@frozen
public enum JournalKind: UInt16, Sendable, BitwiseCopyable, CaseIterable {
  /// `SignalLease`: a signal as a stage took it, or as the Door published it.
  case signal = 1
  /// `Intent`
  /// Its cause is a record of the market stream: the last entry that its Builder had taken.
  case intent = 2
  /// `Verdict`
  case verdict = 3
  /// `OrderRecord`: committed before the order is sent.
  case order = 4
  /// `Report`
  case report = 5
  /// `RequestRecord`, then the request's bytes: a request of the Door and what was done.
  case request = 6
  /// `StateRecord`, then UTF-8: a source's stop, a re-arm, the state in force.
  case state = 7
  /// `EquityRecord`: a currency of the account.
  case equity = 8
  /// One entry of the market ring: `MarketMessage`s back to back.
  case market = 9
  /// `LostRecord`: numbers that were never recorded.
  case lost = 10
  /// UTF-8 text.
  case note = 11
  /// The configuration in force, UTF-8.
  case configuration = 12
  /// `InstrumentRecord`: one instrument of this run's table.
  case instrument = 13
  /// `SegmentEnd`: the last record of a closed segment.
  case segmentEnd = 14
  /// `PositionRecord`: a position after a fill or a reconciliation.
  case position = 15
  /// `ContextRecord`: a fact of the market context; at most one of a kind and instrument in 10 s.
  case context = 16
  /// `BarRecord`: a closed bar of a minute or more.
  case bar = 17
  /// `AccountRecord`: equity of the account, once a second and after every fill.
  case account = 18
  /// `PositionDetailRecord`: margins of a position, when it changes.
  case positionDetail = 19
  /// `FeeRateRecord`: at start.
  case feeRate = 20
  /// `ClockOffsets`: boot, wall and exchange time as offsets to the record's instant, from this record of the stage on.
  case clock = 21
  /// `RefusalRecord`: a refusal's sub-code and words; the report of the order follows.
  case refusal = 22
  /// `BillRecord`: a change of the account's money, each once.
  case bill = 23
  /// `FillCursor`: every fill up to this bill is on record.
  case fillCursor = 24

  /// What a desk on its last bytes of disk can do without: orders, stops and requests are not of it.
  public var isExpendable: Bool {
    switch self {
    case .equity, .account, .positionDetail, .feeRate, .context, .bar, .note: true
    default: false
    }
  }

  /// Control plane.
  public var name: String { "\(self)" }
}

@frozen
public enum JournalStream: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// Lossless, durable, kept.
  case trade = 1
  /// The bytes of the market ring: large, rotated, size-capped.
  case market = 2
  public var name: String { self == .trade ? "trade" : "market" }
}
