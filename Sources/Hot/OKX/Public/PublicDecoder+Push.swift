// The data of a push: one market message per element, back to back; pure, hot plane.

import Quantities
import Wire

extension PublicDecoder {
  /// Reads the array `data` at the scanner's position; `arg` has come.
  @_noLocks
  func data(
    _ scanner: inout JSONScanner, _ head: inout Head, _ claim: UnsafeMutableRawBufferPointer
  ) throws(FaultCode) {
    if head.frame.channel == .none { throw .unknownChannel }
    if head.frame.instrument.isNone { throw .unknownInstrument }
    var more = try scanner.enterArray()
    while more {
      let start = head.frame.byteCount
      var message = MarketMessage()
      message.channel = head.frame.channel
      message.instrument = head.frame.instrument
      message.receivedAt = head.receivedAt
      message.receivedStamp = head.receivedStamp
      message.connection = head.connection
      if head.frame.channel == .trades {
        try unsafe trade(&scanner, &message, claim, at: start)
      } else {
        try unsafe book(&scanner, &message, claim, at: start)
      }
      unsafe claim.storeBytes(of: message, toByteOffset: start, as: MarketMessage.self)
      head.frame.byteCount = start &+ Int(message.byteCount)
      head.frame.messageCount &+= 1
      more = try scanner.nextElement()
    }
  }

  /// A message without event must be a push; deferred data is read now, kinds follow `action`.
  @_noLocks
  func finishPush(
    _ scanner: JSONScanner, _ head: inout Head, _ claim: UnsafeMutableRawBufferPointer
  ) throws(FaultCode) {
    if !head.hasArg || !head.hasData { throw .missingField }
    if head.deferredData >= 0 {
      var again = scanner
      again.position = head.deferredData
      try unsafe data(&again, &head, claim)
    }
    head.frame.kind = .market
    if !head.isSnapshot || !head.frame.channel.isDepth { return }
    var offset = 0
    while offset < head.frame.byteCount {
      var message = unsafe claim.load(fromByteOffset: offset, as: MarketMessage.self)
      message.kind = .snapshot
      unsafe claim.storeBytes(of: message, toByteOffset: offset, as: MarketMessage.self)
      offset &+= Int(message.byteCount)
    }
  }

  /// The bytes from `start` that an element may fill, or a fault when not even a header fits.
  @_noLocks
  func room(_ claim: UnsafeMutableRawBufferPointer, from start: Int) throws(FaultCode) -> Int {
    let room = claim.count &- start &- MemoryLayout<MarketMessage>.size
    if room < 0 { throw .messageTooLarge }
    return room
  }
}
