// Where everything in the state file lies: the descriptor that writer and reader compute alike; both planes.
import Channels
import Quantities

/// Offsets and strides of the state file for a number of instruments.
///
/// | section | one row per | row | written by |
/// |---|---|---|---|
/// | header | file | `StateHeader` | `StateWriter.create` only |
/// | run | file | phase word | control plane of the core |
/// | heartbeats | `StageName` | Instant, poll count | that stage |
/// | directory | instrument | Seqlock of `InstrumentEntry` | the instruments' keeper |
/// | signals | instrument × `SignalSlot` | Seqlock of `SignalLease` | Door's thread |
/// | markets | instrument | Seqlock of `MarketSlot` | Builder |
/// | counters | instrument | `Counters<InstrumentCounter>` | see `InstrumentCounter` |
/// | refusals | instrument | `Counters<RefusalCode>` | Sender or Gate, per code |
/// | trading | desk, then instrument | one word: half a byte per source, effective state, flags | Sender |
/// | faults | file | `Counters<FaultCode>` | any (locked adds) |
/// | threads | thread | name and meters | that thread and the monitor |
/// | latencies | `Hop` | `LatencyHistogram` | the hop's last stage |
/// | connections | connection | name, state, meters | who drives it, a field each |
/// | balances | currency | Seqlock of `BalanceRow` | Sender |
/// | account | file | Seqlock of `AccountRecord` | Account's task |
/// | positionDetails | instrument | Seqlock of `PositionDetailRecord` | Account's task |
/// | feeRates | instrument | Seqlock of `FeeRateRecord` | Account's task |
/// | contexts | instrument | Seqlock of `InstrumentContext` | context threads, under a lock |
/// | bars | instrument × `BarInterval` × `barsKept` | Seqlock of `BarRecord` | the same |
/// | status | file | Seqlock of `ContextRecord` | the same |
/// | limits | instrument | Seqlock of `InstrumentLimits` | Gate |
/// | faultDetails | file | a word per `FaultCode`: instrument and exchange's code of the last | any |
///
/// Each section starts at a multiple of 128; so does each row that a hot thread writes.
@frozen
public struct StateLayout: Hashable, Sendable {
  public let instrumentCount: Int
  public let runOffset: Int
  public let heartbeatsOffset: Int
  public let directoryOffset: Int
  public let signalsOffset: Int
  public let marketsOffset: Int
  public let countersOffset: Int
  public let refusalsOffset: Int
  public let tradingOffset: Int
  public let faultsOffset: Int
  public let threadsOffset: Int
  public let latenciesOffset: Int
  public let connectionsOffset: Int
  public let balancesOffset: Int
  public let accountOffset: Int
  public let positionDetailsOffset: Int
  public let feeRatesOffset: Int
  public let contextsOffset: Int
  public let barsOffset: Int
  public let statusOffset: Int
  public let limitsOffset: Int
  public let faultDetailsOffset: Int
  /// The whole file.
  public let byteCount: Int

  /// "LLTSTATE" as a little-endian word.
  @inlinable public static var magic: UInt64 { 0x4554_4154_5354_4C4C }
  @inlinable public static var version: UInt32 { 1 }
  @inlinable public static var headerOffset: Int { 0 }
  @inlinable public static var headerByteCount: Int { 512 }

  @inlinable public static var stagesMax: Int { 16 }
  @inlinable public static var threadsMax: Int { 16 }
  @inlinable public static var hopsMax: Int { 16 }
  @inlinable public static var connectionsMax: Int { 64 }
  @inlinable public static var balancesMax: Int { 128 }
  /// Above every `FaultCode.rawValue`.
  @inlinable public static var faultDetailsMax: Int { 128 }

