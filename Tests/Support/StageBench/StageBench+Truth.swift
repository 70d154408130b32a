// Both sides' truth, to be compared: what the venue holds and what the core believes.

import Channels
import Journal
import Market
import Matching
import Orders
import Pipeline
import Quantities

/// A core's record as a test reads it.
public struct BenchRecord {
  public let header: RecordHeader
  public let payload: [UInt8]

  public func read<Payload: JournalPayload>(_: Payload.Type) -> Payload? {
    Payload(payload: payload)
  }
}

extension StageBench {
  // ---- The venue's side ----

  public var openOrders: [VenueOrder] { venue.engine.openOrders }
  public func venuePosition(_ index: Int = 0) -> Int64 {
    venue.engine.position(index).position.lots
  }

  /// A pair's position is what was bought and sold of it: fees are in the balance, not in it.
  public func expectedPosition(_ index: Int = 0) -> Int64 {
    venue.engine.fills.filter { $0.instrument == index }
      .reduce(0) { $0 + ($1.side == .buy ? 1 : -1) * $1.quantity.lots }
  }

  // ---- The core's side ----

  public func position(_ index: Int = 0) -> Int64 {
    unsafe set.sender.pointee.position(StageBench.id(index)).lots
  }
  /// Cash as the Sender holds it; nil where it was never told.
  public func cash(_ currency: String) -> Amount? {
    for index in 0..<instruments.currencyCount {
      let id = CurrencyID(index: UInt16(index))
      if "\(instruments.currencyName(id))" != currency { continue }
      let held = unsafe set.sender.pointee.balance(id)
      return held.isKnown ? held.cash : nil
    }
    return nil
  }
  /// As the Builder counts it from reports.
  public func builderPosition(_ index: Int = 0) -> Int64 {
    unsafe set.builder.pointee.position(StageBench.id(index)).lots
  }
  public var orders: OrderCounters { unsafe set.sender.pointee.orderCounters }
  public var workingCount: Int { unsafe set.sender.pointee.workingCount }
  public var sender: SenderCounters { unsafe set.sender.pointee.counters }
  public var builder: BuilderCounters { unsafe set.builder.pointee.counters }
  public var feed: FeedCounters { unsafe set.feed.pointee.counters }
  public var feedRequestsOwed: UInt64 { unsafe set.feed.pointee.connectorRingFull }
  public var senderRequestsOwed: UInt64 { unsafe set.sender.pointee.connectorRingFull }
  public func tally(_ index: Int = 0) -> InstrumentTally {
    unsafe set.builder.pointee.tally(StageBench.id(index))
  }
  /// How often the gate refused with `code`.
  public func refusals(_ code: RefusalCode) -> UInt64 { unsafe set.gate.pointee.refusals(code) }
  /// How often the Builder heard of a refusal with `code`.
  public func heard(_ code: RefusalCode, _ index: Int = 0) -> UInt64 {
    unsafe set.builder.pointee.refusals(StageBench.id(index), code)
  }
  public func isBookValid(_ index: Int = 0) -> Bool {
    unsafe set.builder.pointee.withView(StageBench.id(index)) { $0.validity.isValid }
  }
  public func bestBid(_ index: Int = 0) -> Int64? {
    unsafe set.builder.pointee.withView(StageBench.id(index)) { $0.book.bestBid?.price.ticks }
  }
  public func faults(_ code: FaultCode) -> UInt64 { state.faults(code) }

  static func id(_ index: Int) -> InstrumentID { InstrumentID(index: UInt16(index)) }

  // ---- Records ----

  /// Takes what lies in the telemetry rings into `records`; the ring of `stage` stays as full as it is.
  public func collect(except stage: StageID = .none) {
    for tap in telemetry where tap.key != stage { records[tap.key, default: []] += tap.take() }
  }

  /// Gives away what was collected.
  public func takeRecords() -> [StageID: [[UInt8]]] {
    defer { records = [:] }
    return records
  }

  /// The records of one stage that were collected, of one kind.
  public func collected(_ kind: JournalKind, of stage: StageID) -> [BenchRecord] {
    (records[stage] ?? []).compactMap { bytes in
      let header = unsafe bytes.span.bytes.unsafeLoadUnaligned(as: RecordHeader.self)
      if header.kind != kind.rawValue { return nil }
      return BenchRecord(
        header: header, payload: Array(bytes[RecordHeader.byteCount...]))
    }
  }

  /// What became of orders, as the Sender put it on record.
  public func reports(_ kind: ReportKind? = nil) -> [Report] {
    collected(.report, of: .sender).compactMap { $0.read(Report.self) }
      .filter { kind == nil || $0.kind == kind }
  }

  // ---- The account's side ----

  /// The Sender's next question to REST.
  public func nextQuery() -> OrderQuery? {
    while let question = queries.pop() {
      if question.kind == .order { return question.query }
      questions.append(question)
    }
    return nil
  }

  /// What the Sender told Account besides questions about orders, since the last call.
  public func takeQuestions() -> [AccountQuestion] {
    defer { questions = [] }
    return questions
  }

  /// Answers every question from what the venue holds.
  @discardableResult
  public func answerQueries() -> Int {
    var count = 0
    while let query = nextQuery() {
      _ = answer(query)
      count += 1
    }
    return count
  }

  public func answer(_ query: OrderQuery) -> Bool {
    let client = String(query.clientOrder.rawValue)
    let held = venue.engine.order(
      OrderSelector(clientID: client), instrument: Int(query.instrument.index))
    var update = OrderUpdate(
      state: .live, instrument: query.instrument, side: .buy, clientOrder: query.clientOrder)
    if let held {
      switch held.state {
      case .live: update.state = .live
      case .partiallyFilled: update.state = .partiallyFilled
      case .filled: update.state = .filled
      case .canceled: update.state = .cancelled
      }
      update.side = held.side
      update.exchangeOrder = ExchangeOrderID(rawValue: held.id)
      update.price = held.price
      update.quantity = held.quantity
      update.cumulativeFilled = held.filled
      update.averagePrice = held.price
      update.receivedAt = now.instant
    }
    return tellSender(
      .answer(
        OrderAnswer(
          kind: held == nil ? .notFound : .found, clientOrder: query.clientOrder,
          askedAt: query.askedAt, update: update)))
  }

  /// What earlier starts have on record; before the first step.
  public func remember(_ orders: [RecordedOrder]) { set.remember(orders) }

  /// What Account says to the Sender; false where the ring is full.
  public func tellSender(_ message: AccountMessage) -> Bool {
    let size = MemoryLayout<AccountMessage>.size
    guard let claim = unsafe answers.claim(byteCount: size) else { return false }
    unsafe claim.baseAddress?.storeBytes(of: message, as: AccountMessage.self)
    answers.commit(size)
    return true
  }

  public func nextAccountPush() -> AccountRecord? { accountPushes.pop() }
  public func nextPositionPush() -> PositionDetailRecord? { positionPushes.pop() }
  public func tighten(_ change: LimitChange) -> Bool { limitChanges.push(change) }
}
