// The Builder's own count of what its intents became: working orders per instrument and side, positions; hot plane.

import Quantities

/// Fed with every published intent, every verdict and every report, in the order taken. One owner.
@safe
public struct IntentsInFlight: ~Copyable, @unchecked Sendable {
  // SAFETY: both tables are allocated by `init`, freed by `deinit`, reached through this sole owner
  // alone; `orders` is indexed by slots below `ordersMax` from its own lists, `rows` by instrument ids
  // checked against `instrumentCount`.
  let orders: UnsafeMutablePointer<WorkingOrder>
  let rows: UnsafeMutablePointer<InstrumentRow>
  public let instrumentCount: Int
  var index: FixedIndex
  var freeSlot: Int32 = 0
  public private(set) var count = 0
  /// Desk-wide, from reports.
  var deskState = ScopeState(.cancelOnly)
  public private(set) var isSessionUp = false

  /// Most orders one Builder may have at work; the gate bounds them tighter.
  public static var ordersMax: Int { 1024 }

  struct InstrumentRow: BitwiseCopyable {
    var firstBuy: Int32 = WorkingOrder.noSlot
    var firstSell: Int32 = WorkingOrder.noSlot
    var position: Int64 = 0
    var state = ScopeState(.active)
    /// Spot: what the balance lets be sold.
    var sellable: Int64 = .max
  }

  public init(instrumentCount: Int) {
    self.instrumentCount = instrumentCount
    index = FixedIndex(capacity: IntentsInFlight.ordersMax)
    unsafe rows = .allocate(capacity: max(1, instrumentCount))
    unsafe rows.initialize(repeating: InstrumentRow(), count: max(1, instrumentCount))
    unsafe orders = .allocate(capacity: IntentsInFlight.ordersMax)
    let empty = Intent(
      number: .none, instrument: .none, kind: .place, side: .buy, type: .limit, source: .none,
      isBookValid: false, isReduceOnly: false, price: .none, quantity: .zero, targetIntent: .none,
      decision: .none,
      reference: DecisionReference(
        bid: .none, ask: .none, seqId: 0, receivedAt: .zero,
        exchangeTime: WallMilliseconds(milliseconds: 0)), madeAt: .zero)
    for slot in 0..<IntentsInFlight.ordersMax {
      var order = WorkingOrder(empty)
      order.next = slot + 1 < IntentsInFlight.ordersMax ? Int32(slot + 1) : WorkingOrder.noSlot
      unsafe (orders + slot).initialize(to: order)
    }
  }

  deinit {
    unsafe orders.deallocate()
    unsafe rows.deallocate()
  }

  @_noLocks
  func isKnown(_ instrument: InstrumentID) -> Bool { Int(instrument.index) < instrumentCount }

  public var room: Int { IntentsInFlight.ordersMax &- count }

  @_noLocks
  public func position(_ instrument: InstrumentID) -> Quantity {
    Quantity(lots: isKnown(instrument) ? unsafe rows[Int(instrument.index)].position : 0)
  }

  /// Lots of a spot instrument that its balance lets be sold; no bound where there is none.
  @_noLocks
  public func sellable(_ instrument: InstrumentID) -> Quantity {
    Quantity(lots: isKnown(instrument) ? unsafe rows[Int(instrument.index)].sellable : 0)
  }

  /// The more restrictive of the desk's and the instrument's; `cancelOnly` until reports say otherwise.
  @_noLocks
  public func tradingState(_ instrument: InstrumentID) -> TradingState {
    if !isKnown(instrument) { return .halted }
    return unsafe rows[Int(instrument.index)].state.inForce(under: deskState)
  }

  /// The latest order of that side at work, or nil; older ones by `working(after:)`.
  @_noLocks
  public func working(_ instrument: InstrumentID, _ side: Side) -> WorkingOrder? {
    if !isKnown(instrument) { return nil }
    let at = Int(instrument.index)
    let slot = unsafe side == .buy ? rows[at].firstBuy : rows[at].firstSell
    return slot == WorkingOrder.noSlot ? nil : unsafe orders[Int(slot)]
  }

  /// The next older order of the same instrument and side.
  @_noLocks
  public func working(after order: WorkingOrder) -> WorkingOrder? {
    guard let slot = index.find(order.intent.rawValue) else { return nil }
    let next = unsafe orders[slot].next
    return next == WorkingOrder.noSlot ? nil : unsafe orders[Int(next)]
  }

  /// Counts a published intent. Call only after the intents ring took it. False when the table is full
  /// (check `room` before deciding).
  /// The same sizes in the instrument's new lots; what works is on its way out, and counts on.
  @_noLocks
  public mutating func take(_ change: InstrumentChange) {
    if !isKnown(change.instrument.id) { return }
    let at = Int(change.instrument.id.index)
    unsafe rows[at].position = change.lots(rows[at].position)
    unsafe rows[at].sellable = change.lots(rows[at].sellable)
    unsafe take(change, from: rows[at].firstBuy)
    unsafe take(change, from: rows[at].firstSell)
  }

