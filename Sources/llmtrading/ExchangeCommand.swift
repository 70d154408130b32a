// `llmtrading exchange`: the simulated OKX as a process of its own.
import ArgumentParser
import Exchange
import ExchangeCalendar
import Foundation
import Matching
import Quantities

struct ExchangeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exchange",
    abstract: "Run the simulated OKX: public, private and business WebSocket, and REST, over TLS.",
    discussion: """
      Prints one line when it listens: the port and the CA file that a client must trust. Without
      --recording the market is generated from --seed. Ends on SIGINT or SIGTERM.
      """
  )

  @Option(help: "Folder for the certificates (default: a fresh temporary one).")
  var stateDir: String?
  @Option(help: "Port on 127.0.0.1; 0 takes a free one.")
  var port = 0
  @Option(help: "Play this raw recording instead of generating.")
  var recording: String?
  @Option(help: "recorded: the file's own pace; max: as fast as readers take it.")
  var speed: Speed = .recorded
  @Option(help: "public/instruments bodies that give tick and lot (raw or JSON).")
  var instruments: String?
  @Option(help: "How many instruments to generate.")
  var generate = 10
  @Option(help: "How many linear swaps to generate behind them, at most 5.")
  var swaps = 0
  @Option(help: "Generated messages a second, all instruments together.")
  var rate = 1_000
  @Option(help: "Seed of the generated market.")
  var seed: UInt64 = 1
  @Option(help: "Fault script.")
  var faults: String?
  @Option(help: "New connections a second from one address; 0 for no limit.")
  var connectsPerSecond = 3
  @Option(help: "Orders of one instrument in two seconds.")
  var ordersPerTwoSeconds = 60
  @Option(help: "Orders of the account in two seconds.")
  var accountOrdersPerTwoSeconds = 1_000
  @Flag(help: "Orders past a limit are refused in their row (sCode), not by the envelope.")
  var rateRefusalsInRow = false
  @Option(help: "Fees of the account: tier (OKX's regular one) or none.")
  var fees: FeeChoice = .tier
  @Flag(help: "A spot buy pays its fee in the quote currency (feeType 1), not in the base.")
  var quoteFees = false
  @Option(help: "Who leaves a level first: proportional, back, front or power.")
  var queue: QueueChoice = .proportional
  @Option(help: "Microseconds from an order's acceptance to the book.")
  var latency = 0
  @Option(
    help: "Mean microseconds on top of --latency, at most ten times as much; --seed seeds it.")
  var jitter = 0
  @Option(help: "Milliseconds that its clock is ahead of this machine's; negative: behind.")
  var clockAhead: Int64 = 0
  @Option(help: "File of the API key, secret and passphrase it accepts, a line each.")
  var credentials: String?
  @Option(help: "Prices further from the market than so many percent are 51006; 0: any price.")
  var priceLimit = Int(ExchangeOptions.priceLimitPercentDefault)
  @Flag(help: "A subscription of `instruments` begins with the whole list, as OKX's once did.")
  var listInstruments = false
  @Flag(help: "books-l2-tbt and books50-l2-tbt want a login, as OKX's do (64003).")
  var depthLogin = false
  @Option(help: "Play OKX's rules of this day, such as 2026-05-01 (default: all that are known).")
  var asOf: String?
  @Flag(help: "With --as-of: the days on which demo trading changed.")
  var demoDays = false
  @Option(
    help: "Listen on this port too, 0 for a free one, as OKX did on 8443: closed since 2026-10-31.")
  var secondPort: Int?
  @Flag(help: "Serve ws:// and http:// without TLS (loopback only, for tests).")
  var plaintext = false

  enum Speed: String, ExpressibleByArgument, CaseIterable { case recorded, max }

  func run() async throws {
    guard (0...65_535).contains(port) else {
      throw ValidationError("--port is 0 to 65535, not \(port)")
    }
    if let secondPort, !(0...65_535).contains(secondPort) || secondPort == port && port != 0 {
      throw ValidationError("--second-port is another port, 0 to 65535, not \(secondPort)")
    }
    guard (1...1_000_000).contains(rate) else {
      throw ValidationError("--rate is 1 to 1000000 messages a second, not \(rate)")
    }
    guard (1...InstrumentTable.instrumentsMax).contains(generate) else {
      throw ValidationError(
        "--generate is 1 to \(InstrumentTable.instrumentsMax) instruments, not \(generate)")
    }
    guard (0...99).contains(priceLimit) else {
      throw ValidationError("--price-limit is 0 to 99 percent, not \(priceLimit)")
    }
    ParentLifeline.exitWhenParentDies()
    let folder = try stateDir ?? StateFolder.fresh(prefix: "llmtrading-exchange")
    let market: ExchangeMarket =
      if let recording {
        .recording(path: recording, speed: speed == .max ? .max : .recorded)
      } else {
        .generated(instruments: generate, messagesPerSecond: rate, seed: seed)
      }
    var options = ExchangeOptions(stateDirectory: folder, market: market)
    options.instrumentsFile = instruments
    options.faultsFile = faults
    options.swaps = swaps
    options.port = port
    options.plaintext = plaintext
    options.connectsPerSecond = connectsPerSecond
    options.clockAheadMilliseconds = clockAhead
    options.ordersPerTwoSeconds = ordersPerTwoSeconds
    options.accountOrdersPerTwoSeconds = accountOrdersPerTwoSeconds
    options.ratesRefuseInRow = rateRefusalsInRow
    options.listsInstruments = listInstruments
    options.rules = try rulesInForce()
    options.requireLoginForTbt = depthLogin
    options.secondPort = secondPort
    options.engineSettings.priceLimitPercent = Int64(priceLimit)
    options.engineSettings.fees = fees.model
    options.engineSettings.spotFeesInQuote = quoteFees
    options.engineSettings.queue = queue.model
    options.engineSettings.latency = try latencyModel()
    if let credentials { options.credentials = try ExchangeCommand.credentials(credentials) }
    let server = ExchangeServer(options)
    let port = try await server.start()
    let second =
      secondPort == nil ? "" : " second=\(server.secondPort.map(String.init) ?? "closed")"
    print("exchange listening port=\(port)\(second) ca=\(server.certificateAuthorityFile)")
    fflush(nil)
    await Signals.wait(for: [SIGINT, SIGTERM])
    await server.stop()
  }

  private func rulesInForce() throws -> RulesInForce {
    guard let asOf else {
      if demoDays { throw ValidationError("--demo-days says whose days --as-of means: give both") }
      return .all
    }
    guard let day = CalendarDay(asOf), day >= DatedRule.first else {
      throw ValidationError(
        "--as-of is a day from \(DatedRule.first) on, as 2026-05-01, not \(asOf)")
    }
    return RulesInForce(on: day, isDemo: demoDays)
  }

  private func latencyModel() throws -> any LatencyModel {
    let range = 0...10_000_000
    guard range.contains(latency), range.contains(jitter) else {
      throw ValidationError("--latency and --jitter are 0 to 10000000 microseconds")
    }
    if jitter == 0 { return FixedLatency(nanoseconds: Int64(latency) * 1_000) }
    return JitteredLatency(
      base: Int64(latency) * 1_000, jitterMean: Int64(jitter) * 1_000,
      jitterMax: Int64(jitter) * 10_000, seed: seed)
  }

  private static func credentials(_ path: String) throws -> AcceptedKey {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    guard lines.count == 3 else {
      throw ValidationError("--credentials: key, secret and passphrase, a line each")
    }
    return AcceptedKey(
      key: String(lines[0]), secret: String(lines[1]), passphrase: String(lines[2]))
  }
}

extension FeeChoice: ExpressibleByArgument {}
extension QueueChoice: ExpressibleByArgument {}
