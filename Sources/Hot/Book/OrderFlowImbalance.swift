// Order-flow imbalance at the best prices over a sliding window; hot plane.

import Quantities

/// Cont, Kukanov, Stoikov (2014), "The Price Impact of Order Book Events", eq. 2–4. Event n, from one
/// two-sided book to the next, contributes
///
///     e = [Pb ≥ Pb′]·qb − [Pb ≤ Pb′]·qb′ − [Pa ≤ Pa′]·qa + [Pa ≥ Pa′]·qa′
///
/// with Pb, qb, Pa, qa the best bid's and ask's price and size, ′ before the event. The value is the sum
/// of e over the events younger than the window and among the last `eventsMax` with e ≠ 0.
/// Integers: exact however long it runs. Warm when the window has been watched for its whole length, or
/// when `eventsMax` events have filled it. An unpaired book (one side empty, or crossed) is no event:
/// the next two-sided one begins anew without contributing.
@safe
struct OrderFlowImbalance: ~Copyable {
  struct Event: BitwiseCopyable {
    var at: Instant
    var lots: Int64
  }

  // SAFETY: `events` holds `mask + 1` initialised entries, made by `init`, freed by `deinit`, reached
  // by no one else; indices are masked.
  private let events: UnsafeMutablePointer<Event>
  private let mask: UInt64
  private let windowNanoseconds: Int64
  private var head: UInt64 = 0
  private var tail: UInt64 = 0
  private var sum: Int64 = 0
  private var isFull = false
  private var hasStarted = false
  private var startedAt: Instant = .zero
  private var hasPrevious = false
  private var bid = MarketLevel(price: .none, quantity: .zero)
  private var ask = MarketLevel(price: .none, quantity: .zero)

  init(windowNanoseconds: Int64, eventsMax: Int) {
    precondition(eventsMax > 0 && eventsMax & (eventsMax - 1) == 0, "eventsMax: a power of two")
    precondition(windowNanoseconds > 0, "windowNanoseconds: positive")
    unsafe events = .allocate(capacity: eventsMax)
    unsafe events.initialize(repeating: Event(at: .zero, lots: 0), count: eventsMax)
    mask = UInt64(eventsMax - 1)
    self.windowNanoseconds = windowNanoseconds
  }

  deinit { unsafe events.deallocate() }

  mutating func reset() {
    head = 0
    tail = 0
    sum = 0
    isFull = false
    hasStarted = false
    hasPrevious = false
  }

  /// No two-sided book any more.
  mutating func unpair() { hasPrevious = false }

  @_noLocks
  mutating func record(bid: MarketLevel, ask: MarketLevel, at now: Instant) {
    if !hasStarted {
      hasStarted = true
      startedAt = now
    }
    let before = (bid: self.bid, ask: self.ask)
    self.bid = bid
    self.ask = ask
    if !hasPrevious {
      hasPrevious = true
      return
    }
    var lots: Int64 = 0
    if bid.price >= before.bid.price { lots &+= bid.quantity.lots }
    if bid.price <= before.bid.price { lots &-= before.bid.quantity.lots }
    if ask.price <= before.ask.price { lots &-= ask.quantity.lots }
    if ask.price >= before.ask.price { lots &+= before.ask.quantity.lots }
    if lots == 0 { return }
    if tail &- head > mask {
      sum &-= unsafe events[Int(head & mask)].lots
      head &+= 1
    }
    unsafe events[Int(tail & mask)] = Event(at: now, lots: lots)
    tail &+= 1
    sum &+= lots
    if tail &- head > mask { isFull = true }
    // Amortised O(1): what is recorded once expires once.
    expire(now)
  }

  private mutating func expire(_ now: Instant) {
    while unsafe head != tail && now.since(events[Int(head & mask)].at) >= windowNanoseconds {
      sum &-= unsafe events[Int(head & mask)].lots
      head &+= 1
    }
  }

  @_noLocks
  mutating func value(at now: Instant) -> Int64? {
    expire(now)
    if !hasStarted { return nil }
    return isFull || now.since(startedAt) >= windowNanoseconds ? sum : nil
  }
}
