// `llmtrading sweep`: every working order of the desk is cancelled by REST, without a core; control plane.
import ArgumentParser
import Core
import Foundation
import Logging
import Operations

struct SweepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Cancel the desk's working orders by REST, without a core.",
    discussion: """
      For a core that is down or cannot be reached: `llmtrading run` does it by itself when the core stays \
      down. It asks for pending orders, cancels those that starts of this state folder placed, and asks again \
      until none works and none sent before can arrive any more (a few seconds). A core that runs places new \
      orders all the while: `llmtrading stop` first. Positions stay as they are.
      Ends with 0 when nothing of the desk's works, with 75 when something still does or may; each is named.
      """)

  @OptionGroup var common: CommonOptions
  @Flag(help: "Other people's orders on this account too.")
  var foreign = false

  func run() async throws {
    let configuration = try common.load()
    Logs.bootstrap(configuration.log, environment: configuration.environment)
    var sweep = OrderSweep(configuration: configuration, log: Logger(label: "Sweep"))
    sweep.includesForeign = foreign
    let outcome = try await sweep.run()
    print("\(outcome.ended) orders cancelled, \(outcome.left.count) left")
    for line in outcome.left { print("  \(line)") }
    if outcome.foreign > 0 {
      print(
        "\(outcome.foreign) orders of other people were left alone (--foreign cancels them too)")
    }
    if !outcome.left.isEmpty { throw ExitCode(75) }
  }
}
