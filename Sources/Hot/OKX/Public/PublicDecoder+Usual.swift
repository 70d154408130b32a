// Book messages exactly as OKX spells them today, read by position; pure, hot plane.

import Quantities
import Wire

extension PublicDecoder {
  /// Reads a book push whose every byte stands where OKX puts it: keys in the order of OKX-051,
  /// no blanks. False for any other message, which is then read by name; what this accepts, reading
  /// by name accepts with the same result. A fault in a level is final.
  @_noLocks
  func usualBook(
    _ scanner: JSONScanner, _ head: inout Head, _ claim: UnsafeMutableRawBufferPointer
  ) throws(FaultCode) -> Bool {
    var text = scanner
    if !text.take("{\"arg\":{\"channel\":\"books") { return false }
    if text.take("\",\"instId\":\"") {
      head.frame.channel = .books
    } else if text.take("-l2-tbt\",\"instId\":\"") {
      head.frame.channel = .booksTbt
    } else if text.take("50-l2-tbt\",\"instId\":\"") {
      head.frame.channel = .books50
    } else {
      return false
    }
    guard let symbol = text.takeSymbol(), let id = instruments.find(symbol) else {
      head.frame.channel = .none
      return false
    }
    head.frame.instrument = id
    if text.take("},\"action\":\"update\",\"data\":[{\"asks\":") {
    } else if text.take("},\"action\":\"snapshot\",\"data\":[{\"asks\":") {
      head.isSnapshot = true
    } else {
      return false
    }
    let room = try unsafe room(claim, from: 0)
    let levelsMax = min(MarketMessage.levelsMax, room / MemoryLayout<MarketLevel>.size)
    let scales = unsafe scales[Int(id.index)]
    var message = MarketMessage()
    let askCount = try unsafe levels(
      &text, scales, UnsafeMutableRawPointer(asks), askDigits, levelsMax)
    if !text.take(",\"bids\":") { return false }
    let bids = unsafe claim.baseAddress! + MemoryLayout<MarketMessage>.size
    let bidCount = try unsafe levels(&text, scales, bids, bidDigits, levelsMax)
    guard text.take(",\"ts\":\""), let time = text.takeDigits(), text.take("\",\"checksum\":"),
      let checksum = text.takeInteger(), let checksum32 = Int32(exactly: checksum),
      text.take(",\"seqId\":"), let seqId = text.takeInteger(), text.take(",\"prevSeqId\":"),
      let prevSeqId = text.takeInteger(), text.take("}]}"), text.position == text.count
    else { return false }
    message.channel = head.frame.channel
    message.instrument = id
    message.receivedAt = head.receivedAt
    message.receivedStamp = head.receivedStamp
    message.connection = head.connection
    message.exchangeTime = WallMilliseconds(milliseconds: time)
    message.checksum = checksum32
    message.seqId = seqId
    message.prevSeqId = prevSeqId
    message.kind = head.isSnapshot || prevSeqId == -1 ? .snapshot : .update
    try unsafe seal(&message, bids, bidCount, askCount, room)
    unsafe claim.storeBytes(of: message, as: MarketMessage.self)
    head.frame.byteCount = Int(message.byteCount)
    head.frame.messageCount = 1
    head.frame.kind = .market
    return true
  }
}
