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
      abstract: "Every record of a journal's stream as one JSON line.")
    @Argument(help: "The folder, such as STATE_DIR/journal, or a segment file in it.")
    var path: String
    @Option(help: "Of a folder: trade or market.")
    var stream = JournalStream.trade

    func run() throws {
      var folder = path
      var stream = stream
      var start: JournalOffset?
      if let file = JournalCommand.segment(of: path) {
        folder = (path as NSString).deletingLastPathComponent
        if folder.isEmpty { folder = "." }
        stream = file.stream
        start = JournalOffset(segment: file.number, offset: 0)
      }
      var reader = try JournalReader(JournalFolder(path: folder, stream: stream), from: start)
      var text = JournalText()
      if stream != .trade { learnNames(folder, &text) }
      while let record = try reader.next() {
        guard let header = reader.header else { continue }
        if let start, header.segment != start.segment { break }
        var line: [UInt8] = []
        text.append(record, of: header, to: &line)
        FileHandle.standardOutput.write(Data(line))
      }
    }

    /// The trade stream names the instruments of each start.
    private func learnNames(_ folder: String, _ text: inout JournalText) {
      guard var reader = try? JournalReader(JournalFolder(path: folder, stream: .trade)) else {
        return
      }
      while let record = try? reader.next(), let header = reader.header {
        text.learn(record, of: header)
      }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check segment files: checksums, numbers without holes, a clean end.",
      discussion: "Exits with 1 when a file is torn, corrupt, or lacks records that it should hold."
    )
    @Argument(help: "A segment file, or a folder such as STATE_DIR/journal.")
    var path: String

    func run() throws {
      var isFolder: ObjCBool = false
      let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      if !exists { throw ValidationError("no file or folder at \(path)") }
      var isSound = true
      for file in isFolder.boolValue ? try segments() : [path] {
        let found = try JournalVerification(file: file)
        print(
          "\((file as NSString).lastPathComponent): \(found.records) records, "
            + "\(found.holes) holes, \(found.lostRecords) lost, "
            + "\(found.unknownRecords) of unknown kind, end: \(found.end)")
        isSound = isSound && found.isSound
      }
      if !isSound { throw ExitCode.failure }
    }

    private func segments() throws -> [String] {
      let files = try JournalStream.allCases.flatMap { stream in
        let folder = JournalFolder(path: path, stream: stream)
        return try folder.segments().map { folder.file($0) }
      }
      if files.isEmpty { throw ValidationError("no journal segments in \(path)") }
      return files
    }
  }

  /// What `trade-0000000001.journal` is.
  static func segment(of path: String) -> (stream: JournalStream, number: UInt64)? {
    let name = (path as NSString).lastPathComponent
    for stream in JournalStream.allCases {
      let prefix = stream.name + "-"
      if name.hasPrefix(prefix), name.hasSuffix(".journal"),
        let number = UInt64(name.dropFirst(prefix.count).dropLast(8))
      {
        return (stream, number)
      }
    }
    return nil
  }
}

extension JournalStream: ExpressibleByArgument {
  public init?(argument: String) {
    guard let found = JournalStream.allCases.first(where: { $0.name == argument }) else {
      return nil
    }
    self = found
  }
  public static var allValueStrings: [String] { allCases.map(\.name) }
}
