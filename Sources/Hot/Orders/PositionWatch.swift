// Our own position held against the exchange's, as of the exchange's own moment; hot plane.

import Quantities

/// What the exchange says an instrument's position was, and as of when.
@frozen
public struct StatedFigure: Hashable, Sendable, BitwiseCopyable {
  public var lots: Int64
  /// The latest trade that it contains (bits of an Int64); 0 after a liquidation or ADL (docs/OKX.md OKX-177).
  public var tradeID: UInt64
  /// `uTime`.
  public var time: WallMilliseconds
  /// When REST was asked for it; `.zero` for a push.
  public var askedAt: Instant

  @inlinable
  public init(lots: Int64, tradeID: UInt64, time: WallMilliseconds, askedAt: Instant = .zero) {
    self.lots = lots
    self.tradeID = tradeID
    self.time = time
    self.askedAt = askedAt
  }
}

/// A positions push may come before the orders pushes that it contains, and after it the desk trades on. So both figures
/// are compared as of the push's own trade and time, and again with each fill that comes: a busy desk gives no false
/// alarm, and what is lost shows as a difference that stays.
@safe
public struct PositionWatch: ~Copyable, @unchecked Sendable {
  // SAFETY: both blocks are allocated by `init`, freed by `deinit`, reached through this sole owner alone; rows are
  // indexed by instrument ids checked against `instrumentCount`, fills by a row's own counters modulo `fillsKept`.
  let rows: UnsafeMutablePointer<Row>
  let fills: UnsafeMutablePointer<Fill>
  public let instrumentCount: Int
  /// A difference that lives so long is one.
  public let patienceNanoseconds: Int64

  struct Fill: BitwiseCopyable {
    var trade: Int64 = 0
    var time: Int64 = 0
    var signedLots: Int64 = 0
    var receivedAt: Instant = .zero
  }

  struct Row: BitwiseCopyable {
    var stated = StatedFigure(lots: 0, tradeID: 0, time: WallMilliseconds(milliseconds: 0))
    var isStated = false
    /// Fills ever noted; the latest `fillsKept` are held.
    var fillCount = 0
    /// `.zero`: the figures agree, or cannot be compared.
    var differsSince: Instant = .zero
    var isTold = false
    /// The exchange's word was taken as of this trade: a fill at or before it is in the count already.
    var takenThrough: Int64 = 0
    /// The figures agree only if one of the latest fills is not in the exchange's; `.zero`: they need no such luck.
    var doubtfulSince: Instant = .zero
    var isDoubtTold = false
    /// The average price that REST stated last was not ours.
    var isAverageDoubted = false
    /// The exchange refused a reduction as larger than what it holds: REST's word of after this is wanted; `.zero`: none.
    var wordWantedAt: Instant = .zero
    var wordAskedAt: Instant = .zero
  }

  /// Where trades have no ids to compare, a push's time and its fills' tell their order no finer than this.
  static var nearMilliseconds: Int64 { 1_000 }
  /// REST may lag the pushes so long.
  static var lagNanoseconds: Int64 { 1_000_000_000 }
  /// No REST lags the pushes so long.
  static var longLagNanoseconds: Int64 { 10_000_000_000 }
  /// More than one instrument trades within the time a push is under way.
  static var fillsKept: Int { 64 }

  public init(instruments: InstrumentTable, patienceNanoseconds: Int64 = 2_000_000_000) {
    instrumentCount = instruments.count
    self.patienceNanoseconds = patienceNanoseconds
    unsafe rows = .allocate(capacity: max(1, instrumentCount))
    unsafe rows.initialize(repeating: Row(), count: max(1, instrumentCount))
    let count = max(1, instrumentCount) * PositionWatch.fillsKept
    unsafe fills = .allocate(capacity: count)
    unsafe fills.initialize(repeating: Fill(), count: count)
  }

  deinit {
    unsafe rows.deallocate()
    unsafe fills.deallocate()
  }

