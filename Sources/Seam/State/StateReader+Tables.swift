// The state file's contents as values; control plane.
import Channels
import Quantities

extension StateReader {
  public var instrumentCount: Int { memory.layout.instrumentCount }

  public var phase: RunPhase {
    RunPhase(rawValue: UInt8(truncatingIfNeeded: memory.load(memory.layout.runOffset))) ?? .starting
  }

  /// How far the exchange's clock is from ours; nil before it was measured.
  public var clock: StatedClock? {
    let row = memory.layout.runOffset
    let measuredAt = Int64(bitPattern: memory.load(row + RunField.clockMeasuredAt))
    if measuredAt == 0 { return nil }
    return StatedClock(
      aheadNanoseconds: Int64(bitPattern: memory.load(row + RunField.clockAhead)),
      uncertainty: Int64(bitPattern: memory.load(row + RunField.clockUncertainty)),
      measuredAt: BootInstant(nanoseconds: measuredAt))
  }

  /// A stage's last poll. `Heartbeat.at` is the core's monotonic clock, which is this process's too.
  public func heartbeat(_ stage: StageName) -> Heartbeat {
    let row = memory.heartbeat(stage)
    return Heartbeat(
      at: Instant(nanoseconds: Int64(bitPattern: memory.load(row))), polls: memory.load(row + 8))
  }

  /// The directory's row as it stands now. The symbol of an id stays.
  public func instrument(_ id: InstrumentID) -> InstrumentEntry {
    // Written before the file has its name, and whole ever after.
    memory.entry(id).load() ?? .none
  }

  /// Linear; nil when this run has no such instrument.
  public func find(_ symbol: Symbol) -> InstrumentID? {
    for index in 0..<instrumentCount {
      let id = InstrumentID(index: UInt16(index))
      if instrument(id).instrument.symbol == symbol { return id }
    }
    return nil
  }

  /// The lease in a slot, dead ones included; nil when none was ever published or it was withdrawn.
  public func signal(of instrument: InstrumentID, in slot: SignalSlot) -> SignalLease? {
    guard let lease = memory.signal(instrument, slot).load(), lease.isPresent else { return nil }
    return lease
  }

  /// The instrument's picture; nil before the first.
  public func market(_ instrument: InstrumentID) -> MarketSlot? {
    memory.market(instrument).load()
  }

  public func count(_ counter: InstrumentCounter, of instrument: InstrumentID) -> UInt64 {
    memory.counters(instrument)[counter]
  }

  public func count(_ code: RefusalCode, of instrument: InstrumentID) -> UInt64 {
    memory.refusals(instrument)[code]
  }

  public func count(_ fault: FaultCode) -> UInt64 { memory.faults[fault] }

  public func latency(_ hop: Hop) -> LatencySnapshot { memory.histogram(hop).snapshot() }

  /// Of an instrument or, with `.none`, of the desk.
  public func tradingState(of instrument: InstrumentID) -> TradingStateRow {
    TradingStateRow(word: memory.load(memory.trading(instrument)))
  }

  /// The limits that the Gate holds orders of an instrument to; nil before it was made.
  public func limits(of instrument: InstrumentID) -> InstrumentLimits? {
    memory.limits(instrument).load()
  }

  /// Threads that were named, in row order.
  public var threads: [ThreadRow] {
    (0..<StateLayout.threadsMax).compactMap { index in
      let row = memory.thread(index)
      let name = memory.loadName(at: row + ThreadField.name, words: 4)
      if name.isEmpty { return nil }
      return ThreadRow(
        name: name, messages: memory.load(row + ThreadField.messages),
        allocatedBytesAfterWarmup: present(row + ThreadField.allocated),
        minorFaultsAfterWarmup: present(row + ThreadField.minorFaults))
    }
  }

  /// Connections that were named, in row order.
  public var connections: [ConnectionRow] {
    (0..<StateLayout.connectionsMax).compactMap { index in
      let row = memory.connection(index)
      let name = memory.loadName(at: row + ConnectionField.name, words: 4)
      if name.isEmpty { return nil }
      func byte(_ field: Int) -> UInt8 { UInt8(truncatingIfNeeded: memory.load(row + field)) }
      let cause = memory.load(row + ConnectionField.lastFault)
      let fault = FaultCode(rawValue: UInt16(truncatingIfNeeded: cause))
      return ConnectionRow(
        name: name, kind: ConnectionKind(rawValue: byte(ConnectionField.kind)),
        state: ConnectionState(rawValue: byte(ConnectionField.state)) ?? .down,
        changedAt: Instant(
          nanoseconds: Int64(bitPattern: memory.load(row + ConnectionField.changedAt))),
        reconnects: memory.load(row + ConnectionField.reconnects),
        lastFault: fault == FaultCode.none ? nil : fault,
        lastCode: Int32(truncatingIfNeeded: cause >> 32))
    }
  }

  /// Balances that were set, in row order.
  public var balances: [BalanceRow] {
    (0..<StateLayout.balancesMax).compactMap { memory.balance($0).load() }
  }

  /// Equity and what of it is free; nil before the exchange said it. `receivedAt` tells its age.
  public var account: AccountRecord? { memory.account.load() }

  /// The position as the exchange margins it; nil where it never named one.
  public func positionDetail(_ instrument: InstrumentID) -> PositionDetailRecord? {
    memory.positionDetail(instrument).load()
  }

  /// Nil before the exchange said it.
  public func feeRate(_ instrument: InstrumentID) -> FeeRateRecord? {
    memory.feeRate(instrument).load()
  }

  private func present(_ offset: Int) -> UInt64? {
    let held = memory.load(offset)
    return held == 0 ? nil : held - 1
  }
}
