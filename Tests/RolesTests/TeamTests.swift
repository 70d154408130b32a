// A role is data: seven are shipped, a desk adds the eighth without code.
import AgentFixtures
import Foundation
import Roles
import TestFolders
import Testing

@Suite struct TeamTests {
  @Test func shipsSeven() throws {
    let team = try Team()
    #expect(team.roles.map(\.id).sorted() == RoleID.shipped.sorted())
    #expect(team.analysts.count == 5)
    #expect(team.decisionMaker.id == RoleID.decisionMaker)
    #expect(team.riskController.id == RoleID.riskController)
    for role in team.roles {
      #expect(role.defaultPrompt.hasPrefix("role: \(role.id)\n"))
      #expect(role.localRule != nil)
    }
    #expect(team[RoleID.newsCollector]?.inputs == [.rawNews])
    for role in team.roles where role.id != RoleID.newsCollector {
      #expect(!role.inputs.contains(.rawNews), "\(role.id)")
    }
  }

  @Test func takesAnEighth() throws {
    let folder = try Folder()
    defer { folder.remove() }
    try folder.write("basis.role.yaml", RoleFixture.eighth)
    try folder.write("basis.prompt.yaml", "role: basis_watcher\ngoals: Watch the basis.\n")
    let team = try Team(folder: folder.path)
    #expect(team.roles.count == 8)
    let role = try #require(team["basis_watcher"])
    #expect(role.schema.field("basis_bps")?.kind == .number(-1_000...1_000))
    #expect(team.analysts.last?.id == "basis_watcher")
    #expect(role.localRule == nil)
  }

  @Test(arguments: [
    ("cadence_seconds: 30", "cadence_seconds: 0", "cadence_seconds"),
    ("kind: analyst", "kind: oracle", "kind"),
    ("inputs: [book, context]", "inputs: [book, raw_news]", "raw_news"),
    ("inputs: [book, context]", "inputs: []", "inputs"),
    ("weight_cap: 200", "weight_cap: 2000", "weight_cap"),
    ("tags: [desk]", "colour: red", "colour"),
    ("id: basis_watcher", "id: Basis Watcher", "id"),
    ("minimum: -100, maximum: 100", "minimum: -10, maximum: 10", "stance"),
    ("name: basis_bps", "name: stance", "stance"),
    ("name: basis_bps", "name: abstain", "abstain"),
    ("kind: analyst", "kind: risk", "kind"),
    ("type: number", "type: [number", "roles"),
  ])
  func refusesABadFile(_ from: String, _ to: String, _ word: String) throws {
    let folder = try Folder()
    defer { folder.remove() }
    let text = RoleFixture.eighth.replacingOccurrences(of: from, with: to)
    #expect(text != RoleFixture.eighth)
    try folder.write("basis.role.yaml", text)
    try folder.write("basis.prompt.yaml", "role: basis_watcher\ngoals: g\n")
    do {
      _ = try Team(folder: folder.path)
      Issue.record("taken: \(to)")
    } catch {
      #expect(word == "roles" || error.message.contains(word), "\(error)")
      #expect(error.file.hasSuffix("basis.role.yaml") || word == "kind")
    }
  }

  @Test func aRoleWithoutItsPromptIsRefused() throws {
    let folder = try Folder()
    defer { folder.remove() }
    try folder.write("basis.role.yaml", RoleFixture.eighth)
    #expect(throws: TeamError.self) { try Team(folder: folder.path) }
  }
}
