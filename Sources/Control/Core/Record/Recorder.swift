// Drains the stages' telemetry into the trade and the market journal; housekeeping thread, the only writer of the files.

import CKernel
import Channels
import Journal
import Operations
import Pipeline
import Quantities
import Synchronization

/// One thread calls `run`. When the journal cannot be written the desk goes `cancelOnly` by its
/// durability request: an order without a record does not go out. When the market stream cannot be written
/// it ends there: its ring fills, the Builder counts what it loses, and trading goes on.
final class Recorder: @unchecked Sendable {
  // SAFETY: writers and drains are the thread's own once `run` is called.
  private var trade: JournalWriter?
  private var market: JournalWriter?
  private let tradeDrains: [TelemetryDrain]
  private let marketDrains: [TelemetryDrain]
  private let rings: TelemetryFile
  private let folder: RingsFolder
  private let board: StopBoard
  private let control: RunControl
  private let instruments: InstrumentTable
  private let venueClock: VenueClock
  private var isOnReserve = false
  private let report: @Sendable (CoreEvent) -> Void
  private var refusals = RefusalTeller()
  /// Sees each refusal once it is on record; set before `run`.
  var onRefusal: (@Sendable (RefusalRecord) -> Void)?
  private let isStopping = Atomic<Bool>(false)

  /// How long the thread sleeps when nothing waited.
  private static let pollNanoseconds: Int64 = 1_000_000
  private static let marketRecordsPerTurn = 256

  init(
    _ journal: CoreJournal, rings: TelemetryFile, board: StopBoard, control: RunControl,
    instruments: InstrumentTable, venueClock: VenueClock,
    report: @escaping @Sendable (CoreEvent) -> Void
  ) throws(JournalError) {
    self.rings = rings
    folder = journal.rings
    self.board = board
    self.control = control
    self.instruments = instruments
    self.venueClock = venueClock
    self.report = report
    func drains(_ stream: JournalStream) -> [TelemetryDrain] {
      CoreJournal.plans.filter { $0.stream == stream }.map { rings.drain($0.stage, stream) }
    }
    tradeDrains = drains(.trade)
    marketDrains = drains(.market)
    trade = try JournalWriter(
      JournalFolder(path: journal.folder, stream: .trade), identity: journal.identity,
      settings: journal.trade)
    market = try JournalWriter(
      JournalFolder(path: journal.folder, stream: .market), identity: journal.identity,
      settings: journal.market)
  }

  /// Returns after `stop` once every ring is empty and the segments are closed.
  func run() {
    guard var writer = trade.take() else { return }
    for drain in tradeDrains { drain.onRefusal = { [unowned self] in tell($0) } }
    do {
      while true {
        let isLast = isStopping.load(ordering: .relaxed)
        var taken = 0
        for drain in tradeDrains { taken += try drain.drain(into: &writer) }
        if writer.isOnReserve && !isOnReserve { leaveExitsAlone() }
        _ = try writer.commit(at: .now())
        taken += recordMarket()
        for notice in refusals.due(.now()) { report(.refused(notice)) }
        if taken == 0 {
          if isLast { break }
          ck_sleep(Recorder.pollNanoseconds)
        }
      }
      for notice in refusals.due(.now(), isLast: true) { report(.refused(notice)) }
      try writer.close()
      closeMarket()
      rings.remove()
      folder.release()
    } catch {
      board.request(.cancelOnly, by: .durability, for: .none)
      report(
        .journal(
          "the journal cannot be written: \(error). Working orders are cancelled; nothing new goes out"
        ))
    }
  }

  /// The disk is full and the reserve in use: what is left of it is for cancels and a person's flatten.
  private func leaveExitsAlone() {
    isOnReserve = true
    for drain in tradeDrains { drain.isSparing = true }
    board.request(.reduceOnly, by: .durability, for: .none)
    control.setMuted(true)
    board.requestCancel(for: .none)
    report(
      .journal(
        "the disk is full: the journal goes on in its reserve. Working orders are cancelled; until a start with room "
          + "on the disk only cancels and `llmtrading flatten` go out"))
  }

  private func tell(_ refusal: RefusalRecord) {
    onRefusal?(refusal)
    let id = refusal.instrument
    let name = Int(id.index) < instruments.count ? instruments[id].symbol.description : "-"
    refusals.clockOffsetMilliseconds = venueClock.offset.map { 0 - $0.aheadOfWall / 1_000_000 }
    if let notice = refusals.take(refusal, instrument: name, now: .now()) {
      report(.refused(notice))
    }
  }

  /// Few at a time: the trade stream does not wait behind it.
  private func recordMarket() -> Int {
    guard var writer = market.take() else { return 0 }
    do throws(JournalError) {
      var taken = 0
      for drain in marketDrains {
        taken += try drain.drain(into: &writer, recordsMax: Recorder.marketRecordsPerTurn)
      }
      _ = try writer.commit(at: .now())
      market = consume writer
      return taken
    } catch {
      report(
        .journal("the market journal cannot be written and ends here: \(error). Trading goes on"))
      return 0
    }
  }

  private func closeMarket() {
    guard let writer = market.take() else { return }
    do throws(JournalError) { try writer.close() } catch {
      report(.journal("the market journal cannot be closed: \(error). The next start closes it"))
    }
  }

  func stop() { isStopping.store(true, ordering: .relaxed) }
}
