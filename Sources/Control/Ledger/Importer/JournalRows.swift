// Journal records as rows, kind by kind; control plane.
import GRDB
import Journal
import Quantities

/// Inserts within the caller's transaction.
struct JournalRows {
  let db: Database
  let book: InstrumentBook
  private(set) var faults = 0

  init(_ db: Database, _ book: InstrumentBook) {
    self.db = db
    self.book = book
  }

  private static let placeholders = (0...24).map {
    Array(repeating: "?", count: $0).joined(separator: ", ")
  }

  func insert(
    _ table: String, orIgnore: Bool = false, _ values: [(any DatabaseValueConvertible)?]
  ) throws {
    try db.cachedStatement(
      sql: "INSERT \(orIgnore ? "OR IGNORE " : "")INTO \(table) "
        + "VALUES (\(JournalRows.placeholders[values.count]))"
    ).execute(arguments: StatementArguments(values))
  }

  mutating func take(_ item: ImportedRecord) throws {
    let payload = item.record.payload
    var isWhole = true
    /// Takes the payload when it is what its kind says.
    func whole<Payload: JournalPayload>(_ type: Payload.Type, _ take: (Payload) throws -> Void)
      throws
    {
      guard let value = Payload(payload: payload) else {
        isWhole = false
        return
      }
      try take(value)
    }
    switch item.record.kind {
    case .signal: try whole(SignalLease.self) { try signal($0, item) }
    case .intent: try whole(Intent.self) { try intent($0, item) }
    case .verdict: try whole(Verdict.self) { try verdict($0, item) }
    case .order: try whole(OrderRecord.self) { try order($0, item) }
    case .report: try whole(Report.self) { try report($0, item) }
    case .request: try whole(RequestRecord.self) { try request($0, item) }
    case .state: try whole(StateRecord.self) { try stop($0, item) }
    case .equity: try whole(EquityRecord.self) { try balance($0, item) }
    case .position: try whole(PositionRecord.self) { try position($0, item) }
    case .instrument: try whole(InstrumentRecord.self) { try instrument($0, item) }
    case .refusal: try whole(RefusalRecord.self) { try refusal($0, item) }
    case .lost: try whole(LostRecord.self) { try lost($0, item) }
    case .account: try whole(AccountRecord.self) { try account($0, item) }
    case .positionDetail: try whole(PositionDetailRecord.self) { try positionDetail($0, item) }
    case .feeRate: try whole(FeeRateRecord.self) { try feeRate($0, item) }
    case .bill: try whole(BillRecord.self) { try bill($0, item) }
    case .bar: try whole(BarRecord.self) { try bar($0, item) }
    case .context: try whole(ContextRecord.self) { try context($0, item) }
    // Texts for people, the closing of a segment, what belongs to the other stream, and what has no table.
    default: break
    }
    if !isWhole {
      faults += 1
      try insert("journal_faults", [item.place, item.at, item.record.header.kind, payload.count])
    }
  }

  private func ticks(_ price: Price) -> Int64? { price.isNone ? nil : price.ticks }
  func name(_ id: InstrumentID, _ item: ImportedRecord) -> String {
    book.name(item.run, id)
  }

  private func signal(_ value: SignalLease, _ item: ImportedRecord) throws {
    let ttl = value.expiresAt.nanoseconds &- value.issuedAt.nanoseconds
    try insert(
      "signals",
      [
        item.place, item.at, item.run, name(value.instrument, item), "\(value.source)",
        value.isPresent, value.target.lots, "\(value.urgency)", Int(value.confidencePermille),
        Int64(value.maximumDriftBasisPoints), value.referenceHalfTicks, ttl / 1_000_000,
        Int64(bitPattern: value.decision.rawValue),
        JournalRows.hex(value.traceHigh) + JournalRows.hex(value.traceLow),
        Int64(bitPattern: value.request),
      ])
  }

  private func intent(_ value: Intent, _ item: ImportedRecord) throws {
    try insert(
      "intents",
      [
        item.place, item.at, item.run, Int(value.instrument.index), name(value.instrument, item),
        Int64(bitPattern: value.number.rawValue), "\(value.kind)", "\(value.side)",
        "\(value.type)", "\(value.source)", value.isBookValid, value.isReduceOnly,
        ticks(value.price), value.quantity.lots, Int64(bitPattern: value.targetIntent.rawValue),
        Int64(bitPattern: value.decision.rawValue), ticks(value.reference.bid),
        ticks(value.reference.ask), value.reference.seqId,
      ])
  }

  private func verdict(_ value: Verdict, _ item: ImportedRecord) throws {
    try insert(
      "verdicts",
      [
        item.place, item.at, item.run, name(value.instrument, item),
        Int64(bitPattern: value.intent.rawValue), "\(value.kind)", "\(value.code)", value.limit,
        value.figure, Int64(bitPattern: value.decision.rawValue),
      ])
  }

  private func order(_ value: OrderRecord, _ item: ImportedRecord) throws {
    try insert(
      "orders",
      [
        item.place, item.at, item.run, Int(value.instrument.index), name(value.instrument, item),
        Int64(bitPattern: value.clientOrder.rawValue), JournalRows.id(value.exchangeOrder.rawValue),
        Int64(bitPattern: value.intent.rawValue), "\(value.kind)", "\(value.side)",
        "\(value.type)", "\(value.source)", value.isReduceOnly, ticks(value.price),
        value.quantity.lots, Int64(bitPattern: value.targetIntent.rawValue),
        Int64(bitPattern: value.decision.rawValue), value.expiresAt.milliseconds,
      ])
  }

