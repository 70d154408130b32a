// What hot threads write to the state file: relaxed words and seqlocks, no lock and no call; hot plane.
import Channels
import Quantities

extension StateWriter {
  /// Once per poll, with the Instant that the poll already has.
  @inlinable
  public func beat(_ stage: StageName, at now: Instant, polls: UInt64) {
    let row = memory.heartbeat(stage)
    memory.store(row, UInt64(bitPattern: now.nanoseconds))
    memory.store(row &+ 8, polls)
  }

  /// Door's thread: replaces the lease of a slot (`SignalLease.absent` withdraws it).
  @inlinable
  public func publish(_ lease: SignalLease, for instrument: InstrumentID, in slot: SignalSlot) {
    var writer = memory.signal(instrument, slot).makeWriter()
    writer.store(lease)
  }

  /// Builder: the lease in a slot; nil when none was ever published (or a writer was met 128 times).
  @inlinable
  public func signal(of instrument: InstrumentID, in slot: SignalSlot) -> SignalLease? {
    memory.signal(instrument, slot).load()
  }

  /// Sender: row `index` of the balances: one currency, always in the same row.
  @inlinable
  public func setBalance(_ index: Int, _ row: BalanceRow) {
    if index >= StateLayout.balancesMax { return }
    var writer = memory.balance(index).makeWriter()
    writer.store(row)
  }

  /// Builder: replaces an instrument's picture, at most 20 times a second.
  @inlinable
  public func publish(_ draft: borrowing MarketSlotDraft, for instrument: InstrumentID) {
    var writer = memory.market(instrument).makeWriter()
    unsafe writer.store(from: UnsafePointer(draft.slot))
  }

  /// Counters of an instrument; each place has one writer (`InstrumentCounter`).
  @inlinable
  public func counters(of instrument: InstrumentID) -> Counters<InstrumentCounter> {
    memory.counters(instrument)
  }

  /// Refusals of an instrument by code: whoever refuses counts (Builder, which sees every verdict and report).
  @inlinable
  public func refusals(of instrument: InstrumentID) -> Counters<RefusalCode> {
    memory.refusals(instrument)
  }

  /// Any thread: faults are rare, so the add is a locked one.
  @inlinable
  public func count(
    _ fault: FaultCode, of instrument: InstrumentID = .none, code: Int32 = 0
  ) {
    memory.faults.addShared(to: fault)
    if instrument.isNone && code == 0 { return }
    let number = Int(fault.rawValue) & (StateLayout.faultDetailsMax &- 1)
    memory.store(
      memory.layout.faultDetailsOffset &+ number &* 8,
      FaultDetail(instrument: instrument, code: code).word)
  }

  /// The histogram that a hop's last stage records into.
  @inlinable
  public func histogram(_ hop: Hop) -> LatencyHistogram { memory.histogram(hop) }

  /// Sender: what is in force for an instrument or, with `.none`, for the desk.
  @inlinable
  public func set(_ row: TradingStateRow, for instrument: InstrumentID) {
    memory.store(memory.trading(instrument), row.word)
  }

  /// Gate: the limits in force for an instrument.
  @inlinable
  public func set(_ limits: InstrumentLimits, for instrument: InstrumentID) {
    var writer = memory.limits(instrument).makeWriter()
    writer.store(limits)
  }

  /// Builder: what the Gate holds orders to; nil before the Gate was made.
  @inlinable
  public func limits(of instrument: InstrumentID) -> InstrumentLimits? {
    memory.limits(instrument).load()
  }

  /// Thread `index` itself: messages taken so far.
  @inlinable
  public func setThread(_ index: Int, messages: UInt64) {
    memory.store(memory.thread(index) &+ ThreadField.messages, messages)
  }

  /// Who drives connection `index`: its state and since when.
  @inlinable
  public func setConnection(_ index: Int, _ state: ConnectionState, at now: Instant) {
    let row = memory.connection(index)
    memory.store(row &+ ConnectionField.changedAt, UInt64(bitPattern: now.nanoseconds))
    memory.store(row &+ ConnectionField.state, UInt64(state.rawValue))
  }

  /// Who drives connection `index`: how often it was made anew.
  @inlinable
  public func setConnection(_ index: Int, reconnects: UInt64) {
    memory.store(memory.connection(index) &+ ConnectionField.reconnects, reconnects)
  }

  /// Who drives connection `index`: why it was lost last, and the exchange's code where there is one.
  @inlinable
  public func setConnection(_ index: Int, lastFault: FaultCode, code: Int32 = 0) {
    memory.store(
      memory.connection(index) &+ ConnectionField.lastFault,
      UInt64(lastFault.rawValue) | UInt64(UInt32(bitPattern: code)) << 32)
  }
}
