// The private decoder, session and order encoder: nothing traps, and what is said holds together.
import FuzzSupport
import OKX
import Quantities
import Wire

private let table: InstrumentTable = {
  func instrument(_ name: String, _ type: InstrumentType, _ tick: String, _ lot: String)
    -> Instrument
  {
    guard let symbol = Symbol(name), let tick = DecimalNumber(tick), let lot = DecimalNumber(lot)
    else { fatalError("the fixed names and steps parse") }
    var item = Instrument(id: .none, symbol: symbol, type: type, tick: tick, lot: lot)
    item.code = 10_458
    return item
  }
  return InstrumentTable(
    [
      instrument("BTC-USDT", .spot, "0.1", "0.00000001"),
      instrument("BTC-USDT-SWAP", .swap, "0.5", "0.25"),
    ],
    currencies: ["USDT", "BTC"].compactMap { Symbol($0) })
}()

private let fuzzWall = WallMilliseconds(milliseconds: 1_800_000_000_000)

private func decode(_ decoder: inout PrivateDecoder, _ message: [UInt8]) -> (
  frame: PrivateFrame, digest: Digest64
) {
  let frame = unsafe message.withUnsafeBytes {
    unsafe decoder.decode($0, receivedAt: Instant(nanoseconds: 1), wall: fuzzWall)
  }
  precondition(frame.eventCount >= 0 && frame.eventCount <= PrivateDecoder.eventsMax)
  if frame.kind == .faulty { precondition(frame.eventCount == 0 && frame.fault != .none) }
  var digest = Digest64()
  digest.add(Int(frame.kind.rawValue))
  digest.add(Int(frame.fault.rawValue))
  digest.add(Int(frame.code))
  for index in 0..<frame.eventCount {
    let event = decoder.event(index)
    check(event)
    digest.add(Int(event.cumulativeFilled.lots))
    digest.add(Int(truncatingIfNeeded: event.exchangeOrder.rawValue))
    digest.add(Int(event.kind.rawValue))
    digest.add(Int(event.fault.rawValue))
  }
  return (frame, digest)
}

/// What every reader of an event relies on.
private func check(_ event: PrivateEvent) {
  switch event.kind {
  case .faulty: precondition(event.fault != .none)
  case .order:
    precondition(Int(event.instrument.index) < table.count && event.state != .none)
    precondition(event.quantity.lots >= 0 && event.cumulativeFilled.lots >= 0)
    precondition(event.lastQuantity.lots >= 0)
    precondition((event.lastQuantity.lots > 0) == !event.lastPrice.isNone)
    precondition(event.price.isNone || event.price.ticks > 0)
    precondition(event.averagePrice.isNone || event.averagePrice.ticks > 0)
  case .balance: precondition(Int(event.currency.index) < table.currencyCount)
  case .position:
    precondition(Int(event.instrument.index) < table.count && event.leverageMilli >= 0)
    precondition(event.price.isNone || event.price.ticks > 0)
    precondition(event.lastPrice.isNone || event.lastPrice.ticks > 0)
  case .account: precondition(event.hasAvailable || event.available == .zero)
  case .orderReply, .cancelReply: precondition(event.gatewayMicroseconds >= 0)
  case .requestError: precondition(event.request != 0)
  }
}

/// A session fed the message between a login and its acknowledgements, its clock jumping.
private func live(_ input: inout FuzzInput, _ messages: [[UInt8]]) {
  var session = PrivateSession(instruments: table)
  var now = Instant(nanoseconds: 1)
  for message in messages.prefix(64) {
    if input.next(below: 8) == 0 { session.connected(now: now) }
    let outcome = unsafe message.withUnsafeBytes {
      unsafe session.receive($0, now: now, wall: fuzzWall)
    }
    for index in 0..<outcome.eventCount { check(session.event(index)) }
    now = now.advanced(byNanoseconds: Int64(input.next(below: 1 << 33)))
    var polls = 0
    while true {
      let action = session.poll(now: now)
      if case .none = action { break }
      polls += 1
      precondition(polls < 10, "poll never ends")
    }
    precondition(session.nextDeadline > .zero, "the session is woken for nothing")
  }
}

/// Any order that is encoded reads back as JSON with its own id.
private func encode(_ input: inout FuzzInput) {
  func number() -> Int64 {
    Int64(truncatingIfNeeded: input.next(below: .max)) >> input.next(below: 63)
  }
  var item = table[InstrumentID(index: UInt16(input.next(below: 2)))]
  item.code = number()
  item.tick = DecimalNumber(mantissa: number(), decimals: UInt8(input.next(below: 37)))
  let request = UInt64(bitPattern: number())
  var buffer = [UInt8](repeating: 0, count: OrderEncoder.bytesMax)
  let count = unsafe buffer.withUnsafeMutableBytes {
    unsafe OrderEncoder.order(
      request: request, clientOrder: ClientOrderID(rawValue: UInt64(bitPattern: number())),
      instrument: item, side: .sell, type: .limit, price: Price(ticks: number()),
      quantity: Quantity(lots: number()), isReduceOnly: true,
      expires: WallMilliseconds(milliseconds: number()), into: $0)
  }
  if count == 0 { return }
  unsafe buffer.withUnsafeBytes { bytes in
    var scanner = unsafe JSONScanner(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    do throws(FaultCode) {
      try scanner.skipValue()
      try scanner.finish()
    } catch {
      fatalError("an order is JSON")
    }
  }
  precondition(
    String(decoding: buffer.prefix(count), as: UTF8.self).hasPrefix("{\"id\":\"\(request)\""))
}

@c(LLVMFuzzerTestOneInput)
public func fuzzPrivate(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe FuzzInput(start, count)
  var decoder = PrivateDecoder(instruments: table)
  let whole = decode(&decoder, input.bytes)
  // A blank behind it changes nothing; without its last byte it is no message any more.
  precondition(decode(&decoder, input.bytes + [0x20]).digest == whole.digest || isPong(input.bytes))
  if whole.frame.kind != .faulty && input.bytes.last == 0x7D {
    precondition(decode(&decoder, Array(input.bytes.dropLast())).frame.kind == .faulty)
  }
  live(&input, input.bytes.split(separator: 0x0A).map(Array.init))
  encode(&input)
  return 0
}

private func isPong(_ bytes: [UInt8]) -> Bool { bytes == Array("pong".utf8) }