  @inlinable public static var heartbeatStride: Int { 128 }
  @inlinable public static var directoryStride: Int { rounded(Seqlock<InstrumentEntry>.byteCount) }
  @inlinable public static var signalStride: Int { rounded(Seqlock<SignalLease>.byteCount) }
  @inlinable public static var marketStride: Int { rounded(Seqlock<MarketSlot>.byteCount) }
  @inlinable public static var countersStride: Int {
    rounded(Counters<InstrumentCounter>.byteCount)
  }
  @inlinable public static var refusalsStride: Int { rounded(Counters<RefusalCode>.byteCount) }
  @inlinable public static var tradingStride: Int { 8 }
  @inlinable public static var threadStride: Int { 128 }
  @inlinable public static var latencyStride: Int { rounded(LatencyHistogram.byteCount) }
  @inlinable public static var connectionStride: Int { 128 }
  @inlinable public static var balanceStride: Int { rounded(Seqlock<BalanceRow>.byteCount) }
  /// Bars of an interval that State holds, the open one among them.
  @inlinable public static var barsKept: Int { 96 }
  @inlinable public static var contextStride: Int {
    rounded(Seqlock<InstrumentContext>.byteCount)
  }
  @inlinable public static var barStride: Int { Seqlock<BarRecord>.byteCount }
  @inlinable public static var barsOfInstrument: Int {
    BarInterval.allCases.count * barsKept
  }

  @inlinable public static var accountStride: Int { rounded(Seqlock<AccountRecord>.byteCount) }
  @inlinable public static var positionDetailStride: Int {
    rounded(Seqlock<PositionDetailRecord>.byteCount)
  }
  @inlinable public static var feeRateStride: Int { rounded(Seqlock<FeeRateRecord>.byteCount) }

  @inlinable public static var limitsStride: Int { rounded(Seqlock<InstrumentLimits>.byteCount) }

  @inlinable static func rounded(_ byteCount: Int) -> Int { (byteCount + 127) & ~127 }

  public init(instrumentCount: Int) {
    precondition(
      instrumentCount >= 0 && instrumentCount <= InstrumentTable.instrumentsMax,
      "Invariant: a run has at most instrumentsMax instruments")
    self.instrumentCount = instrumentCount
    var end = StateLayout.headerByteCount
    func place(_ rows: Int, _ stride: Int) -> Int {
      let start = end
      end = StateLayout.rounded(start + rows * stride)
      return start
    }
    runOffset = place(1, 128)
    heartbeatsOffset = place(StateLayout.stagesMax, StateLayout.heartbeatStride)
    directoryOffset = place(instrumentCount, StateLayout.directoryStride)
    signalsOffset = place(
      instrumentCount * SignalSlot.allCases.count, StateLayout.signalStride)
    marketsOffset = place(instrumentCount, StateLayout.marketStride)
    countersOffset = place(instrumentCount, StateLayout.countersStride)
    refusalsOffset = place(instrumentCount, StateLayout.refusalsStride)
    tradingOffset = place(instrumentCount + 1, StateLayout.tradingStride)
    faultsOffset = place(1, Counters<FaultCode>.byteCount)
    threadsOffset = place(StateLayout.threadsMax, StateLayout.threadStride)
    latenciesOffset = place(StateLayout.hopsMax, StateLayout.latencyStride)
    connectionsOffset = place(StateLayout.connectionsMax, StateLayout.connectionStride)
    balancesOffset = place(StateLayout.balancesMax, StateLayout.balanceStride)
    accountOffset = place(1, StateLayout.accountStride)
    positionDetailsOffset = place(instrumentCount, StateLayout.positionDetailStride)
    feeRatesOffset = place(instrumentCount, StateLayout.feeRateStride)
    contextsOffset = place(instrumentCount, StateLayout.contextStride)
    barsOffset = place(
      instrumentCount * StateLayout.barsOfInstrument, StateLayout.barStride)
    statusOffset = place(1, StateLayout.rounded(Seqlock<ContextRecord>.byteCount))
    limitsOffset = place(instrumentCount, StateLayout.limitsStride)
    faultDetailsOffset = place(1, StateLayout.faultDetailsMax * 8)
    byteCount = end
  }