  private func report(_ value: Report, _ item: ImportedRecord) throws {
    let client = Int64(bitPattern: value.clientOrder.rawValue)
    let intent = Int64(bitPattern: value.intent.rawValue)
    let instrument = name(value.instrument, item)
    try insert(
      "reports",
      [
        item.place, item.at, item.run, Int(value.instrument.index), instrument, "\(value.kind)",
        "\(value.side)", client, JournalRows.id(value.exchangeOrder.rawValue), intent,
        "\(value.code)", Int64(value.exchangeCode), ticks(value.price), value.quantity.lots,
        value.cumulativeFilled.lots, value.exchangeTime.milliseconds, Int(value.detail),
        value.isReconciled,
      ])
    if value.kind == .instrument { try InstrumentMarks(db).take(value, item) }
    if value.kind != .fill { return }
    let fee = Amount(units: Int128(value.feeUnits), decimals: value.feeDecimals).normalized
    try insert(
      "fills",
      [
        item.place, item.at, item.run, Int(value.instrument.index), instrument, client, intent,
        "\(value.side)", JournalRows.trade(value.tradeID), ticks(value.lastPrice),
        value.lastQuantity.lots, fee.description,
        FeeCurrency.name(instrument: instrument, side: value.side), value.isTaker,
        value.exchangeTime.milliseconds,
      ])
  }

  private func request(_ value: RequestRecord, _ item: ImportedRecord) throws {
    try insert(
      "requests",
      [
        item.place, item.at, item.run, name(value.instrument, item),
        Int64(bitPattern: value.number), Int(value.kind), Int(value.answer), Int64(value.user),
        Int64(value.process),
      ])
  }

  private func stop(_ value: StateRecord, _ item: ImportedRecord) throws {
    let text = item.record.payload.dropFirst(MemoryLayout<StateRecord>.size)
    try insert(
      "stops",
      [
        item.place, item.at, item.run, name(value.instrument, item), "\(value.source)",
        "\(value.requested)", "\(value.inForce)", "\(value.before)", value.isFlattening,
        value.isRearm, Int64(bitPattern: value.request), String(decoding: text, as: UTF8.self),
      ])
  }

  private func balance(_ value: EquityRecord, _ item: ImportedRecord) throws {
    try insert(
      "balances",
      [
        item.place, item.at, value.currency.description, value.cash.normalized.description,
        value.exchangeTime.milliseconds, value.isReconciled,
      ])
  }

  private func account(_ value: AccountRecord, _ item: ImportedRecord) throws {
    try insert(
      "equities",
      [
        item.place, item.at, value.total.normalized.description,
        value.available?.normalized.description, value.isReconciled,
      ])
  }

  private func positionDetail(_ value: PositionDetailRecord, _ item: ImportedRecord) throws {
    try insert(
      "position_details",
      [
        item.place, item.at, item.run, Int(value.instrument.index), name(value.instrument, item),
        value.quantity.lots, ticks(value.averagePrice), ticks(value.markPrice),
        ticks(value.liquidationPrice), Int64(value.leverageMilli),
        value.unrealised.normalized.description,
      ])
  }

  private func feeRate(_ value: FeeRateRecord, _ item: ImportedRecord) throws {
    try insert(
      "fee_rates",
      [
        item.place, item.at, name(value.instrument, item), value.maker.normalized.description,
        value.taker.normalized.description,
      ])
  }

  private func position(_ value: PositionRecord, _ item: ImportedRecord) throws {
    try insert(
      "positions",
      [
        item.place, item.at, item.run, Int(value.instrument.index), name(value.instrument, item),
        value.position.lots, value.before.lots, value.isReconciled,
      ])
  }

  private func instrument(_ value: InstrumentRecord, _ item: ImportedRecord) throws {
    try InstrumentMarks(db).take(value, item)
    // A start names an instrument again where the exchange changed it: the name stays.
    try insert(
      "instruments", orIgnore: true,
      [
        item.run, Int(value.instrument.index), item.place, value.symbol.description,
        Int(value.type.rawValue), Int(value.contract.rawValue), value.tickMantissa,
        Int(value.tickDecimals), value.lotMantissa, Int(value.lotDecimals),
        value.contractMantissa, Int(value.contractDecimals), value.isTradable,
      ])
  }

  private func lost(_ value: LostRecord, _ item: ImportedRecord) throws {
    try insert(
      "losses",
      [
        item.place, item.at, value.stage.name, Int64(bitPattern: value.from),
        Int64(bitPattern: value.to),
      ])
  }

  /// An id of the exchange as text: it may use all 64 bits. Empty for none.
  static func id(_ value: UInt64) -> String { value == 0 ? "" : String(value) }

  /// Liquidations have negative ids (docs/OKX.md OKX-177).
  static func trade(_ value: UInt64) -> String {
    value == 0 ? "" : String(Int64(bitPattern: value))
  }

  private static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}

/// A fee's currency. The journal carries the core's own index of it, which has no name there, so the rule
/// that the exchange follows is used: a spot buy pays in the base coin, all else in the quote coin (linear
/// swaps settle in it; inverse ones in the base coin).
enum FeeCurrency {
  static func name(instrument: String, side: Side) -> String {
    let parts = instrument.split(separator: "-")
    guard parts.count >= 2 else { return "" }
    let isSpot = parts.count == 2
    if isSpot { return String(side == .buy ? parts[0] : parts[1]) }
    return String(parts[1] == "USD" ? parts[0] : parts[1])
  }
}
