// Everything the stages of one core are built from, as plain values; start-up fills it.

import Channels
import OKX
import Quantities
import Risk
import State
import Transport

/// What one public connection subscribes to.
public struct FeedOptions: Sendable {
  public var subscriptions: [PublicSubscription]
  public var session: PublicSessionConfiguration

  public init(
    subscriptions: [PublicSubscription],
    session: PublicSessionConfiguration = PublicSessionConfiguration()
  ) {
    self.subscriptions = subscriptions
    self.session = session
  }
}

public struct StageOptions: Sendable {
  public var instruments: InstrumentTable
  /// One for each public connection, in its Connector's order.
  public var feeds: [FeedOptions]
  public var limits: RiskLimits
  public var strategy = StrategyChoice.silent
  public var sender = SenderSettings()
  /// This start's number, made durable before the first order.
  public var startNumber: UInt32 = 1
  /// A list of stages for each thread; every stage is in one of them.
  public var threads = RunTopology.fused.threads
  public var transport = TransportKind.uring
  public var wait = WaitStrategy.block
  public var capacities = RingCapacities()
  /// What frames are masked with: other numbers for each start.
  public var maskSeed: (UInt64, UInt64, UInt64, UInt64)

  public init(
    instruments: InstrumentTable, feeds: [FeedOptions], limits: RiskLimits,
    maskSeed: (UInt64, UInt64, UInt64, UInt64)
  ) {
    self.maskSeed = maskSeed
    self.instruments = instruments
    self.feeds = feeds
    self.limits = limits
  }
}

/// Why stages could not be built; each says what to do about it.
public enum StageError: Error, Sendable, CustomStringConvertible {
  case session(PublicSessionError)
  case reactor(kind: TransportKind, errorNumber: Int32)
  case kernel(String)

  public var description: String {
    switch self {
    case .session(let error): "a public connection's subscriptions are refused: \(error)"
    case .reactor(let kind, let number):
      "the \(kind.name) transport cannot start (errno \(number)); try transport: epoll"
    case .kernel(let text): "the kernel refused: \(text)"
    }
  }
}
