// All bars of one instrument, from its trades, spliced with what the exchange has of the time before; pure, housekeeping.

public import Quantities

/// What the ladder counts.
public struct BarCounters: Sendable, Equatable {
  /// Trades of a bar that was closed already.
  public var late: UInt64 = 0
  /// Own bars that the exchange's said the same, and another thing.
  public var agreed: UInt64 = 0
  public var differed: UInt64 = 0
  /// Bars without a trade that were not written out, because too many lay in one leap of time.
  public var skipped: UInt64 = 0
  public init() {}
}

/// Bars close by the exchange's time. One that was open when we began to listen is not whole: it is not told
/// until `splice` has put it together from closed bars of the exchange and our own trades since, so that no
/// trade is missing and none counts twice.
public struct BarLadder: Sendable {
  public let instrument: InstrumentID
  public private(set) var counters = BarCounters()

  private struct Rung: Sendable {
    var open: BarRecord?
    /// It has every trade since its opening.
    var isWhole = false
    /// Own bars closed lately, and bars of the exchange that ours is not closed for yet.
    var own: [BarRecord] = []
    var theirs: [BarRecord] = []
  }

  private var rungs: [Rung]
  /// Every trade from here on is ours.
  private var listensSince: WallMilliseconds?
  private var lastPrice = Price.none
  private var now = WallMilliseconds(milliseconds: .min)

  /// Bars without a trade that one leap of time writes out per interval.
  public static let flatMax: Int64 = 600
  /// How long after its end a bar waits for a last trade while none of the next has come.
  public static let graceMilliseconds: Int64 = 500
  static let compared = 4
  static let differingMax = 64

  public init(instrument: InstrumentID) {
    self.instrument = instrument
    rungs = BarInterval.allCases.map { _ in Rung() }
  }

  /// The bar being made; nil before the first trade, and while it is not whole.
  public func open(_ interval: BarInterval) -> BarRecord? {
    let rung = rungs[Int(interval.rawValue)]
    return rung.isWhole ? rung.open : nil
  }

  /// Every interval from a minute up is whole.
  public var isSpliced: Bool { rungs.dropFirst().allSatisfy { $0.isWhole && $0.open != nil } }

  /// The trades of the instrument come to us from `time` on, and no bar that begins before is whole. Nil: the
  /// connection is new and nobody knows what it missed, so the next trade is the first that surely is ours.
  public mutating func listen(from time: WallMilliseconds?) {
    listensSince = time
    for index in rungs.indices { rungs[index].isWhole = false }
  }

  /// Takes one trade; `closed` gets the bars that it ends.
  public mutating func take(
    _ trade: TradeBody, at time: WallMilliseconds, closed: (BarRecord) -> Void
  ) {
    if listensSince == nil { listensSince = time }
    close(until: time, grace: 0, closed)
    lastPrice = trade.price
    for interval in BarInterval.allCases {
      let index = Int(interval.rawValue)
      let opening = interval.opening(of: time)
      if rungs[index].open == nil { begin(interval, at: opening, price: trade.price) }
      guard let bar = rungs[index].open else { continue }
      if opening < bar.openTime {
        if interval == .second { counters.late += 1 }
        continue
      }
      rungs[index].open?.take(trade)
    }
  }

  /// The exchange's clock stands at `time`, by whatever message.
  public mutating func advance(to time: WallMilliseconds, closed: (BarRecord) -> Void) {
    close(until: time, grace: BarLadder.graceMilliseconds, closed)
  }

  private mutating func begin(_ interval: BarInterval, at opening: WallMilliseconds, price: Price) {
    let index = Int(interval.rawValue)
    rungs[index].open = .flat(instrument, interval, at: opening, price: price, isClosed: false)
    rungs[index].isWhole = listensSince.map { $0 <= opening } ?? false
  }

