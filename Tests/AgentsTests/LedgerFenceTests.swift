// Cycles, news and shadows at work hold up no thread that tasks share: each of their calls of the ledger is counted.
import AgentFixtures
import Agents
import Foundation
import Ledger
import Logging
import News
import Operations
import Prompts
import Roles
import Testing

@Suite(.serialized) struct LedgerFence {
  @Test func everyCallOfTheLedgerIsBehindTheFence() async throws {
    let core = try TestCore()
    defer { core.end() }
    core.show()
    // A handle of the agents' own: what the test itself reads is counted elsewhere.
    let ledger = try Ledger(path: core.folder.path + "/ledger.sqlite")
    let configuration = core.configuration { $0.prompts.promotion = .shadow }
    let agents = try core.agents(configuration, ledger: ledger)
    let role = try #require(agents.team[RoleID.technicalAnalyst])
    let library = PromptLibrary(
      core.ledger.prompts, roles: agents.team.roles.map { PromptRole($0) },
      settings: configuration.prompts)
    let candidate = try library.save(
      PromptDraft(
        role: role.id, text: role.defaultPrompt + "\n# another\n", format: .yaml, author: "edna",
        note: "a candidate")
    ).version
    _ = try library.store.startShadow(
      role: role.id, candidate: candidate.version, runsMin: 2, sharePermille: 1_000, person: "edna",
      at: 1)
    let news = NewsPoller(
      store: ledger.news, feeds: [], fetcher: NewsFetcher(hosts: []),
      folder: core.folder.path + "/news", log: Logger(label: "test"))
    try FileManager.default.createDirectory(
      atPath: core.folder.path + "/news", withIntermediateDirectories: true)
    try core.folder.write("news/a.jsonl", "{\"title\": \"Bitcoin fund approved\", \"text\": \"x\"}")
    await news.poll(now: Int64(Date().timeIntervalSince1970 * 1_000))
    #expect(await news.counters.items == 1)

    let task = Task { await agents.run() }
    let end = ContinuousClock.now + .seconds(30)
    func runs() throws -> Int { try library.store.shadow(role: role.id)?.runs ?? 0 }
    while ContinuousClock.now < end, try core.signals.count < 3 || runs() < 2 {
      try await Task.sleep(for: .milliseconds(50))
    }
    task.cancel()
    await task.value
    #expect(try core.signals.count >= 3 && runs() >= 2)
    #expect(ledger.figures.appended >= 20)
    #expect(ledger.figures.unfenced == 0)
    _ = try ledger.latestDecision()
    #expect(ledger.figures.unfenced == 1, "a task that asks by itself is counted")
  }
}
