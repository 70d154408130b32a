// This run's instruments and currencies, found by id and by name; both planes.

import Synchronization

/// Made once at start. A row is replaced as a whole, by one thread, while others read: they find the one before or the one
/// after. A stage of the hot plane has a copy of its own, so that a row changes between two of its steps and not within one.
///
/// Lookups are O(1) expected, allocate nothing and take no lock.
@safe @frozen
public struct InstrumentTable: @unchecked Sendable {
  // SAFETY: the blocks are written by `init` and live until the process ends, as each row does that was ever set. `rows`
  // and `buckets` are atomics; a row is whole before its address is published.
  @usableFromInline let rows: UnsafeMutablePointer<Atomic<UInt>>
  @usableFromInline let buckets: UnsafeMutablePointer<Atomic<UInt16>>
  @usableFromInline let currencyNames: UnsafeMutablePointer<Symbol>
  @usableFromInline let bucketMask: Int
  public let count: Int
  public let currencyCount: Int

  /// Most instruments in one run.
  @inlinable public static var instrumentsMax: Int { 4096 }
  /// Most names that its instruments are given in a run beside their first: a search ends at a bucket that is free.
  public static var renamesMax: Int { 16 }

  /// `list[i].id.index` is made `i`. Symbols must be distinct. Control plane: allocates.
  public init(_ list: [Instrument], currencies: [Symbol] = []) {
    precondition(list.count <= InstrumentTable.instrumentsMax, "too many instruments")
    precondition(currencies.count < Int(UInt16.max), "too many currencies")
    count = list.count
    currencyCount = currencies.count
    unsafe rows = .allocate(capacity: max(1, list.count))
    unsafe currencyNames = .allocate(capacity: max(1, currencies.count))
    var size = 16
    while size < list.count * 2 + InstrumentTable.renamesMax { size *= 2 }
    bucketMask = size - 1
    unsafe buckets = .allocate(capacity: size)
    for bucket in 0..<size { unsafe (buckets + bucket).initialize(to: Atomic(UInt16.max)) }
    for (index, name) in currencies.enumerated() {
      unsafe (currencyNames + index).initialize(to: name)
    }
    for (index, item) in list.enumerated() {
      unsafe (rows + index).initialize(to: Atomic(InstrumentTable.place(item, at: index)))
      precondition(find(item.symbol) == nil, "one symbol twice")
      name(item.symbol, index)
    }
  }

  /// The same instruments in rows of their own: what is set in one is not seen in the other. Control plane.
  public func copy() -> InstrumentTable {
    InstrumentTable(
      (0..<count).map { self[InstrumentID(index: UInt16($0))] },
      currencies: (0..<currencyCount).map { currencyName(CurrencyID(index: UInt16($0))) })
  }

  /// Replaces the row of `item.id`, which keeps its symbol or has it as its former one. One thread calls it. Control plane: allocates, and the row
  /// before stays, for whoever reads it.
  public func set(_ item: Instrument) {
    precondition(Int(item.id.index) < count, "Invariant: an instrument id comes from this table")
    let before = self[item.id].symbol
    precondition(
      before == item.symbol || before == item.former, "Invariant: an id keeps its instrument")
    unsafe rows[Int(item.id.index)].store(
      InstrumentTable.place(item, at: Int(item.id.index)), ordering: .releasing)
    if before != item.symbol { name(item.symbol, Int(item.id.index)) }
  }

  /// The same for the owner of a `copy`, in place and without memory: nobody else reads it.
  @inlinable
  public func setOwn(_ item: Instrument) {
    precondition(Int(item.id.index) < count, "Invariant: an instrument id comes from this table")
    let before = unsafe row(Int(item.id.index)).pointee.symbol
    unsafe row(Int(item.id.index)).pointee = item
    if before != item.symbol { name(item.symbol, Int(item.id.index)) }
  }

  private static func place(_ item: Instrument, at index: Int) -> UInt {
    var item = item
    item.id = InstrumentID(index: UInt16(index))
    let row = UnsafeMutablePointer<Instrument>.allocate(capacity: 1)
    unsafe row.initialize(to: item)
    return UInt(bitPattern: row)
  }

  @usableFromInline @_noLocks
  func name(_ symbol: Symbol, _ index: Int) {
    var bucket = Int(truncatingIfNeeded: symbol.hash) & bucketMask
    while unsafe buckets[bucket].load(ordering: .relaxed) != UInt16.max {
      bucket = (bucket + 1) & bucketMask
    }
    unsafe buckets[bucket].store(UInt16(index), ordering: .releasing)
  }

  @usableFromInline
  func row(_ index: Int) -> UnsafeMutablePointer<Instrument> {
    // SAFETY: the address of a row that `place` allocated and nobody frees.
    unsafe UnsafeMutablePointer(bitPattern: rows[index].load(ordering: .acquiring))!
  }

  @inlinable
  public subscript(id: InstrumentID) -> Instrument {
    precondition(Int(id.index) < count, "Invariant: an instrument id comes from this table")
    return unsafe row(Int(id.index)).pointee
  }

  /// The instrument with this `instId`, or that had it before it was renamed; or nil.
  @inlinable
  public func find(_ symbol: Symbol) -> InstrumentID? {
    var bucket = Int(truncatingIfNeeded: symbol.hash) & bucketMask
    while true {
      let held = unsafe buckets[bucket].load(ordering: .acquiring)
      if held == UInt16.max { return nil }
      if unsafe row(Int(held)).pointee.symbol == symbol { return InstrumentID(index: held) }
      // No symbol at all is nobody's former one.
      if unsafe symbol.word0 != 0 && row(Int(held)).pointee.former == symbol {
        return InstrumentID(index: held)
      }
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
