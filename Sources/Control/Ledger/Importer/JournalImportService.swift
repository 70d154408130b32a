// Keeps the Ledger up with the journal for as long as the console runs; control plane.
import Journal
import Logging

public struct JournalImportService: Sendable {
  private let ledger: Ledger
  private let folder: JournalFolder
  private let log: Logger

  /// Between looks at a journal that had nothing new.
  static let idle = Duration.milliseconds(100)
  /// After an error: the disk may be full, the journal damaged. Neither is mended by asking at once.
  static let pause = Duration.seconds(1)

  /// `journal`: the state folder's journal directory.
  public init(_ ledger: Ledger, journal: String, log: Logger) {
    self.ledger = ledger
    folder = JournalFolder(path: journal, stream: .trade)
    self.log = log
  }

  /// Returns when its task is cancelled.
  public func run() async {
    var importer = JournalImporter(ledger, folder: folder)
    var fault: LedgerError?
    var gaps = ledger.figures.gaps
    while !Task.isCancelled {
      var wait: Duration?
      do throws(LedgerError) {
        let taken = try importer.poll()
        if taken < JournalImporter.batchMax { wait = JournalImportService.idle }
        if fault != nil { log.info("the journal is read into the ledger again") }
        fault = nil
      } catch {
        if error != fault {
          log.error("the journal cannot be read into the ledger", metadata: ["error": "\(error)"])
        }
        fault = error
        wait = JournalImportService.pause
      }
      let seen = ledger.figures.gaps
      if seen != gaps {
        log.warning("a part of the journal is missing in the ledger: see `journal_gaps`")
        gaps = seen
      }
      if let wait {
        do { try await Task.sleep(for: wait) } catch { return }
      } else {
        await Task.yield()
      }
    }
  }
}
