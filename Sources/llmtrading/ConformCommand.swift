// `llmtrading conform`: docs/OKX.md held against an exchange, rule by rule; control plane.
import Account
import ArgumentParser
import Conformance
import Core
import Dialing
import ExchangeCalendar
import Foundation
import OKX
import Operations
import Wire

struct ConformCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conform",
    abstract: "Hold the exchange against docs/OKX.md, rule by rule, with your demo account.",
    discussion: """
      Walks through the rules that this desk relies on, with the configuration's own key and hosts, and says \
      of each whether OKX agrees, differs, or did not show it. It trades the smallest sizes of two instruments, \
      cancels what it placed, closes what it opened, and needs some USDT in the account for it. It runs \
      against OKX's demo trading and against `llmtrading exchange`; it refuses live, where an order costs money.
      Stop the desk of this account first: its orders and its request budgets would be mixed up with these.
      Into --out go report.json, report.txt and frames.jsonl: every frame and reply, without keys and account \
      numbers. A difference is worth a look into the exchange's change log: mend docs/OKX.md and the code first.
      Ends with 0 when nothing differs, with 65 when a rule differs, with 75 when orders are left behind.
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "Refused unless the configuration says the same: demo or simulated.")
  var environment: String?
  @Option(help: "Steps or chapters to run, with commas between, as `books,orders.post-only`.")
  var steps: String?
  @Flag(help: "Name every step with its rules, and end.")
  var list = false
  @Option(help: "Spot pair to trade in its smallest size.")
  var spot = "BTC-USDT"
  @Option(help: "Linear swap to trade in its smallest size.")
  var swap = "BTC-USDT-SWAP"
  @Option(
    help: "Expect the rules of this day, such as 2026-05-01 (default: the exchange's own day).")
  var asOf: String?
  @Option(help: "Port on which WebSockets answered too until 2026-10-31.")
  var oldPort: UInt16 = 8_443
  @Option(help: "Seconds to wait for what comes by itself: notices, maintenance, renames.")
  var watch = 60.0
  @Option(help: "Folder for the report and the frames (default: conform-DAY in the state folder).")
  var out: String?
  @Flag(help: "A rule that was not seen is a failure too (66).")
  var strict = false
  @Option(help: "Read the frames of this earlier run by the desk's own decoders instead, and end.")
  var replay: String?

  func run() async throws {
    if list { return ConformCommand.showList() }
    if let replay { return try ConformCommand.showReplay(replay) }
    let chosen = try ConformanceRun.steps(named: steps.map(RecordCommand.words) ?? [])
    let configuration = try common.load()
    Logs.bootstrap(configuration.log, environment: configuration.environment)
    let target = try target(configuration)
    let run = ConformanceRun(target, steps: chosen) {
      FileHandle.standardError.write(Data("\($0)\n".utf8))
    }
    let report: ConformanceReport
    do { report = try await run.run() } catch {
      await target.rest.shutdown()
      throw CommandError("conform cannot begin: \(error)")
    }
    await target.rest.shutdown()
    let folder =
      out ?? (configuration.stateDirectory as NSString).expandingTildeInPath
      + "/conform-\(report.day)"
    try report.write(to: folder)
    print(report.text)
    print("written to \(folder)")
    if !report.left.isEmpty { throw ExitCode(75) }
    if report.count(.differs) > 0 { throw ExitCode(65) }
    if strict && report.count(.notSeen) > 0 { throw ExitCode(66) }
  }

  private static func showList() {
    for step in ConformStep.all {
      print("\(step.name)\t\(step.rules.joined(separator: " "))\t\(step.what)")
    }
  }

  private static func showReplay(_ folder: String) throws {
    let replay = try FrameReplay(file: folder + "/frames.jsonl")
    for (kind, count) in replay.taken.sorted(by: { $0.key < $1.key }) { print("\(kind)\t\(count)") }
    for refusal in replay.refused { print("refused\t\(refusal)") }
    if replay.refusedCount > 0 { throw ExitCode(65) }
  }

  private func target(_ configuration: Configuration) throws -> ConformTarget {
    let named = configuration.environment?.rawValue ?? "simulated"
    guard let environment = ConformTarget.Environment(rawValue: named) else {
      throw ValidationError(
        "conform trades to see what happens: it refuses live. Use a configuration with environment: demo "
          + "and a key made for demo trading")
    }
    if let wanted = self.environment, wanted != named {
      throw ValidationError(
        wanted == "live"
          ? "conform trades to see what happens: it refuses live"
          : "the configuration says environment: \(named), not \(wanted)")
    }
    guard let keys = try Credentials.load(configuration.okx.credentials) else {
      throw ValidationError("conform signs requests: set okx.credentials")
    }
    let endpoints = configuration.endpoints
    guard let publicURL = endpoints.publicURL, let privateURL = endpoints.privateURL,
      let businessURL = endpoints.businessURL, let rest = endpoints.restURL
    else {
      throw ValidationError(
        "conform needs okx.endpoints.public, private, business and rest in simulated")
    }
    if environment == .simulated && !ConformCommand.isHere(rest) {
      throw ValidationError(
        "environment: simulated is for an exchange on this machine, not \(rest)")
    }
    guard watch >= 0, watch <= 86_400 else {
      throw ValidationError("--watch is 0 to 86400 seconds")
    }
    let proxy = try configuration.proxyEndpoint()
    let key = APIKey(keys)
    var target = ConformTarget(
      environment: environment, publicURL: try WebSocketURL(publicURL),
      privateURL: try WebSocketURL(privateURL), businessURL: try WebSocketURL(businessURL),
      tls: try TLSContext(caFile: configuration.okx.certificateAuthorityFile), proxy: proxy,
      headers: endpoints.needsDemoHeader ? [(name: "x-simulated-trading", value: "1")] : [],
      rest: try RESTClient(
        base: rest, key: key, caFile: configuration.okx.certificateAuthorityFile,
        proxy: try proxy.map(RESTProxy.init), isSimulated: endpoints.needsDemoHeader),
      key: key, day: try day(), spot: spot, swap: swap, watchSeconds: watch)
    target.oldPort = oldPort
    return target
  }

  private func day() throws -> CalendarDay? {
    guard let asOf else { return nil }
    guard let day = CalendarDay(asOf), day >= DatedRule.first else {
      throw ValidationError(
        "--as-of is a day from \(DatedRule.first) on, as 2026-05-01, not \(asOf)")
    }
    return day
  }

  private static func isHere(_ url: String) -> Bool {
    guard let host = URL(string: url)?.host else { return false }
    return host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }
}
