// Prompts as calls use them: a save and a rollback act on the next call; a shadow publishes nothing.
import Foundation
import Ledger
import Operations
import Prompts
import Roles
import TestFolders
import Testing

@Suite struct PromptDeskTests {
  private final class Folder {
    let path = NSTemporaryDirectory() + "prompts-\(UUID().uuidString)"
    init() throws {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private static let role = PromptRole(
    id: "r", title: "R", inputs: [.book], shipped: "role: r\nbackground: shipped\n")

  private func desk(_ ledger: Ledger, _ promotion: PromptPromotion) -> PromptDesk {
    var settings = Configuration.Prompts()
    settings.promotion = promotion
    return PromptDesk(ledger.prompts, roles: [PromptDeskTests.role], settings: settings)
  }

  private func draft(_ background: String, _ expected: Int? = nil) -> PromptDraft {
    PromptDraft(
      role: "r", text: "role: r\nbackground: \(background)\n", format: .yaml, author: "edna",
      note: "why", expectedVersion: expected)
  }

  /// What a cycle does for each call.
  private func asked(_ source: some PromptSource) throws -> String {
    let live = try source.live(role: "r")
    let document = try PromptDocument(parsing: live.text, format: live.format, role: "r")
    return document.system(RoleSchema(name: "answer", fields: [], mayAbstain: true))
  }

  @Test func saveAndRollbackActOnTheNextCall() throws {
    let folder = try Folder()
    let path = folder.path + "/ledger.sqlite"
    let calls = desk(try Ledger(path: path), .immediate)
    let people = desk(try Ledger(path: path), .immediate)
    #expect(try asked(calls).contains("shipped"))
    #expect(try people.save(draft("first", 0)).isLive)
    #expect(try asked(calls).contains("first"))
    _ = try people.save(draft("second", 1))
    #expect(try asked(calls).contains("second"))
    let back = try people.rollBack(role: "r", to: 1, author: "edna", note: "no", expected: 2)
    #expect(back.version == 3 && back.origin == .rollback)
    #expect(try asked(calls).contains("first"))
    let shipped = try people.rollBack(role: "r", to: 0, author: "edna", note: "no", expected: 3)
    #expect(shipped.version == 4)
    #expect(try asked(calls).contains("shipped"))
    #expect(
      try people.diff(role: "r", from: 1, to: 2).contains(
        "-background: first\n+background: second\n"))
  }

  @Test func aTextThatNoCallCouldUseIsNotSaved() throws {
    let folder = try Folder()
    let desk = desk(try Ledger(path: folder.path + "/ledger.sqlite"), .immediate)
    #expect(throws: PromptProblems.self) { try desk.save(draft("{{news}} now")) }
    #expect(throws: PromptProblems.self) { try desk.save(draft("&a now")) }
    #expect(try desk.live(role: "r").version == 0)
    #expect(throws: PromptRefusal.unknownRole("q")) { try desk.live(role: "q") }
  }

  @Test func whereShadowIsAskedForNothingUncomparedComesIntoUse() throws {
    let folder = try Folder()
    let desk = desk(try Ledger(path: folder.path + "/ledger.sqlite"), .shadow)
    let (candidate, isLive) = try desk.save(draft("bold"))
    #expect(!isLive)
    #expect(try asked(desk).contains("shipped"))
    #expect(throws: PromptRefusal.noShadow(role: "r")) {
      try desk.rollBack(
        role: "r", to: candidate.version, author: "edna", note: "sly", expected: nil)
    }
    let shadow = try desk.store.startShadow(
      role: "r", candidate: candidate.version, runsMin: 1, sharePermille: 1_000, person: "edna",
      at: 1)
    let found = try PromptShadow(desk).candidate(role: "r", snapshotHash: "00aa")
    #expect(found?.version == candidate)
    let long = RoleAnswer(outcome: .valid, output: ["stance": 20], source: "local")
    let longer = RoleAnswer(outcome: .repaired, output: ["stance": 60], source: "local")
    #expect(
      try PromptShadow(desk).record(
        shadow, snapshotHash: "00aa", live: long, liveMilliseconds: 1, candidate: longer,
        candidateMilliseconds: 2, at: 2))
    #expect(try asked(desk).contains("shipped"), "compared is not promoted")
    let figures = try desk.store.promote(
      role: "r", candidate: candidate.version, person: "edna", at: 3)
    #expect(figures.agreeing == 1 && figures.candidateSide.valid == 1)
    #expect(try asked(desk).contains("bold"))
  }
}
