// What we know of an instrument, and the fixed table of this run's instruments; hot plane, read-only after start.

@frozen
public enum InstrumentType: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case unknown = 0
  case spot = 1
  case margin = 2
  case swap = 3
  case futures = 4
  case option = 5
}

@frozen
public enum ContractType: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// Spot: a lot is an amount of the base currency.
  case none = 0
  case linear = 1
  case inverse = 2
}

/// One instrument (OKX `public/instruments`).
@frozen
public struct Instrument: Sendable, BitwiseCopyable {
  public var id: InstrumentID
  public var type: InstrumentType
  public var contract: ContractType
  /// False for what is shown but never traded: unknown type or contract value, a state other than live.
  public var isTradable: Bool
  public var symbol: Symbol
  /// OKX `instIdCode`; 0 when the exchange gave none.
  public var code: Int64
  public var tick: Increment
  public var lot: Increment
  /// `minSz` and `maxLmtSz` in lots; a maximum of 0 means none was given.
  public var minimumLots: Int64
  public var maximumLots: Int64
  /// `ctVal × ctMult` in `ctValCcy` per contract; 1 for spot.
  public var contractValue: Increment
  public var base: CurrencyID
  public var quote: CurrencyID
  public var settle: CurrencyID

  public init(
    id: InstrumentID, symbol: Symbol, type: InstrumentType, tick: Increment, lot: Increment
  ) {
    self.id = id
    self.type = type
    self.contract = .none
    self.isTradable = false
    self.symbol = symbol
    self.code = 0
    self.tick = tick
    self.lot = lot
    self.minimumLots = 1
    self.maximumLots = 0
    self.contractValue = Increment(mantissa: 1, decimals: 0)
    self.base = .none
    self.quote = .none
    self.settle = .none
  }

  /// The value of `quantity` at `price`: quote currency for spot and linear, `ctValCcy` (USD) for inverse.
  @inlinable
  public func notional(_ price: Price, _ quantity: Quantity) throws(DecimalError) -> Amount {
    let lots = try Amount(units: Int128(quantity.lots), decimals: 0).multiplied(by: lot)
    let size = try lots.multiplied(by: contractValue)
    if contract == .inverse { return size }
    return try size.multiplied(by: tick)
      .multiplied(by: DecimalNumber(mantissa: price.ticks, decimals: 0))
  }
}

/// This run's instruments and currencies: made once at start, never changed or freed, shared by reading.
///
/// Lookups are O(1) expected, allocate nothing and take no lock.
@safe @frozen
public struct InstrumentTable: @unchecked Sendable {
  // SAFETY: both blocks are written by `init` alone and live until the process ends.
  @usableFromInline let instruments: UnsafeMutablePointer<Instrument>
  @usableFromInline let buckets: UnsafeMutablePointer<UInt16>
  @usableFromInline let currencyNames: UnsafeMutablePointer<Symbol>
  @usableFromInline let bucketMask: Int
  public let count: Int
  public let currencyCount: Int

  /// Most instruments in one run.
  @inlinable public static var instrumentsMax: Int { 4096 }

  /// `list[i].id.index` is made `i`. Symbols must be distinct. Control plane: allocates.
  public init(_ list: [Instrument], currencies: [Symbol] = []) {
    precondition(list.count <= InstrumentTable.instrumentsMax, "too many instruments")
    precondition(currencies.count < Int(UInt16.max), "too many currencies")
    count = list.count
    currencyCount = currencies.count
    unsafe instruments = .allocate(capacity: max(1, list.count))
    unsafe currencyNames = .allocate(capacity: max(1, currencies.count))
    var size = 16
    while size < list.count * 2 { size *= 2 }
    bucketMask = size - 1
    unsafe buckets = .allocate(capacity: size)
    unsafe buckets.initialize(repeating: UInt16.max, count: size)
    for (index, name) in currencies.enumerated() {
      unsafe (currencyNames + index).initialize(to: name)
    }
    for (index, item) in list.enumerated() {
      var item = item
      item.id = InstrumentID(index: UInt16(index))
      unsafe (instruments + index).initialize(to: item)
      var bucket = Int(truncatingIfNeeded: item.symbol.hash) & bucketMask
      while true {
        let held = unsafe buckets[bucket]
        if held == UInt16.max { break }
        precondition(unsafe instruments[Int(held)].symbol != item.symbol, "one symbol twice")
        bucket = (bucket + 1) & bucketMask
      }
      unsafe buckets[bucket] = UInt16(index)
    }
  }

  @inlinable
  public subscript(id: InstrumentID) -> Instrument {
    precondition(Int(id.index) < count, "Invariant: an instrument id comes from this table")
    return unsafe instruments[Int(id.index)]
  }

  /// The instrument with this `instId`, or nil.
  @inlinable
  public func find(_ symbol: Symbol) -> InstrumentID? {
    var bucket = Int(truncatingIfNeeded: symbol.hash) & bucketMask
    while true {
      let held = unsafe buckets[bucket]
      if held == UInt16.max { return nil }
      if unsafe instruments[Int(held)].symbol == symbol { return InstrumentID(index: held) }
      bucket = (bucket + 1) & bucketMask
    }
  }

  @inlinable
  public func currencyName(_ id: CurrencyID) -> Symbol {
    Int(id.index) < currencyCount ? unsafe currencyNames[Int(id.index)] : Symbol()
  }

  /// Linear: few currencies, rare calls.
  @inlinable
  public func findCurrency(_ name: Symbol) -> CurrencyID? {
    var index = 0
    while index < currencyCount {
      if unsafe currencyNames[index] == name { return CurrencyID(index: UInt16(index)) }
      index += 1
    }
    return nil
  }
}
