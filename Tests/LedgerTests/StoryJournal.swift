// A trade journal as a core writes it: orders with all that goes before and after them.
import Journal
import Quantities

struct StoryJournal: ~Copyable {
  let folder: JournalFolder
  private var writer: JournalWriter
  private var intents: UInt64 = 0
  private let start: UInt32
  private let bitcoin = InstrumentID(index: 0)
  /// Records of kinds that have a row.
  private(set) var written = 0

  static func instrument(_ symbol: String = "BTC-USDT", _ index: UInt16 = 0) -> Instrument {
    var item = Instrument(
      id: InstrumentID(index: index), symbol: Symbol(symbol)!, type: .spot,
      tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 8))
    item.isTradable = true
    return item
  }

  init(_ path: String, start: UInt32 = 7, segmentBytes: Int = 1 << 16, named: Bool = true) throws {
    let folder = JournalFolder(path: path, stream: .trade)
    var settings = JournalSettings()
    settings.segmentBytes = segmentBytes
    settings.durability = .none
    let writer = try JournalWriter(
      folder,
      identity: JournalIdentity(
        build: Digest32([1]), configuration: Digest32([2]), environment: .simulated, start: start),
      settings: settings)
    self.writer = writer
    self.folder = folder
    self.start = start
    if named { try? name() }
  }

  mutating func name() throws {
    try append(.instrument, InstrumentRecord(StoryJournal.instrument()))
  }

  mutating func append<Payload: BitwiseCopyable>(
    _ kind: JournalKind, _ payload: Payload, followedBy text: String = ""
  ) throws {
    try writer.append(kind, payload, followedBy: text, at: .now())
    written += 1
  }

  mutating func append(_ kind: JournalKind, bytes: [UInt8]) throws {
    try unsafe writer.append(kind, bytes.span.bytes, at: .now())
    written += 1
  }

  /// The gate's answer to a new intent; without a refusal the order that follows and its id.
  @discardableResult
  mutating func order(
    _ side: Side = .buy, price: Int64 = 1_000, lots: Int64 = 10, bid: Int64 = 999,
    ask: Int64 = 1_002, decision: UInt64 = 0, source: SignalSource = .agent,
    refusal: RefusalCode = .approved
  ) throws -> ClientOrderID {
    intents += 1
    let intent = Intent(
      number: IntentNumber(rawValue: intents), instrument: bitcoin, kind: .place, side: side,
      type: .limit, source: source, isBookValid: true, isReduceOnly: false,
      price: Price(ticks: price), quantity: Quantity(lots: lots), targetIntent: .none,
      decision: DecisionID(rawValue: decision),
      reference: DecisionReference(
        bid: Price(ticks: bid), ask: Price(ticks: ask), seqId: 5, receivedAt: .now(),
        exchangeTime: .init(milliseconds: 1)), madeAt: .now())
    try append(.intent, intent)
    try append(
      .verdict,
      Verdict(
        intent: intent.number, instrument: bitcoin, kind: .place, code: refusal, limit: 5,
        figure: 6, decision: intent.decision, judgedAt: .now()))
    if refusal != .approved { return .none }
    let id = ClientOrderID(start: start, number: intents)!
    try append(
      .order,
      OrderRecord(
        intent, clientOrder: id, judgedAt: .now(), encodedAt: .now(),
        expiresAt: WallMilliseconds(milliseconds: 9), connection: 0, request: intents))
    try report(.sent, id)
    return id
  }

  mutating func report(
    _ kind: ReportKind, _ id: ClientOrderID, _ side: Side = .buy, filled: Int64 = 0,
    last: Int64 = 0, price: Int64 = 0, fee: Int64 = 0, code: RefusalCode = .approved,
    trade: Int64? = nil
  ) throws {
    var report = Report(kind: kind, instrument: bitcoin, side: side)
    report.clientOrder = id
    report.intent = IntentNumber(rawValue: id.number)
    report.exchangeOrder = ExchangeOrderID(rawValue: .max - id.number)
    report.cumulativeFilled = Quantity(lots: filled)
    report.lastQuantity = Quantity(lots: last)
    report.lastPrice = kind == .fill ? Price(ticks: price) : .none
    report.feeUnits = fee
    report.feeDecimals = 6
    report.isTaker = kind == .fill
    report.tradeID = UInt64(bitPattern: trade ?? filled)
    report.code = code
    report.exchangeCode = code == .exchangeRejected ? 51_008 : 0
    try append(.report, report)
  }

  /// What the exchange said before it is reported.
  mutating func refusal(
    _ id: ClientOrderID, _ text: String, code: Int32 = 51_008, subCode: Int32 = 0,
    of operation: RefusedOperation = .order
  ) throws {
    var words = ExchangeText()
    for scalar in text.unicodeScalars { _ = words.append(scalar: scalar.value) }
    try append(
      .refusal,
      RefusalRecord(
        operation, instrument: bitcoin, clientOrder: id, exchangeOrder: .none, request: id.number,
        exchangeCode: code, subCode: subCode, words: words))
  }

  mutating func signal(decision: UInt64, target: Int64 = 10) throws {
    try append(
      .signal,
      SignalLease(
        instrument: bitcoin, source: .agent, target: Quantity(lots: target), urgency: .high,
        issuedAt: BootInstant(nanoseconds: 0), expiresAt: BootInstant(nanoseconds: 60_000_000_000),
        referenceHalfTicks: 2_001, maximumDriftBasisPoints: 25, confidencePermille: 700,
        decision: DecisionID(rawValue: decision), traceHigh: 0, traceLow: 0xAB, request: 4))
  }

  consuming func close() throws { try writer.close() }
}
