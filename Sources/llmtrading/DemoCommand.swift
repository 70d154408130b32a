// `llmtrading demo`: a simulated exchange and a core on this machine, and a report at the end.
import ArgumentParser
import Foundation
import Quantities

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Watch OKX frames become orders on this machine; needs no key and no network.",
    discussion: """
      Starts the simulated exchange and the core as processes of their own. Frames are generated
      unless --recording plays a file. Seven agents decide on the first instruments: rules of our own,
      labelled `local`, as long as no model is configured. Whoever signals an instrument by hand
      (`llmtrading inject`) has it while the signal lives. Ctrl-C cancels open orders and ends every process.
      """)

  @Flag(help: "No live line; for scripts and CI.")
  var headless = false
  @Option(help: "End after so many seconds (default: when the recording is played, else Ctrl-C).")
  var seconds: Double?
  @Option(help: "End after so many market messages (or --seconds, whichever comes first).")
  var messages: Int64?
  @Option(help: "Play this raw recording instead of generating frames.")
  var recording: String?
  @Option(help: "recorded: the file's own pace; max: as fast as the core takes it.")
  var speed = "recorded"
  @Option(help: "public/instruments bodies that give tick and lot.")
  var instruments: String?
  @Option(help: "How many instruments to generate.")
  var generate = 10
  @Option(help: "Generated messages a second, all instruments together.")
  var rate = 1_000
  @Option(help: "Seed of the generated market.")
  var seed: UInt64 = 1
  @Option(help: "Fault script for the exchange.")
  var faults: String?
  @Option(help: "split or fused.")
  var topology = "fused"
  @Option(help: "uring or epoll (default: what the kernel allows).")
  var transport: String?
  @Option(help: "State folder (default: a fresh temporary one).")
  var stateDir: String?
  @Option(help: "Port of the page.")
  var port = 8787
  @Option(help: "Write the run's report here.")
  var report: String?
  @Flag(
    inversion: .prefixedNo, help: "Follow tickers, funding, bars and the rest beside the books.")
  var context = true
  @Flag(inversion: .prefixedNo, help: "Let the agents decide; not on a recording.")
  var agents = true
  @Flag(
    inversion: .prefixedNo,
    help: "A fixed sequence of targets instead of the agents, for tests that must repeat.")
  var scripted = false

  func run() async throws {
    guard ["recorded", "max"].contains(speed) else {
      throw ValidationError("--speed is recorded or max, not \(speed)")
    }
    guard ["split", "fused"].contains(topology) else {
      throw ValidationError("--topology is split or fused, not \(topology)")
    }
    if let transport, !["uring", "epoll"].contains(transport) {
      throw ValidationError("--transport is uring or epoll, not \(transport)")
    }
    // A year at most: what is not a number, or too large for a clock, must not reach one.
    if let seconds, !(0...31_536_000).contains(seconds) {
      throw ValidationError("--seconds is 0 to 31536000, not \(seconds)")
    }
    guard (0...65_535).contains(port) else {
      throw ValidationError("--port is 0 to 65535, not \(port)")
    }
    guard (1...1_000_000).contains(rate) else {
      throw ValidationError("--rate is 1 to 1000000 messages a second, not \(rate)")
    }
    guard (1...InstrumentTable.instrumentsMax).contains(generate) else {
      throw ValidationError(
        "--generate is 1 to \(InstrumentTable.instrumentsMax) instruments, not \(generate)")
    }
    let demo = Demo(options: self)
    try await demo.run()
  }
}
