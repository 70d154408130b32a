// The state file's sections as channels over its memory: what writer and reader share; both planes.
import Channels
import Quantities
import Synchronization

/// Base and layout. Every accessor checks its row against the layout.
@safe @frozen
@usableFromInline
struct StateMemory: @unchecked Sendable {
  // SAFETY: `base` maps `layout.byteCount` bytes until the process ends or the reader unmaps; all words
  // but header and directory (written before the file has its name) are accessed as Atomics.
  @usableFromInline let base: UnsafeMutableRawPointer
  @usableFromInline let layout: StateLayout

  @usableFromInline init(base: UnsafeMutableRawPointer, layout: StateLayout) {
    unsafe self.base = unsafe base
    self.layout = layout
  }

  @inlinable
  func word(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    unsafe (base + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
  }
  @inlinable
  func load(_ offset: Int) -> UInt64 { unsafe word(offset).pointee.load(ordering: .relaxed) }
  @inlinable
  func store(_ offset: Int, _ value: UInt64) {
    unsafe word(offset).pointee.store(value, ordering: .relaxed)
  }

  @inlinable
  func row(_ instrument: InstrumentID, _ offset: Int, _ stride: Int) -> Int {
    precondition(
      Int(instrument.index) < layout.instrumentCount, "Invariant: an instrument of this run")
    return offset &+ Int(instrument.index) &* stride
  }
  @inlinable
  func row(_ index: Int, below count: Int, _ offset: Int, _ stride: Int) -> Int {
    precondition(index >= 0 && index < count, "Invariant: a row of this table")
    return offset &+ index &* stride
  }

  @inlinable
  func signal(_ instrument: InstrumentID, _ slot: SignalSlot) -> Seqlock<SignalLease> {
    let first = row(instrument, layout.signalsOffset, StateLayout.signalStride &* 2)
    return unsafe Seqlock(at: base + (first &+ Int(slot.rawValue) &* StateLayout.signalStride))
  }
  @inlinable
  func market(_ instrument: InstrumentID) -> Seqlock<MarketSlot> {
    unsafe Seqlock(at: base + row(instrument, layout.marketsOffset, StateLayout.marketStride))
  }
  @inlinable
  func counters(_ instrument: InstrumentID) -> Counters<InstrumentCounter> {
    unsafe Counters(
      at: base + row(instrument, layout.countersOffset, StateLayout.countersStride))
  }
  @inlinable
  func refusals(_ instrument: InstrumentID) -> Counters<RefusalCode> {
    unsafe Counters(
      at: base + row(instrument, layout.refusalsOffset, StateLayout.refusalsStride))
  }
  @inlinable
  var faults: Counters<FaultCode> { unsafe Counters(at: base + layout.faultsOffset) }
  @inlinable
  func histogram(_ hop: Hop) -> LatencyHistogram {
    unsafe LatencyHistogram(
      at: base + (layout.latenciesOffset &+ Int(hop.rawValue) &* StateLayout.latencyStride))
  }
  @inlinable
  func balance(_ index: Int) -> Seqlock<BalanceRow> {
    unsafe Seqlock(
      at: base
        + row(
          index, below: StateLayout.balancesMax, layout.balancesOffset, StateLayout.balanceStride))
  }
  @inlinable
  var account: Seqlock<AccountRecord> { unsafe Seqlock(at: base + layout.accountOffset) }
  @inlinable
  func positionDetail(_ instrument: InstrumentID) -> Seqlock<PositionDetailRecord> {
    unsafe Seqlock(
      at: base + row(instrument, layout.positionDetailsOffset, StateLayout.positionDetailStride))
  }
  @inlinable
  func feeRate(_ instrument: InstrumentID) -> Seqlock<FeeRateRecord> {
    unsafe Seqlock(at: base + row(instrument, layout.feeRatesOffset, StateLayout.feeRateStride))
  }
  func entry(_ instrument: InstrumentID) -> Seqlock<InstrumentEntry> {
    unsafe Seqlock(
      at: base + row(instrument, layout.directoryOffset, StateLayout.directoryStride))
  }
  @inlinable
  func limits(_ instrument: InstrumentID) -> Seqlock<InstrumentLimits> {
    unsafe Seqlock(at: base + row(instrument, layout.limitsOffset, StateLayout.limitsStride))
  }
  @inlinable
  func context(_ instrument: InstrumentID) -> Seqlock<InstrumentContext> {
    unsafe Seqlock(at: base + row(instrument, layout.contextsOffset, StateLayout.contextStride))
  }
  @inlinable
  var exchangeStatus: Seqlock<ContextRecord> { unsafe Seqlock(at: base + layout.statusOffset) }
  @inlinable
  func bar(_ instrument: InstrumentID, _ interval: BarInterval, _ place: Int)
    -> Seqlock<BarRecord>
  {
    let first = row(
      instrument, layout.barsOffset, StateLayout.barsOfInstrument &* StateLayout.barStride)
    let inside = row(
      place, below: StateLayout.barsKept,
      Int(interval.rawValue) &* StateLayout.barsKept &* StateLayout.barStride,
      StateLayout.barStride)
    return unsafe Seqlock(at: base + (first &+ inside))
  }
  @inlinable
  func heartbeat(_ stage: StageName) -> Int {
    layout.heartbeatsOffset &+ Int(stage.rawValue) &* StateLayout.heartbeatStride
  }
  /// `.none` is the desk.
  @inlinable
  func trading(_ instrument: InstrumentID) -> Int {
    if instrument.isNone { return layout.tradingOffset }
    return row(instrument, layout.tradingOffset &+ 8, StateLayout.tradingStride)
  }
  @inlinable
  func thread(_ index: Int) -> Int {
    row(index, below: StateLayout.threadsMax, layout.threadsOffset, StateLayout.threadStride)
  }
  @inlinable
  func connection(_ index: Int) -> Int {
    row(
      index, below: StateLayout.connectionsMax, layout.connectionsOffset,
      StateLayout.connectionStride)
  }

  /// Up to 32 bytes of a name in four words, zero padded; a first word of 0 means no row.
  func storeName(_ name: String, at offset: Int, words: Int) {
    let bytes = Array(name.utf8.prefix(words * 8))
    for index in (0..<words).reversed() {
      var word: UInt64 = 0
      for (place, byte) in bytes.dropFirst(index * 8).prefix(8).enumerated() {
        word |= UInt64(byte) << UInt64(place * 8)
      }
      store(offset + index * 8, word)
    }
  }
  func loadName(at offset: Int, words: Int) -> String {
    var bytes: [UInt8] = []
    for index in 0..<words {
      var word = load(offset + index * 8)
      while word & 0xFF != 0 {
        bytes.append(UInt8(truncatingIfNeeded: word))
        word >>= 8
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Offsets inside the run's row; the phase is at 0.
enum RunField {
  static var clockAhead: Int { 8 }
  static var clockUncertainty: Int { 16 }
  static var clockMeasuredAt: Int { 24 }
}

/// Offsets inside a thread's row.
@frozen
@usableFromInline
enum ThreadField {
  @inlinable static var name: Int { 0 }
  @inlinable static var messages: Int { 64 }
  /// Value + 1; 0 is absent.
  @inlinable static var allocated: Int { 72 }
  @inlinable static var minorFaults: Int { 80 }
}

/// Offsets inside a connection's row.
@frozen
@usableFromInline
enum ConnectionField {
  @inlinable static var name: Int { 0 }
  @inlinable static var kind: Int { 32 }
  @inlinable static var state: Int { 40 }
  @inlinable static var changedAt: Int { 48 }
  @inlinable static var reconnects: Int { 56 }
  @inlinable static var lastFault: Int { 64 }
}
