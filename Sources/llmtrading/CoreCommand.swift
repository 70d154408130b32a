// `llmtrading core`: the process that holds the exchange keys and trades.
import Account
import ArgumentParser
import CKernel
import Foundation
import OKX
import Pipeline
import Quantities
import Transport
import Wire

struct CoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "core",
    abstract: "Run the trading core alone (usually `llmtrading run` does).")

  @Option(help: "OKX public WebSocket URL.")
  var publicURL: String
  @Option(help: "OKX REST base URL.")
  var restURL: String
  @Option(help: "PEM trust anchors of the exchange.")
  var caFile: String?
  @Option(help: "Instruments, comma separated.")
  var instruments: String
  @Option(help: "Public channels, comma separated.")
  var channels = "books-l2-tbt,trades"
  @Option(help: "split or fused.")
  var topology = "fused"
  @Option(help: "uring or epoll.")
  var transport: String?
  @Option(help: "Write a report of this run here at the end.")
  var report: String

  func run() async throws {
    ParentLifeline.exitWhenParentDies()
    _ = ck_forbid_dump()
    let rest = try RESTClient(base: restURL, caFile: caFile)
    let ids = instruments.split(separator: ",").map(String.init)
    var catalog = InstrumentCatalog()
    for type in ["SPOT", "SWAP", "FUTURES", "OPTION"] {
      if let body = try? await rest.get("/api/v5/public/instruments?instType=\(type)") {
        try catalog.add(body: body)
      }
    }
    await rest.shutdown()
    let table = try catalog.table(ids)
    let names = channels.split(separator: ",").map(String.init)
    let subscriptions = try ids.indices.flatMap { index in
      try names.map { name in
        guard let channel = MarketChannel(okxName: name) else {
          throw ValidationError("unknown channel \(name)")
        }
        return PublicSubscription(
          channel: channel, instrument: InstrumentID(index: UInt16(index)))
      }
    }
    let choice = Transport.choose(requested: transport.flatMap { TransportKind(name: $0) })
    print("transport=\(choice.kind.name): \(choice.reason)")
    let line = ConnectorLine(name: "public-0", url: try WebSocketURL(publicURL))
    var options = CoreOptions(
      instruments: table,
      publicLines: [PublicLine(connector: line, subscriptions: subscriptions)],
      network: ConnectorNetwork(tls: try TLSContext(caFile: caFile)))
    options.topology = Topology(rawValue: topology) ?? .fused
    options.transport = choice.kind
    let core = try Core(options) { event in print("connector \(event)") }
    try core.start()
    unsafe fflush(nil)
    await Signals.wait(for: [SIGINT, SIGTERM])
    core.stop()
    let text = try RunReport(core: core).encoded()
    try text.write(to: URL(fileURLWithPath: report), options: .atomic)
  }
}

extension MarketChannel {
  /// OKX's channel names.
  init?(okxName: String) {
    switch okxName {
    case "books": self = .books
    case "books50-l2-tbt": self = .books50
    case "books-l2-tbt": self = .booksTbt
    case "bbo-tbt": self = .bestBidOffer
    case "trades": self = .trades
    default: return nil
    }
  }
}
