// `llmtrading record`: received public frames into a file, bytes untouched.
import ArgumentParser
import Core
import Dialing
import Foundation
import Market
import OKX
import Operations
import Quantities
import Transport
import Wire

struct RecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Write received public frames to a file, bytes untouched.",
    discussion: """
      The file is what `llmtrading exchange --recording` and `demo --recording` play. Without --url the
      endpoint is the configuration's: business for candles and trades-all, public for all else. Channels
      that need a login (books-l2-tbt) use the configuration's key; the login is not recorded. A lost
      connection is made anew and leaves a line in the file. Ends with Ctrl-C, --seconds or --frames.
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "Channels, with commas between: books,trades,tickers,candle1m …")
  var channels: String
  @Option(help: "Instruments, with commas between (default: okx.instruments).")
  var instruments: String?
  @Option(help: "File to make; one that exists is refused.")
  var out: String
  @Option(help: "wss:// address instead of the configuration's; then no configuration is read.")
  var url: String?
  @Option(help: "PEM trust anchors instead of the system's (with --url).")
  var caFile: String?
  @Option(help: "End after so many seconds.")
  var seconds: Double?
  @Option(help: "End after so many frames.")
  var frames: Int?

  func run() throws {
    let names = RecordCommand.words(channels)
    if names.isEmpty { throw ValidationError("--channels names none") }
    if let seconds, !(0...31_536_000).contains(seconds) {
      throw ValidationError("--seconds is 0 to 31536000, not \(seconds)")
    }
    let source = try RecordSource(self, channels: names)
    let writer: RecordingWriter
    do {
      writer = try RecordingWriter(path: out)
    } catch {
      throw ValidationError("\(out) cannot be made: it exists, or its folder does not")
    }
    let stop = InterruptFlag()
    var run = Recording(
      source: source, writer: writer, framesMax: frames ?? .max,
      end: seconds.map { Instant.now().advanced(byNanoseconds: Int64($0 * 1e9)) }, stop: stop)
    try run.run()
  }

  static func words(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
  }
}

/// Where frames come from.
struct RecordSource {
  var request: DialRequest
  var url: String
  var transport: TransportKind?
  var login: ((Int64) -> [UInt8])?
  var channels: [PublicTap.Channel]

  init(_ command: RecordCommand, channels names: [String]) throws {
    var instruments = command.instruments.map(RecordCommand.words) ?? []
    if let given = command.url {
      url = given
      let address = try WebSocketURL(given)
      request = DialRequest(
        url: address, tls: address.isSecure ? try TLSContext(caFile: command.caFile) : nil)
    } else {
      let configuration = try command.common.load()
      if instruments.isEmpty { instruments = configuration.okx.instruments }
      url = try RecordSource.endpoint(configuration, names)
      request = DialRequest(
        url: try WebSocketURL(url),
        tls: try TLSContext(caFile: configuration.okx.certificateAuthorityFile),
        proxy: try configuration.proxyEndpoint(),
        headers: configuration.endpoints.needsDemoHeader
          ? [(name: "x-simulated-trading", value: "1")] : [])
      if let keys = try Credentials.load(configuration.okx.credentials) {
        let held = APIKey(keys)
        login = { LoginRequest.text(held, unixSeconds: $0) }
      }
      transport =
        switch configuration.transport {
        case .auto: nil
        case .uring: .uring
        case .epoll: .epoll
        }
    }
    if instruments.isEmpty { throw ValidationError("no instruments: use --instruments") }
    channels = try names.flatMap { name in
      let isAlone = ContextChannel(rawValue: name)?.isOfNothing ?? false
      return try (isAlone ? [nil] : instruments.map { Optional($0) }).map { instrument in
        guard let channel = PublicTap.Channel(name: name, instrument: instrument) else {
          throw ValidationError("\(name) \(instrument ?? ""): not a name that can be asked for")
        }
        return channel
      }
    }
    if login == nil, let first = channels.first(where: { $0.needsLogin }) {
      throw ValidationError(
        "\(first.name) needs a login: record with a configuration that has okx.credentials")
    }
  }

  private static func endpoint(_ configuration: Configuration, _ names: [String]) throws -> String {
    let business = names.filter(ContextChannel.isOnBusiness)
    if !business.isEmpty && business.count < names.count {
      throw ValidationError(
        "\(business.joined(separator: ", ")) come from the business endpoint, the others from the "
          + "public one: record them in two runs")
    }
    let endpoints = configuration.endpoints
    let found = business.isEmpty ? endpoints.publicURL : endpoints.businessURL
    guard let found else {
      throw ValidationError(
        "no endpoint: set okx.endpoints.\(business.isEmpty ? "public" : "business"), or use --url")
    }
    return found
  }
}
