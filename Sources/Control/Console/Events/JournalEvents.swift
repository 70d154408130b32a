// Journal records as events for people: which are shown, under which kind, and how; control plane.
import Foundation
import Journal
import Quantities

/// Approved verdicts and intents are on record and not shown: the order that follows says it all.
enum JournalEvents {
  /// Nil for a record that is not shown.
  static func event(
    _ record: JournalRecord, _ segment: SegmentHeader, _ names: InstrumentNames
  ) -> StreamEvent? {
    let time = segment.clocks.wall(of: record.header.instant).milliseconds
    guard let (kind, body) = body(record, time, names),
      let json = try? encoder().encode(body)
    else { return nil }
    return StreamEvent(
      place: record.place, id: EventID(start: segment.identity.start, next: record.next),
      kind: kind, instrument: body.instrument, json: json)
  }

  private static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return encoder
  }

  private static func body(_ record: JournalRecord, _ time: Int64, _ names: InstrumentNames)
    -> (String, EventBody)?
  {
    let payload = record.payload
    switch record.kind {
    case .signal: return SignalLease(payload: payload).map { ("signal", signal($0, time, names)) }
    case .order: return OrderRecord(payload: payload).map { ("order", order($0, time, names)) }
    case .report: return Report(payload: payload).map { report($0, time, names) }
    case .verdict:
      guard let verdict = Verdict(payload: payload), verdict.code != .approved else { return nil }
      return ("verdict", refusal(verdict, time, names))
    case .state: return StateRecord(payload: payload).map { ("stop", stop($0, time, names)) }
    case .lost:
      guard let lost = LostRecord(payload: payload) else { return nil }
      var body = EventBody(time: time, event: "lost")
      body.note = "records \(lost.from) to \(lost.to) of \(lost.stage.name) were never written"
      return ("lost", body)
    default: return nil
    }
  }

  private static func signal(_ value: SignalLease, _ time: Int64, _ names: InstrumentNames)
    -> EventBody
  {
    var body = EventBody(time: time, event: value.isPresent ? "published" : "withdrawn")
    body.instrument = names.name(value.instrument)
    body.source = "\(value.source)"
    body.target = value.target.lots
    body.urgency = "\(value.urgency)"
    body.decision = Int64(clamping: value.decision.rawValue)
    let seconds = value.expiresAt.nanoseconds &- value.issuedAt.nanoseconds
    body.note = "for \(seconds / 1_000_000_000) s"
    return body
  }

  private static func order(_ value: OrderRecord, _ time: Int64, _ names: InstrumentNames)
    -> EventBody
  {
    var body = EventBody(time: time, event: "\(value.kind)")
    body.instrument = names.name(value.instrument)
    body.side = "\(value.side)"
    body.type = "\(value.type)"
    body.source = "\(value.source)"
    body.price = names.price(value.price, value.instrument)
    body.quantity = value.quantity.lots
    body.clientOrder = String(value.clientOrder.rawValue)
    body.intent = Int64(clamping: value.intent.rawValue)
    body.decision = Int64(clamping: value.decision.rawValue)
    body.note = "\(value.type) for \(value.source)" + (value.isReduceOnly ? ", reduce only" : "")
    return body
  }

  private static func report(_ value: Report, _ time: Int64, _ names: InstrumentNames)
    -> (String, EventBody)
  {
    var body = EventBody(time: time, event: "\(value.kind)")
    body.instrument = names.name(value.instrument)
    switch value.kind {
    case .tradingState:
      body.event = "tradingState"
      body.state = TradingState(rawValue: value.detail).map { "\($0)" } ?? "unknown"
      body.note = "trading state: \(body.state ?? "")"
      return ("stop", body)
    case .session:
      body.note = value.detail == 1 ? "private session up" : "private session down"
      return ("session", body)
    case .position:
      body.quantity = value.quantity.lots
      body.note = "as the exchange says"
      return ("position", body)
    case .sellable:
      body.quantity = value.quantity.lots
      body.note = "what the balance lets be sold"
      return ("position", body)
    default: break
    }
    body.side = "\(value.side)"
    body.clientOrder = String(value.clientOrder.rawValue)
    if value.exchangeOrder != .none { body.exchangeOrder = String(value.exchangeOrder.rawValue) }
    body.intent = Int64(clamping: value.intent.rawValue)
    body.filled = value.cumulativeFilled.lots
    if value.kind == .fill {
      body.price = names.price(value.lastPrice, value.instrument)
      body.quantity = value.lastQuantity.lots
      body.fee =
        Amount(units: Int128(value.feeUnits), decimals: value.feeDecimals)
        .normalized.description
      body.isTaker = value.isTaker
      body.note = (value.isTaker ? "taker" : "maker") + ", fee \(body.fee ?? "")"
      return ("fill", body)
    }
    body.price = names.price(value.price, value.instrument)
    body.quantity = value.quantity.lots
    if value.code != .approved {
      let exchange = value.exchangeCode == 0 ? "" : " \(value.exchangeCode)"
      body.note = "\(value.code)\(exchange)"
    }
    return ("order", body)
  }

  private static func refusal(_ value: Verdict, _ time: Int64, _ names: InstrumentNames)
    -> EventBody
  {
    var body = EventBody(time: time, event: "\(value.code)")
    body.instrument = names.name(value.instrument)
    body.intent = Int64(clamping: value.intent.rawValue)
    body.decision = Int64(clamping: value.decision.rawValue)
    body.limit = value.limit
    body.figure = value.figure
    body.note = "refused: \(value.code), \(value.figure) against \(value.limit)"
    return body
  }

  private static func stop(_ value: StateRecord, _ time: Int64, _ names: InstrumentNames)
    -> EventBody
  {
    var body = EventBody(time: time, event: value.isRearm ? "rearm" : "stop")
    body.instrument = names.name(value.instrument)
    body.source = "\(value.source)"
    body.state = "\(value.inForce)"
    body.note = "\(value.source) asks for \(value.requested); in force: \(value.inForce)"
    return body
  }
}
