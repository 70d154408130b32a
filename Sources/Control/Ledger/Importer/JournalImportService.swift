// Keeps the Ledger up with the journal for as long as the console runs; control plane.
import Foundation
import Journal
import Logging
import Synchronization

/// A thread of its own: a commit waits for the disk, and no task that serves people should.
public final class JournalImportService: Sendable {
  private let ledger: Ledger
  private let folder: JournalFolder
  private let log: Logger
  private let isStopped = Atomic<Bool>(false)

  /// Between looks at a journal that had nothing new.
  static let idleSeconds = 0.1
  /// After an error: the disk may be full, the journal damaged. Neither is mended by asking at once.
  static let pauseSeconds = 1.0

  /// `journal`: the state folder's journal directory.
  public init(_ ledger: Ledger, journal: String, log: Logger) {
    self.ledger = ledger
    folder = JournalFolder(path: journal, stream: .trade)
    self.log = log
  }

  /// Once.
  public func start() {
    let thread = Thread { self.run() }
    thread.name = "ledger-import"
    thread.start()
  }

  /// The thread ends after the transaction it is in.
  public func stop() { isStopped.store(true, ordering: .releasing) }

  private func run() {
    var importer = JournalImporter(ledger, folder: folder)
    var fault: LedgerError?
    var figures = ledger.figures
    // Pairs with the store in `stop`; nothing else is handed over.
    while !isStopped.load(ordering: .acquiring) {
      var wait: Double?
      do throws(LedgerError) {
        if try importer.poll() < JournalImporter.batchMax {
          wait = JournalImportService.idleSeconds
        }
        if fault != nil { log.info("the journal is read into the ledger again") }
        fault = nil
      } catch {
        if error != fault {
          log.error(
            "the journal cannot be read into the ledger",
            metadata: ["code": "\(error.code)", "error": "\(error)"])
        }
        fault = error
        wait = JournalImportService.pauseSeconds
      }
      let seen = ledger.figures
      if seen.gaps != figures.gaps {
        log.warning("a part of the journal is missing in the ledger: see its table journal_gaps")
      }
      if seen.unfenced != figures.unfenced {
        log.error("the ledger was called on a thread that tasks share, which may hold them all up")
      }
      figures = seen
      if let wait { Thread.sleep(forTimeInterval: wait) }
    }
  }
}
