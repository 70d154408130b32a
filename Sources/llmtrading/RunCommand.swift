// `llmtrading run`: keeps core and console running, and stops both in order; control plane.
import ArgumentParser
import Foundation
import Logging
import Operations

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run the desk: core and console as processes of their own, restarted when they die.",
    discussion: """
      Each process gets a scrubbed environment: exchange keys go to the core alone, model keys to the
      console alone. A core that dies three times within a minute stays down, its working orders are
      cancelled by REST (`llmtrading sweep`), and this says so until somebody comes. Ctrl-C or SIGTERM ends both in order. If this process itself is killed, the core
      cancels its working orders and ends within 5 s, and so does the console.
      """)

  @OptionGroup var common: CommonOptions
  @Flag(help: "Core only, no page.")
  var noConsole = false

  /// SIGTERM to a core may take this long before SIGKILL: its orders are cancelled meanwhile.
  private static let coreGraceNanoseconds: Int64 = 10_000_000_000

  func run() async throws {
    let configuration = try common.load()
    Logs.bootstrap(configuration.log, environment: configuration.environment)
    let log = Logger(label: "Supervisor")
    let directory = try StateDirectory(configuration.stateDirectory)
    // Refuses here, with the other's process id, rather than by a core that dies three times.
    do { _ = try directory.lock() }
    log.notice(
      """
      core and console run as one user, so a break-in at the console could reach the core's keys; \
      run them as two users to keep the keys out of reach
      """)
    let supervisor = try Supervisor(children(configuration, directory)) { event in
      RunCommand.write(event, log)
    }
    await Signals.wait(for: [SIGINT, SIGTERM])
    log.info("stopping console and core")
    supervisor.stop()
    await Task.detached { supervisor.waitUntilStopped() }.value
    log.info("stopped")
    if supervisor.down.contains("core") { throw ExitCode(70) }
    // Killed as its grace ran out, or dead before: nobody has said that its orders ended.
    if supervisor.ends["core"] != .exited(0) {
      log.critical("orders may still rest at the exchange: see the core's log, `llmtrading sweep`")
      throw ExitCode(CoreCommand.ordersMayRest)
    }
  }

  private func children(
    _ configuration: Configuration, _ directory: StateDirectory
  ) -> [ChildSpecification] {
    let arguments = ["--config", common.path, "--state-dir", directory.path] + common.passed
    var children = [
      ChildSpecification(
        name: "core", arguments: ["core"] + arguments,
        environment: ChildEnvironment.core(configuration), policy: .core,
        graceNanoseconds: RunCommand.coreGraceNanoseconds)
    ]
    // Without REST there is nobody to ask.
    if configuration.endpoints.restURL != nil {
      children.append(
        ChildSpecification(
          name: "sweep", arguments: ["sweep"] + arguments,
          environment: ChildEnvironment.core(configuration), policy: .task,
          startsWhenDown: "core"))
    }
    if !noConsole {
      children.append(
        ChildSpecification(
          name: "console", arguments: ["console"] + arguments,
          environment: ChildEnvironment.console(configuration), policy: .console))
    }
    return children
  }

  private static func write(_ event: SupervisorEvent, _ log: Logger) {
    switch event {
    case .started(let name, let process):
      log.info("started", metadata: ["child": "\(name)", "process": "\(process)"])
    case .startFailed(let name, let error):
      log.error("could not be started", metadata: ["child": "\(name)", "error": "\(error)"])
    case .died(let name, let exit, let pause):
      let next: Logger.MetadataValue = pause < 0 ? "stays down" : "\(pause / 1_000_000) ms"
      log.error("died", metadata: ["child": "\(name)", "how": "\(exit)", "restart_in": next])
    case .down(let name, let deaths):
      log.critical(
        """
        \(name) is DOWN after \(deaths) deaths within a minute and is not restarted; `llmtrading sweep` cancels \
        by REST what it had at work. Look at its log, then end this process and start it again
        """)
    case .stopped(let name, let exit):
      log.info("ended", metadata: ["child": "\(name)", "how": "\(exit)"])
    }
  }
}