  @_noLocks
  func isKnown(_ instrument: InstrumentID) -> Bool { Int(instrument.index) < instrumentCount }

  /// A fill that was counted: call after the position moved by it.
  @_noLocks
  public mutating func note(fill report: Report) {
    if !isKnown(report.instrument) || report.lastQuantity.lots == 0 { return }
    let at = Int(report.instrument.index)
    let count = unsafe rows[at].fillCount
    let signed = report.side == .buy ? report.lastQuantity.lots : 0 &- report.lastQuantity.lots
    unsafe fills[at &* PositionWatch.fillsKept &+ count % PositionWatch.fillsKept] = Fill(
      trade: Int64(bitPattern: report.tradeID), time: report.exchangeTime.milliseconds,
      signedLots: signed, receivedAt: report.receivedAt)
    unsafe rows[at].fillCount = count &+ 1
  }

  /// The exchange's word was taken with a trade at or after this one: the fill moves nothing any more.
  @_noLocks
  public func isContained(_ report: Report) -> Bool {
    if !isKnown(report.instrument) { return false }
    let trade = Int64(bitPattern: report.tradeID)
    return unsafe trade > 0 && trade <= rows[Int(report.instrument.index)].takenThrough
  }

  /// The exchange's word was taken: the figures agree.
  @_noLocks
  public mutating func settle(_ instrument: InstrumentID) {
    if !isKnown(instrument) { return }
    let at = Int(instrument.index)
    let through = unsafe Int64(bitPattern: rows[at].stated.tradeID)
    unsafe rows[at].takenThrough = max(rows[at].takenThrough, through)
    unsafe rows[at].differsSince = .zero
    unsafe rows[at].isTold = false
  }

  /// What a push or REST states. False where it is older than what is held: nothing changes then.
  @_noLocks
  public mutating func note(_ stated: StatedFigure, of instrument: InstrumentID) -> Bool {
    if !isKnown(instrument) { return false }
    let at = Int(instrument.index)
    let held = unsafe rows[at]
    if stated.askedAt > held.wordWantedAt { unsafe rows[at].wordWantedAt = .zero }
    if held.isStated && stated.time < held.stated.time { return false }
    var next = stated
    if held.isStated && stated.time == held.stated.time && stated.lots == held.stated.lots
      && stated.tradeID == held.stated.tradeID
    {
      next.askedAt = max(stated.askedAt, held.stated.askedAt)
    }
    unsafe rows[at].stated = next
    unsafe rows[at].isStated = true
    unsafe rows[at].isDoubtTold = false
    return true
  }

  /// What our own count `lots` was as of the latest stated figure; nil where that cannot be said: nothing was stated, or
  /// more came since than is held.
  @_noLocks
  public func counted(_ instrument: InstrumentID, lots: Int64) -> Int64? {
    figures(instrument, lots: lots)?.counted
  }

  /// `counted`, and whether it took the guess that a near fill is not in the stated figure.
  @_noLocks
  func figures(_ instrument: InstrumentID, lots: Int64) -> (counted: Int64, isGuess: Bool)? {
    if !isKnown(instrument) { return nil }
    let at = Int(instrument.index)
    let row = unsafe rows[at]
    if !row.isStated { return nil }
    let kept = min(row.fillCount, PositionWatch.fillsKept)
    var figure = lots
    var index = 0
    while index < kept {
      let fill = unsafe fills[place(at, row, index)]
      index &+= 1
      if order(fill, row.stated) != .newer { continue }
      figure = figure &- fill.signedLots
      if index == PositionWatch.fillsKept { return nil }
    }
    // Times so near do not tell which fills are in it: any of the latest may not be.
    var without = figure
    index = 0
    while index < kept && without != row.stated.lots {
      let fill = unsafe fills[place(at, row, index)]
      index &+= 1
      if order(fill, row.stated) == .near { without = without &- fill.signedLots }
    }
    let isGuess = without == row.stated.lots && without != figure
    return (isGuess ? without : figure, isGuess)
  }

