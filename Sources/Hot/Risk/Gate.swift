// The risk gate: judges intents against limits and the exposure it counts itself; hot plane.

import Quantities

/// The gate of one account: one owner, fixed memory, every judgement a function of its inputs.
///
/// Exposure counts from approval until a report (or `release`) frees it; an *unknown* order stays counted.
/// It starts with no session and every instrument `cancelOnly`: only reports open it.
@safe
public struct Gate: ~Copyable, @unchecked Sendable {
  // SAFETY: the three tables are allocated by `init`, freed by `deinit`, and reached through this
  // sole owner alone; `states` is indexed by ids checked against `instrumentCount`, `orders` by slots
  // below `openOrdersMax` from the free list, `refusals` by codes below `codesMax`.
  let states: UnsafeMutablePointer<InstrumentRisk>
  let orders: UnsafeMutablePointer<OpenOrder>
  let refusals: UnsafeMutablePointer<UInt64>
  public let instrumentCount: Int
  var index: FixedIndex
  /// First free slot, or `OpenOrder.noSlot`.
  var freeSlot: Int32 = 0

  var desk: DeskLimits
  var deskRate: RateBudget
  var deskState = ScopeState(.cancelOnly)
  var isSessionUp = false
  /// Orders that count as open, over all instruments.
  public internal(set) var openOrderCount: Int64 = 0
  /// Of these, other people's.
  var foreignOrderCount: Int64 = 0
  public internal(set) var counters = GateCounters()

  /// Most open orders of one account that the gate can count.
  public static var openOrdersMax: Int { 1024 }
  /// Above every `RefusalCode.rawValue`.
  static var codesMax: Int { 128 }

  /// Allocates everything the gate will ever use. `limits.instruments` has one entry per instrument.
  public init(instruments: InstrumentTable, limits: RiskLimits) {
    precondition(
      limits.instruments.count == instruments.count, "Invariant: each instrument has its limits")
    instrumentCount = instruments.count
    desk = limits.desk
    deskRate = RateBudget(
      count: limits.desk.ordersPerWindow, windowNanoseconds: limits.desk.windowNanoseconds)
    index = FixedIndex(capacity: Gate.openOrdersMax)
    unsafe states = .allocate(capacity: max(1, instruments.count))
    for position in 0..<instruments.count {
      let id = InstrumentID(index: UInt16(position))
      unsafe (states + position).initialize(
        to: InstrumentRisk(instruments[id], limits.instruments[position]))
    }
    unsafe orders = .allocate(capacity: Gate.openOrdersMax)
    for slot in 0..<Gate.openOrdersMax {
      var order = OpenOrder()
      order.next = slot + 1 < Gate.openOrdersMax ? Int32(slot + 1) : OpenOrder.noSlot
      unsafe (orders + slot).initialize(to: order)
    }
    unsafe refusals = .allocate(capacity: Gate.codesMax)
    unsafe refusals.initialize(repeating: 0, count: Gate.codesMax)
  }

  deinit {
    unsafe states.deallocate()
    unsafe orders.deallocate()
    unsafe refusals.deallocate()
  }
}

/// What the gate counts for people and tests; never read by a judgement.
@frozen
public struct GateCounters: Hashable, Sendable, BitwiseCopyable {
  public var approvedOrders: UInt64 = 0
  public var approvedCancels: UInt64 = 0
  public var refused: UInt64 = 0
  /// Notional left 128 bits (also refused as `notionalOverflow`).
  public var notionalOverflows: UInt64 = 0
  /// Reports that name an order the gate does not hold open: late, repeated, or of an earlier run.
  public var unmatchedReports: UInt64 = 0
  /// Reports whose quantities contradict what the gate counted; clamped, never negative.
  public var contradictions: UInt64 = 0
  @inlinable public init() {}
}

extension Gate {
  @_noLocks
  func isKnown(_ instrument: InstrumentID) -> Bool { Int(instrument.index) < instrumentCount }

  /// How often the gate refused with `code`.
  public func refusalCount(_ code: RefusalCode) -> UInt64 {
    unsafe refusals[Int(code.rawValue) & (Gate.codesMax - 1)]
  }

  /// The state in force for an instrument: the more restrictive of its own and the desk's.
  public func tradingState(_ instrument: InstrumentID) -> TradingState {
    precondition(isKnown(instrument), "Invariant: an instrument id comes from the gate's table")
    return unsafe states[Int(instrument.index)].state.inForce(under: deskState)
  }

  public func exposure(_ instrument: InstrumentID) -> Exposure {
    precondition(isKnown(instrument), "Invariant: an instrument id comes from the gate's table")
    return unsafe states[Int(instrument.index)].exposure
  }

  @_noLocks
  public func limits(_ instrument: InstrumentID) -> InstrumentLimits {
    precondition(isKnown(instrument), "Invariant: an instrument id comes from the gate's table")
    return unsafe states[Int(instrument.index)].limits
  }

  /// Makes an instrument's limits stricter, at once; no field gets looser. False when it is unknown or
  /// amounts cannot be compared, and nothing changed.
  @_noLocks
  public mutating func tighten(_ instrument: InstrumentID, by limits: InstrumentLimits) -> Bool {
    if !isKnown(instrument) { return false }
    let at = Int(instrument.index)
    guard let stricter = unsafe states[at].limits.tightened(by: limits) else { return false }
    unsafe states[at].adopt(stricter)
    return true
  }
}
