// One element of a trades push; pure, hot plane.

import Quantities
import Wire

extension PublicDecoder {
  /// Fills `message` and writes a `TradeBody` after the header at `start`. `count`, `source` and
  /// `seqId` came to OKX's trades one by one: absent, they are 1, 0 and 0.
  @_noLocks
  func trade(
    _ scanner: inout JSONScanner, _ message: inout MarketMessage,
    _ claim: UnsafeMutableRawBufferPointer, at start: Int
  ) throws(FaultCode) {
    let headerBytes = MemoryLayout<MarketMessage>.size
    if try unsafe room(claim, from: start) < MemoryLayout<TradeBody>.size {
      throw .messageTooLarge
    }
    let scales = unsafe scales[Int(message.instrument.index)]
    var body = TradeBody(
      price: .none, quantity: .zero, side: .buy, tradeID: 0, seqId: 0, count: 1, source: 0)
    var hasTime = false
    var hasSide = false
    var more = try scanner.enterObject()
    while more {
      switch scanner.name(try scanner.key()) {
      case JSONName("px"):
        body.price = Price(ticks: try units(&scanner, scales.price.increment).units)
        if body.price.ticks <= 0 { throw .numberRange }
      case JSONName("sz"):
        body.quantity = Quantity(lots: try units(&scanner, scales.quantity.increment).units)
        if body.quantity.lots <= 0 { throw .numberRange }
      case JSONName("side"):
        hasSide = true
        switch scanner.name(try scanner.string()) {
        case JSONName("buy"): body.side = .buy
        case JSONName("sell"): body.side = .sell
        default: throw .wrongType
        }
      case JSONName("tradeId"): body.tradeID = UInt64(try positive(&scanner))
      case JSONName("ts"):
        hasTime = true
        message.exchangeTime = WallMilliseconds(milliseconds: try time(&scanner))
      case JSONName("count"):
        let count = try positive(&scanner)
        if count > Int64(UInt32.max) { throw .numberRange }
        body.count = UInt32(count)
      case JSONName("source"):
        let source = try time(&scanner)
        if source > Int64(UInt8.max) { throw .numberRange }
        body.source = UInt8(source)
      case JSONName("seqId"):
        body.seqId = try scanner.integer()
        message.seqId = body.seqId
      case JSONName("instId"):
        guard let symbol = scanner.symbol(try scanner.string()) else { throw .wrongType }
        // By the old name or the new one, where it was renamed.
        if instruments.find(symbol) != message.instrument { throw .unknownInstrument }
      default: try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
    if body.price.isNone || body.quantity.lots == 0 || body.tradeID == 0 || !hasTime || !hasSide {
      throw .missingField
    }
    message.kind = .trade
    message.byteCount = UInt32(headerBytes &+ MemoryLayout<TradeBody>.size)
    unsafe claim.storeBytes(of: body, toByteOffset: start &+ headerBytes, as: TradeBody.self)
  }

  /// A whole number above zero in a string.
  @_noLocks
  func positive(_ scanner: inout JSONScanner) throws(FaultCode) -> Int64 {
    let value = try time(&scanner)
    if value == 0 { throw .numberRange }
    return value
  }
}
