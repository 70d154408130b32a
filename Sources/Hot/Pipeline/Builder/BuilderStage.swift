// The second stage: market messages into books and indicators, the strategy at the end of its step; hot plane.

import Book
import Channels
import Journal
import Quantities
import State
import Strategy

/// What Builder has counted beyond its views' own counters.
public struct BuilderCounters: BitwiseCopyable, Sendable {
  /// Market messages applied, of any kind.
  public var messages: UInt64 = 0
  public var resyncsAsked: UInt64 = 0
  public var intents: UInt64 = 0
  /// Resync requests the ring had no room for at first: the sweep asks again.
  public var resyncRingFull: UInt64 = 0
  /// Decisions put off because the intents ring or the table of intents in flight had no room.
  public var intentsWithoutRoom: UInt64 = 0
  /// Entries whose framing contradicts itself; nothing of them is applied.
  public var malformed: UInt64 = 0
}

/// The rings and boards a Builder is made with.
public struct BuilderPorts: ~Copyable {
  var market: ByteConsumer
  var resyncs: SlotProducer<ResyncRequest>
  var intents: SlotProducer<Intent>
  var verdicts: SlotConsumer<Verdict>
  var reports: SlotConsumer<Report>
  let state: StateWriter
  /// Of the trade stream: intents.
  var telemetry: TelemetryProducer
  /// Of the market stream: the market ring's entries as they were taken. Overload may lose some.
  var inputs: TelemetryProducer
  let control: RunControl
  let board: StopBoard
  let changes: InstrumentChanges
  let latency: LatencyHistogram
  let stamps: StampClock

  package init(
    rings: StageRings, boards: StageBoards, telemetry: consuming TelemetryProducer,
    inputs: consuming TelemetryProducer, latency: LatencyHistogram
  ) {
    market = rings.market.makeConsumer()
    resyncs = rings.resyncs.makeProducer()
    intents = rings.intents.makeProducer()
    verdicts = rings.verdicts.makeConsumer()
    reports = rings.toBuilder.makeConsumer()
    state = boards.state
    self.telemetry = telemetry
    self.inputs = inputs
    control = boards.control
    board = boards.stops
    changes = boards.changes
    self.latency = latency
    stamps = boards.stamps
  }
}

/// Owns the books, the indicators, the strategy and its intents in flight.
@safe
public struct BuilderStage: ~Copyable {
  // SAFETY: `tallies` and `refusals` are allocated by `init`, freed by `deinit`, reached through this
  // sole owner alone, and indexed by ids checked against `instruments.count`.
  let instruments: InstrumentTable
  var views: MarketViews
  var ports: BuilderPorts
  var strategy: DeskStrategy
  var working: IntentsInFlight
  var decided = IntentBuffer()
  var draft = MarketSlotDraft()
  let tallies: UnsafeMutablePointer<InstrumentTally>
  let refusals: UnsafeMutablePointer<UInt64>
  public internal(set) var counters = BuilderCounters()
  /// Of the poll that is under way.
  var moment = Moment.zero
  var sweepAt = Instant.zero
  var sweepCursor = 0
  var polls: UInt64 = 0

  /// Market entries, and verdicts or reports, taken in one poll.
  static let entriesPerPollMax = 64
  static let answersPerPollMax = 256
  /// Every instrument's slot in State is written, and its strategy runs, at least this often while a sweep
  /// fits between; so few of them in one poll, because a message may be waiting.
  static let sweepNanoseconds: Int64 = 50_000_000
  static let decideNanosecondsMax: Int64 = 100_000_000
  static let sweepPerPollMax = 2
  /// Above every `RefusalCode.rawValue`.
  static let refusalCodesMax = 128

  public init(
    instruments: InstrumentTable, strategy: StrategyChoice, ports: consuming BuilderPorts
  ) {
    self.instruments = instruments
    views = MarketViews(instruments)
    self.ports = ports
    self.strategy = DeskStrategy(strategy)
    working = IntentsInFlight(instrumentCount: instruments.count)
    let count = max(1, instruments.count)
    unsafe tallies = .allocate(capacity: count)
    unsafe tallies.initialize(repeating: InstrumentTally(), count: count)
    unsafe refusals = .allocate(capacity: count * BuilderStage.refusalCodesMax)
    unsafe refusals.initialize(repeating: 0, count: count * BuilderStage.refusalCodesMax)
  }

  deinit {
    unsafe tallies.deallocate()
    unsafe refusals.deallocate()
  }

  /// One instrument's view, lent: for reports, after the thread has stopped.
  public borrowing func withView<T>(_ id: InstrumentID, _ body: (borrowing MarketView) -> T) -> T {
    body(views[id])
  }

  @_noLocks
  public func tally(_ id: InstrumentID) -> InstrumentTally {
    precondition(Int(id.index) < instruments.count, "Invariant: an instrument of this run")
    return unsafe tallies[Int(id.index)]
  }

  public func refusals(_ id: InstrumentID, _ code: RefusalCode) -> UInt64 {
    precondition(Int(id.index) < instruments.count, "Invariant: an instrument of this run")
    return unsafe refusals[Int(id.index) * BuilderStage.refusalCodesMax + Int(code.rawValue)]
  }

  public func position(_ id: InstrumentID) -> Quantity { working.position(id) }
}
