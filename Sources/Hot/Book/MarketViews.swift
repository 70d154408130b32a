// All of a Builder's instruments: one view each, found by instrument id; hot plane.

import Quantities

/// Made once at start from the run's instruments; owned by one Builder.
@safe
public struct MarketViews: ~Copyable {
  // SAFETY: `views` holds `count` initialised views, made by `init` and destroyed by `deinit`; the
  // subscript checks its index.
  private let views: UnsafeMutablePointer<MarketView>
  public let count: Int
  /// Messages of an instrument that is not in the table.
  public private(set) var unknown: UInt64 = 0

  /// Allocates about 190 kB an instrument.
  public init(_ table: InstrumentTable, settings: IndicatorSettings = IndicatorSettings()) {
    count = table.count
    unsafe views = .allocate(capacity: max(1, table.count))
    let checksum = BookChecksum()
    for index in 0..<table.count {
      let instrument = table[InstrumentID(index: UInt16(index))]
      unsafe (views + index).initialize(
        to: MarketView(instrument: instrument, checksum: checksum, settings: settings))
    }
  }

  deinit {
    unsafe views.deinitialize(count: count)
    unsafe views.deallocate()
  }

  /// The view of `id`, lent in place.
  public subscript(id: InstrumentID) -> MarketView {
    @_noLocks unsafeAddress {
      precondition(Int(id.index) < count, "Invariant: an instrument id comes from this table")
      return unsafe UnsafePointer(views + Int(id.index))
    }
  }

  /// `MarketView.indicators` of one instrument. (The subscript only lends: a setter of it would destroy a
  /// view, and Swift 6.3.1 crashes on that across modules.)
  @_noLocks
  public mutating func indicators(of id: InstrumentID, at now: Instant) -> IndicatorValues {
    precondition(Int(id.index) < count, "Invariant: an instrument id comes from this table")
    return unsafe views[Int(id.index)].indicators(at: now)
  }

  /// The instrument's book and indicators begin anew, in its new ticks and lots.
  @_noLocks
  public mutating func take(_ change: InstrumentChange) {
    let at = Int(change.instrument.id.index)
    if at < count { unsafe views[at].take(change) }
  }

  /// Applies one message to its instrument's view; `.invalid` without an instrument reaches all.
  @_noLocks
  public mutating func apply(_ message: UnsafePointer<MarketMessage>) -> BookResult {
    let id = unsafe message.pointee.instrument
    if Int(id.index) < count { return unsafe views[Int(id.index)].apply(message) }
    let isForAll = unsafe id.isNone && message.pointee.kind == .invalid
    if !isForAll {
      unknown &+= 1
      return .ignored
    }
    var index = 0
    while index < count {
      _ = unsafe views[index].apply(message)
      index &+= 1
    }
    return .applied
  }
}
