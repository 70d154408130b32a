// Items of the `orders` channel (docs/OKX.md OKX-107 to OKX-113); pure, hot plane.

import Quantities
import Wire

/// The members of an order push that we read.
struct OrderFields: BitwiseCopyable {
  var instId = Field()
  var instType = Field()
  var ordId = Field()
  var clOrdId = Field()
  var state = Field()
  var side = Field()
  var ordType = Field()
  var px = Field()
  var sz = Field()
  var tgtCcy = Field()
  var accFillSz = Field()
  var avgPx = Field()
  var fillPx = Field()
  var fillSz = Field()
  var tradeId = Field()
  var fillFee = Field()
  var fillFeeCcy = Field()
  var execType = Field()
  var cancelSource = Field()
  var amendResult = Field()
  var reduceOnly = Field()
  var code = Field()
  var uTime = Field()
  var tdMode = Field()
  var posSide = Field()
  var tag = Field()
}

extension PrivateDecoder {
  /// One order. What cannot be read becomes a `.faulty` event with the ids that could be.
  @_noLocks
  mutating func order(_ scanner: inout JSONScanner, _ head: inout Head) throws(FaultCode) {
    var fields = OrderFields()
    var event = PrivateEvent(.order)
    event.receivedAt = head.receivedAt
    do throws(FaultCode) {
      try collect(&scanner, &fields)
      if try !convert(scanner, fields, &event) {
        head.frame.unknownInstruments &+= 1
        return
      }
    } catch {
      event = PrivateEvent(.faulty)
      event.fault = error
      event.receivedAt = head.receivedAt
      event.clientOrder = clientOrder(scanner, fields.clOrdId)
      event.exchangeOrder = ExchangeOrderID(
        rawValue: unsigned(scanner, fields.ordId.text) ?? 0)
      if let symbol = scanner.symbol(fields.instId.text), let id = instruments.find(symbol) {
        event.instrument = id
        event.words = words(scanner, suspect(scanner, fields, error, instruments[id]))
      }
    }
    try add(event, &head)
  }

  /// The first figure that cannot be read, for the log.
  @_noLocks
  func suspect(
    _ scanner: JSONScanner, _ fields: OrderFields, _ fault: FaultCode, _ instrument: Instrument
  ) -> JSONText {
    let (tick, lot) = (instrument.tick, instrument.lot)
    if isSuspect(scanner, fields.ordId, fault, nil) { return fields.ordId.text }
    if isSuspect(scanner, fields.sz, fault, lot) { return fields.sz.text }
    if isSuspect(scanner, fields.px, fault, tick) { return fields.px.text }
    if isSuspect(scanner, fields.accFillSz, fault, lot) { return fields.accFillSz.text }
    if isSuspect(scanner, fields.uTime, fault, nil) { return fields.uTime.text }
    if isSuspect(scanner, fields.fillSz, fault, lot) { return fields.fillSz.text }
    if isSuspect(scanner, fields.fillPx, fault, tick) { return fields.fillPx.text }
    if isSuspect(scanner, fields.tradeId, fault, nil) { return fields.tradeId.text }
    if fault == .foreignMode { return fields.tdMode.text }
    return isSuspect(scanner, fields.avgPx, fault, nil) ? fields.avgPx.text : .empty
  }

