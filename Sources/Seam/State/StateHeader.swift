// The state file's first 512 bytes: whose file this is, of which start, in which layout; written once, before anyone can open it.
import Quantities

/// Which file a reader is willing to read. Nil: any.
public struct StateExpectation: Sendable {
  public var buildHash: UInt64?
  public var configurationHash: UInt64?
  public init(buildHash: UInt64? = nil, configurationHash: UInt64? = nil) {
    self.buildHash = buildHash
    self.configurationHash = configurationHash
  }
}

/// Fixed fields, raw where they name a choice: a foreign value is shown as unknown, never trusted as an enum.
@frozen
public struct StateHeader: Sendable, BitwiseCopyable {
  public var magic: UInt64 = 0
  public var version: UInt32 = 0
  public var headerByteCount: UInt32 = 0
  public var byteCount: UInt64 = 0
  public var layoutFingerprint: UInt64 = 0
  public var buildHash: UInt64
  public var configurationHash: UInt64
  /// Three clocks read together when the file was made.
  public var monotonicAt: Instant = .zero
  public var bootAt = BootInstant(nanoseconds: 0)
  public var wallNanosecondsAt: Int64 = 0
  /// The kernel's boot id: Instants mean something only within it.
  public var bootIDHigh: UInt64
  public var bootIDLow: UInt64
  /// Counts the core's starts; also the upper bits of its client order ids.
  public var startNumber: UInt32
  public var processID: Int32
  public var instrumentCount: UInt32 = 0
  public var rawEnvironment: UInt8
  public var rawTopology: UInt8
  public var rawTransport: UInt8
  public var reserved: UInt8 = 0

  /// The fields that the layout decides are filled by `StateWriter.create`.
  public init(
    environment: RunEnvironment, topology: RunTopology, transport: RunTransport,
    startNumber: UInt32, buildHash: UInt64, configurationHash: UInt64
  ) {
    self.buildHash = buildHash
    self.configurationHash = configurationHash
    self.startNumber = startNumber
    rawEnvironment = environment.rawValue
    rawTopology = topology.rawValue
    rawTransport = transport.rawValue
    bootIDHigh = 0
    bootIDLow = 0
    processID = 0
  }

  /// What turns Instants of the file into wall time.
  public var clocks: ClockPair {
    ClockPair(monotonic: monotonicAt, wallNanoseconds: wallNanosecondsAt)
  }
  public var environment: RunEnvironment? { RunEnvironment(rawValue: rawEnvironment) }
  public var topology: RunTopology? { RunTopology(rawValue: rawTopology) }
  public var transport: RunTransport? { RunTransport(rawValue: rawTransport) }
}
