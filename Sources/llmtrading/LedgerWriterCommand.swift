// `llmtrading ledger-writer`: appends and imports until it is killed; the crash test's other process.
import ArgumentParser
import Channels
import Foundation
import Journal
import Ledger
import Quantities

struct LedgerWriterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger-writer",
    abstract: "Append records to a ledger and read a journal into it until killed.",
    shouldDisplay: false)

  @Argument(help: "The ledger's file.")
  var path: String
  @Option(help: "Folder of a trade journal.")
  var journal: String
  @Option(help: "Stands in each record: which round this is.")
  var round: Int

  func run() throws {
    let ledger = try Ledger(path: path)
    var importer = JournalImporter(
      ledger, folder: JournalFolder(path: journal, stream: .trade))
    let trace = String(repeating: "0", count: 31) + "1"
    var number = 0
    while true {
      number += 1
      let now = WallMilliseconds.now().milliseconds
      let cycle = try ledger.beginCycle(trace: trace, instrument: "BTC-USDT", at: now)
      var record = DecisionRecord(
        cycle: cycle, traceID: trace, spanID: "00000000000000aa", agentID: "cycle",
        instrument: "BTC-USDT", startedAt: now, endedAt: now, outcome: .accepted, source: "cycle")
      record.rawReply = "round \(round) number \(number)"
      let id = try ledger.append(record)
      // Acknowledged: from here on nobody may lose it.
      FileHandle.standardOutput.write(Data("\(id) \(cycle) \(number)\n".utf8))
      _ = try importer.poll()
    }
  }
}
