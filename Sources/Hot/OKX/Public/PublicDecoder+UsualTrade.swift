// Trades exactly as OKX spells them today, read by position; pure, hot plane.

import Quantities
import Wire

extension PublicDecoder {
  /// Reads a push of one trade whose every byte stands where OKX puts it (OKX-070). False for any
  /// other message, which is then read by name, with the same result where both apply.
  @_noLocks
  func usualTrade(
    _ scanner: JSONScanner, _ head: inout Head, _ claim: UnsafeMutableRawBufferPointer
  ) -> Bool {
    var text = scanner
    let headerBytes = MemoryLayout<MarketMessage>.size
    let byteCount = headerBytes &+ MemoryLayout<TradeBody>.size
    if claim.count < byteCount { return false }
    guard text.take("{\"arg\":{\"channel\":\"trades\",\"instId\":\""),
      let symbol = text.takeSymbol(), let id = instruments.find(symbol),
      text.take("},\"data\":[{\"instId\":\""), let again = text.takeSymbol(), again == symbol,
      text.take(",\"tradeId\":\""), let trade = text.takeDigits(), trade > 0,
      text.take("\",\"px\":\"")
    else { return false }
    let scales = unsafe scales[Int(id.index)]
    guard let price = usualUnits(&text, scales.price), price > 0, text.take(",\"sz\":\""),
      let size = usualUnits(&text, scales.quantity), size > 0, text.take(",\"side\":\"")
    else { return false }
    var side = Side.buy
    if text.take("sell\",\"ts\":\"") {
      side = .sell
    } else if !text.take("buy\",\"ts\":\"") {
      return false
    }
    guard let time = text.takeDigits(), text.take("\",\"count\":\""),
      let count = text.takeDigits(), count > 0, count <= Int64(UInt32.max),
      text.take("\",\"source\":\""), let source = text.takeDigits(), source <= Int64(UInt8.max),
      text.take("\",\"seqId\":"), let seqId = text.takeInteger(), text.take("}]}"),
      text.position == text.count
    else { return false }
    var message = MarketMessage()
    message.byteCount = UInt32(truncatingIfNeeded: byteCount)
    message.kind = .trade
    message.channel = .trades
    message.instrument = id
    message.receivedAt = head.receivedAt
    message.receivedStamp = head.receivedStamp
    message.connection = head.connection
    message.exchangeTime = WallMilliseconds(milliseconds: time)
    message.seqId = seqId
    let body = TradeBody(
      price: Price(ticks: price), quantity: Quantity(lots: size), side: side,
      tradeID: UInt64(truncatingIfNeeded: trade), seqId: seqId,
      count: UInt32(truncatingIfNeeded: count), source: UInt8(truncatingIfNeeded: source))
    unsafe claim.storeBytes(of: message, as: MarketMessage.self)
    unsafe claim.storeBytes(of: body, toByteOffset: headerBytes, as: TradeBody.self)
    head.frame.kind = .market
    head.frame.channel = .trades
    head.frame.instrument = id
    head.frame.byteCount = byteCount
    head.frame.messageCount = 1
    return true
  }

  /// The decimal from here to its closing quote, both consumed; nil where no fast way applies.
  @_noLocks
  func usualUnits(_ text: inout JSONScanner, _ scale: UnitScale) -> Int64? {
    if text.position &+ JSONScanner.unitsReach > text.count { return nil }
    let found =
      scale.isNarrow
      ? text.units(at: text.position, scale)
      : text.wideUnits(at: text.position, scale, powers)
    if found.next < 0 { return nil }
    text.position = found.next
    return found.units
  }
}
