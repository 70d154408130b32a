// One instrument's picture for readers: top of book, indicators, position, validity; hot plane writes, at most 20 times a second.
import Quantities

/// Published whole through a seqlock. Counters are not here: they count on their own (`InstrumentCounter`).
@frozen
public struct MarketSlot: Sendable, BitwiseCopyable {
  /// Levels a side.
  @inlinable public static var levelsMax: Int { 25 }

  public var instrument: InstrumentID = .none
  /// Why the book is invalid; `.none` while it is valid, and before the first snapshot.
  public var fault: FaultCode = .none
  public var isValid: Bool = false
  /// Whose lease the strategy follows now.
  public var source: SignalSource = .none
  public var bidCount: UInt8 = 0
  public var askCount: UInt8 = 0
  /// Of `seqId`: the last sequence number applied; -1 without one.
  public var seqId: Int64 = -1
  /// Local receipt of the last book message.
  public var receivedAt: Instant = .zero
  /// OKX `ts` of that message.
  public var exchangeTime: WallMilliseconds = WallMilliseconds(milliseconds: 0)
  public var publishedAt: Instant = .zero
  /// The last trade; `Price.none` before the first.
  public var lastPrice: Price = .none
  public var lastQuantity: Quantity = .zero
  public var lastTradeTime: WallMilliseconds = WallMilliseconds(milliseconds: 0)
  public var lastSide: Side = .buy
  /// Something is held, and no order is small enough to sell it.
  public var isBelowMinimum: Bool = false
  public var workingOrders: UInt16 = 0
  /// One bit per `BookIndicator`.
  public var presentIndicators: UInt32 = 0
  /// Signed lots.
  public var position: Quantity = .zero
  public var workingBuy: Quantity = .zero
  public var workingSell: Quantity = .zero
  /// Position the lease in force asks for; meaningless with `source == .none`.
  public var target: Quantity = .zero
  /// Bit patterns: Int64 or Double as the indicator's kind says.
  public var indicators: InlineArray<12, UInt64> = InlineArray(repeating: 0)
  public var bids: InlineArray<25, SlotLevel> = InlineArray(repeating: SlotLevel())
  public var asks: InlineArray<25, SlotLevel> = InlineArray(repeating: SlotLevel())

  @inlinable public init() {}

  /// An indicator that counts ticks, half ticks or lots; nil before its warm-up.
  @inlinable
  public func integer(_ indicator: BookIndicator) -> Int64? {
    if presentIndicators >> UInt32(indicator.rawValue) & 1 == 0 { return nil }
    return Int64(bitPattern: indicators[Int(indicator.rawValue)])
  }

  /// An indicator that is a ratio or an average; nil before its warm-up.
  @inlinable
  public func real(_ indicator: BookIndicator) -> Double? {
    if presentIndicators >> UInt32(indicator.rawValue) & 1 == 0 { return nil }
    return Double(bitPattern: indicators[Int(indicator.rawValue)])
  }

  /// The figure as a number, read as its unit says; nil before its warm-up.
  public func value(_ indicator: BookIndicator) -> Double? {
    indicator.unit.isInteger ? integer(indicator).map { Double($0) } : real(indicator)
  }

  @inlinable
  public mutating func set(_ indicator: BookIndicator, _ value: Int64?) {
    put(indicator, value.map { UInt64(bitPattern: $0) })
  }

  @inlinable
  public mutating func set(_ indicator: BookIndicator, _ value: Double?) {
    put(indicator, value.map { $0.bitPattern })
  }

  /// A bit pattern as `IndicatorValues.bits` gives it.
  @inlinable
  public mutating func put(_ indicator: BookIndicator, _ bits: UInt64?) {
    let bit = UInt32(1) << UInt32(indicator.rawValue)
    if let bits {
      presentIndicators |= bit
      indicators[Int(indicator.rawValue)] = bits
    } else {
      presentIndicators &= ~bit
      indicators[Int(indicator.rawValue)] = 0
    }
  }
}

/// One level of a market slot.
@frozen
public struct SlotLevel: Hashable, Sendable, BitwiseCopyable {
  public var price: Price
  public var quantity: Quantity
  @inlinable public init(price: Price = .none, quantity: Quantity = .zero) {
    self.price = price
    self.quantity = quantity
  }
}

/// A market slot in preparation: allocated once, filled in place by the Builder, published by pointer.
///
/// (A large value that is returned or passed would be copied each time.)
@safe @frozen
public struct MarketSlotDraft: ~Copyable, @unchecked Sendable {
  // SAFETY: this value owns the memory from `init` to `deinit`; it is always initialised.
  @usableFromInline let slot: UnsafeMutablePointer<MarketSlot>

  public init() {
    unsafe slot = .allocate(capacity: 1)
    unsafe slot.initialize(to: MarketSlot())
  }
  deinit { unsafe slot.deallocate() }

  /// The fields but for the levels, in place.
  @inlinable
  public var value: MarketSlot {
    @_noLocks _read { yield unsafe slot.pointee }
    @_noLocks _modify { yield unsafe &slot.pointee }
  }

  /// Forgets all levels.
  @inlinable
  public mutating func clearLevels() {
    unsafe slot.pointee.bidCount = 0
    unsafe slot.pointee.askCount = 0
  }

  /// Appends the next best level of a side; beyond `levelsMax` it is left out.
  @inlinable
  public mutating func append(_ side: Side, price: Price, quantity: Quantity) {
    let level = SlotLevel(price: price, quantity: quantity)
    if side == .buy {
      let index = unsafe Int(slot.pointee.bidCount)
      if index >= MarketSlot.levelsMax { return }
      unsafe slot.pointee.bids[index] = level
      unsafe slot.pointee.bidCount &+= 1
    } else {
      let index = unsafe Int(slot.pointee.askCount)
      if index >= MarketSlot.levelsMax { return }
      unsafe slot.pointee.asks[index] = level
      unsafe slot.pointee.askCount &+= 1
    }
  }
}
