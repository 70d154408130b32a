// Recordings by the product's whole path: the exchange's TLS WebSocket into the core, against an independent book.
import Fixtures
import Foundation
import Testing

private struct Naive: Decodable {
  var messages: Int
  var verified: Int
  var failed: Int
  var digest: String
}

extension Demos {
  @Suite(.serialized)
  struct RecordingsThroughTheCore {
    @Test(
      .recorded,
      arguments: [
        ("okx-2022-02-books-l2-tbt.raw", 3679, "fused", "uring"),
        ("okx-2022-02-books-l2-tbt.raw", 3679, "fused", "epoll"),
        ("okx-2022-02-books-l2-tbt.raw", 3679, "split", "uring"),
        ("okx-2022-02-books-l2-tbt.raw", 3679, "split", "epoll"),
        ("okx-2021-07-books-l2-tbt-lineA.raw", 1504, "fused", "uring"),
        ("okx-2021-07-books-l2-tbt-lineB.raw", 1446, "split", "epoll"),
      ])
    func everyBookEndsAsAnIndependentOne(
      _ name: String, _ messages: Int, _ topology: String, _ transport: String
    ) throws {
      try endsAsAnIndependentOne(
        Recordings.file("recordings/" + name).path, messages, instruments: 10, topology, transport)
    }

    @Test(arguments: [("fused", "uring"), ("split", "epoll")])
    func everyMadeBookEndsAsAnIndependentOne(_ topology: String, _ transport: String) throws {
      try endsAsAnIndependentOne(
        Made.books.path, MadeBooks.messages, instruments: MadeBooks.instruments, topology,
        transport)
    }

    private func endsAsAnIndependentOne(
      _ file: String, _ messages: Int, instruments: Int, _ topology: String, _ transport: String
    ) throws {
      let script = Demo.root.appendingPathComponent("Tests/PipelineTests/Support/naive_book.py")
        .path
      let naive = try JSONDecoder().decode(
        [String: Naive].self, from: Demo.run("python3", [script, file]).output)
      let report = try Demo.play([
        "--recording", file, "--speed", "max", "--topology", topology, "--transport", transport,
      ])
      #expect(report.topology == topology)
      #expect(report.transport == transport)
      #expect(report.instruments.count == instruments)
      var applied = 0
      var verified = 0
      for (id, one) in report.instruments {
        applied += one.book.snapshot + one.book.update
        verified += one.checksum.verified
        #expect(one.book.gap == 0, "\(id)")
        #expect(one.checksum.failed == 0, "\(id)")
        #expect(one.book.digest == naive[id]?.digest, "\(id)")
        #expect(one.book.digest == report.exchange.instruments[id]?.digest, "\(id)")
      }
      #expect(applied == messages)
      #expect(verified == messages)
    }
  }
}
