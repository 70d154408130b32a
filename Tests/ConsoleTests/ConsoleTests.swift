// The console over a trading desk, asked by clients of others: scenarios of Tests/Peers/console.
import Foundation
import Testing

@Suite(.serialized)
struct ConsoleOverADesk {
  @Test(arguments: [
    "refusals", "headers", "link_once", "console_killed", "resume", "slow_reader", "core_down",
  ])
  func api(_ name: String) throws {
    let (status, output) = try Scenario.run("api.py", name)
    #expect(status == 0, "\(output)")
  }

  @Test(arguments: ["rights", "table", "risk", "orders_stream"])
  func routes(_ name: String) throws {
    let (status, output) = try Scenario.run("routes.py", name)
    #expect(status == 0, "\(output)")
  }

  @Test(arguments: ["life", "rights"])
  func prompts(_ name: String) throws {
    let (status, output) = try Scenario.run("prompts.py", name)
    #expect(status == 0, "\(output)")
  }

  /// schemathesis: what the document allows and much that it does not, for a minute at most.
  @Test func conformance() throws {
    let (status, output) = try Scenario.run("conformance.py", "schemathesis")
    #expect(status == 0, "\(output)")
  }

  /// Headless Chromium, driven by playwright.
  @Test(arguments: ["monitor", "phone", "strangers", "console_killed"])
  func page(_ name: String) throws {
    let (status, output) = try Scenario.run("page.py", name)
    #expect(status == 0, "\(output)")
  }

  /// Agents decide behind the page.
  @Test(arguments: ["save_acts", "card_and_order"])
  func live(_ name: String) throws {
    let (status, output) = try Scenario.run("live.py", name)
    #expect(status == 0, "\(output)")
  }

  /// Records come from the ledger's own code; hostile text among them stays text.
  @Test(arguments: ["feed", "arrival", "cycle", "hostile"])
  func decisions(_ name: String) throws {
    let (status, output) = try Scenario.run("decisions.py", name)
    #expect(status == 0, "\(output)")
  }

  /// Every view by axe-core, by keyboard, at 360 px; actions of risk and who may take them.
  @Test(arguments: ["accessible", "phone_views", "risk", "rights"])
  func views(_ name: String) throws {
    let (status, output) = try Scenario.run("views.py", name)
    #expect(status == 0, "\(output)")
  }

  /// What the Monitor shows of orders, equity and alarms.
  @Test(arguments: ["alerts", "orders", "figures"])
  func figures(_ name: String) throws {
    let (status, output) = try Scenario.run("figures.py", name)
    #expect(status == 0, "\(output)")
  }

  /// The prompt editor: nothing typed is lost, nothing of others is overwritten unseen.
  @Test(arguments: ["edit", "unsaved", "conflict", "hostile_prompts", "phone_editor"])
  func editor(_ name: String) throws {
    let (status, output) = try Scenario.run("prompt_page.py", name)
    #expect(status == 0, "\(output)")
  }
}

enum Scenario {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
  private static let secondsMax = 120

  static func run(_ file: String, _ name: String) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "timeout", String(secondsMax), root + "/.build/test-venv/bin/python",
      root + "/Tests/Peers/console/" + file, name,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
