// One change of the account's money as the exchange booked it; seam.

import Quantities

/// What a bill's type says of the money (docs/OKX.md OKX-178).
@frozen
public enum BillMeaning: UInt8, Sendable, CaseIterable {
  /// Trades, liquidations and auto-deleveraging: each has a fill of its own on record.
  case trade = 0
  /// Money came or went: no profit and no loss.
  case transfer = 1
  case funding = 2
  /// Futures: profit is paid out at the settlement price, and the average moves there.
  case settlement = 3
  /// Futures: the contract ended, and the position with it.
  case delivery = 4
  case interest = 5
  case other = 6

  public init(type: Int32) {
    switch type {
    // 2 trade, 5 liquidation, 9 ADL, 13 delta hedge, 14 block, 24 spread.
    case 2, 5, 9, 13, 14, 24: self = .trade
    // 1 transfer, 12 strategy transfer, 16 borrowing, 22 repayment, 33 loans: of capital all.
    case 1, 12, 16, 22, 33: self = .transfer
    case 8: self = .funding
    case 34: self = .settlement
    case 3: self = .delivery
    case 7: self = .interest
    default: self = .other
    }
  }
}

/// A row of OKX `account/bills`; amounts exact. Currency and instrument are names, because bills come of what is
/// outside of a run too. 192 bytes.
@frozen
public struct BillRecord: Sendable, BitwiseCopyable, Equatable {
  public var currency: Symbol
  /// Empty where the bill is of no instrument.
  public var instrument: Symbol
  public var bill: UInt64
  public var exchangeOrder: ExchangeOrderID
  /// The bit pattern of what may be negative; 0 for none.
  public var tradeID: UInt64
  public var exchangeTime: WallMilliseconds
  @usableFromInline var changeHigh: Int64
  @usableFromInline var changeLow: UInt64
  @usableFromInline var balanceHigh: Int64
  @usableFromInline var balanceLow: UInt64
  @usableFromInline var profitHigh: Int64
  @usableFromInline var profitLow: UInt64
  @usableFromInline var feeHigh: Int64
  @usableFromInline var feeLow: UInt64
  @usableFromInline var sizeHigh: Int64
  @usableFromInline var sizeLow: UInt64
  public var type: Int32
  public var subType: Int32
  @usableFromInline var changeDecimals: UInt8
  @usableFromInline var balanceDecimals: UInt8
  @usableFromInline var profitDecimals: UInt8
  @usableFromInline var feeDecimals: UInt8
  @usableFromInline var sizeDecimals: UInt8
  public var reserved: UInt8 = 0
  public var reserved2: UInt16 = 0

  @inlinable
  public init(
    bill: UInt64, type: Int32, subType: Int32, currency: Symbol, change: Amount, balance: Amount,
    profit: Amount, fee: Amount, size: Amount, instrument: Symbol, exchangeOrder: ExchangeOrderID,
    tradeID: UInt64, exchangeTime: WallMilliseconds
  ) {
    self.bill = bill
    self.type = type
    self.subType = subType
    self.currency = currency
    self.instrument = instrument
    self.exchangeOrder = exchangeOrder
    self.tradeID = tradeID
    self.exchangeTime = exchangeTime
    changeHigh = Int64(truncatingIfNeeded: change.units >> 64)
    changeLow = UInt64(truncatingIfNeeded: change.units)
    changeDecimals = change.decimals
    balanceHigh = Int64(truncatingIfNeeded: balance.units >> 64)
    balanceLow = UInt64(truncatingIfNeeded: balance.units)
    balanceDecimals = balance.decimals
    profitHigh = Int64(truncatingIfNeeded: profit.units >> 64)
    profitLow = UInt64(truncatingIfNeeded: profit.units)
    profitDecimals = profit.decimals
    feeHigh = Int64(truncatingIfNeeded: fee.units >> 64)
    feeLow = UInt64(truncatingIfNeeded: fee.units)
    feeDecimals = fee.decimals
    sizeHigh = Int64(truncatingIfNeeded: size.units >> 64)
    sizeLow = UInt64(truncatingIfNeeded: size.units)
    sizeDecimals = size.decimals
  }

  /// By how much the balance changed (`balChg`).
  @inlinable public var change: Amount {
    Amount(units: Int128(changeHigh) << 64 | Int128(changeLow), decimals: changeDecimals)
  }
  /// After it (`bal`).
  @inlinable public var balance: Amount {
    Amount(units: Int128(balanceHigh) << 64 | Int128(balanceLow), decimals: balanceDecimals)
  }
  /// `pnl`: funding and settlements stand here.
  @inlinable public var profit: Amount {
    Amount(units: Int128(profitHigh) << 64 | Int128(profitLow), decimals: profitDecimals)
  }
  /// Negative where it was charged.
  @inlinable public var fee: Amount {
    Amount(units: Int128(feeHigh) << 64 | Int128(feeLow), decimals: feeDecimals)
  }
  /// `sz`: contracts, else of the currency; never negative.
  @inlinable public var size: Amount {
    Amount(units: Int128(sizeHigh) << 64 | Int128(sizeLow), decimals: sizeDecimals)
  }
  public var meaning: BillMeaning { BillMeaning(type: type) }
}
