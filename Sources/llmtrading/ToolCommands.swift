// `llmtrading wire-echo` and `llmtrading config`: small tools over one module each.
import ArgumentParser
import Channels
import Dialing
import ExchangeCalendar
import Foundation
import Operations
import Quantities
import Transport

struct WireEchoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wire-echo",
    abstract: "Echo WebSocket messages, so that a conformance suite can drive this client.",
    discussion: """
      Asks URL/getCaseCount, runs URL/runCase?case=N&agent=llmtrading for each, and ends with
      URL/updateReports?agent=llmtrading, as the Autobahn fuzzing server expects.
      """)

  @Argument(help: "ws:// (loopback only) or wss:// address of the server.")
  var url: String
  @Option(help: "uring or epoll (default: what the kernel allows).")
  var transport: String?
  @Option(help: "PEM trust anchors instead of the system's.")
  var caFile: String?

  func run() throws {
    var kind: TransportKind?
    if let transport {
      guard let named = TransportKind(name: transport) else {
        throw ValidationError("--transport is uring or epoll, not \(transport)")
      }
      kind = named
    }
    let summary = try WireEcho.run(url: url, transport: kind, caFile: caFile) { print($0) }
    print(summary)
  }
}

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Explain and check configuration.",
    subcommands: [Explain.self, Check.self])

  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Every key, or one: type, unit, default, meaning.")
    @Argument(help: "A key such as okx.ca_file, or a group such as risk.")
    var key: String?

    func run() throws { print(try ConfigurationSchema.explain(key).get()) }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read a file as the core would, and say everything that is wrong with it.")
    @OptionGroup var common: CommonOptions
    @Option(help: "The day after which OKX's next dated change is looked for (default: today).")
    var today: String?

    func run() throws {
      var day = CalendarDay(milliseconds: WallMilliseconds.now().milliseconds)
      if let today {
        guard let given = CalendarDay(today) else {
          throw ValidationError("--today is a day such as 2026-10-01, not \(today)")
        }
        day = given
      }
      let configuration = try common.load()
      print(configuration.changeNotice(after: day))
      print("ok: \(configuration.environment?.rawValue ?? "") \(configuration.hashText)")
    }
  }
}
