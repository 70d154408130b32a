// What the trade journal says of earlier starts: stops in force, fills known, positions by our own count; control plane.
import Channels
import Foundation
import Journal
import OKX
import Orders
import Quantities

/// Read once at start, before this start writes its first record.
public struct JournalMemory: Sendable {
  /// The desk, or an instrument by its name: ids may differ from start to start.
  public typealias Scope = Symbol?

  /// Requests that outlive their process, by scope and source.
  public private(set) var stops: [Scope: [StopSource: TradingState]] = [:]
  public private(set) var flattening: Set<Scope> = []
  /// Fills on record.
  public private(set) var trades: Set<Trade> = []
  /// Lots on record of the latest orders, by the exchange's id.
  var counted = RecentOrders<CountedOrder>()
  /// Orders without an end on record, by our id.
  public internal(set) var unproven: [UInt64: UnprovenOrder] = [:]
  /// Lots on record of the latest orders that have an end on record, by our id: REST may show one at work a moment longer.
  var ended = RecentOrders<EndedOrder>()
  /// How far `trade/fills` was read; nil where that is on no record.
  public private(set) var cursor: FillCursor?
  /// Signed lots; not of those in `unsummed`.
  public internal(set) var positions: [Symbol: Int64] = [:]
  /// Instruments with sizes on record that are past any sum: nothing is known of their positions.
  public private(set) var unsummed: Set<Symbol> = []
  /// Wall time of the oldest record; nil in an empty journal.
  public private(set) var began: WallMilliseconds?
  /// Bills on record.
  public private(set) var bills = BillBook()
  /// What the figures of each instrument count in.
  var units: [Symbol: RecordedUnits] = [:]
  /// What people and files that say no units meant by a lot.
  var spoken: [Symbol: SpokenUnits] = [:]
  /// Opening time of the newest bar on record, Unix milliseconds.
  public private(set) var bars: [Bars: Int64] = [:]

  struct EndedOrder {
    var instrument: Symbol
    var lots: Int64
  }

  /// What is on record of an order of the exchange.
  struct CountedOrder {
    var instrument: Symbol
    var lots: Int64 = 0
    /// Of these: lots that no trade was named for.
    var nameless: Int64 = 0
    /// Pushes of it named no trade: they count by what the order grew.
    var countsByGrowth = false
    var isOurs = false
  }

  /// An order that may still live at the exchange.
  public struct UnprovenOrder: Sendable {
    public var instrument: Symbol
    public var order: OrderRecord
    public var exchangeOrder: ExchangeOrderID
    /// Lots of it that are on record.
    public var filled: Int64
  }

  public struct Bars: Hashable, Sendable {
    public var instrument: Symbol
    public var interval: BarInterval
  }

  public struct Trade: Hashable, Sendable {
    public var instrument: Symbol
    public var trade: UInt64
    public var order: UInt64
  }

  /// Only these sources' requests survive: the others belong to a process.
  static let lastingSources: Set<StopSource> = [.person, .breaker]

  public init() {}

  /// Reads the whole trade stream of `folder`.
  public init(folder: String) throws {
    let journal = JournalFolder(path: folder, stream: .trade)
    if try journal.segments().isEmpty { return }
    var reader = try JournalReader(journal)
    var names = NamesOnRecord()
    var grids = UnitsOnRecord()
    var pending: [(start: UInt32, record: JournalRecord)] = []
    while let record = try reader.next() {
      guard let header = reader.header else { continue }
      if began == nil { began = header.clocks.wall(of: record.header.instant) }
      switch record.kind {
      case .instrument:
        if let item = InstrumentRecord(payload: record.payload) {
          names.note(item, of: header.identity.start)
          grids.note(item, of: header.identity.start)
          hear(item)
        }
      case .bar:
        // An instrument's name is on record long before its first bar.
        if let bar = BarRecord(payload: record.payload),
          let symbol = names[header.identity.start][bar.instrument.index]
        {
          let key = Bars(instrument: symbol, interval: bar.interval)
          bars[key] = max(bars[key] ?? .min, bar.openTime.milliseconds)
        }
      case .bill: note(bill: record, header)
      case .state, .report, .position, .order:
        pending.append((header.identity.start, record))
      case .fillCursor:
        if var next = FillCursor(payload: record.payload) {
          next.time = time(next.time, of: record, header)
          cursor = next
        }
      default: break
      }
    }
    bills.settle()
    // A name may come behind the records that need it: they are of different rings.
    var adopted: [Symbol: (start: UInt32, at: Instant)] = [:]
    for (start, record) in pending {
      let known = names[start]
      for (before, after) in names.renames(upTo: start) {
        positions[after] = positions.removeValue(forKey: before)
      }
      if record.kind != .state { grids.begin(start) { align($0, to: $1) } }
      switch record.kind {
      case .state: take(state: record, known)
      case .order: take(order: record, known)
      case .report:
        if let report = Report(payload: record.payload), report.kind == .instrument {
          let isOfUnits = report.price.ticks != 1 || report.lastQuantity.lots != 1
          if isOfUnits, let symbol = known[report.instrument.index] {
            grids.next(symbol) { align($0, to: $1) }
          }
        } else {
          take(report: record, start, known, adopted)
        }
      case .position:
        guard let item = PositionRecord(payload: record.payload),
          let symbol = known[item.instrument.index]
        else { continue }
        positions[symbol] = item.position.lots
        unsummed.remove(symbol)
        adopted[symbol] = (start, record.header.instant)
      default: break
      }
    }
  }

