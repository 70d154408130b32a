// The sender's table of orders: ids, life cycle, what is at work; hot plane.

import Quantities
import Risk

/// How long the table waits before it asks.
@frozen
public struct OrderTimeouts: Sendable, BitwiseCopyable {
  /// No acknowledgement of an order or cancel: *unknown*, and asked.
  public var replyNanoseconds: Int64 = 3_000_000_000
  /// Acknowledged but never pushed: asked.
  public var pushNanoseconds: Int64 = 5_000_000_000
  /// Nothing heard of an order at work: asked, a push may have been lost.
  public var quietNanoseconds: Int64 = 30_000_000_000
  /// A question without an answer, or a failed one, is asked again.
  public var queryRetryNanoseconds: Int64 = 1_000_000_000
  /// No answer to a cancel: it is repeated.
  public var cancelNanoseconds: Int64 = 1_000_000_000
  /// "Not found" counts only when the order's `expTime` has surely passed since it was sent.
  public var notFoundGraceNanoseconds: Int64 = 10_000_000_000
  /// "Not found" counts only when it is still said so much later: REST may lag.
  public var notFoundRepeatNanoseconds: Int64 = 2_000_000_000
  /// Fills that REST does not show so long after the order's end are counted without their trades.
  public var missingFillsNanoseconds: Int64 = 5_000_000_000
  @inlinable public init() {}
}

@frozen
public struct OrderCounters: Hashable, Sendable, BitwiseCopyable {
  public var sent: UInt64 = 0
  public var acknowledged: UInt64 = 0
  public var rejected: UInt64 = 0
  public var cancelled: UInt64 = 0
  public var filled: UInt64 = 0
  public var fills: UInt64 = 0
  public var duplicates: UInt64 = 0
  public var unmatched: UInt64 = 0
  public var contradictions: UInt64 = 0
  /// Fills counted from a cumulative figure, before (or without) a trade that names them.
  public var inferredFills: UInt64 = 0
  /// Fills counted so, whose trade was named later.
  public var namedFills: UInt64 = 0
  public var becameUnknown: UInt64 = 0
  public var adopted: UInt64 = 0
  /// Orders that the exchange holds although they were taken for ended.
  public var revived: UInt64 = 0
  @inlinable public init() {}
}

/// Every order of this run that is at work, and the latest that ended, so that repeated and late
/// messages find their order. One owner; fixed memory; each method is one event in, reports out.
@safe
public struct OrderTable: ~Copyable, @unchecked Sendable {
  // SAFETY: both tables are allocated by `init`, freed by `deinit`, reached through this sole owner
  // alone. `orders` is indexed by slots below `slotsMax` that come from its own lists and indexes,
  // `open` and `foreign` by instrument ids checked against `instrumentCount`.
  let orders: UnsafeMutablePointer<Order>
  let open: UnsafeMutablePointer<Exposure>
  /// Of an instrument's orders at work, those that nobody of ours numbered.
  let foreign: UnsafeMutablePointer<Int>
  public let instrumentCount: Int
  var byClient: FixedIndex
  var byIntent: FixedIndex
  var trades: SeenFills
  var strangers: StrangerFills
  var working = OrderList()
  var ended = OrderList()
  var freeSlot: Int32 = 0
  /// Where each bounded walk over the orders at work goes on.
  var timeoutCursor: Int32 = Order.noSlot
  var queryCursor: Int32 = Order.noSlot
  var cancelCursor: Int32 = Order.noSlot

  let start: UInt32
  var nextNumber: UInt64
  public let timeouts: OrderTimeouts
  public internal(set) var counters = OrderCounters()
  /// Orders the exchange must be asked about.
  public internal(set) var queriesPending = 0
  /// The sum of `foreign`.
  var foreignWorking = 0
  /// Orders a stop wants cancelled.
  var cancelsRequested = 0

