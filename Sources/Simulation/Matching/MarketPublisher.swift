// Turns market events into the pushes of each public channel; simulation.

import Quantities

/// One push, ready to be sent to every subscriber of its channel and instrument.
public struct Push: Sendable {
  public var instrument: Int
  public var channel: PublicChannel
  public var bytes: [UInt8]
  public init(instrument: Int, channel: PublicChannel, bytes: [UInt8]) {
    self.instrument = instrument
    self.channel = channel
    self.bytes = bytes
  }
}

/// Holds each channel's chain and view. Call `publish` after the engine applied the event.
public struct MarketPublisher: Sendable {
  public init(_ catalogue: InstrumentCatalogue) {}

  /// Appends the pushes of `event` for the channels in `subscribed`, faults of `plan` done to each channel's chain.
  /// Not to be called for channels that nobody subscribes: their views then restart by themselves.
  public mutating func publish(
    _ event: MarketEvent, book: ExchangeBook, subscribed: Set<PublicChannel>,
    plan: FaultPlan = .none, into pushes: inout [Push]
  ) {}

  /// What a new subscriber of an instrument's channel gets first; nil before the book has its own first snapshot,
  /// and for channels that have none (trades).
  public mutating func snapshot(
    instrument: Int, channel: PublicChannel, book: ExchangeBook
  ) -> [UInt8]? { nil }
}
