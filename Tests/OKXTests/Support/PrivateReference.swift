// Private pushes read a second time with Foundation and decimal arithmetic: the oracle of the decoder's tests.

import Foundation
import OKX
import Quantities

/// The instruments and currencies of the private tests.
let privateTable: InstrumentTable = {
  func instrument(_ name: String, _ type: InstrumentType, _ tick: String, _ lot: String)
    -> Instrument
  {
    var item = Instrument(
      id: .none, symbol: Symbol(name)!, type: type, tick: DecimalNumber(tick)!,
      lot: DecimalNumber(lot)!)
    item.code = 10_458
    return item
  }
  return InstrumentTable(
    [
      instrument("BTC-USDT", .spot, "0.1", "0.00000001"),
      instrument("BTC-USDT-SWAP", .swap, "0.1", "0.01"),
      instrument("ODD-USDT-SWAP", .swap, "0.5", "5"),
      instrument("XRP-USDT", .unknown, "0.0001", "1"),
    ],
    currencies: [Symbol("USDT")!, Symbol("BTC")!])
}()

/// What a test compares: every field of an order event, by name.
struct OrderSeen: Equatable {
  var fault: FaultCode = .none
  var isFaulty = false
  var instrument: UInt16 = .max
  var client: UInt64 = 0
  var exchange: UInt64 = 0
  var state: PrivateOrderState = .none
  var side: Side = .buy
  var type: OrderType = .limit
  var price: Int64?
  var quantity: Int64 = 0
  var cumulative: Int64 = 0
  var average: Int64?
  var last: Int64 = 0
  var lastPrice: Int64?
  var trade: UInt64 = 0
  var fee: String = "0"
  var currency: UInt16 = .max
  var isTaker = false
  var isReduceOnly = false
  var cancelSource: UInt8 = 0
  var time: Int64 = 0

  init() {}

  init(_ event: PrivateEvent) {
    fault = event.fault
    isFaulty = event.kind == .faulty
    instrument = event.instrument.index
    client = event.clientOrder.rawValue
    exchange = event.exchangeOrder.rawValue
    if isFaulty { return }
    state = event.state
    side = event.side
    type = event.type
    price = event.price.isNone ? nil : event.price.ticks
    quantity = event.quantity.lots
    cumulative = event.cumulativeFilled.lots
    average = event.averagePrice.isNone ? nil : event.averagePrice.ticks
    last = event.lastQuantity.lots
    lastPrice = event.lastPrice.isNone ? nil : event.lastPrice.ticks
    trade = event.tradeID
    fee = DecimalNumber(mantissa: event.feeUnits, decimals: event.feeDecimals).description
    currency = event.currency.index
    isTaker = event.isTaker
    isReduceOnly = event.isReduceOnly
    cancelSource = event.cancelSource
    time = event.exchangeTime.milliseconds
  }
}

enum PrivateReference {
  /// The orders of a well-formed push whose values are all in range; nil for one of a foreign instrument.
  static func orders(_ text: String) throws -> [OrderSeen?] {
    let whole = try JSONSerialization.jsonObject(with: Data(text.utf8)) as! [String: Any]
    return (whole["data"] as! [[String: Any]]).map(order)
  }

  static func order(_ item: [String: Any]) -> OrderSeen? {
    func text(_ key: String) -> String { item[key] as? String ?? "" }
    guard let id = privateTable.find(Symbol(text("instId"))!) else { return nil }
    let instrument = privateTable[id]
    let types: [String: InstrumentType] = ["SPOT": .spot, "SWAP": .swap, "MARGIN": .margin]
    if instrument.type != .unknown, types[text("instType")] != instrument.type { return nil }
    func units(_ key: String, _ step: Increment, _ mode: NSDecimalNumber.RoundingMode? = nil)
      -> Int64
    {
      guard var value = Decimal(string: text(key)) else { return 0 }
      value /= Decimal(string: step.description)!
      var whole = Decimal()
      unsafe NSDecimalRound(&whole, &value, 0, mode ?? .plain)
      if mode == nil { precondition(whole == value, "the oracle takes whole units only") }
      return NSDecimalNumber(decimal: whole).int64Value
    }
    var seen = OrderSeen()
    seen.instrument = id.index
    seen.exchange = UInt64(text("ordId"))!
    let client = UInt64(text("clOrdId")) ?? 0
    if !text("clOrdId").hasPrefix("0"), client < 1 << 63, client >> 39 != 0,
      client & ((1 << 39) - 1) != 0
    {
      seen.client = client
    }
    let states: [String: PrivateOrderState] = [
      "live": .live, "partially_filled": .partiallyFilled, "filled": .filled,
      "canceled": .cancelled, "mmp_canceled": .cancelled,
    ]
    seen.state = states[text("state")]!
    seen.side = text("side") == "buy" ? .buy : .sell
    let kinds: [String: OrderType] = [
      "post_only": .postOnly, "ioc": .immediateOrCancel, "fok": .immediateOrCancel,
      "market": .immediateOrCancel, "optimal_limit_ioc": .immediateOrCancel,
      "op_fok": .immediateOrCancel, "rpi": .postOnly, "elp": .postOnly,
    ]
    seen.type = kinds[text("ordType")] ?? .limit
    let price = units("px", instrument.tick)
    seen.price = price == 0 ? nil : price
    if text("tgtCcy") != "quote_ccy" { seen.quantity = units("sz", instrument.lot) }
    seen.cumulative = units("accFillSz", instrument.lot)
    let average = units("avgPx", instrument.tick, .plain)
    seen.average = average == 0 ? nil : average
    seen.isTaker = text("execType") == "T"
    seen.isReduceOnly = text("reduceOnly") == "true"
    seen.cancelSource = UInt8(text("cancelSource")) ?? 0
    seen.time = Int64(text("uTime"))!
    seen.last = units("fillSz", instrument.lot)
    if seen.last > 0 {
      seen.lastPrice = units("fillPx", instrument.tick)
      seen.trade = UInt64(text("tradeId")) ?? 0
      if text("fillFee").isEmpty {
        seen.fault = .missingField
      } else {
        seen.fee = text("fillFee")
        if let id = Symbol(text("fillFeeCcy")).flatMap({ privateTable.findCurrency($0) }) {
          seen.currency = id.index
        } else if Decimal(string: seen.fee) != 0 {
          seen.fault = text("fillFeeCcy").isEmpty ? .missingField : .unknownCurrency
        }
      }
    }
    return seen
  }
}

/// 2033: later than every recorded, documented and invented message.
let privateWall = WallMilliseconds(milliseconds: 2_000_000_000_000)

/// Decodes one message with a decoder of its own.
func decodePrivate(_ text: String, at instant: Int64 = 7) -> (PrivateFrame, [PrivateEvent]) {
  var decoder = PrivateDecoder(instruments: privateTable)
  var text = text
  let frame = text.withUTF8 {
    unsafe decoder.decode(
      UnsafeRawBufferPointer($0), receivedAt: Instant(nanoseconds: instant), wall: privateWall)
  }
  var events: [PrivateEvent] = []
  for index in 0..<frame.eventCount { events.append(decoder.event(index)) }
  return (frame, events)
}