  /// A section's name, place and rows: for checks and for people.
  public struct Section: Hashable, Sendable {
    public var name: String
    public var offset: Int
    public var rows: Int
    public var stride: Int
    public var end: Int { offset + rows * stride }
  }

  public var sections: [Section] {
    func section(_ name: String, _ offset: Int, _ rows: Int, _ stride: Int) -> Section {
      Section(name: name, offset: offset, rows: rows, stride: stride)
    }
    return [
      section("header", StateLayout.headerOffset, 1, StateLayout.headerByteCount),
      section("run", runOffset, 1, 128),
      section(
        "heartbeats", heartbeatsOffset, StateLayout.stagesMax, StateLayout.heartbeatStride),
      section("directory", directoryOffset, instrumentCount, StateLayout.directoryStride),
      section(
        "signals", signalsOffset, instrumentCount * SignalSlot.allCases.count,
        StateLayout.signalStride),
      section("markets", marketsOffset, instrumentCount, StateLayout.marketStride),
      section("counters", countersOffset, instrumentCount, StateLayout.countersStride),
      section("refusals", refusalsOffset, instrumentCount, StateLayout.refusalsStride),
      section("trading", tradingOffset, instrumentCount + 1, StateLayout.tradingStride),
      section("faults", faultsOffset, 1, Counters<FaultCode>.byteCount),
      section("threads", threadsOffset, StateLayout.threadsMax, StateLayout.threadStride),
      section("latencies", latenciesOffset, StateLayout.hopsMax, StateLayout.latencyStride),
      section(
        "connections", connectionsOffset, StateLayout.connectionsMax,
        StateLayout.connectionStride),
      section("balances", balancesOffset, StateLayout.balancesMax, StateLayout.balanceStride),
      section("account", accountOffset, 1, StateLayout.accountStride),
      section(
        "positionDetails", positionDetailsOffset, instrumentCount,
        StateLayout.positionDetailStride),
      section("feeRates", feeRatesOffset, instrumentCount, StateLayout.feeRateStride),
      section("contexts", contextsOffset, instrumentCount, StateLayout.contextStride),
      section(
        "bars", barsOffset, instrumentCount * StateLayout.barsOfInstrument, StateLayout.barStride),
      section("status", statusOffset, 1, StateLayout.rounded(Seqlock<ContextRecord>.byteCount)),
      section("limits", limitsOffset, instrumentCount, StateLayout.limitsStride),
      section("faultDetails", faultDetailsOffset, 1, StateLayout.faultDetailsMax * 8),
    ]
  }

  /// FNV-1a over every offset, stride and record size: two builds that lay the file out differently
  /// differ here even when nobody raised `version`.
  public var fingerprint: UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ value: Int) {
      var rest = UInt64(truncatingIfNeeded: value)
      for _ in 0..<8 {
        hash = (hash ^ (rest & 0xFF)) &* 0x100_0000_01B3
        rest >>= 8
      }
    }
    for section in sections {
      mix(section.offset)
      mix(section.rows)
      mix(section.stride)
    }
    mix(MemoryLayout<StateHeader>.size)
    mix(MemoryLayout<InstrumentEntry>.size)
    mix(MemoryLayout<SignalLease>.size)
    mix(MemoryLayout<MarketSlot>.size)
    mix(MemoryLayout<BalanceRow>.size)
    mix(MemoryLayout<AccountRecord>.size)
    mix(MemoryLayout<PositionDetailRecord>.size)
    mix(MemoryLayout<FeeRateRecord>.size)
    mix(MemoryLayout<InstrumentContext>.size)
    mix(MemoryLayout<BarRecord>.size)
    mix(MemoryLayout<InstrumentLimits>.size)
    mix(InstrumentCounter.allCases.count)
    mix(StageName.allCases.count)
    mix(byteCount)
    return hash
  }
}
