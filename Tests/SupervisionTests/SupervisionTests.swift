// The desk under `llmtrading run`, killed at every joint: the scenarios are Tests/Peers/desk/supervision.py.
import Foundation
import Testing

/// One desk at a time: each runs an exchange, a core and a console on what may be two CPUs.
@Suite(.serialized)
enum Desks {
  @Suite(.serialized)
  struct KillsAndStops {
    @Test(arguments: [
      "core_killed_at_rest", "core_killed_at_work", "forged_rings", "exchange_late", "missed_fill",
      "supervisor_killed",
      "console_killed", "environments",
      "three_deaths", "second_core", "stop_survives", "halt_by_signal", "flatten",
      "flatten_survives", "limits",
      "proxied", "demo_interrupted", "bad_input",
    ])
    func scenario(_ name: String) throws {
      let (status, output) = try Scenario.run(name)
      #expect(status == 0, "\(output)")
    }
  }

  /// What rests when the process ends: the scenarios are Tests/Peers/desk/ends.py.
  @Suite(.serialized)
  struct Ends {
    @Test(arguments: [
      "cancelled_by_rest", "fallback", "fallback_closes", "named", "orphaned", "others_order_rests",
    ])
    func scenario(_ name: String) throws {
      let (status, output) = try Scenario.run(name, of: "ends.py")
      #expect(status == 0, "\(output)")
    }
  }

  /// What the exchange does that is no fault of a connection: the scenarios are Tests/Peers/desk/venue.py.
  @Suite(.serialized)
  struct Venue {
    @Test(arguments: [
      "clocks_apart", "grid_changes", "suspended", "delisted", "maintenance", "cool_off", "paid_in",
      "renamed",
    ])
    func scenario(_ name: String) throws {
      let (status, output) = try Scenario.run(name, of: "venue.py")
      #expect(status == 0, "\(output)")
    }
  }

  /// A deep book's line cut each second: the scenario is Tests/Peers/desk/shares.py.
  struct Shares {
    @Test func shares() throws {
      let (status, output) = try Scenario.run("shares", of: "shares.py")
      #expect(status == 0, "\(output)")
    }
  }

  /// The exchange behind a SOCKS5 proxy: the scenarios are Tests/Peers/desk/proxies.py.
  @Suite(.serialized)
  struct Proxies {
    @Test(arguments: ["socks", "socks_refuses"])
    func scenario(_ name: String) throws {
      let (status, output) = try Scenario.run(name, of: "proxies.py")
      #expect(status == 0, "\(output)")
    }
  }

  /// The exchange of another day: the scenarios are Tests/Peers/desk/epochs.py.
  @Suite(.serialized)
  struct Epochs {
    @Test(arguments: [
      "spring", "summer", "autumn", "winter", "desk_in_spring", "desk_in_winter",
      "second_port_open", "second_port_closed",
    ])
    func scenario(_ name: String) throws {
      let (status, output) = try Scenario.run(name, of: "epochs.py")
      #expect(status == 0, "\(output)")
    }
  }

  /// Starts that find much to agree on, and deaths that leave orders in flight.
  @Suite(.serialized)
  struct Agreement {
    @Test(arguments: [("start.py", "start_with_history"), ("kill_rounds.py", "5")])
    func scenario(_ script: String, _ word: String) throws {
      let (status, output) = try Scenario.run(word, of: script, seconds: 240)
      print(output.split(separator: "\n").last.map(String.init) ?? "")
      #expect(status == 0, "\(output)")
    }
  }

  /// The desk with its agents, as processes: the scenarios are Tests/Peers/desk/team.py, kills.py and canary.py.
  @Suite(.serialized)
  struct AgentsAtWork {
    @Test(arguments: [
      ("team.py", "demo_decides"), ("kills.py", "console_kills"),
      ("kills.py", "console_keeps_off"), ("team.py", "prompts_act"), ("team.py", "prompts_shadow"),
      ("team.py", "eighth_role"),
      ("canary.py", "canary"),
    ])
    func scenario(_ script: String, _ name: String) throws {
      let (status, output) = try Scenario.run(name, of: script, seconds: 240)
      print(
        output.split(separator: "\n").filter { !$0.contains(" Core: ") }.suffix(4).joined(
          separator: "\n"))
      #expect(status == 0, "\(output)")
    }
  }
}

enum Scenario {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
  static func run(_ name: String, of script: String = "supervision.py", seconds: Int = 90) throws
    -> (status: Int32, output: String)
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "timeout", String(seconds), root + "/.build/test-venv/bin/python",
      root + "/Tests/Peers/desk/" + script, name,
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
