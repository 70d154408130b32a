// `llmtrading audit`: from a piece of news to a fill, out of the ledger of a state folder.
import ArgumentParser
import Foundation
import Ledger
import Operations

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Show what was decided, by whom, and what came of it.",
    discussion: """
      Reads STATE_DIR/ledger.sqlite, also while the console runs. `list` names traces; `show` prints one:
      news, each role's input, prompt, model, output and checks, the cycle, its lease and the door's answer,
      then intents, verdicts, orders, reports, fills, fees and slippage.
      """,
    subcommands: [Show.self, List.self])

  struct Folder: ParsableArguments {
    @Option(help: "State folder.")
    var stateDir: String?
    @Flag(help: "JSON instead of text.")
    var json = false

    func ledger() throws -> Ledger {
      let directory = try StateDirectory(stateDir ?? Configuration().stateDirectory)
      return try Ledger(reading: directory.ledgerFile)
    }

    func write(_ value: some Encodable) throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      FileHandle.standardOutput.write(try encoder.encode(value) + Data("\n".utf8))
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The whole chain of one trace; exits with 1 where there is none.")
    @Argument(help: "Trace id, 32 hex digits, as the page and `audit list` show it.")
    var trace: String
    @OptionGroup var folder: Folder

    func run() throws {
      guard let trail = try folder.ledger().audit(trace: trace.lowercased()) else {
        throw ValidationError("no cycle has the trace \(trace); `llmtrading audit list` names some")
      }
      if folder.json { return try folder.write(trail) }
      FileHandle.standardOutput.write(Data(trail.text.utf8))
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The newest cycles, newest first.")
    @Option(help: "Cycles, 1 to 500.")
    var limit = 20
    @OptionGroup var folder: Folder

    func run() throws {
      let entries = try folder.ledger().auditList(limit: limit)
      if folder.json { return try folder.write(entries) }
      for entry in entries { print(entry.text) }
    }
  }
}
