// What the state file's rows are called: stages, hops, counters, indicators, choices; both planes.
import Channels

/// Who beats a heart in the state file.
@frozen
public enum StageName: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case feed = 0
  case builder = 1
  case gate = 2
  case sender = 3
  case connector = 4
  case account = 5
  case recorder = 6
  case door = 7

  public var name: String { "\(self)" }
}

/// The hops of the latency report.
@frozen
public enum Hop: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case feed = 0
  case build = 1
  case gate = 2
  case send = 3
  /// From receive to decrypted frame.
  case wireIn = 4
  /// From encoded order to send.
  case wireOut = 5
  /// From the return of the receive that completed the message to the return of the order's send or submit.
  case tickToOrder = 6

  /// As the report and the page write it.
  public var name: String {
    switch self {
    case .feed: "feed"
    case .build: "build"
    case .gate: "gate"
    case .send: "send"
    case .wireIn: "wire_in"
    case .wireOut: "wire_out"
    case .tickToOrder: "tick_to_order"
    }
  }
}

/// What is counted per instrument. Each place has one writing thread.
@frozen
public enum InstrumentCounter: UInt8, Sendable, BitwiseCopyable, CaseIterable, CounterName {
  // Written by the Builder, from the market ring.
  case frames = 0
  case snapshots = 1
  case updates = 2
  case heartbeats = 3
  case resets = 4
  case gaps = 5
  case invalids = 6
  case trades = 7
  case bestBidOffers = 8
  case ignored = 9
  case crossed = 10
  case bookFaults = 11
  case checksumsVerified = 12
  case checksumsFailed = 13
  // Written by the Builder, from its own step.
  case signals = 16
  case intents = 17
  // Written by the Builder, from the Sender's reports.
  case ordersSent = 20
  case ordersAcknowledged = 21
  case ordersRejected = 22
  case ordersCancelled = 23
  case ordersFilled = 24
  case ordersUnknown = 25
  case fills = 26
  case filledLots = 27

  @inlinable public var index: Int { Int(rawValue) }
  @inlinable public static var indexCount: Int { 32 }
}

/// The two slots an instrument's signal may come from; manual wins while it lives.
@frozen
public enum SignalSlot: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case manual = 0
  case agent = 1
}

/// What the core is doing as a whole.
@frozen
public enum RunPhase: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case starting = 0
  case reconciling = 1
  case running = 2
  /// Strategy muted, orders being cancelled.
  case draining = 3
  case stopped = 4
}

@frozen
public enum RunEnvironment: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case simulated = 1
  case demo = 2
  case live = 3
}

@frozen
public enum RunTopology: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case split = 1
  case fused = 2
}

@frozen
public enum RunTransport: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case uring = 1
  case epoll = 2
}

@frozen
public enum ConnectionKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case publicMarket = 1
  case privateTrading = 2
  case business = 3
  case rest = 4
}

@frozen
public enum ConnectionState: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case down = 0
  case connecting = 1
  /// Upgraded; subscribing or logging in.
  case open = 2
  /// Subscribed or logged in: does its work.
  case ready = 3
  /// Waits before the next attempt.
  case waiting = 4
}
