// `llmtrading journal`: read and check the journal's files.
import ArgumentParser
import Foundation
import Journal

struct JournalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "Read and check the journal.",
    subcommands: [Cat.self, Verify.self])

  struct Cat: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Every record of a journal folder's trade stream as one JSON line.")
    @Argument(help: "The folder, such as STATE_DIR/journal, or a segment file in it.")
    var path: String

    func run() throws {
      var folder = path
      var start: JournalOffset?
      if let number = JournalCommand.segment(of: path) {
        folder = (path as NSString).deletingLastPathComponent
        if folder.isEmpty { folder = "." }
        start = JournalOffset(segment: number, offset: 0)
      }
      var reader = try JournalReader(JournalFolder(path: folder, stream: .trade), from: start)
      var text = JournalText()
      while let record = try reader.next() {
        guard let header = reader.header else { continue }
        if let start, header.segment != start.segment { break }
        var line: [UInt8] = []
        text.append(record, of: header, to: &line)
        FileHandle.standardOutput.write(Data(line))
      }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a segment file: checksums, numbers without holes, a clean end.")
    @Argument(help: "A segment file.")
    var file: String

    func run() throws {
      let found = try JournalVerification(file: file)
      print(
        "\(found.records) records, \(found.holes) holes, \(found.lostRecords) lost, "
          + "\(found.unknownRecords) of unknown kind, end: \(found.end)")
      if !found.isSound { throw ExitCode.failure }
    }
  }

  /// The number in `trade-0000000001.journal`.
  static func segment(of path: String) -> UInt64? {
    let name = (path as NSString).lastPathComponent
    guard name.hasPrefix("trade-"), name.hasSuffix(".journal") else { return nil }
    return UInt64(name.dropFirst(6).dropLast(8))
  }
}
