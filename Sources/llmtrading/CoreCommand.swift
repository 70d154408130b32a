// `llmtrading core`: the process that holds the exchange keys and trades.
import ArgumentParser
import CKernel
import Core
import Foundation
import Logging
import Operations

struct CoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "core",
    abstract: "Run the trading core alone (usually `llmtrading run` does).",
    discussion: """
      Ends on SIGINT or SIGTERM: new orders stop, working ones are cancelled (by REST where the private line does \
      not say that they ended), sessions close. Ends with 0 when no order of the desk's works, with 75 when one \
      still does or may; each is named in the log.
      """)

  /// The exit status of a core, and of the `run` above it, that leaves orders which may still rest.
  static let ordersMayRest: Int32 = 75

  @OptionGroup var common: CommonOptions
  @Option(help: "Write a report of this run here at the end.")
  var report: String?

  func run() async throws {
    let lifeline = ProcessLifeline()
    _ = ck_forbid_dump()
    let configuration = try common.load()
    Logs.bootstrap(configuration.log, environment: configuration.environment)
    var process = CoreProcess(
      configuration: configuration, build: LLMTrading.configuration.version,
      log: Logger(label: "Core"))
    process.isHurried = { lifeline.isSupervisorGone }
    let ending = try await process.run(
      until: { await lifeline.waitForEnd() },
      report: { core in
        guard let report else { return }
        let text = try RunReport(core: core, configuration: configuration).encoded()
        try text.write(to: URL(fileURLWithPath: report), options: .atomic)
      })
    if ending == .ordersMayRest { throw ExitCode(CoreCommand.ordersMayRest) }
  }
}

/// Options that every subcommand of a configured desk takes.
struct CommonOptions: ParsableArguments {
  @Option(help: "Configuration file (default: llmtrading.yaml in the state folder).")
  var config: String?
  @Option(help: "State folder: token, door, state, journals.")
  var stateDir: String?
  @Option(help: "split or fused.")
  var topology: String?
  @Flag(help: "Needed with environment: live.")
  var live = false

  /// Of the configuration file, absolute.
  var path: String {
    let folder = stateDir ?? Configuration().stateDirectory
    let file = config ?? (folder as NSString).expandingTildeInPath + "/llmtrading.yaml"
    return URL(fileURLWithPath: file).standardizedFileURL.path
  }

  /// What a child process is given on, beside the paths.
  var passed: [String] {
    (topology.map { ["--topology", $0] } ?? []) + (live ? ["--live"] : [])
  }

  func load() throws -> Configuration {
    var overrides: [String: String] = [:]
    if let stateDir { overrides["state_dir"] = stateDir }
    if let topology { overrides["topology"] = topology }
    return try Configuration.load(path: path, overrides: overrides, allowLive: live)
  }
}
