// One object of a push as names and texts, and what its figures are; pure, housekeeping.

import Quantities
import Wire

/// Members that are strings, numbers or Booleans, and the objects of `details`. Bounded by the message.
struct ContextFields {
  private var texts: [String: String] = [:]
  private(set) var details: [ContextFields] = []

  /// Longest text that is kept; anything longer is no figure.
  static let textBytesMax = 64
  static let detailsMax = 1_000

  init(
    _ scanner: inout JSONScanner, _ bytes: UnsafeRawBufferPointer, isDetail: Bool = false
  ) throws(FaultCode) {
    func text(_ part: JSONText) -> String? {
      if part.count > ContextFields.textBytesMax || part.hasEscapes { return nil }
      return unsafe String(decoding: bytes[part.start..<part.end], as: UTF8.self)
    }
    var more = try scanner.enterObject()
    while more {
      let name = text(try scanner.key()) ?? ""
      switch try scanner.peekKind() {
      case .string: texts[name] = text(try scanner.string())
      case .number: texts[name] = text(try scanner.number())
      case .boolean:
        texts[name] = scanner.peek() == 0x74 ? "1" : "0"
        try scanner.skipValue()
      case .array where name == "details" && !isDetail:
        var another = try scanner.enterArray()
        while another {
          if details.count < ContextFields.detailsMax {
            details.append(try unsafe ContextFields(&scanner, bytes, isDetail: true))
          } else {
            try scanner.skipValue()
          }
          another = try scanner.nextElement()
        }
      default: try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
  }

  subscript(name: String) -> String? { texts[name] }

  /// Nil where the member is missing or empty, as OKX writes what it does not have.
  func number(_ name: String) throws(FaultCode) -> DecimalNumber? {
    guard let text = texts[name], !text.isEmpty else { return nil }
    let bytes = Array(text.utf8)
    do throws(DecimalError) { return try DecimalNumber.parse(bytes.span) } catch {
      throw error == .malformed ? .wrongType : .numberRange
    }
  }

  func required(_ name: String) throws(FaultCode) -> DecimalNumber {
    guard let number = try number(name) else { throw .missingField }
    return number
  }

  /// Beyond the year 2100 there is no market: such a stamp would put the exchange's clock, which only moves
  /// on, where no later message reaches it.
  static let timeEnd: Int64 = 4_102_444_800_000

  /// Milliseconds since 1970; absent is 0 where `isOptional`.
  func time(_ name: String, isOptional: Bool = false) throws(FaultCode) -> WallMilliseconds {
    guard let number = try number(name) else {
      if isOptional { return WallMilliseconds(milliseconds: 0) }
      throw .missingField
    }
    if number.decimals != 0 || number.mantissa < 0 || number.mantissa >= ContextFields.timeEnd {
      throw .numberRange
    }
    return WallMilliseconds(milliseconds: number.mantissa)
  }

  func symbol(_ name: String) throws(FaultCode) -> Symbol {
    guard let text = texts[name] else { throw .missingField }
    guard let symbol = Symbol(text) else { throw .wrongType }
    return symbol
  }
}

extension ContextDecoder {
  /// The events of one element. `candle` has rows instead of elements and is not among them.
  func append(
    _ channel: ContextChannel, _ fields: ContextFields, _ receivedAt: Instant,
    _ events: inout [ContextEvent]
  ) throws(FaultCode) {
    guard let figures = channel.figures else {
      if channel == .candle { return }
      guard let id = instruments.find(try fields.symbol("instId")) else { return }
      events.append(try trade(fields, of: id))
      return
    }
    switch channel.subject {
    case .nothing:
      events.append(.fact(try status(figures, fields, receivedAt)))
    case .indices:
      let record = try record(figures, .none, fields, receivedAt)
      events.append(.index(try fields.symbol("instId"), record))
    case .types:
      guard let id = instruments.find(try fields.symbol("instId")) else { return }
      for detail in fields.details {
        var one = try record(figures, id, detail, receivedAt)
        one[.third] = DecimalNumber(mantissa: try isSell(detail) ? 1 : 0, decimals: 0)
        events.append(.fact(one))
      }
    case .instruments:
      guard let id = instruments.find(try fields.symbol("instId")) else { return }
      events.append(.fact(try record(figures, id, fields, receivedAt)))
    }
  }

  private func record(
    _ figures: ContextFigures, _ id: InstrumentID, _ fields: ContextFields, _ receivedAt: Instant
  ) throws(FaultCode) -> ContextRecord {
    var record = ContextRecord(
      figures.kind, of: id, exchangeTime: try fields.time("ts"), receivedAt: receivedAt)
    for (place, name) in figures.names.enumerated() {
      guard let field = ContextField(rawValue: UInt8(place)) else { break }
      record[field] =
        place < figures.required ? try fields.required(name) : try fields.number(name)
    }
    return record
  }

  private func isSell(_ fields: ContextFields) throws(FaultCode) -> Bool {
    switch fields["side"] {
    case "buy": return false
    case "sell": return true
    case nil: throw .missingField
    default: throw .wrongType
    }
  }

  private func status(
    _ figures: ContextFigures, _ fields: ContextFields, _ receivedAt: Instant
  ) throws(FaultCode) -> ContextRecord {
    guard let text = fields["state"] else { throw .missingField }
    guard let state = StatusState(text) else { throw .wrongType }
    var record = try record(figures, .none, fields, receivedAt)
    record[.third] = DecimalNumber(mantissa: state.rawValue, decimals: 0)
    return record
  }

  private func trade(_ fields: ContextFields, of id: InstrumentID) throws(FaultCode)
    -> ContextEvent
  {
    let item = instruments[id]
    let price = try CandleRow.units(try fields.required("px"), of: item.tick)
    let lots = try CandleRow.units(try fields.required("sz"), of: item.lot)
    let number = try fields.required("tradeId")
    let count = try fields.number("count")?.mantissa ?? 1
    if price <= 0 || lots <= 0 || number.mantissa <= 0 || count <= 0 || count > UInt32.max {
      throw .numberRange
    }
    let body = TradeBody(
      price: Price(ticks: price), quantity: Quantity(lots: lots),
      side: try isSell(fields) ? .sell : .buy, tradeID: UInt64(number.mantissa), seqId: 0,
      count: UInt32(count), source: 0)
    return .trade(id, body, try fields.time("ts"))
  }
}
