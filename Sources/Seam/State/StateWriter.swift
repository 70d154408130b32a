// Makes the state file and writes to it: the core's side, hot threads included.
import CKernel
import Channels
import MappedFile
import Quantities
import Synchronization

/// The writing side. A handle: copies write the same file, and who writes which section is said in
/// `StateLayout`. The methods that hot threads call are lock-free, allocate nothing and make no call.
@safe @frozen
public struct StateWriter: @unchecked Sendable {
  // SAFETY: the mapping lives until the process ends; see StateMemory.
  @usableFromInline let memory: StateMemory
  public let header: StateHeader

  /// Makes the file under a temporary name, fills header and directory, then gives it its name: whoever
  /// opens `path` finds it complete, and whoever has an older file mapped keeps that one whole.
  /// The clocks, process and boot id of `header` are filled in. `mode` is exact.
  public static func create(
    path: String, header: StateHeader, instruments: InstrumentTable, mode: UInt32 = 0o600
  ) throws(StateError) -> StateWriter {
    let layout = StateLayout(instrumentCount: instruments.count)
    let temporary = "\(path).new"
    let region: MemoryRegion
    do {
      region = try MemoryRegion.create(
        file: temporary, byteCount: layout.byteCount, mode: mode)
    } catch { throw .kernel(error) }
    var filled = header
    filled.magic = StateLayout.magic
    filled.version = StateLayout.version
    filled.headerByteCount = UInt32(StateLayout.headerByteCount)
    filled.byteCount = UInt64(layout.byteCount)
    filled.layoutFingerprint = layout.fingerprint
    filled.instrumentCount = UInt32(instruments.count)
    filled.processID = ck_process_id()
    let clocks = ClockPair.now()
    filled.monotonicAt = clocks.monotonic
    filled.bootAt = .now()
    filled.wallNanosecondsAt = clocks.wallNanoseconds
    do {
      (filled.bootIDHigh, filled.bootIDLow) = try currentBootID()
      unsafe region.base.storeBytes(of: filled, as: StateHeader.self)
      var index = 0
      while index < instruments.count {
        let instrument = instruments[InstrumentID(index: UInt16(index))]
        var writer = unsafe StateMemory(base: region.base, layout: layout)
          .entry(instrument.id).makeWriter()
        writer.store(InstrumentEntry(instrument, of: instruments))
        index += 1
      }
      try MemoryRegion.rename(file: temporary, to: path)
    } catch {
      region.unmap()
      throw .kernel(error)
    }
    _ = region.lock()
    return unsafe StateWriter(
      memory: StateMemory(base: region.base, layout: layout), header: filled)
  }

  @usableFromInline init(memory: StateMemory, header: StateHeader) {
    self.memory = memory
    self.header = header
  }

  static func currentBootID() throws(KernelError) -> (high: UInt64, low: UInt64) {
    var bytes: (UInt64, UInt64) = (0, 0)
    let result = unsafe withUnsafeMutableBytes(of: &bytes) { buffer in
      unsafe ck_boot_id(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
    try KernelError.check(.bootID, result)
    return (UInt64(bigEndian: bytes.0), UInt64(bigEndian: bytes.1))
  }

  public var layout: StateLayout { memory.layout }

  /// Gives the memory back: for tests and tools, once nobody writes.
  public func unmap() {
    unsafe MemoryRegion(base: memory.base, byteCount: layout.byteCount).unmap()
  }

  // ---- Control plane of the core ----

  /// What is known of an instrument now.
  public func set(_ entry: InstrumentEntry) {
    var writer = memory.entry(entry.instrument.id).makeWriter()
    writer.store(entry)
  }

  /// An instrument's picture as the Builder last published it; nil before the first.
  public func market(_ instrument: InstrumentID) -> MarketSlot? {
    memory.market(instrument).load()
  }

  /// Where connection `index` stands.
  public func connectionState(_ index: Int) -> ConnectionState {
    let raw = memory.load(memory.connection(index) + ConnectionField.state)
    return ConnectionState(rawValue: UInt8(truncatingIfNeeded: raw)) ?? .down
  }

  /// How often a fault was counted, by any thread.
  public func faults(_ fault: FaultCode) -> UInt64 { memory.faults[fault] }

  /// What the last fault of this code named.
  public func faultDetail(_ fault: FaultCode) -> FaultDetail? {
    let number = Int(fault.rawValue) & (StateLayout.faultDetailsMax - 1)
    return FaultDetail(word: memory.load(memory.layout.faultDetailsOffset + number * 8))
  }

  /// Account's task: the account as the exchange last said it.
  public func set(_ record: AccountRecord) {
    var writer = memory.account.makeWriter()
    writer.store(record)
  }

  /// Account's task: a position as the exchange last said it; a closed one with zero lots.
  public func set(_ record: PositionDetailRecord) {
    var writer = memory.positionDetail(record.instrument).makeWriter()
    writer.store(record)
  }

  /// Account's task: what an instrument costs.
  public func set(_ record: FeeRateRecord) {
    var writer = memory.feeRate(record.instrument).makeWriter()
    writer.store(record)
  }

  /// How far the exchange's clock is from ours, as last measured.
  public func set(clock offset: VenueClock.Offset) {
    let row = memory.layout.runOffset
    memory.store(row + RunField.clockAhead, UInt64(bitPattern: offset.aheadOfWall))
    memory.store(row + RunField.clockUncertainty, UInt64(bitPattern: offset.uncertainty))
    memory.store(row + RunField.clockMeasuredAt, UInt64(bitPattern: offset.measuredAt.nanoseconds))
  }

  public func set(phase: RunPhase) { memory.store(memory.layout.runOffset, UInt64(phase.rawValue)) }

  /// Names thread `index` (at most 32 bytes are kept); before that the row does not exist.
  public func defineThread(_ index: Int, name: String) {
    memory.storeName(name, at: memory.thread(index) + ThreadField.name, words: 4)
  }

  /// What the monitor measured on thread `index`; nil: absent.
  public func setThread(_ index: Int, allocatedBytesAfterWarmup bytes: UInt64?) {
    memory.store(memory.thread(index) + ThreadField.allocated, bytes.map { $0 &+ 1 } ?? 0)
  }
  public func setThread(_ index: Int, minorFaultsAfterWarmup faults: UInt64?) {
    memory.store(memory.thread(index) + ThreadField.minorFaults, faults.map { $0 &+ 1 } ?? 0)
  }

  /// Names connection `index` (at most 32 bytes are kept); before that the row does not exist.
  public func defineConnection(_ index: Int, name: String, kind: ConnectionKind) {
    let row = memory.connection(index)
    memory.store(row + ConnectionField.kind, UInt64(kind.rawValue))
    memory.storeName(name, at: row + ConnectionField.name, words: 4)
  }
}
