// The gate's row for one instrument: its limits made ready for comparison, and its exposure; hot plane.

import Quantities

/// One open order as the gate counts it; slots form a free list and, per instrument and side, a chain.
struct OpenOrder: BitwiseCopyable {
  var intent: UInt64 = 0
  var price: Int64 = 0
  /// Lots not yet filled.
  var remaining: Int64 = 0
  var next: Int32 = OpenOrder.noSlot
  var previous: Int32 = OpenOrder.noSlot
  var instrument: InstrumentID = .none
  var side: Side = .buy
  /// Somebody else's: known from the exchange alone.
  var isForeign = false

  static var noSlot: Int32 { -1 }
}

/// Limits, exposure and rate of one instrument.
struct InstrumentRisk: BitwiseCopyable {
  var limits: InstrumentLimits
  var exposure = Exposure()
  var orderRate: RateBudget
  var cancelRate: RateBudget
  var state = ScopeState(.active)
  let isTradable: Bool
  let isInverse: Bool
  /// `Instrument.unitsChange` of the row that this counts by.
  let unitsChange: UInt16
  let minimumLots: Int64
  /// The exchange's own largest order; 0 when it gave none.
  let maximumLots: Int64
  /// Value of one lot at one tick (inverse: of one lot) in units of `10^-notionalDecimals`; 0 when it
  /// cannot be written in 128 bits.
  let notionalFactor: Int128
  let notionalDecimals: UInt8
  /// The notional limit in the same units, rounded down.
  var notionalLimit: Int128
  /// Chains of open orders.
  var firstBuy: Int32 = OpenOrder.noSlot
  var firstSell: Int32 = OpenOrder.noSlot

  init(_ instrument: Instrument, _ limits: InstrumentLimits) {
    self.limits = limits
    isTradable = instrument.isTradable
    isInverse = instrument.contract == .inverse
    unitsChange = instrument.unitsChange
    minimumLots = max(1, instrument.minimumLots)
    maximumLots = instrument.maximumLots
    var factor: Int128 = 0
    var decimals: UInt8 = 0
    do throws(DecimalError) {
      let one = try instrument.notional(Price(ticks: 1), Quantity(lots: 1))
      if one.units > 0 {
        factor = one.units
        decimals = one.decimals
      }
    } catch {}
    notionalFactor = factor
    notionalDecimals = decimals
    notionalLimit = InstrumentRisk.limit(limits.orderNotionalMaximum, at: decimals)
    orderRate = RateBudget(
      count: limits.ordersPerWindow, windowNanoseconds: limits.windowNanoseconds)
    cancelRate = InstrumentRisk.cancelRate(limits)
  }

  mutating func adopt(_ limits: InstrumentLimits) {
    let ratesChanged = limits.ordersPerWindow != self.limits.ordersPerWindow
    self.limits = limits
    notionalLimit = InstrumentRisk.limit(limits.orderNotionalMaximum, at: notionalDecimals)
    if ratesChanged {
      orderRate = RateBudget(
        count: limits.ordersPerWindow, windowNanoseconds: limits.windowNanoseconds)
    }
  }

  static func cancelRate(_ limits: InstrumentLimits) -> RateBudget {
    if limits.cancelsPerWindow <= 0 || limits.windowNanoseconds <= 0 { return .exchangeInstrument }
    return RateBudget(
      count: limits.cancelsPerWindow, windowNanoseconds: limits.windowNanoseconds)
  }

  /// `amount` in units of `10^-decimals`, rounded down; the widest value where it does not fit, which
  /// is exact: whatever exceeds it has left 128 bits and is refused as an overflow.
  static func limit(_ amount: Amount, at decimals: UInt8) -> Int128 {
    if amount.units <= 0 { return 0 }
    if amount.decimals > decimals { return amount.truncated(to: decimals).units }
    return amount.rescaled(to: decimals)?.units ?? .max
  }
}
