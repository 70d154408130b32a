// Everything a core is built from, as plain values; the control plane fills it from configuration.

import Channels
import Journal
import Pipeline
import Quantities
import Risk
import State
import Transport

/// One public connection and what it subscribes to.
public struct PublicLine: Sendable {
  public var connector: ConnectorLine
  public var feed: FeedOptions

  public init(connector: ConnectorLine, feed: FeedOptions) {
    self.connector = connector
    self.feed = feed
  }
}

public struct CoreOptions: Sendable {
  public var instruments: InstrumentTable
  public var publicLines: [PublicLine]
  /// The trading connection; nil: this core only watches.
  public var privateLine: ConnectorLine?
  /// Followed beside the hot path, by threads of their own; empty: none.
  public var contextConnections: [ContextConnection] = []
  public var network: ConnectorNetwork
  /// By which orders expire and logins are signed.
  public var venueClock = VenueClock()
  public var limits: RiskLimits
  public var journal: CoreJournal
  /// The State file, made anew at each start.
  public var statePath: String
  public var environment: RunEnvironment
  public var strategy = StrategyChoice.silent
  public var sender = SenderSettings()
  /// This start's number, made durable before the first order.
  public var startNumber: UInt32 = 1
  public var topology = RunTopology.fused
  public var transport = TransportKind.uring
  /// CPUs of the hot threads, in the order feed, builder, gate, sender; empty: not pinned.
  public var hotCPUs: [Int32] = []
  /// CPUs of all other threads; empty: those of the process that are not hot.
  public var housekeepingCPUs: [Int32] = []
  /// Nil: spin when every hot thread has a CPU of its own, else block.
  public var wait: WaitStrategy?
  /// Bytes of the market ring, a power of two.
  public var marketRingBytes = 8 << 20

  public init(
    instruments: InstrumentTable, publicLines: [PublicLine], network: ConnectorNetwork,
    limits: RiskLimits, journal: CoreJournal,
    statePath: String, environment: RunEnvironment
  ) {
    self.instruments = instruments
    self.publicLines = publicLines
    self.network = network
    self.limits = limits
    self.journal = journal
    self.statePath = statePath
    self.environment = environment
  }

  /// Hot threads in this topology.
  public var hotThreadCount: Int { topology.threads.count }

  var stateHeader: StateHeader {
    StateHeader(
      environment: environment, topology: topology,
      transport: transport == .uring ? .uring : .epoll, startNumber: startNumber,
      buildHash: journal.identity.build.word0,
      configurationHash: journal.identity.configuration.word0)
  }

  /// What the stages take of it.
  var stages: StageOptions {
    var stages = StageOptions(
      instruments: instruments, feeds: publicLines.map(\.feed), limits: limits,
      maskSeed: (
        .random(in: .min ... .max), .random(in: .min ... .max), .random(in: .min ... .max),
        .random(in: .min ... .max)
      ))
    stages.strategy = strategy
    stages.sender = sender
    stages.startNumber = startNumber
    stages.threads = topology.threads
    stages.transport = transport
    stages.wait = wait ?? (Set(hotCPUs).count >= hotThreadCount ? .spin : .block)
    stages.capacities.marketBytes = marketRingBytes
    return stages
  }
}

/// Why a core could not be built or started; each says what to do about it.
public enum CoreError: Error, Sendable, CustomStringConvertible {
  case noLines
  case stages(StageError)
  case kernel(String)
  case journal(JournalError)
  case state(StateError)
  case thread(errorNumber: Int32)

  public var description: String {
    switch self {
    case .noLines: "no public connection is configured: set okx.instruments"
    case .stages(let error): "\(error)"
    case .state(let error): "the state file cannot be made: \(error)"
    case .journal(let error): "the journal cannot be opened: \(error)"
    case .kernel(let text): "the kernel refused: \(text)"
    case .thread(let number): "a hot thread cannot start (errno \(number))"
    }
  }
}