  /// Most orders at work.
  public static var workingMax: Int { Gate.openOrdersMax }
  /// Orders at work and ended ones still remembered.
  public static var slotsMax: Int { 4096 }
  /// Beyond what the exchange's order rate lets one account trade between two rounds of reconciliation.
  public static var tradesRemembered: Int { 32_768 }
  /// Orders outside of the table whose lots are known.
  static var strangersRemembered: Int { 1_024 }
  /// Of these, at most so many from earlier starts.
  public static var recordedStrangersMax: Int { strangersRemembered / 2 }
  /// Orders that one call of `nextQuery` or `nextRequestedCancel` looks at.
  public static var scanStepsMax: Int { 64 }

  /// - Parameters:
  ///   - start: this start's number, 1…2²⁴-1, made durable before the first order.
  ///   - firstNumber: the first order's number; later than 1 only in tests.
  public init(
    start: UInt32, instruments: InstrumentTable, timeouts: OrderTimeouts = OrderTimeouts(),
    firstNumber: UInt64 = 1
  ) {
    precondition(start > 0 && start <= ClientOrderID.startMax, "Invariant: 24 bits, not 0")
    self.start = start
    self.timeouts = timeouts
    nextNumber = firstNumber
    instrumentCount = instruments.count
    byClient = FixedIndex(capacity: OrderTable.slotsMax)
    byIntent = FixedIndex(capacity: OrderTable.slotsMax)
    trades = SeenFills(capacity: OrderTable.tradesRemembered)
    strangers = StrangerFills(capacity: OrderTable.strangersRemembered)
    unsafe open = .allocate(capacity: max(1, instruments.count))
    unsafe open.initialize(repeating: Exposure(), count: max(1, instruments.count))
    unsafe foreign = .allocate(capacity: max(1, instruments.count))
    unsafe foreign.initialize(repeating: 0, count: max(1, instruments.count))
    unsafe orders = .allocate(capacity: OrderTable.slotsMax)
    for slot in 0..<OrderTable.slotsMax {
      var order = Order()
      order.next = slot + 1 < OrderTable.slotsMax ? Int32(slot + 1) : Order.noSlot
      unsafe (orders + slot).initialize(to: order)
    }
  }

  deinit {
    unsafe orders.deallocate()
    unsafe open.deallocate()
    unsafe foreign.deallocate()
  }

  public var workingCount: Int { @_noLocks get { working.count } }

  /// Other people's orders left out: nothing waits for them.
  public var ownWorkingCount: Int { @_noLocks get { working.count &- foreignWorking } }

  /// Of the orders at work for an instrument, other people's.
  @_noLocks
  public func foreignOrders(_ instrument: InstrumentID) -> Int {
    isKnown(instrument) ? unsafe foreign[Int(instrument.index)] : 0
  }

  @_noLocks
  mutating func countForeign(_ order: Order, by change: Int) {
    if !order.isForeign { return }
    foreignWorking &+= change
    unsafe foreign[Int(order.instrument.index)] &+= change
  }

  /// Open lots and orders at work for an instrument; `position` is not the table's and stays 0.
  @_noLocks
  public func openOrders(_ instrument: InstrumentID) -> Exposure {
    if !isKnown(instrument) { return Exposure() }
    return unsafe open[Int(instrument.index)]
  }

  @_noLocks
  public func order(_ client: ClientOrderID) -> Order? {
    guard let slot = byClient.find(client.rawValue) else { return nil }
    return unsafe orders[slot]
  }

  @_noLocks
  public func order(_ intent: IntentNumber) -> Order? {
    guard let slot = byIntent.find(intent.rawValue) else { return nil }
    return unsafe orders[slot]
  }

  @_noLocks
  func isKnown(_ instrument: InstrumentID) -> Bool { Int(instrument.index) < instrumentCount }
}

/// A doubly linked list through `Order.next` and `previous`.
struct OrderList: BitwiseCopyable {
  var first: Int32 = Order.noSlot
  var last: Int32 = Order.noSlot
  var count = 0
}
