// Items of the `account` and `positions` channels (docs/OKX.md OKX-150 to OKX-153); pure, hot plane.

import Quantities
import Wire

/// The members of a position that we read.
struct PositionFields: BitwiseCopyable {
  var instId = Field()
  var instType = Field()
  var posSide = Field()
  var mgnMode = Field()
  var tradeId = Field()
  var pos = Field()
  var avgPx = Field()
  var markPx = Field()
  var liqPx = Field()
  var lever = Field()
  var upl = Field()
  var uTime = Field()
}

/// The members of the account as a whole that we read.
struct AccountFields: BitwiseCopyable {
  var totalEq = Field()
  var availEq = Field()
  var uTime = Field()
}

/// The members of one currency's balance that we read.
struct BalanceFields: BitwiseCopyable {
  var ccy = Field()
  var cashBal = Field()
  var availBal = Field()
  var uTime = Field()
}

extension PrivateDecoder {
  @_noLocks
  mutating func position(_ scanner: inout JSONScanner, _ head: inout Head) throws(FaultCode) {
    var fields = PositionFields()
    var event = PrivateEvent(.position)
    event.receivedAt = head.receivedAt
    event.isSnapshot = head.isSnapshot
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
      if let symbol = scanner.symbol(fields.instId.text), let id = instruments.find(symbol) {
        event.instrument = id
        event.words = words(scanner, suspect(scanner, fields, error, instruments[id]))
      }
    }
    try add(event, &head)
  }

  @_noLocks
  func suspect(
    _ scanner: JSONScanner, _ fields: PositionFields, _ fault: FaultCode, _ instrument: Instrument
  ) -> JSONText {
    if isSuspect(scanner, fields.pos, .offIncrement, instrument.lot) { return fields.pos.text }
    if isSuspect(scanner, fields.avgPx, fault, nil) { return fields.avgPx.text }
    if isSuspect(scanner, fields.markPx, fault, nil) { return fields.markPx.text }
    if isSuspect(scanner, fields.liqPx, fault, nil) { return fields.liqPx.text }
    if isSuspect(scanner, fields.lever, fault, nil) { return fields.lever.text }
    if isSuspect(scanner, fields.uTime, fault, nil) { return fields.uTime.text }
    return isSuspect(scanner, fields.upl, .none, nil) ? fields.upl.text : .empty
  }

  @_noLocks
  func collect(_ scanner: inout JSONScanner, _ fields: inout PositionFields) throws(FaultCode) {
    var more = try scanner.enterObject()
    while more {
      switch scanner.name(try scanner.key()) {
      case JSONName("instId"): try fields.instId.take(&scanner)
      case JSONName("instType"): try fields.instType.take(&scanner)
      case JSONName("posSide"): try fields.posSide.take(&scanner)
      case JSONName("mgnMode"): try fields.mgnMode.take(&scanner)
      case JSONName("tradeId"): try fields.tradeId.take(&scanner)
      case JSONName("pos"): try fields.pos.take(&scanner)
      case JSONName("avgPx"): try fields.avgPx.take(&scanner)
      case JSONName("markPx"): try fields.markPx.take(&scanner)
      case JSONName("liqPx"): try fields.liqPx.take(&scanner)
      case JSONName("lever"): try fields.lever.take(&scanner)
      case JSONName("upl"): try fields.upl.take(&scanner)
      case JSONName("uTime"): try fields.uTime.take(&scanner)
      default: try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
  }

  /// False when the position is of no instrument of ours. Only net mode is supported: a position of
  /// the long/short mode, whose sign lies elsewhere, is a fault.
  @_noLocks
  func convert(
    _ scanner: JSONScanner, _ fields: PositionFields, _ event: inout PrivateEvent
  ) throws(FaultCode) -> Bool {
    guard let instrument = try instrument(scanner, fields.instId, fields.instType) else {
      return false
    }
    // Spot is no position (docs/OKX.md OKX-153).
    if instrument.type == .spot { return false }
    event.instrument = instrument.id
    // A position of its own beside ours (docs/OKX.md OKX-156).
    let isNet = fields.posSide.isEmpty || scanner.name(fields.posSide.text) == JSONName("net")
    let isCross = fields.mgnMode.isEmpty || scanner.name(fields.mgnMode.text) == JSONName("cross")
    if !isNet || !isCross { throw .foreignMode }
    event.tradeID = try signedNumber(scanner, fields.tradeId)
    guard let lots = try units(scanner, fields.pos, instrument.lot) else { throw .missingField }
    event.quantity = Quantity(lots: lots)
    event.averagePrice = try averagePrice(scanner, fields.avgPx, instrument.tick)
    // Shown to people: one that cannot be read costs no position.
    do throws(FaultCode) {
      event.lastPrice = try averagePrice(scanner, fields.markPx, instrument.tick)
      event.price = try averagePrice(scanner, fields.liqPx, instrument.tick)
      event.cash = try amount(scanner, fields.upl)
      event.leverageMilli = try leverage(scanner, fields.lever)
    } catch { event.fault = error }
    event.exchangeTime = try time(scanner, fields.uTime)
    return true
  }

  /// Thousandths; 0 when missing or empty.
  @_noLocks
  func leverage(_ scanner: JSONScanner, _ field: Field) throws(FaultCode) -> Int32 {
    let milli = Increment(mantissa: 1, decimals: 3)
    let value = try units(scanner, field, milli) ?? 0
    guard value >= 0, let leverage = Int32(exactly: value) else { throw .numberRange }
    return leverage
  }

  /// One account: each currency of `details` that has a name in our table is an event, its totals are one more.
  @_noLocks
  mutating func account(_ scanner: inout JSONScanner, _ head: inout Head) throws(FaultCode) {
    do throws(FaultCode) {
      var hasDetails = false
      var fields = AccountFields()
      var more = try scanner.enterObject()
      while more {
        switch scanner.name(try scanner.key()) {
        case JSONName("details"):
          if hasDetails { throw .malformedJSON }
          hasDetails = true
          try balances(&scanner, &head)
        case JSONName("totalEq"): try fields.totalEq.take(&scanner)
        case JSONName("availEq"): try fields.availEq.take(&scanner)
        case JSONName("uTime"): try fields.uTime.take(&scanner)
        default: try scanner.skipValue()
        }
        more = try scanner.nextMember()
      }
      if !hasDetails { throw .missingField }
      try totals(scanner, fields, &head)
    } catch .tooManyItems {
      throw .tooManyItems
    } catch {
      var event = PrivateEvent(.faulty)
      event.fault = error
      event.receivedAt = head.receivedAt
      try add(event, &head)
    }
  }

  /// No event where the push says no total: an absent figure is not zero.
  @_noLocks
  mutating func totals(
    _ scanner: JSONScanner, _ fields: AccountFields, _ head: inout Head
  ) throws(FaultCode) {
    if fields.totalEq.isEmpty { return }
    var event = PrivateEvent(.account)
    event.receivedAt = head.receivedAt
    event.isSnapshot = head.isSnapshot
    event.cash = try amount(scanner, fields.totalEq)
    event.hasAvailable = !fields.availEq.isEmpty
    event.available = try amount(scanner, fields.availEq)
    event.exchangeTime = try time(scanner, fields.uTime)
    try add(event, &head)
  }

  @_noLocks
  mutating func balances(_ scanner: inout JSONScanner, _ head: inout Head) throws(FaultCode) {
    var more = try scanner.enterArray()
    while more {
      let start = scanner.position
      try balance(&scanner, &head)
      scanner.position = start
      try scanner.skipValue()
      more = try scanner.nextElement()
    }
  }

  @_noLocks
  mutating func balance(_ scanner: inout JSONScanner, _ head: inout Head) throws(FaultCode) {
    var fields = BalanceFields()
    var event = PrivateEvent(.balance)
    event.receivedAt = head.receivedAt
    event.isSnapshot = head.isSnapshot
    do throws(FaultCode) {
      try collect(&scanner, &fields)
      if fields.ccy.isEmpty || fields.cashBal.isEmpty { throw .missingField }
      guard let name = scanner.symbol(fields.ccy.text),
        let currency = instruments.findCurrency(name)
      else {
        head.frame.unknownCurrencies &+= 1
        return
      }
      event.currency = currency
      event.cash = try amount(scanner, fields.cashBal)
      event.available = try amount(scanner, fields.availBal)
      event.exchangeTime = try time(scanner, fields.uTime)
    } catch {
      event = PrivateEvent(.faulty)
      event.fault = error
      event.receivedAt = head.receivedAt
      if let name = scanner.symbol(fields.ccy.text), let id = instruments.findCurrency(name) {
        event.currency = id
      }
    }
    try add(event, &head)
  }

  @_noLocks
  func collect(_ scanner: inout JSONScanner, _ fields: inout BalanceFields) throws(FaultCode) {
    var more = try scanner.enterObject()
    while more {
      switch scanner.name(try scanner.key()) {
      case JSONName("ccy"): try fields.ccy.take(&scanner)
      case JSONName("cashBal"): try fields.cashBal.take(&scanner)
      case JSONName("availBal"): try fields.availBal.take(&scanner)
      case JSONName("uTime"): try fields.uTime.take(&scanner)
      default: try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
  }
}
