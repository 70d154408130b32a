// Reads State four times a second and encodes it once per instrument that somebody watches; control plane.
import Channels
import Foundation
import Hummingbird
import Ledger
import Operations
import Quantities
import State

/// Runs on a thread of its own: State is a file.
actor StateView {
  private let executor = BlockingExecutor("state")
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    // SAFETY: the executor lives as long as its actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  nonisolated let names = InstrumentDirectory()
  /// Positions' cost and profit, by instrument.
  nonisolated let figures = LatestValue<[String: PositionFigures]>([:])

  private let path: String
  private let environment: String
  /// `risk.desk.clock_offset_milliseconds`
  private let clockLimitMilliseconds: Int64
  var reader: StateReader?
  private var tick: UInt64 = 0
  private(set) var common: StateSample
  private var encoded: [String: ByteBuffer] = [:]

  /// Without a sign of life for so long a core counts as down.
  static let silenceNanoseconds: Int64 = 3_000_000_000

  init(path: String, environment: String, clockLimitMilliseconds: Int64) {
    self.path = path
    self.clockLimitMilliseconds = clockLimitMilliseconds
    self.environment = environment
    common = StateSample(
      time: 0, core: "down", environment: environment, tradingState: "unknown")
  }

  struct Sample: Sendable {
    var tick: UInt64
    var bytes: ByteBuffer
  }

  /// Takes State as it stands now: a new start's file when there is one.
  func refresh() {
    tick += 1
    encoded = [:]
    do throws(StateError) {
      if reader == nil {
        reader = try StateReader(path: path)
        learn()
      } else if try reader!.refresh() {
        learn()
      }
    } catch {
      // The old mapping, if any, stays readable: it shows the core's last words.
    }
    common = StateSampler.absent(environment: environment)
    if reader != nil {
      StateSampler.fill(
        &common, reader!, .now(), clockLimitMilliseconds: clockLimitMilliseconds)
    }
  }

  private func learn() {
    if reader != nil { names.learn(reader!) }
  }

  /// The sample for `instrument` (nil or unknown: one that is being signalled, else the first), unless
  /// the client has this tick's already.
  func sample(of instrument: String?, after shown: UInt64) -> Sample? {
    if tick <= shown { return nil }
    var id: InstrumentID?
    if reader != nil { id = StateSampler.choose(reader!, instrument) }
    let key = id.map { "\($0.index)" } ?? ""
    if let bytes = encoded[key] { return Sample(tick: tick, bytes: bytes) }
    var sample = common
    if reader != nil, let id {
      sample.market = StateSampler.market(reader!, id, figures.load())
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    var bytes = ByteBuffer(string: "event: state\ndata: ")
    bytes.writeBytes((try? encoder.encode(sample)) ?? Data("{}".utf8))
    bytes.writeString("\n\n")
    encoded[key] = bytes
    return Sample(tick: tick, bytes: bytes)
  }

  func health() -> Health {
    let isReady =
      !common.connections.isEmpty && common.connections.allSatisfy { $0.state == "ready" }
    let isTrading = common.tradingState == "active"
    return Health(
      status: common.core == "down" ? "down" : isReady && isTrading ? "ok" : "degraded",
      environment: environment, core: common.core, tradingState: common.tradingState,
      instruments: common.instruments, connections: common.connections)
  }
}
