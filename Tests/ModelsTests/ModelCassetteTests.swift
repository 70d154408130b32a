// Replies on record: the same questions get the same answers without anybody there, and cost nothing.

import AgentFixtures
import Foundation
import Ledger
import Logging
import Models
import Operations
import Roles
import TestFolders
import Testing

@Suite(.serialized) struct ModelCassetteTests {
  private func ask(
    _ base: String, _ cassette: ModelCassette, _ ending: String = "1"
  ) async throws -> RoleAnswer {
    let client = try ModelClient(silenceMilliseconds: 5_000)
    let price = ModelPrice(prompt: 1_000_000, cachedPrompt: 100_000, completion: 2_000_000)
    let analyst = ModelAnalyst(
      roster: ModelFixture.roster([ModelFixture.endpoint(base, price: price)]), client: client,
      cassette: cassette, log: Logger(label: "test"))
    let answer = await analyst.answer(ModelFixture.call(ending))
    await client.shutdown()
    return answer
  }

  @Test func aDayIsDecidedAgainWithoutAModel() async throws {
    let folder = try Folder()
    defer { folder.remove() }
    let path = folder.path + "/cassette"
    var recorded: [RoleAnswer] = []
    var port = 0
    do {
      let peer = try ModelPeer()
      try peer.answerWith(ModelFixture.valid)
      port = peer.port
      let cassette = try ModelCassette(.record, folder: path)
      for (name, ending) in [("good", "1"), ("repairs", "2"), ("prose", "3"), ("good", "1")] {
        recorded.append(try await ask(peer.base(name), cassette, ending))
      }
    }
    #expect(recorded.map(\.outcome) == [.abstained, .repaired, .noDecision, .abstained])
    #expect(recorded.allSatisfy { $0.costMicros > 0 })
    // The server is gone.
    let replay = try ModelCassette(.replay, folder: path)
    let base = "http://127.0.0.1:\(port)/any"
    for (before, ending) in zip(recorded, ["1", "2", "3", "1"]) {
      let again = try await ask(base, replay, ending)
      #expect(again.outcome == before.outcome && again.output == before.output)
      #expect(again.attempts.map(\.rung) == before.attempts.map(\.rung))
      #expect(again.attempts.map(\.result) == before.attempts.map(\.result))
      #expect(again.rawReply == before.rawReply && again.usage == before.usage)
      #expect(again.costMicros == 0)
    }
    let unknown = try await ask(base, replay, "never asked")
    #expect(unknown.outcome == .noDecision && unknown.reason == "not_recorded")
    #expect(unknown.output == nil)
  }

  @Test func theFileHoldsNoKeyAndNoPrompt() async throws {
    let folder = try Folder()
    defer { folder.remove() }
    let peer = try ModelPeer()
    let cassette = try ModelCassette(.record, folder: folder.path)
    _ = try await ask(peer.base("good"), cassette)
    let file = folder.path + "/" + ModelCassette.fileName
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text.split(separator: "\n").count == 1)
    for secret in [ModelFixture.key, "You are a technical analyst", "60000.1", "ORDERIDCANARY1"] {
      #expect(!text.contains(secret), "\(secret)")
    }
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    try (text + "{\"half").write(toFile: file, atomically: true, encoding: .utf8)
    #expect(throws: (any Error).self) { _ = try ModelCassette(.replay, folder: folder.path) }
    #expect(throws: (any Error).self) {
      _ = try ModelCassette(.replay, folder: folder.path + "/nowhere")
    }
  }
}