  private mutating func note(bill record: JournalRecord, _ header: SegmentHeader) {
    if let bill = BillRecord(payload: record.payload) {
      bills.remember(bill, at: time(bill.exchangeTime, of: record, header))
    }
  }

  /// A time of the exchange that is far beyond our own then was none.
  private func time(
    _ stated: WallMilliseconds, of record: JournalRecord, _ header: SegmentHeader
  ) -> WallMilliseconds {
    let ours = header.clocks.wall(of: record.header.instant)
    return stated.isAbsurd(at: ours) ? ours : stated
  }

  private mutating func take(state record: JournalRecord, _ known: [UInt16: Symbol]) {
    guard let item = StateRecord(payload: record.payload) else { return }
    let scope: Scope = item.instrument.isNone ? nil : known[item.instrument.index]
    if !item.instrument.isNone && scope == nil { return }
    if JournalMemory.lastingSources.contains(item.source) {
      stops[scope, default: [:]][item.source] = item.requested
    }
    if item.isFlattening {
      flattening.insert(scope)
    } else {
      flattening.remove(scope)
    }
  }

  private mutating func take(order record: JournalRecord, _ known: [UInt16: Symbol]) {
    guard let item = OrderRecord(payload: record.payload), item.kind == .place,
      let symbol = known[item.instrument.index]
    else { return }
    unproven[item.clientOrder.rawValue] = UnprovenOrder(
      instrument: symbol, order: item, exchangeOrder: item.exchangeOrder, filled: 0)
  }

  private mutating func take(
    report record: JournalRecord, _ start: UInt32, _ known: [UInt16: Symbol],
    _ adopted: [Symbol: (start: UInt32, at: Instant)]
  ) {
    guard let item = Report(payload: record.payload), let symbol = known[item.instrument.index]
    else { return }
    let client = item.clientOrder.rawValue
    switch item.kind {
    case .filled, .cancelled, .rejected: end(client)
    case .fillNamed: note(item, symbol)
    case .fill:
      note(item, symbol)
      if let filled = unproven[client]?.filled {
        unproven[client]?.filled = filled.addingClamped(item.lastQuantity.lots)
      }
      ended.change(client) { $0.lots = $0.lots.addingClamped(item.lastQuantity.lots) }
      // A fill before the adoption of the same start is in the adopted figure already.
      if let one = adopted[symbol], one.start == start, record.header.instant < one.at { return }
      move(symbol, item.side, item.lastQuantity.lots)
    default: break
    }
    if item.exchangeOrder != .none { unproven[client]?.exchangeOrder = item.exchangeOrder }
  }

  /// A size of an absurd order must not stop every start from here on: the exchange's word decides then.
  private mutating func move(_ symbol: Symbol, _ side: Side, _ lots: Int64) {
    let (signed, isWide) = lots.multipliedReportingOverflow(by: side.sign)
    let (sum, overflowed) = (positions[symbol] ?? 0).addingReportingOverflow(signed)
    if isWide || overflowed { unsummed.insert(symbol) }
    positions[symbol] = unsummed.contains(symbol) ? nil : sum
  }

  private mutating func end(_ client: UInt64) {
    guard let order = unproven.removeValue(forKey: client) else { return }
    ended.set(client, to: EndedOrder(instrument: order.instrument, lots: order.filled))
  }

  private mutating func note(_ report: Report, _ symbol: Symbol) {
    let order = report.exchangeOrder.rawValue
    let lots = report.lastQuantity.lots
    if report.tradeID != 0 {
      trades.insert(Trade(instrument: symbol, trade: report.tradeID, order: order))
    }
    if order == 0 { return }
    if counted[order] == nil { counted.set(order, to: CountedOrder(instrument: symbol)) }
    counted.change(order) { held in
      held.isOurs = !report.clientOrder.isForeign && report.clientOrder.start > 0
      if report.kind == .fillNamed {
        held.nameless = held.nameless.subtractingClamped(lots)
        return
      }
      held.lots = held.lots.addingClamped(lots)
      if report.tradeID == 0 {
        held.nameless = held.nameless.addingClamped(lots)
        held.countsByGrowth = true
      }
    }
  }
}

extension Int64 {
  fileprivate func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflowed) = addingReportingOverflow(other)
    return overflowed ? (other < 0 ? .min : .max) : sum
  }

  fileprivate func subtractingClamped(_ other: Int64) -> Int64 {
    let (difference, overflowed) = subtractingReportingOverflow(other)
    return overflowed ? (other < 0 ? .max : .min) : difference
  }
}
