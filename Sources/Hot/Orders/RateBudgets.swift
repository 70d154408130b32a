// The exchange's rate limits as the sender keeps them: per instrument and operation, and in all; hot plane.

import Quantities

/// docs/OKX.md OKX-210 and OKX-211: orders and cancels 60 per 2 s each and per instrument; 1,000 new
/// orders per 2 s in all (cancels are not counted there).
@safe
public struct RateBudgets: ~Copyable, @unchecked Sendable {
  // SAFETY: allocated by `init`, freed by `deinit`, reached through this sole owner alone; indexed by
  // instrument ids checked against `instrumentCount`.
  let orders: UnsafeMutablePointer<RateBudget>
  let cancels: UnsafeMutablePointer<RateBudget>
  var account: RateBudget
  let instrumentCount: Int

  public init(
    instruments: InstrumentTable, perInstrument: RateBudget = .exchangeInstrument,
    account: RateBudget = .exchangeAccount
  ) {
    instrumentCount = instruments.count
    self.account = account
    unsafe orders = .allocate(capacity: max(1, instrumentCount))
    unsafe orders.initialize(repeating: perInstrument, count: max(1, instrumentCount))
    unsafe cancels = .allocate(capacity: max(1, instrumentCount))
    unsafe cancels.initialize(repeating: perInstrument, count: max(1, instrumentCount))
  }

  deinit {
    unsafe orders.deallocate()
    unsafe cancels.deallocate()
  }

  /// Spends one new order; false, and nothing spent, when either budget is out.
  @_noLocks
  public mutating func takeOrder(_ instrument: InstrumentID, now: Instant) -> Bool {
    let at = Int(instrument.index)
    if at >= instrumentCount { return false }
    if unsafe !orders[at].isAvailable(at: now) || !account.take(at: now) { return false }
    return unsafe orders[at].take(at: now)
  }

  @_noLocks
  public mutating func takeCancel(_ instrument: InstrumentID, now: Instant) -> Bool {
    let at = Int(instrument.index)
    if at >= instrumentCount { return false }
    return unsafe cancels[at].take(at: now)
  }
}
