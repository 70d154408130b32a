// The first stage: public sockets in, whole market messages out, books judged at their source; hot plane.

import Channels
import OKX
import Quantities
import State
import Transport
import Wire

/// What Feed has counted; read by others through State, or directly once its thread has stopped.
public struct FeedCounters: BitwiseCopyable, Sendable {
  /// Text messages taken, of any kind.
  public var messages: UInt64 = 0
  /// Claims refused because the market ring was full, and messages dropped after the grace time.
  public var stalls: UInt64 = 0
  public var dropped: UInt64 = 0
  public var writeOverflows: UInt64 = 0
}

/// Owns the public connections' bytes, their sequencing, and book validity at the source.
///
/// One thread polls it. It never blocks: a full market ring leaves bytes where they are for at most
/// `stallNanosecondsMax`, then their instruments become invalid and are fetched anew.
@safe
public struct FeedStage: ~Copyable {
  // SAFETY: `lines`, `scratch` and `faultTable` are allocated by `init`, freed by `deinit`, and reached
  // through this sole owner.
  let lines: UnsafeMutablePointer<FeedLine>
  let scratch: UnsafeMutableRawBufferPointer
  var hub: LineHub
  public let lineCount: Int
  var market: ByteProducer
  var handovers: SlotConsumer<SessionHandover>
  var resyncs: SlotConsumer<ResyncRequest>
  let control: RunControl
  let changes: InstrumentChanges
  let state: StateWriter
  let latency: FeedLatency
  let stamps: StampClock
  let faultTable: UnsafeMutablePointer<UInt64>
  public internal(set) var counters = FeedCounters()
  var nextHousekeeping = Instant.zero
  /// Of the poll that is under way.
  var now = Instant.zero
  /// Requests that the Connector's ring had no room for at first; they are made again.
  public var connectorRingFull: UInt64 { hub.requestsOwed }

  /// Grace before a full market ring costs the books.
  static let stallNanosecondsMax: Int64 = 50_000_000
  /// Sessions' timers are looked at this often, or when a message says so.
  static let housekeepingNanoseconds: Int64 = 1_000_000
  /// Messages taken from one completion before the turn ends.
  static let messagesPerTurnMax = 64
  static let frameBytes = 16 * 1024
  public static let linesMax = 32

  /// Takes over `lines`, freed with the stage; reactor slots `0 ..< lineCount` are theirs.
  /// `reactor` outlives the stage.
  init(
    lines: UnsafeMutablePointer<FeedLine>, lineCount: Int,
    reactor: UnsafeMutablePointer<TransportReactor>,
    rings: StageRings, boards: StageBoards, latency: FeedLatency, keys: MaskGenerator
  ) {
    precondition(lineCount > 0 && lineCount <= FeedStage.linesMax, "Invariant: 1…32 feed lines")
    unsafe self.lines = unsafe lines
    self.lineCount = lineCount
    unsafe scratch = .allocate(byteCount: MarketMessage.bytesMax, alignment: 64)
    unsafe scratch.initializeMemory(as: UInt8.self, repeating: 0)
    unsafe faultTable = .allocate(capacity: FeedStage.faultsMax)
    unsafe faultTable.initialize(repeating: 0, count: FeedStage.faultsMax)
    unsafe hub = LineHub(
      reactor: reactor, frameBytes: FeedStage.frameBytes, keys: keys,
      requests: rings.requests.makeProducer())
    market = rings.market.makeProducer()
    handovers = rings.handovers.makeConsumer()
    resyncs = rings.resyncs.makeConsumer()
    control = boards.control
    changes = boards.changes
    state = boards.state
    stamps = boards.stamps
    self.latency = latency
  }

  deinit {
    unsafe lines.deinitialize(count: lineCount)
    unsafe lines.deallocate()
    unsafe scratch.deallocate()
    unsafe faultTable.deallocate()
  }

  /// Above every `FaultCode.rawValue`.
  static let faultsMax = 128

  @_noLocks
  mutating func count(
    _ fault: FaultCode, of instrument: InstrumentID = .none, code: Int32 = 0
  ) {
    unsafe faultTable[Int(fault.rawValue) & (FeedStage.faultsMax - 1)] &+= 1
    state.count(fault, of: instrument, code: code)
  }

  /// How often a fault was seen on the public side. For the report, after the thread has stopped.
  public func faults(_ fault: FaultCode) -> UInt64 {
    var total = unsafe faultTable[Int(fault.rawValue) & (FeedStage.faultsMax - 1)]
    // A timer's fault has no message that could carry it here.
    if fault == .snapshotTimeout {
      for slot in 0..<lineCount { total &+= unsafe lines[slot].line.session.faults(fault) }
    }
    return total
  }
}

extension FeedStage {
  /// Frames of one instrument over all lines.
  public func frames(of id: InstrumentID) -> UInt64 {
    var total: UInt64 = 0
    for slot in 0..<lineCount { total += unsafe lines[slot].line.session.counters(of: id).frames }
    return total
  }
}

/// Where Feed records its hops.
public struct FeedLatency: Sendable {
  public var wireIn: LatencyHistogram
  public var feed: LatencyHistogram
  public init(wireIn: LatencyHistogram, feed: LatencyHistogram) {
    self.wireIn = wireIn
    self.feed = feed
  }
}
