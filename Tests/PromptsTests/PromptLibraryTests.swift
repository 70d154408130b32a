// Prompts as calls use them: a save and a rollback act on the next call; a shadow publishes nothing.
import Foundation
import Ledger
import Operations
import Prompts
import Roles
import TestFolders
import Testing

@Suite struct PromptLibraryTests {
  private static let role = PromptRole(
    id: "r", title: "R", inputs: [.book], shipped: "role: r\nbackground: shipped\n")

  private func library(_ ledger: Ledger, _ promotion: PromptPromotion) -> PromptLibrary {
    var settings = Configuration.Prompts()
    settings.promotion = promotion
    return PromptLibrary(ledger.prompts, roles: [PromptLibraryTests.role], settings: settings)
  }

  private func draft(_ background: String, _ expected: Int? = nil) -> PromptDraft {
    PromptDraft(
      role: "r", text: "role: r\nbackground: \(background)\n", format: .yaml, author: "edna",
      note: "why", expectedVersion: expected)
  }

  /// What a cycle does for each call.
  private func asked(_ source: PromptLibrary) throws -> String {
    let live = try source.live(role: "r")
    let document = try PromptDocument(parsing: live.text, format: live.format, role: "r")
    return document.system(RoleSchema(name: "answer", fields: [], mayAbstain: true))
  }

  @Test func saveAndRollbackActOnTheNextCall() throws {
    let folder = try Folder()
    defer { folder.remove() }
    let path = folder.path + "/ledger.sqlite"
    let calls = library(try Ledger(path: path), .immediate)
    let people = library(try Ledger(path: path), .immediate)
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
    defer { folder.remove() }
    let library = library(try Ledger(path: folder.path + "/ledger.sqlite"), .immediate)
    #expect(throws: PromptProblems.self) { try library.save(draft("{{news}} now")) }
    #expect(throws: PromptProblems.self) { try library.save(draft("&a now")) }
    #expect(try library.live(role: "r").version == 0)
    #expect(throws: PromptRefusal.unknownRole("q")) { try library.live(role: "q") }
  }

  @Test func whereShadowIsAskedForNothingUncomparedComesIntoUse() throws {
    let folder = try Folder()
    defer { folder.remove() }
    let library = library(try Ledger(path: folder.path + "/ledger.sqlite"), .shadow)
    let (candidate, isLive) = try library.save(draft("bold"))
    #expect(!isLive)
    #expect(try asked(library).contains("shipped"))
    #expect(throws: PromptRefusal.noShadow(role: "r")) {
      try library.rollBack(
        role: "r", to: candidate.version, author: "edna", note: "sly", expected: nil)
    }
    let shadow = try library.store.startShadow(
      role: "r", candidate: candidate.version, runsMin: 1, sharePermille: 1_000, person: "edna",
      at: 1)
    let found = try PromptShadow(library).candidate(role: "r", snapshotHash: "00aa")
    #expect(found?.version == candidate)
    let long = RoleAnswer(outcome: .valid, output: ["stance": 20], source: "local")
    let longer = RoleAnswer(outcome: .repaired, output: ["stance": 60], source: "local")
    #expect(
      try PromptShadow(library).record(
        shadow, snapshotHash: "00aa", live: long, liveMilliseconds: 1, candidate: longer,
        candidateMilliseconds: 2, at: 2))
    #expect(try asked(library).contains("shipped"), "compared is not promoted")
    let figures = try library.store.promote(
      role: "r", candidate: candidate.version, person: "edna", at: 3)
    #expect(figures.agreeing == 1 && figures.candidateSide.valid == 1)
    #expect(try asked(library).contains("bold"))
  }
}
