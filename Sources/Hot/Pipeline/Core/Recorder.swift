// Drains the stages' telemetry into the trade journal; housekeeping thread, the only writer of the files.

import CKernel
import Channels
import Journal
import Quantities
import Synchronization

/// Where a core's records go.
public struct CoreJournal: Sendable {
  /// The telemetry rings' file, on tmpfs.
  public var rings: String
  /// The journal's folder.
  public var folder: String
  public var identity: JournalIdentity
  public var settings: JournalSettings

  public init(
    rings: String, folder: String, identity: JournalIdentity,
    settings: JournalSettings = JournalSettings()
  ) {
    self.rings = rings
    self.folder = folder
    self.identity = identity
    self.settings = settings
  }

  /// A ring for each stage that writes the trade stream.
  static let stages: [StageID] = [.builder(), .gate, .sender, .door, .account]
  static let ringBytes = 4 << 20

  /// What an earlier start left in the rings goes into the journal first; then fresh rings.
  public func open() throws(JournalError) -> (rings: TelemetryFile, recovered: TelemetryRecovery?) {
    let recovered = try TelemetryRecovery.run(
      telemetry: rings, journals: folder, trade: settings, market: settings)
    let plans = CoreJournal.stages.map {
      TelemetryPlan(stage: $0, stream: .trade, capacity: CoreJournal.ringBytes)
    }
    return (try TelemetryFile(creating: rings, identity: identity, plans: plans), recovered)
  }
}

/// One thread calls `run`. When the journal cannot be written the desk goes `cancelOnly` by its
/// durability request: an order without a record does not go out.
final class Recorder: @unchecked Sendable {
  // SAFETY: writer and drains are the thread's own once `run` is called.
  private var writer: JournalWriter?
  private let drains: [TelemetryDrain]
  private let rings: TelemetryFile
  private let board: StopBoard
  private let report: @Sendable (String) -> Void
  private let isStopping = Atomic<Bool>(false)

  /// How long the thread sleeps when nothing waited.
  private static let pollNanoseconds: Int64 = 1_000_000

  init(
    _ journal: CoreJournal, rings: TelemetryFile, board: StopBoard,
    report: @escaping @Sendable (String) -> Void
  ) throws(JournalError) {
    self.rings = rings
    self.board = board
    self.report = report
    drains = CoreJournal.stages.map { rings.drain($0, .trade) }
    writer = try JournalWriter(
      JournalFolder(path: journal.folder, stream: .trade), identity: journal.identity,
      settings: journal.settings)
  }

  /// Returns after `stop` once every ring is empty and the segment is closed.
  func run() {
    guard var writer = writer.take() else { return }
    do {
      while true {
        let isLast = isStopping.load(ordering: .relaxed)
        var taken = 0
        for drain in drains { taken += try drain.drain(into: &writer) }
        _ = try writer.commit(at: .now())
        if taken == 0 {
          if isLast { break }
          ck_sleep(Recorder.pollNanoseconds)
        }
      }
      try writer.close()
      rings.remove()
    } catch {
      board.request(.cancelOnly, by: .durability, for: .none)
      report(
        "the journal cannot be written: \(error). Working orders are cancelled; nothing new goes out"
      )
    }
  }

  func stop() { isStopping.store(true, ordering: .relaxed) }
}
