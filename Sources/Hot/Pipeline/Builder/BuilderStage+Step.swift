// Builder's step: entries of the market ring, applied in order; hot plane, proved free of locks and allocation.

import Book
import Channels
import Quantities

extension BuilderStage {
  /// Takes market entries. Returns the work done.
  @_noLocks
  public mutating func poll(_ now: Instant) -> Int {
    var work = 0
    while work < BuilderStage.entriesPerPollMax {
      guard let entry = unsafe market.peek() else { break }
      unsafe take(entry)
      market.release()
      work &+= 1
    }
    return work
  }

  /// One entry: one or more messages back to back, each saying its length.
  @_noLocks
  mutating func take(_ entry: UnsafeRawBufferPointer) {
    guard let base = entry.baseAddress else { return }
    var offset = 0
    while entry.count &- offset >= 64 {
      let message = unsafe (base + offset).assumingMemoryBound(to: MarketMessage.self)
      let length = unsafe Int(message.pointee.byteCount)
      if length < 64 || length > entry.count &- offset {
        counters.malformed &+= 1
        return
      }
      unsafe apply(message)
      offset &+= length
    }
  }

  /// A book that breaks here, and not at the source, is fetched anew.
  @_noLocks
  mutating func apply(_ message: UnsafePointer<MarketMessage>) {
    counters.messages &+= 1
    let result = unsafe views.apply(message)
    guard case .fault(let fault) = result, fault != .crossedBook else { return }
    let request = unsafe ResyncRequest(
      instrument: message.pointee.instrument, fault: fault, seqId: message.pointee.seqId)
    counters.resyncsAsked &+= 1
    if !resyncs.push(request) { counters.resyncRingFull &+= 1 }
  }
}