  @_noLocks
  func collect(_ scanner: inout JSONScanner, _ fields: inout OrderFields) throws(FaultCode) {
    var more = try scanner.enterObject()
    while more {
      switch scanner.name(try scanner.key()) {
      case JSONName("accFillSz"): try fields.accFillSz.take(&scanner)
      case JSONName("amendResult"): try fields.amendResult.take(&scanner)
      case JSONName("avgPx"): try fields.avgPx.take(&scanner)
      case JSONName("cancelSource"): try fields.cancelSource.take(&scanner)
      case JSONName("clOrdId"): try fields.clOrdId.take(&scanner)
      case JSONName("code"): try fields.code.take(&scanner)
      case JSONName("execType"): try fields.execType.take(&scanner)
      case JSONName("fillFee"): try fields.fillFee.take(&scanner)
      case JSONName("fillFeeCcy"): try fields.fillFeeCcy.take(&scanner)
      case JSONName("fillPx"): try fields.fillPx.take(&scanner)
      case JSONName("fillSz"): try fields.fillSz.take(&scanner)
      case JSONName("instId"): try fields.instId.take(&scanner)
      case JSONName("instType"): try fields.instType.take(&scanner)
      case JSONName("ordId"): try fields.ordId.take(&scanner)
      case JSONName("ordType"): try fields.ordType.take(&scanner)
      case JSONName("posSide"): try fields.posSide.take(&scanner)
      case JSONName("px"): try fields.px.take(&scanner)
      case JSONName("reduceOnly"): try fields.reduceOnly.take(&scanner)
      case JSONName("side"): try fields.side.take(&scanner)
      case JSONName("state"): try fields.state.take(&scanner)
      case JSONName("sz"): try fields.sz.take(&scanner)
      case JSONName("tag"): try fields.tag.take(&scanner)
      case JSONName("tdMode"): try fields.tdMode.take(&scanner)
      case JSONName("tgtCcy"): try fields.tgtCcy.take(&scanner)
      case JSONName("tradeId"): try fields.tradeId.take(&scanner)
      case JSONName("uTime"): try fields.uTime.take(&scanner)
      default: try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
  }

  /// False when the order is of no instrument of ours.
  @_noLocks
  func convert(
    _ scanner: JSONScanner, _ fields: OrderFields, _ event: inout PrivateEvent
  ) throws(FaultCode) -> Bool {
    guard let instrument = try instrument(scanner, fields.instId, fields.instType) else {
      return false
    }
    if fields.ordId.isEmpty || fields.sz.isEmpty || !fields.accFillSz.isPresent
      || fields.uTime.isEmpty
    {
      throw .missingField
    }
    event.instrument = instrument.id
    // It moves a position of its own beside ours (docs/OKX.md OKX-156).
    let isNet = fields.posSide.isEmpty || scanner.name(fields.posSide.text) == JSONName("net")
    if !isNet || scanner.name(fields.tdMode.text) == JSONName("isolated") { throw .foreignMode }
    event.hasOurTag =
      !fields.tag.isPresent || scanner.equals(fields.tag.text, OrderEncoder.tag)
    event.exchangeOrder = ExchangeOrderID(rawValue: try number(scanner, fields.ordId))
    event.clientOrder = clientOrder(scanner, fields.clOrdId)
    try words(scanner, fields, &event)
    // A spot market order may give its size in quote currency: that is no count of lots.
    if scanner.name(fields.tgtCcy.text) != JSONName("quote_ccy") {
      event.quantity = try size(scanner, fields.sz, instrument.lot)
    }
    event.price = try price(scanner, fields.px, instrument.tick)
    event.cumulativeFilled = try size(scanner, fields.accFillSz, instrument.lot)
    event.averagePrice = try averagePrice(scanner, fields.avgPx, instrument.tick)
    event.exchangeTime = try time(scanner, fields.uTime)
    event.lastQuantity = try size(scanner, fields.fillSz, instrument.lot)
    if event.lastQuantity.lots > 0 {
      event.lastPrice = try price(scanner, fields.fillPx, instrument.tick)
      if event.lastPrice.isNone { throw .missingField }
      event.tradeID = try signedNumber(scanner, fields.tradeId)
      fee(scanner, fields, &event)
    }
    return true
  }

  /// The fields that are words of a fixed set, and small numbers.
  @_noLocks
  func words(
    _ scanner: JSONScanner, _ fields: OrderFields, _ event: inout PrivateEvent
  ) throws(FaultCode) {
    switch scanner.name(fields.state.text) {
    case JSONName("live"): event.state = .live
    case JSONName("partially_filled"): event.state = .partiallyFilled
    case JSONName("filled"): event.state = .filled
    case JSONName("canceled"), JSONName("mmp_canceled"): event.state = .cancelled
    default: throw fields.state.isEmpty ? .missingField : .wrongType
    }
    switch scanner.name(fields.side.text) {
    case JSONName("buy"): event.side = .buy
    case JSONName("sell"): event.side = .sell
    default: throw fields.side.isEmpty ? .missingField : .wrongType
    }
    type(scanner, fields, &event)
    // Not JSONName: a literal of one byte has no pointer to read it through.
    let execution = fields.execType.text
    event.isTaker =
      execution.end &- execution.start == 1 && scanner.byte(at: execution.start) == 0x54
    event.isReduceOnly = scanner.name(fields.reduceOnly.text) == JSONName("true")
    // Words about why: one that cannot be read costs no fill beside it.
    do throws(FaultCode) {
      event.cancelSource = UInt8(
        truncatingIfNeeded: min(try number(scanner, fields.cancelSource), 255))
      event.code = try code(scanner, fields.code.text)
      if fields.amendResult.isEmpty { return }
      let result = try scanner.integer(of: fields.amendResult.text)
      guard let small = Int8(exactly: result), small != PrivateEvent.noAmend else {
        throw .numberRange
      }
      event.amendResult = small
    } catch { event.fault = error }
  }

  /// The order types of the documents, retail orders by both their names (docs/OKX.md OKX-120). What is none of them counts
  /// as one that may rest, so that it is watched and can be cancelled, and is named.
  @_noLocks
  func type(_ scanner: JSONScanner, _ fields: OrderFields, _ event: inout PrivateEvent) {
    switch scanner.name(fields.ordType.text) {
    case JSONName("limit"), JSONName("mmp"): event.type = .limit
    case JSONName("post_only"), JSONName("rpi"), JSONName("elp"): event.type = .postOnly
    case JSONName("ioc"), JSONName("fok"), JSONName("market"), JSONName("op_fok"):
      event.type = .immediateOrCancel
    default:
      // Too long for a packed name.
      if scanner.equals(fields.ordType.text, "optimal_limit_ioc") {
        event.type = .immediateOrCancel
      } else if scanner.equals(fields.ordType.text, "mmp_and_post_only") {
        event.type = .postOnly
      } else {
        event.type = .limit
        event.isOfOddType = !fields.ordType.isEmpty
        if event.isOfOddType { event.words = words(scanner, fields.ordType.text) }
      }
    }
  }

  /// The fee of a fill. One that cannot be read leaves the fill standing and is said in `fault`.
  @_noLocks
  func fee(_ scanner: JSONScanner, _ fields: OrderFields, _ event: inout PrivateEvent) {
    if fields.fillFee.isEmpty {
      event.fault = .missingField
      return
    }
    do throws(FaultCode) {
      let fee = try scanner.decimal(fields.fillFee.text)
      event.feeUnits = fee.mantissa
      event.feeDecimals = fee.decimals
    } catch {
      event.fault = error
      return
    }
    if let name = scanner.symbol(fields.fillFeeCcy.text),
      let currency = instruments.findCurrency(name)
    {
      event.currency = currency
    } else if event.feeUnits != 0 {
      event.fault = fields.fillFeeCcy.isEmpty ? .missingField : .unknownCurrency
    }
  }
}
