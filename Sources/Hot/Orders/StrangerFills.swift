// What was counted of orders that the table does not hold; hot plane.

import Quantities

/// What an earlier start has on record of an order outside of the table.
public struct RecordedOrder: Hashable, Sendable {
  public var exchangeOrder: ExchangeOrderID
  public var instrument: InstrumentID
  public var lots: Quantity
  /// Of these: lots that no trade was named for.
  public var nameless: Quantity

  public init(
    exchangeOrder: ExchangeOrderID, instrument: InstrumentID, lots: Quantity, nameless: Quantity
  ) {
    self.exchangeOrder = exchangeOrder
    self.instrument = instrument
    self.lots = lots
    self.nameless = nameless
  }
}

/// Remembers, for the latest `capacity` orders outside of the table, the lots counted and those of them that no trade
/// was named for: a liquidation's pushes name none, its row in `trade/fills` does.
@safe
struct StrangerFills: ~Copyable, @unchecked Sendable {
  // SAFETY: allocated by `init`, freed by `deinit`, reached through this sole owner alone; `at` stays below
  // `capacity`, and the index holds slots below it.
  let rows: UnsafeMutablePointer<Row>
  var index: FixedIndex
  var at = 0
  let capacity: Int

  struct Row: BitwiseCopyable {
    var order: UInt64 = 0
    var counted: Int64 = 0
    var anonymous: Int64 = 0
    /// Of `counted`: what an earlier start has on record.
    var recorded: Int64 = 0
    /// Its owner is none of ours, and that was told.
    var instrument = InstrumentID.none
    var isTold = false
    /// It moves a position beside ours: nothing of it counts.
    var isForeignMode = false
  }

  init(capacity: Int) {
    self.capacity = capacity
    index = FixedIndex(capacity: capacity)
    unsafe rows = .allocate(capacity: capacity)
    unsafe rows.initialize(repeating: Row(), count: capacity)
  }

  deinit { unsafe rows.deallocate() }

  @_noLocks
  func row(_ order: UInt64) -> Row {
    guard let slot = index.find(order) else { return Row() }
    return unsafe rows[slot]
  }

  /// Adds to what is remembered of `order`, the oldest one's place where it is new. Nothing is remembered of order 0.
  @_noLocks
  mutating func add(
    _ order: UInt64, of instrument: InstrumentID, counted: Int64, anonymous: Int64,
    recorded: Int64 = 0
  ) {
    if order == 0 { return }
    if let slot = index.find(order) {
      unsafe rows[slot].instrument = instrument
      unsafe rows[slot].counted = saturating(rows[slot].counted, counted)
      unsafe rows[slot].anonymous = max(0, saturating(rows[slot].anonymous, anonymous))
      unsafe rows[slot].recorded = saturating(rows[slot].recorded, recorded)
      return
    }
    let old = unsafe rows[at]
    if old.order != 0 { _ = index.remove(old.order) }
    unsafe rows[at] = Row(
      order: order, counted: counted, anonymous: max(0, anonymous), recorded: recorded,
      instrument: instrument)
    if !index.insert(order, slot: at) { unsafe rows[at] = Row() }
    at = at &+ 1 == capacity ? 0 : at &+ 1
  }

  /// Remembers `order`, and changes what is remembered.
  @_noLocks
  mutating func mark(_ order: UInt64, isTold: Bool, isForeignMode: Bool) {
    if index.find(order) == nil { add(order, of: .none, counted: 0, anonymous: 0) }
    guard let slot = index.find(order) else { return }
    if isTold { unsafe rows[slot].isTold = true }
    if isForeignMode { unsafe rows[slot].isForeignMode = true }
  }

  /// Counts in the new lots.
  @_noLocks
  mutating func take(_ change: InstrumentChange) {
    if change.lotFactor == 1 { return }
    var slot = 0
    while slot < capacity {
      if unsafe rows[slot].instrument == change.instrument.id {
        unsafe rows[slot].counted = change.lots(rows[slot].counted)
        unsafe rows[slot].anonymous = change.lots(rows[slot].anonymous)
        unsafe rows[slot].recorded = change.lots(rows[slot].recorded)
      }
      slot &+= 1
    }
  }

  @_noLocks
  private func saturating(_ a: Int64, _ b: Int64) -> Int64 {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? (b < 0 ? .min : .max) : sum
  }
}
