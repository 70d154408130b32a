// Signed trade flow and volume-weighted average prices; hot plane.

import Quantities

/// Over the trades younger than the window and among the last `eventsMax`:
///
///     flow = Σ ±q (+ when the taker bought)      VWAP = Σ p·q / Σ q
///
/// Signed by the taker's side that OKX sends, so no Lee–Ready classification is needed. Flow is warm
/// when the window has been watched for its whole length since the first trade, or `eventsMax` trades
/// have filled it; a VWAP exists as soon as its sum has a trade. Sums are integers (p·q in 128 bits):
/// exact however long it runs. The session's sums start at `startSession`.
@safe
struct TradeWindow: ~Copyable {
  struct Event: BitwiseCopyable {
    var at: Instant
    var ticks: Int64
    var lots: Int64
  }

  // SAFETY: `events` holds `mask + 1` initialised entries, made by `init`, freed by `deinit`, reached
  // by no one else; indices are masked.
  private let events: UnsafeMutablePointer<Event>
  private let mask: UInt64
  private let windowNanoseconds: Int64
  private var head: UInt64 = 0
  private var tail: UInt64 = 0
  private var isFull = false
  private var hasStarted = false
  private var startedAt: Instant = .zero
  private var flowLots: Int64 = 0
  private var volume: Int128 = 0
  private var turnover: Int128 = 0
  private var sessionVolume: Int128 = 0
  private var sessionTurnover: Int128 = 0

  init(windowNanoseconds: Int64, eventsMax: Int) {
    precondition(eventsMax > 0 && eventsMax & (eventsMax - 1) == 0, "eventsMax: a power of two")
    precondition(windowNanoseconds > 0, "windowNanoseconds: positive")
    unsafe events = .allocate(capacity: eventsMax)
    unsafe events.initialize(repeating: Event(at: .zero, ticks: 0, lots: 0), count: eventsMax)
    mask = UInt64(eventsMax - 1)
    self.windowNanoseconds = windowNanoseconds
  }

  deinit { unsafe events.deallocate() }

  /// Trades may have been missed: the window starts anew, the session goes on.
  mutating func reset() {
    head = 0
    tail = 0
    isFull = false
    hasStarted = false
    flowLots = 0
    volume = 0
    turnover = 0
  }

  mutating func startSession() {
    sessionVolume = 0
    sessionTurnover = 0
  }

  @_noLocks
  mutating func record(price: Price, quantity: Quantity, side: Side, at now: Instant) {
    if !hasStarted {
      hasStarted = true
      startedAt = now
    }
    if tail &- head > mask { drop() }
    let event = Event(at: now, ticks: price.ticks, lots: quantity.lots &* side.sign)
    unsafe events[Int(tail & mask)] = event
    tail &+= 1
    if tail &- head > mask { isFull = true }
    let size = Int128(quantity.lots)
    let worth = size &* Int128(price.ticks)
    flowLots &+= event.lots
    volume &+= size
    turnover &+= worth
    sessionVolume &+= size
    sessionTurnover &+= worth
    expire(now)
  }

  private mutating func drop() {
    let event = unsafe events[Int(head & mask)]
    let size = Int128(event.lots.magnitude)
    head &+= 1
    flowLots &-= event.lots
    volume &-= size
    turnover &-= size &* Int128(event.ticks)
  }

  private mutating func expire(_ now: Instant) {
    while unsafe head != tail && now.since(events[Int(head & mask)].at) >= windowNanoseconds {
      drop()
    }
  }

  @_noLocks
  mutating func flow(at now: Instant) -> Int64? {
    expire(now)
    if !hasStarted { return nil }
    return isFull || now.since(startedAt) >= windowNanoseconds ? flowLots : nil
  }

  @_noLocks
  mutating func windowVWAP(at now: Instant) -> Double? {
    expire(now)
    return volume > 0 ? TradeWindow.ratio(turnover, volume) : nil
  }

  var sessionVWAP: Double? {
    sessionVolume > 0 ? TradeWindow.ratio(sessionTurnover, sessionVolume) : nil
  }

  private static func ratio(_ a: Int128, _ b: Int128) -> Double { real(a) / real(b) }

  /// `Double(Int128)` is generic in the standard library; two halves are exact enough (one rounding).
  private static func real(_ value: Int128) -> Double {
    let high = Int64(truncatingIfNeeded: value >> 64)
    let low = UInt64(truncatingIfNeeded: value)
    return Double(high) * 18_446_744_073_709_551_616.0 + Double(low)
  }
}
