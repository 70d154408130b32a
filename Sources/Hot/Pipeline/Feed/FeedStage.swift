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
  /// Requests the Connector's ring had no room for; they are made again.
  public var connectorRingFull: UInt64 = 0
}

/// Owns the public connections' bytes, their sequencing, and book validity at the source.
///
/// One thread polls it. It never blocks: a full market ring leaves bytes where they are for at most
/// `stallNanosecondsMax`, then their instruments become invalid and are fetched anew.
@safe
public struct FeedStage: ~Copyable {
  // SAFETY: `lines` and `frame` are allocated by `init`, freed by `deinit`, and reached through this
  // sole owner; `reactor` outlives the stage and is used by the stage's own thread alone.
  let lines: UnsafeMutablePointer<FeedLine>
  let frame: UnsafeMutableRawBufferPointer
  let scratch: UnsafeMutableRawBufferPointer
  let reactor: UnsafeMutablePointer<TransportReactor>
  public let lineCount: Int
  var market: ByteProducer
  var handovers: SlotConsumer<SessionHandover>
  var requests: SlotProducer<ConnectorRequest>
  var resyncs: SlotConsumer<ResyncRequest>
  let control: RunControl
  let state: StateWriter
  let latency: FeedLatency
  let faultTable: UnsafeMutablePointer<UInt64>
  var keys: MaskGenerator
  public internal(set) var counters = FeedCounters()
  var nextHousekeeping = Instant.zero

  /// Grace before a full market ring costs the books.
  static let stallNanosecondsMax: Int64 = 50_000_000
  /// Sessions' timers are looked at this often, or when a message says so.
  static let housekeepingNanoseconds: Int64 = 1_000_000
  /// Messages taken from one completion before the turn ends.
  static let messagesPerTurnMax = 64
  static let frameBytes = 16 * 1024
  public static let linesMax = 32

  /// `reactor` outlives the stage; slots `0 ..< sessions.count` are the stage's.
  public init(
    sessions: consuming FeedSessions, reactor: UnsafeMutablePointer<TransportReactor>,
    market: consuming ByteProducer, handovers: consuming SlotConsumer<SessionHandover>,
    requests: consuming SlotProducer<ConnectorRequest>,
    resyncs: consuming SlotConsumer<ResyncRequest>, control: RunControl, state: StateWriter,
    latency: FeedLatency, keys: MaskGenerator
  ) {
    lineCount = sessions.count
    precondition(lineCount > 0 && lineCount <= FeedStage.linesMax, "Invariant: 1…32 feed lines")
    unsafe lines = sessions.take()
    unsafe frame = .allocate(byteCount: FeedStage.frameBytes, alignment: 64)
    unsafe scratch = .allocate(byteCount: MarketMessage.bytesMax, alignment: 64)
    unsafe frame.initializeMemory(as: UInt8.self, repeating: 0)
    unsafe scratch.initializeMemory(as: UInt8.self, repeating: 0)
    unsafe faultTable = .allocate(capacity: FeedStage.faultsMax)
    unsafe faultTable.initialize(repeating: 0, count: FeedStage.faultsMax)
    unsafe self.reactor = unsafe reactor
    self.market = market
    self.handovers = handovers
    self.requests = requests
    self.resyncs = resyncs
    self.control = control
    self.state = state
    self.latency = latency
    self.keys = keys
  }

  deinit {
    unsafe lines.deinitialize(count: lineCount)
    unsafe lines.deallocate()
    unsafe frame.deallocate()
    unsafe scratch.deallocate()
    unsafe faultTable.deallocate()
  }

  /// Above every `FaultCode.rawValue`.
  static let faultsMax = 128

  @_noLocks
  mutating func count(_ fault: FaultCode) {
    unsafe faultTable[Int(fault.rawValue) & (FeedStage.faultsMax - 1)] &+= 1
    state.count(fault)
  }

  /// How often a fault was seen on the public side. For the report, after the thread has stopped.
  public func faults(_ fault: FaultCode) -> UInt64 {
    var total = unsafe faultTable[Int(fault.rawValue) & (FeedStage.faultsMax - 1)]
    // A timer's fault has no message that could carry it here.
    if fault == .snapshotTimeout {
      for slot in 0..<lineCount { total &+= unsafe lines[slot].session.faults(fault) }
    }
    return total
  }
}

extension FeedStage {
  /// Frames of one instrument over all lines.
  public func frames(of id: InstrumentID) -> UInt64 {
    var total: UInt64 = 0
    for slot in 0..<lineCount { total += unsafe lines[slot].session.counters(of: id).frames }
    return total
  }
}

/// The sessions of a Feed on their way into it.
@safe
public struct FeedSessions: ~Copyable {
  let lines: UnsafeMutablePointer<FeedLine>
  public private(set) var count = 0

  public init() { unsafe lines = .allocate(capacity: FeedStage.linesMax) }

  public mutating func add(_ session: consuming PublicSession) {
    precondition(count < FeedStage.linesMax, "Invariant: at most 32 feed lines")
    unsafe (lines + count).initialize(to: FeedLine(session: session))
    count += 1
  }

  consuming func take() -> UnsafeMutablePointer<FeedLine> { unsafe lines }
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
