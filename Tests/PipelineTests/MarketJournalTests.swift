// The market stream of the journal: every input of the Builder, enough to rebuild the books and to bear out each intent.
import Fixtures
import Foundation
import Testing

private struct Rebuilt: Decodable {
  struct Book: Decodable {
    var digest: String
    var messages: Int
  }
  struct Wrong: Decodable {
    var intent: Int
  }
  var instruments: [String: Book]
  var lost: Int
  var intents: Int
  var wrong: [Wrong]
}

extension Demos {
  @Suite(.serialized)
  struct MarketJournal {
    /// Plays a demo, verifies both streams, and rebuilds the books from the market stream alone.
    private func rebuilt(_ arguments: [String]) throws -> (Report, Rebuilt) {
      let folder = try Demo.folder()
      defer { try? FileManager.default.removeItem(at: folder) }
      let report = try Demo.play(arguments, in: folder)
      let journal = folder.appendingPathComponent("journal").path
      let verified = try Demo.run(Demo.binary(), ["journal", "verify", journal])
      #expect(verified.status == 0)
      var files: [String] = []
      for stream in ["market", "trade"] {
        let (status, output) = try Demo.run(
          Demo.binary(), ["journal", "cat", journal, "--stream", stream])
        #expect(status == 0)
        let file = folder.appendingPathComponent(stream + ".json")
        try output.write(to: file)
        files.append(file.path)
      }
      let script = Demo.root.appendingPathComponent(
        "Tests/PipelineTests/Support/market_journal.py")
      let (status, output) = try Demo.run("python3", [script.path] + files)
      try #require(status == 0)
      return (report, try JSONDecoder().decode(Rebuilt.self, from: output))
    }

    @Test(.recorded, arguments: ["fused", "split"])
    func rebuildsTheBooksOfARecording(_ topology: String) throws {
      let file = try Recordings.file("recordings/okx-2022-02-books-l2-tbt.raw")
      try rebuildsTheBooks(file.path, messages: 3_679, instruments: 10, topology)
    }

    @Test func rebuildsTheBooksOfTheMadeRecording() throws {
      try rebuildsTheBooks(
        Made.books.path, messages: MadeBooks.messages, instruments: MadeBooks.instruments, "fused")
    }

    private func rebuildsTheBooks(
      _ file: String, messages: Int, instruments: Int, _ topology: String
    ) throws {
      let (report, rebuilt) = try self.rebuilt([
        "--recording", file, "--speed", "max", "--topology", topology,
      ])
      #expect(rebuilt.lost == 0)
      #expect(rebuilt.instruments.values.reduce(0) { $0 + $1.messages } == messages)
      #expect(rebuilt.instruments.count == instruments)
      for (id, book) in rebuilt.instruments {
        #expect(book.digest == report.instruments[id]?.book.digest, "\(id)")
      }
    }

    @Test func bearsOutEveryIntent() throws {
      let (report, rebuilt) = try self.rebuilt(["--generate", "3", "--seconds", "9"])
      let intents = report.instruments.values.reduce(0) { $0 + $1.intents }
      #expect(rebuilt.lost == 0)
      #expect(rebuilt.intents == intents && intents > 5)
      #expect(rebuilt.wrong.isEmpty, "\(rebuilt.wrong)")
    }
  }
}
