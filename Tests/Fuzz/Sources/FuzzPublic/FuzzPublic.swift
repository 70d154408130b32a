// The public decoder and session: nothing traps, nothing half is written, position and name agree.
import FuzzSupport
import OKX
import Quantities
import Wire

private let table: InstrumentTable = {
  func instrument(_ name: String, _ tick: String, _ lot: String) -> Instrument {
    guard let symbol = Symbol(name), let tick = DecimalNumber(tick), let lot = DecimalNumber(lot)
    else { fatalError("the fixed names and steps parse") }
    return Instrument(id: .none, symbol: symbol, type: .spot, tick: tick, lot: lot)
  }
  return InstrumentTable([
    instrument("BTC-USDT", "0.1", "0.00000001"), instrument("ELON-USDT", "0.00000000001", "0.5"),
  ])
}()
private let decoder = PublicDecoder(instruments: table)

/// What a run observed: the frame's facts and every byte that counts as written.
private func decode(_ message: [UInt8], claimBytes: Int = MarketMessage.bytesMax) -> (
  frame: PublicFrame, digest: Digest64
) {
  // A block of exact size each time: the sanitizer sees an access past either end.
  let claim = UnsafeMutableRawBufferPointer.allocate(byteCount: claimBytes, alignment: 64)
  defer { unsafe claim.deallocate() }
  let frame = unsafe message.withUnsafeBytes {
    unsafe decoder.decode(
      $0, receivedAt: .zero, stamp: .zero, connection: 1, into: claim)
  }
  if frame.kind == .faulty {
    precondition(frame.byteCount == 0 && frame.messageCount == 0 && frame.fault != .none)
  }
  if frame.kind != .market { precondition(frame.byteCount == 0) }
  let count = unsafe check(UnsafeRawBufferPointer(rebasing: claim[..<frame.byteCount]))
  precondition(count == Int(frame.messageCount))
  var digest = Digest64()
  digest.add(Int(frame.kind.rawValue))
  digest.add(Int(frame.fault.rawValue))
  digest.add(Int(frame.instrument.index))
  digest.add(Int(frame.channel.rawValue))
  digest.add(Int(truncatingIfNeeded: frame.code))
  digest.add(Int(truncatingIfNeeded: frame.request))
  unsafe digest.add(claim[..<frame.byteCount])
  return (frame, digest)
}

/// Whole messages and nothing else; what every reader of the ring relies on. Returns their number.
private func check(_ bytes: UnsafeRawBufferPointer) -> Int {
  var offset = 0
  var count = 0
  while offset < bytes.count {
    precondition(bytes.count - offset >= 64)
    let header = unsafe bytes.load(fromByteOffset: offset, as: MarketMessage.self)
    let levels = Int(header.bidCount) + Int(header.askCount)
    var size = 64 + levels * 16
    if header.flags.contains(.hasDigits) { size += (levels * 2 + 7) & ~7 }
    if header.kind == .trade { size += 40 }
    precondition(Int(header.byteCount) == size && offset + size <= bytes.count)
    precondition(Int(header.instrument.index) < table.count && header.channel != .none)
    precondition(header.flags.contains(.hasChecksum) == (header.checksum != 0))
    for index in 0..<levels {
      let level = unsafe bytes.load(
        fromByteOffset: offset + 64 + index * 16, as: MarketLevel.self)
      precondition(level.price.ticks > 0 && level.quantity.lots >= 0)
    }
    if header.kind == .trade {
      let trade = unsafe bytes.load(fromByteOffset: offset + 64, as: TradeBody.self)
      precondition(trade.price.ticks > 0 && trade.quantity.lots > 0 && trade.count > 0)
    }
    offset += size
    count += 1
  }
  return count
}

/// A session between connects and losses, its clock jumping; a book is applied only while valid.
private func live(_ input: inout FuzzInput, _ messages: [[UInt8]]) {
  let lines = [
    PublicSubscription(channel: .books, instrument: InstrumentID(index: 0)),
    PublicSubscription(channel: .trades, instrument: InstrumentID(index: 0)),
    PublicSubscription(channel: .booksTbt, instrument: InstrumentID(index: 1)),
    PublicSubscription(channel: .bestBidOffer, instrument: InstrumentID(index: 1)),
  ]
  guard var session = try? PublicSession(instruments: table, subscriptions: lines) else {
    fatalError("the list is legal")
  }
  let claim = UnsafeMutableRawBufferPointer.allocate(
    byteCount: MarketMessage.bytesMax, alignment: 64)
  defer { unsafe claim.deallocate() }
  var isValid = [false, false]
  func apply(_ byteCount: Int) {
    _ = unsafe check(UnsafeRawBufferPointer(rebasing: claim[..<byteCount]))
    var offset = 0
    while offset < byteCount {
      let header = unsafe claim.load(fromByteOffset: offset, as: MarketMessage.self)
      let index = Int(header.instrument.index)
      switch header.kind {
      case .snapshot: isValid[index] = true
      case .invalid: isValid[index] = false
      case .update, .heartbeat, .reset: precondition(isValid[index], "an update into nothing")
      case .trade, .bestBidOffer: break
      }
      offset += Int(header.byteCount)
    }
  }
  var now = Instant(nanoseconds: 1)
  session.connected(now: now)
  for message in messages.prefix(64) {
    switch input.next(below: 16) {
    case 0: session.connected(now: now)
    case 1: session.disconnected(now: now, fault: .connectionLost)
    case 2:
      _ = session.resync(
        InstrumentID(index: UInt16(input.next(below: 3))), fault: .crossedBook,
        now: now)
    default: break
    }
    let outcome = unsafe message.withUnsafeBytes {
      unsafe session.receive($0, receivedAt: now, stamp: .zero, into: claim)
    }
    apply(outcome.byteCount)
    now = now.advanced(byNanoseconds: Int64(input.next(below: 1 << 33)))
    var polls = 0
    while true {
      let action = unsafe session.poll(now: now, into: claim)
      if case .none = action { break }
      if case .market(let byteCount) = action { apply(byteCount) }
      if case .send = action { precondition(unsafe session.outgoing.count > 0) }
      polls += 1
      precondition(polls < 20, "poll never ends")
    }
    for index in 0..<2 {
      precondition(isValid[index] == session.isValid(InstrumentID(index: UInt16(index))))
    }
  }
}

@c(LLVMFuzzerTestOneInput)
public func fuzzPublic(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe FuzzInput(start, count)
  let whole = decode(input.bytes)
  // A blank behind it makes the decoder read by name; it changes nothing else.
  if input.bytes != Array("pong".utf8) {
    precondition(decode(input.bytes + [0x20]).digest == whole.digest)
  }
  if whole.frame.kind != .faulty && input.bytes.last == 0x7D {
    precondition(decode(Array(input.bytes.dropLast())).frame.kind == .faulty)
  }
  if whole.frame.kind == .market {
    precondition(decode(input.bytes, claimBytes: whole.frame.byteCount).frame.kind == .market)
    if whole.frame.byteCount > 0 {
      precondition(
        decode(input.bytes, claimBytes: whole.frame.byteCount - 1).frame.kind == .faulty)
    }
  }
  live(&input, input.bytes.split(separator: 0x0A).map(Array.init))
  return 0
}
