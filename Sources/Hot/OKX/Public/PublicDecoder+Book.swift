// One element of a book or best-bid-offer push: levels, then what seals them; pure, hot plane.

import Quantities
import Wire

/// Which members of an element have come, as bits. No OptionSet: its literals build arrays.
@frozen
@usableFromInline
struct BookFields: BitwiseCopyable {
  @usableFromInline var bits: UInt8 = 0
  @inlinable init() {}
  @inlinable static var asks: UInt8 { 1 }
  @inlinable static var bids: UInt8 { 2 }
  @inlinable static var time: UInt8 { 4 }
  @inlinable static var checksum: UInt8 { 8 }
  @inlinable static var seqId: UInt8 { 16 }
  @inlinable static var prevSeqId: UInt8 { 32 }
  @inlinable static var allOfDepth: UInt8 { asks | bids | time | seqId | prevSeqId }
  @inlinable static var allOfBest: UInt8 { asks | bids | time }

  /// A member that comes twice makes a message ambiguous: refused.
  @inlinable
  mutating func add(_ field: UInt8) throws(FaultCode) {
    if bits & field != 0 { throw .malformedJSON }
    bits |= field
  }
  @inlinable
  func holds(_ required: UInt8) -> Bool { bits & required == required }
}

extension PublicDecoder {
  /// Fills `message` and writes its levels after the header at `start`; the caller writes the header.
  @_noLocks
  func book(
    _ scanner: inout JSONScanner, _ message: inout MarketMessage,
    _ claim: UnsafeMutableRawBufferPointer, at start: Int
  ) throws(FaultCode) {
    let room = try unsafe room(claim, from: start)
    let levelBytes = MemoryLayout<MarketLevel>.size
    let isBest = message.channel == .bestBidOffer
    let levelsMax = min(isBest ? 1 : MarketMessage.levelsMax, room / levelBytes)
    let bids = unsafe claim.baseAddress! + start + MemoryLayout<MarketMessage>.size
    let scales = unsafe scales[Int(message.instrument.index)]
    var fields = BookFields()
    var bidCount = 0
    var askCount = 0
    var more = try scanner.enterObject()
    while more {
      switch scanner.name(try scanner.key()) {
      case JSONName("asks"):
        try fields.add(BookFields.asks)
        askCount = try unsafe levels(
          &scanner, scales, UnsafeMutableRawPointer(asks), askDigits, levelsMax)
      case JSONName("bids"):
        try fields.add(BookFields.bids)
        bidCount = try unsafe levels(&scanner, scales, bids, bidDigits, levelsMax)
      case JSONName("ts"):
        try fields.add(BookFields.time)
        message.exchangeTime = WallMilliseconds(milliseconds: try time(&scanner))
      case JSONName("checksum"):
        try fields.add(BookFields.checksum)
        let value = try scanner.integer()
        guard let checksum = Int32(exactly: value) else { throw .numberRange }
        message.checksum = checksum
      case JSONName("seqId"):
        try fields.add(BookFields.seqId)
        message.seqId = try scanner.integer()
      case JSONName("prevSeqId"):
        try fields.add(BookFields.prevSeqId)
        message.prevSeqId = try scanner.integer()
      default: try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
    if !fields.holds(isBest ? BookFields.allOfBest : BookFields.allOfDepth) { throw .missingField }
    message.kind = isBest ? .bestBidOffer : message.prevSeqId == -1 ? .snapshot : .update
    try unsafe seal(&message, bids, bidCount, askCount, room)
  }

  /// Puts the staged asks behind the bids, and the digits behind both where the checksum wants them.
  @_noLocks
  func seal(
    _ message: inout MarketMessage, _ bids: UnsafeMutableRawPointer, _ bidCount: Int,
    _ askCount: Int, _ room: Int
  ) throws(FaultCode) {
    let levelBytes = MemoryLayout<MarketLevel>.size
    message.bidCount = UInt16(truncatingIfNeeded: bidCount)
    message.askCount = UInt16(truncatingIfNeeded: askCount)
    var size = (bidCount &+ askCount) &* levelBytes
    if size > room { throw .tooManyLevels }
    unsafe (bids + bidCount &* levelBytes).copyMemory(
      from: asks, byteCount: askCount &* levelBytes)
    if message.checksum != 0 {
      message.flags = MarketFlags(
        rawValue: MarketFlags.hasChecksum.rawValue | MarketFlags.hasDigits.rawValue)
      let digitBytes = MemoryLayout<LevelDigits>.size
      let padded = ((bidCount &+ askCount) &* digitBytes &+ 7) & ~7
      if size &+ padded > room { throw .tooManyLevels }
      let digits = unsafe bids + size
      if padded > 0 {
        unsafe digits.storeBytes(of: UInt64(0), toByteOffset: padded &- 8, as: UInt64.self)
      }
      unsafe digits.copyMemory(from: bidDigits, byteCount: bidCount &* digitBytes)
      unsafe (digits + bidCount &* digitBytes).copyMemory(
        from: askDigits, byteCount: askCount &* digitBytes)
      size &+= padded
    }
    message.byteCount = UInt32(truncatingIfNeeded: MemoryLayout<MarketMessage>.size &+ size)
  }

  /// OKX times are milliseconds as digits in a string.
  @_noLocks
  func time(_ scanner: inout JSONScanner) throws(FaultCode) -> Int64 {
    let text = try scanner.string()
    let value = try scanner.integer(of: text)
    if value < 0 { throw .numberRange }
    return value
  }
}
