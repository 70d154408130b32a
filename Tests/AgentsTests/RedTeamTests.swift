// Injections through the whole way of news: sealed, cleaned, labelled, and bounded by their tier's cap.
import AgentFixtures
import Agents
import Foundation
import JSON
import Ledger
import News
import Prompts
import Roles
import Testing

@Suite struct RedTeam {
  private struct Injection: Decodable {
    var id: String
    var kind: String
    var title: String
    var text: String
  }

  private static func corpus() throws -> [Injection] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/red-team.jsonl")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Injection.self, from: Data($0.utf8))
    }
  }

  private static func item(_ one: Injection) -> NewsItem? {
    var counters = NewsCounters()
    return NewsIntake.item(
      RawNews(title: one.title, body: one.text, url: "https://evil.example/"),
      from: NewsSource(name: "folder", tier: .social), arrivedAt: 1_789_999_999_000,
      counters: &counters)
  }

  /// The envelope's marks stay where they were put, and no text closes its own line.
  @Test func noneLeavesTheEnvelope() throws {
    let all = try RedTeam.corpus()
    #expect(all.count >= 60 && Set(all.map(\.id)).count == all.count)
    var rendered = 0
    for one in all {
      guard let item = RedTeam.item(one) else { continue }
      rendered += 1
      let text = NewsEnvelope.render([item], now: 1_790_000_000_000, salt: "snapshot")
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count == 4, "\(one.id)")
      #expect(lines[1].hasPrefix("BEGIN NEWS ") && lines[3].hasPrefix("END NEWS "), "\(one.id)")
      let row = try JSONValue(parsing: String(lines[2]))
      #expect(row["tier"]?.string == "social" && row["id"]?.string == item.id, "\(one.id)")
      for forbidden in ["<", ">", "[INST]", "\u{202E}", "\u{200B}"] {
        #expect(row["title"]?.string?.contains(forbidden) == false, "\(one.id)")
      }
    }
    #expect(rendered >= 60)
  }

  /// A gullible collector that believes everything: direction and magnitude at their ends. What a role that
  /// reads labels may then move is its tier's cap, and every other role's prompt holds no word of the text.
  @Test(arguments: [-1, 1])
  func noneMovesATargetBeyondItsTiersCap(_ direction: Int) async throws {
    let team = try Team()
    let caps = NewsCaps()
    var counted = 0
    for one in try RedTeam.corpus() {
      guard let item = RedTeam.item(one) else { continue }
      counted += 1
      var snapshot = SnapshotFixture.full()
      snapshot.news = [
        NewsLabel(
          item: item.id, tier: item.tier, category: "macro", direction: direction, magnitude: 3,
          horizon: "days", instruments: [snapshot.instrument.id], confidence: 100,
          arrivedAt: item.arrivedAt)
      ]
      let title = item.title.text(for: .person)
      for role in team.roles where !role.inputs.contains(.rawNews) {
        let call = RoleCall(
          role: role, prompt: RenderedPrompt(system: "", user: "", version: 0), snapshot: snapshot,
          news: [item], deadline: .now + .seconds(5), trace: TraceContext())
        let shown = PromptRenderer.user(call, for: .model(.full))
        if title.count > 12 { #expect(!shown.contains(title), "\(one.id) in \(role.id)") }
        if role.inputs.contains(.newsLabels) {
          #expect(caps.weightCap(of: role, snapshot) <= Int(caps.social), "\(role.id)")
        } else {
          #expect(caps.weightCap(of: role, snapshot) == role.weightCap)
        }
        _ = await LocalAnalyst().answer(call)
      }
    }
    print("red team: \(counted) injections, cap \(caps.social) permille, direction \(direction)")
    #expect(counted >= 60)
  }

  /// The local collector reads words: hidden text makes an item say nothing at all.
  @Test func whatHidesSaysNothing() throws {
    var suspects = 0
    for one in try RedTeam.corpus() {
      guard let item = RedTeam.item(one) else { continue }
      let label = NewsRules.label(item, instruments: ["BTC-USDT"])
      #expect(abs(label.direction) <= 1 && label.magnitude <= 2 && label.confidence <= 60)
      #expect(label.instruments.allSatisfy { $0 == "BTC-USDT" })
      if !item.flags.isEmpty {
        suspects += 1
        #expect(label.direction == 0 && label.magnitude == 0, "\(one.id)")
      }
    }
    #expect(suspects >= 6)
  }
}