  private mutating func close(
    until time: WallMilliseconds, grace: Int64, _ closed: (BarRecord) -> Void
  ) {
    if time.milliseconds <= now.milliseconds && grace != 0 { return }
    now = max(now, time)
    for interval in BarInterval.allCases {
      let index = Int(interval.rawValue)
      let reached = interval.opening(
        of: WallMilliseconds(milliseconds: time.milliseconds &- grace))
      guard let bar = rungs[index].open, bar.openTime < reached else { continue }
      finish(bar, index, closed)
      var next = bar.endTime
      let flat = (reached.milliseconds - next.milliseconds) / interval.milliseconds
      if flat > BarLadder.flatMax {
        counters.skipped += UInt64(flat)
        next = reached
      }
      while next < reached {
        begin(interval, at: next, price: bar.close)
        if let quiet = rungs[index].open { finish(quiet, index, closed) }
        next = WallMilliseconds(milliseconds: next.milliseconds + interval.milliseconds)
      }
      begin(interval, at: reached, price: bar.close)
    }
  }

  private mutating func finish(_ bar: BarRecord, _ index: Int, _ closed: (BarRecord) -> Void) {
    if !rungs[index].isWhole { return }
    var done = bar
    done.isClosed = true
    rungs[index].own.append(done)
    if rungs[index].own.count > BarLadder.compared { rungs[index].own.removeFirst() }
    closed(done)
    compare(index)
  }

  // ---- What the exchange says ----

  /// A finished bar of a `candle*` channel. Returns it when ours is another.
  public mutating func check(_ theirs: BarRecord) {
    let index = Int(theirs.interval.rawValue)
    rungs[index].theirs.append(theirs)
    if rungs[index].theirs.count > BarLadder.compared { rungs[index].theirs.removeFirst() }
    compare(index)
  }

  /// Bars of the exchange that ours differ from, since the last call.
  public private(set) var differing: [BarRecord] = []

  public mutating func takeDiffering() -> [BarRecord] {
    defer { differing = [] }
    return differing
  }

  private mutating func compare(_ index: Int) {
    let own = rungs[index].own
    var waiting: [BarRecord] = []
    for bar in rungs[index].theirs {
      guard let ours = own.first(where: { $0.openTime == bar.openTime }) else {
        waiting.append(bar)
        continue
      }
      if ours.agrees(with: bar) {
        counters.agreed += 1
      } else {
        counters.differed += 1
        if differing.count < BarLadder.differingMax { differing.append(bar) }
      }
    }
    rungs[index].theirs = waiting
  }

  // ---- The time before we listened ----

  /// Makes the open bars whole: each from the closed bars of the next shorter interval, which `closed` has
  /// in order, and that interval's own open bar. Returns the intervals that still are not, because the
  /// minute in which we began to listen is not over or a bar is missing.
  public mutating func splice(_ closed: [BarInterval: [BarRecord]]) -> [BarInterval] {
    var missing: [BarInterval] = []
    for interval in BarInterval.allCases where interval != .second {
      let index = Int(interval.rawValue)
      if rungs[index].isWhole && rungs[index].open != nil { continue }
      guard interval != .minute, let shorter = BarInterval(rawValue: interval.rawValue - 1),
        let part = rungs[index - 1].open, rungs[index - 1].isWhole
      else {
        missing.append(interval)
        continue
      }
      let opening = interval.opening(of: part.openTime)
      let inside = (closed[shorter] ?? []).filter {
        opening <= $0.openTime && $0.openTime < part.openTime
      }
      let needed = (part.openTime.milliseconds - opening.milliseconds) / shorter.milliseconds
      let times = Set(inside.map(\.openTime))
      guard Int64(times.count) == needed, inside.count == times.count else {
        missing.append(interval)
        continue
      }
      let first = inside.min { $0.openTime < $1.openTime }
      var whole = BarRecord.flat(
        instrument, interval, at: opening, price: first?.open ?? part.open, isClosed: false)
      for bar in inside.sorted(by: { $0.openTime < $1.openTime }) { whole.take(bar) }
      whole.take(part)
      // What did not trade inside stands at the last close all the same.
      if whole.volume.lots == 0 { whole.close = part.close }
      rungs[index].open = whole
      rungs[index].isWhole = true
    }
    return missing
  }
}
