// One channel of one instrument, as a public session is told to hold it; both planes.

import Quantities

@frozen
public struct PublicSubscription: Hashable, Sendable, BitwiseCopyable {
  public var channel: MarketChannel
  public var instrument: InstrumentID

  @inlinable
  public init(channel: MarketChannel, instrument: InstrumentID) {
    self.channel = channel
    self.instrument = instrument
  }
}

/// Why a list of subscriptions was refused at start.
public enum PublicSessionError: Error, Sendable {
  case noSubscription
  case tooMany(limit: Int)
  case unknownInstrument(InstrumentID)
  case unknownChannel
  case twice(PublicSubscription)
  /// OKX refuses two of `books`, `books50-l2-tbt`, `books-l2-tbt` for one instrument (64004).
  case severalDepthChannels(InstrumentID)
  /// A symbol that may not stand in a request: anything but letters, digits and `-_.`
  case symbol(InstrumentID)
}
