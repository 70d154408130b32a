// Where a market message's body lies behind its header: levels, digits, trade; hot plane.

extension MarketMessage {
  /// Bytes of a message with `levels` levels in all: header, body, padding to 8.
  @inlinable
  public static func byteCount(levels: Int, hasDigits: Bool) -> Int {
    let digits = hasDigits ? (levels &* 2 &+ 7) & ~7 : 0
    return 64 &+ levels &* 16 &+ digits
  }

  /// Bytes of a `.trade` message.
  @inlinable public static var tradeByteCount: Int { 64 + 40 }

  /// The counts keep their limits and the body they announce fits into `byteCount`.
  @inlinable public var isConsistent: Bool {
    if kind == .trade { return Int(byteCount) >= MarketMessage.tradeByteCount }
    if Int(bidCount) > MarketMessage.levelsMax || Int(askCount) > MarketMessage.levelsMax {
      return false
    }
    return Int(byteCount)
      >= MarketMessage.byteCount(
        levels: Int(bidCount) &+ Int(askCount), hasDigits: flags.contains(.hasDigits))
  }
}

/// The body of the message pointed to. Valid only while the header says so (`isConsistent`).
extension UnsafePointer where Pointee == MarketMessage {
  @unsafe @inlinable public var bids: UnsafePointer<MarketLevel> {
    unsafe (UnsafeRawPointer(self) + 64).assumingMemoryBound(to: MarketLevel.self)
  }

  @unsafe @inlinable public var asks: UnsafePointer<MarketLevel> {
    unsafe bids + Int(pointee.bidCount)
  }

  /// Only with `.hasDigits`: the bids' digits, then the asks'.
  @unsafe @inlinable public var digits: UnsafePointer<LevelDigits> {
    unsafe UnsafeRawPointer(asks + Int(pointee.askCount)).assumingMemoryBound(
      to: LevelDigits.self)
  }

  /// Only for `.trade`.
  @unsafe @inlinable public var trade: UnsafePointer<TradeBody> {
    unsafe (UnsafeRawPointer(self) + 64).assumingMemoryBound(to: TradeBody.self)
  }
}
