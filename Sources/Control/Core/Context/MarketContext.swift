// What is known of markets beside books: facts, bars, the exchange's clock; housekeeping, never on a hot thread.

import Book
import Foundation
import Journal
import OKX
import Quantities
import State
import Synchronization

/// Takes what the context's connections bring, shows it in State and puts it on record. Its threads take
/// turns at one lock; no hot thread ever meets it.
public final class MarketContext: Sendable {
  private struct Board: Sendable {
    var ladders: [BarLadder]
    var contexts: [InstrumentContext]
    /// When a fact of this kind of this instrument was last put on record.
    var recordedAt: [Int: Instant] = [:]
    /// Opening time of the newest bar on record, by instrument and interval.
    var barsUntil: [Int: Int64] = [:]
    var exchangeTime = WallMilliseconds(milliseconds: 0)
    /// By instrument: the first of `reads` in its units of now, and whether they are being exchanged.
    var unitsSince: [UInt64]
    var isPaused: [Bool]

    func holds(_ id: InstrumentID, _ reads: UInt64) -> Bool {
      !isPaused[Int(id.index)] && reads >= unitsSince[Int(id.index)]
    }
  }

  /// A copy: its rows change with the ladders, under the lock, and not when the stages' table does.
  public let instruments: InstrumentTable
  private let indices: [Symbol: [InstrumentID]]
  private let board: Mutex<Board>
  private let state: StateWriter
  private let telemetry: ControlTelemetry
  /// Of the `instruments` channel, for whoever keeps the instruments.
  public let instrumentPushes = ChannelPushes()
  /// Of the `status` channel, for whoever keeps off maintenance.
  public let statusPushes = ChannelPushes()
  private let reading = Atomic<UInt64>(0)

  /// Between two records of one fact.
  static let recordNanoseconds: Int64 = 10_000_000_000

  package init(instruments given: InstrumentTable, state: StateWriter, telemetry: ControlTelemetry)
  {
    let instruments = given.copy()
    self.instruments = instruments
    self.state = state
    self.telemetry = telemetry
    let ids = (0..<instruments.count).map { InstrumentID(index: UInt16($0)) }
    indices = Dictionary(
      grouping: ids, by: { ContextChannel.index(of: instruments[$0], instruments) })
    board = Mutex(
      Board(
        ladders: ids.map { BarLadder(instrument: $0) },
        contexts: ids.map { _ in InstrumentContext() }, unitsSince: ids.map { _ in 0 },
        isPaused: ids.map { _ in false }))
  }

  // ---- From the connections ----

  /// A connection that carries trades is new: what the one before missed is in no bar of ours. The exchange's
  /// time as last heard would not do as a beginning: it is from before the loss.
  func lost() {
    board.withLock { board in
      for index in board.ladders.indices { board.ladders[index].listen(from: nil) }
    }
  }

  /// Asked before anything is read by `instruments`; what comes of it is taken with this number. Pairs with the store in
  /// `change`: who sees its number sees its row.
  package var reads: UInt64 { reading.load(ordering: .acquiring) }

  /// `reads`: from before the events were decoded. What was read in ticks of before, or comes while they are exchanged, is
  /// dropped: the bars begin anew behind it and are completed from the exchange.
  package func take(_ events: [ContextEvent], reads: UInt64) {
    board.withLock { board in
      for event in events {
        if let id = event.counted, !board.holds(id, reads) {
          state.count(.instrumentChanged, of: id)
          continue
        }
        switch event {
        case .trade(let id, let trade, let time):
          board.exchangeTime = max(board.exchangeTime, time)
          var done: [BarRecord] = []
          board.ladders[Int(id.index)].take(trade, at: time) { done.append($0) }
          for bar in done { put(bar, &board) }
          show(id, &board)
        case .bar(let bar):
          if bar.isClosed { board.ladders[Int(bar.instrument.index)].check(bar) }
          for other in board.ladders[Int(bar.instrument.index)].takeDiffering() {
            _ = record(.bar, other)
          }
        case .fact(let record): take(record, &board)
        case .instruments(let bytes): instrumentPushes.put(Data(bytes))
        case .status(let bytes): statusPushes.put(Data(bytes))
        case .index(let name, let record):
          for id in indices[name] ?? [] {
            var one = record
            one.instrument = id
            take(one, &board)
          }
        }
      }
    }
  }

  /// The instrument's ticks and lots are about to be exchanged: from here to `resume` no bar of it is made or recorded, so
  /// that on record each lies on its own side of the change.
  func pause(_ id: InstrumentID) {
    board.withLock { $0.isPaused[Int(id.index)] = true }
  }

  func resume(_ id: InstrumentID) {
    board.withLock { board in
      board.isPaused[Int(id.index)] = false
      board.ladders[Int(id.index)] = BarLadder(instrument: id)
    }
  }