  @_noLocks
  private func take(_ change: InstrumentChange, from first: Int32) {
    var slot = first
    while slot != WorkingOrder.noSlot {
      unsafe orders[Int(slot)].take(change)
      slot = unsafe orders[Int(slot)].next
    }
  }

  @discardableResult
  @_noLocks
  public mutating func publish(_ intent: Intent) -> Bool {
    if intent.kind == .cancel {
      guard let slot = index.find(intent.targetIntent.rawValue) else { return false }
      unsafe orders[slot].isCancelInFlight = true
      unsafe orders[slot].cancelIntent = intent.number
      return true
    }
    let slot = freeSlot
    if slot == WorkingOrder.noSlot || !isKnown(intent.instrument) { return false }
    let free = unsafe orders[Int(slot)].next
    if !index.insert(intent.number.rawValue, slot: Int(slot)) { return false }
    freeSlot = free
    let at = Int(intent.instrument.index)
    var order = WorkingOrder(intent)
    order.next = unsafe intent.side == .buy ? rows[at].firstBuy : rows[at].firstSell
    unsafe orders[Int(slot)] = order
    if order.next != WorkingOrder.noSlot { unsafe orders[Int(order.next)].previous = slot }
    if intent.side == .buy {
      unsafe rows[at].firstBuy = slot
    } else {
      unsafe rows[at].firstSell = slot
    }
    count &+= 1
    return true
  }

  /// A refusal ends a placing intent; a refused cancel leaves its order at work, free to be cancelled again.
  @_noLocks
  public mutating func apply(_ verdict: Verdict) {
    if verdict.code == .approved { return }
    if verdict.kind == .place {
      remove(verdict.intent)
      return
    }
    if !isKnown(verdict.instrument) { return }
    let row = unsafe rows[Int(verdict.instrument.index)]
    settleCancel(verdict.intent, from: row.firstBuy)
    settleCancel(verdict.intent, from: row.firstSell)
  }

  /// Verdicts name the cancel's own number: its order is found along the instrument's few working ones.
  @_noLocks
  mutating func settleCancel(_ cancel: IntentNumber, from first: Int32) {
    var slot = first
    while slot != WorkingOrder.noSlot {
      let at = Int(slot)
      if unsafe orders[at].cancelIntent == cancel { unsafe orders[at].isCancelInFlight = false }
      slot = unsafe orders[at].next
    }
  }

  @_noLocks
  public mutating func apply(_ report: Report) {
    switch report.kind {
    case .sent, .fillNamed, .instrument:
      break
    case .acknowledged, .live:
      guard let slot = index.find(report.intent.rawValue) else { return }
      unsafe orders[slot].stage = .live
    case .unknown:
      guard let slot = index.find(report.intent.rawValue) else { return }
      unsafe orders[slot].stage = .unknown
      unsafe orders[slot].isCancelInFlight = false
    case .cancelRejected:
      guard let slot = index.find(report.intent.rawValue) else { return }
      unsafe orders[slot].isCancelInFlight = false
    case .fill:
      fill(report)
    case .cancelled, .rejected, .filled:
      remove(report.intent)
    case .position:
      if isKnown(report.instrument) {
        unsafe rows[Int(report.instrument.index)].position = report.quantity.lots
      }
    case .tradingState:
      let state = report.scopeState
      if report.instrument.isNone {
        deskState = state
      } else if isKnown(report.instrument) {
        unsafe rows[Int(report.instrument.index)].state = state
      }
    case .session:
      isSessionUp = report.detail == 1
    case .sellable:
      if isKnown(report.instrument) {
        unsafe rows[Int(report.instrument.index)].sellable = report.quantity.lots
      }
    }
  }

  @_noLocks
  mutating func fill(_ report: Report) {
    if !isKnown(report.instrument) || report.lastQuantity.lots < 0 { return }
    let at = Int(report.instrument.index)
    let lots = report.lastQuantity.lots
    let signed = report.side == .buy ? lots : 0 &- lots
    let (sum, overflow) = unsafe rows[at].position.addingReportingOverflow(signed)
    unsafe rows[at].position = overflow ? (signed < 0 ? .min : .max) : sum
    guard let slot = index.find(report.intent.rawValue) else { return }
    let left = unsafe orders[slot].remaining.lots &- lots
    unsafe orders[slot].remaining = Quantity(lots: max(0, left))
    unsafe orders[slot].stage = .live
  }

  @_noLocks
  mutating func remove(_ intent: IntentNumber) {
    guard let slot = index.remove(intent.rawValue) else { return }
    let order = unsafe orders[slot]
    let at = Int(order.instrument.index)
    if order.previous != WorkingOrder.noSlot {
      unsafe orders[Int(order.previous)].next = order.next
    } else if order.side == .buy {
      unsafe rows[at].firstBuy = order.next
    } else {
      unsafe rows[at].firstSell = order.next
    }
    if order.next != WorkingOrder.noSlot {
      unsafe orders[Int(order.next)].previous = order.previous
    }
    unsafe orders[slot].next = freeSlot
    unsafe orders[slot].previous = WorkingOrder.noSlot
    freeSlot = Int32(truncatingIfNeeded: slot)
    count &-= 1
  }
}