  /// Where the fill lies that came `back` fills before the latest.
  @_noLocks
  private func place(_ at: Int, _ row: Row, _ back: Int) -> Int {
    let slot = (row.fillCount &- 1 &- back) % PositionWatch.fillsKept
    return at &* PositionWatch.fillsKept &+ slot
  }

  private enum Order { case newer, near, contained }

  @_noLocks
  private func order(_ fill: Fill, _ stated: StatedFigure) -> Order {
    // So long after, REST has heard of it: a trade that is not in the position is of none of ours (isolated margin).
    if stated.askedAt != .zero && fill.receivedAt != .zero
      && stated.askedAt.since(fill.receivedAt) >= PositionWatch.longLagNanoseconds
    {
      return .contained
    }
    let last = Int64(bitPattern: stated.tradeID)
    if last > 0 && fill.trade > 0 { return fill.trade > last ? .newer : .contained }
    // Told before REST was asked, with time for REST to have heard of it too.
    if stated.askedAt != .zero && fill.receivedAt != .zero
      && stated.askedAt.since(fill.receivedAt) >= PositionWatch.lagNanoseconds
    {
      return .contained
    }
    if fill.time == 0 { return .contained }
    let (later, overflow) = fill.time.subtractingReportingOverflow(stated.time.milliseconds)
    if overflow { return fill.time > stated.time.milliseconds ? .newer : .contained }
    if later > PositionWatch.nearMilliseconds { return .newer }
    return later < 0 &- PositionWatch.nearMilliseconds ? .contained : .near
  }

  /// Compares anew. The difference that has lived for the whole patience, once; nil while there is none.
  @_noLocks
  public mutating func check(_ instrument: InstrumentID, lots: Int64, now: Instant)
    -> PositionDifference?
  {
    guard let counted = counted(instrument, lots: lots) else { return nil }
    let at = Int(instrument.index)
    let row = unsafe rows[at]
    if counted == row.stated.lots {
      unsafe rows[at].differsSince = .zero
      unsafe rows[at].isTold = false
      return nil
    }
    if row.differsSince == .zero {
      unsafe rows[at].differsSince = now
      return nil
    }
    if row.isTold || now.since(row.differsSince) < patienceNanoseconds { return nil }
    unsafe rows[at].isTold = true
    return PositionDifference(
      instrument: instrument, counted: Quantity(lots: counted),
      stated: Quantity(lots: row.stated.lots))
  }

  /// The figures agree by a guess alone, and have done so long enough for REST to know: it has to be asked. Once for
  /// each figure.
  @_noLocks
  public mutating func needsReading(_ instrument: InstrumentID, lots: Int64, now: Instant) -> Bool {
    guard let figures = figures(instrument, lots: lots) else { return false }
    let at = Int(instrument.index)
    if !figures.isGuess {
      unsafe rows[at].doubtfulSince = .zero
      return false
    }
    let row = unsafe rows[at]
    if row.doubtfulSince == .zero { unsafe rows[at].doubtfulSince = now }
    if unsafe row.isDoubtTold
      || now.since(rows[at].doubtfulSince) < PositionWatch.lagNanoseconds
    {
      return false
    }
    unsafe rows[at].isDoubtTold = true
    return true
  }

  /// A difference was told and stands.
  @_noLocks
  public func isDifferent(_ instrument: InstrumentID) -> Bool {
    isKnown(instrument) ? unsafe rows[Int(instrument.index)].isTold : false
  }

  /// What our count becomes when the exchange's word is taken: its figure and the fills since.
  @_noLocks
  public func repaired(_ instrument: InstrumentID, lots: Int64) -> Int64? {
    guard let counted = counted(instrument, lots: lots) else { return nil }
    return unsafe rows[Int(instrument.index)].stated.lots &+ (lots &- counted)
  }
}