  /// Bars count in the instrument's new ticks and lots: those that are shown are the same prices, those being made begin
  /// anew and are completed from the exchange.
  package func change(_ change: InstrumentChange) {
    let id = change.instrument.id
    board.withLock { board in
      let index = Int(id.index)
      if index >= board.ladders.count { return }
      instruments.set(change.instrument)
      board.unitsSince[index] = reading.add(1, ordering: .releasing).newValue
      board.ladders[index] = BarLadder(instrument: id)
      for interval in BarInterval.allCases {
        for bar in state.bars(id, interval) { state.put(change.bar(bar)) }
      }
    }
  }

  /// Closes bars that are over by the exchange's clock.
  func advance() {
    board.withLock { board in
      for index in board.ladders.indices {
        var done: [BarRecord] = []
        board.ladders[index].advance(to: board.exchangeTime) { done.append($0) }
        for bar in done { put(bar, &board) }
        show(InstrumentID(index: UInt16(index)), &board)
      }
    }
  }

  private func take(_ record: ContextRecord, _ board: inout Board) {
    board.exchangeTime = max(board.exchangeTime, record.exchangeTime)
    if record.kind == .status {
      state.set(exchangeStatus: record)
      _ = self.record(.context, record)
      return
    }
    let index = Int(record.instrument.index)
    if index >= board.contexts.count { return }
    let before = board.contexts[index][record.kind]
    // An older fact than the one we have says nothing new.
    if let before, before.exchangeTime > record.exchangeTime { return }
    board.contexts[index][record.kind] = record
    state.set(board.contexts[index], of: record.instrument)
    let key = index * ContextKind.allCases.count + Int(record.kind.rawValue)
    let isDue = board.recordedAt[key].map {
      record.receivedAt.since($0) >= MarketContext.recordNanoseconds
    }
    if record.kind == .liquidation || isDue ?? true {
      board.recordedAt[key] = record.receivedAt
      _ = self.record(.context, record)
    }
  }

  /// False, and counted, where the ring is full: nothing of the desk's own waits for a bar.
  private func record<Payload: BitwiseCopyable>(_ kind: JournalKind, _ payload: Payload) -> Bool {
    let isTaken = telemetry.record(kind, payload)
    if !isTaken { state.count(.ringFull) }
    return isTaken
  }

  // ---- Bars ----

  private func show(_ id: InstrumentID, _ board: inout Board) {
    for interval in BarInterval.allCases {
      if let bar = board.ladders[Int(id.index)].open(interval) { state.put(bar) }
    }
  }

  private func put(_ bar: BarRecord, _ board: inout Board) {
    state.put(bar)
    if bar.interval == .second { return }
    let key = Int(bar.instrument.index) * BarInterval.allCases.count + Int(bar.interval.rawValue)
    if bar.openTime.milliseconds <= board.barsUntil[key] ?? .min { return }
    if record(.bar, bar) { board.barsUntil[key] = bar.openTime.milliseconds }
  }

  /// A bar of an earlier start is on record: it and those before it are not put there again.
  public func remember(
    _ id: InstrumentID, _ interval: BarInterval, openTime: WallMilliseconds
  ) {
    board.withLock { board in
      let key = Int(id.index) * BarInterval.allCases.count + Int(interval.rawValue)
      board.barsUntil[key] = max(board.barsUntil[key] ?? .min, openTime.milliseconds)
    }
  }

  /// Closed bars of the exchange from before we listened, each interval oldest first. Returns the intervals
  /// whose open bar is not whole yet: ask again when the next minute has begun.
  public func backfill(
    _ id: InstrumentID, _ closed: [BarInterval: [BarRecord]], reads: UInt64
  ) -> [BarInterval] {
    board.withLock { board in
      if !board.holds(id, reads) { return Array(closed.keys) }
      for (_, bars) in closed.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
        for var bar in bars where bar.isClosed {
          bar.source = .backfill
          put(bar, &board)
        }
      }
      let missing = board.ladders[Int(id.index)].splice(closed)
      show(id, &board)
      return missing
    }
  }

  /// Instruments that trade and whose longer bars are not whole, while the minute's is.
  public var unspliced: [InstrumentID] {
    board.withLock { board in
      board.ladders.filter { !$0.isSpliced && $0.open(.minute) != nil }.map(\.instrument)
    }
  }

  /// By the exchange's own stamps; 0 before the first message.
  public var exchangeTime: WallMilliseconds { board.withLock { $0.exchangeTime } }

  /// Sums over all instruments.
  public var counters: BarCounters {
    board.withLock { board in
      board.ladders.reduce(into: BarCounters()) { sum, ladder in
        sum.late += ladder.counters.late
        sum.agreed += ladder.counters.agreed
        sum.differed += ladder.counters.differed
        sum.skipped += ladder.counters.skipped
      }
    }
  }
}
