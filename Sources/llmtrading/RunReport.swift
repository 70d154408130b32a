// The run's report, an interface: counts are integers, decimals strings, positions and fills in lots.
import Channels
import Core
import Crypto
import Foundation
import Operations
import Pipeline

struct RunReport: Codable {
  struct Book: Codable {
    var snapshot: UInt64
    var update: UInt64
    var heartbeat: UInt64
    var reset: UInt64
    var gap: UInt64
    var digest: String
  }
  struct Checksum: Codable {
    var verified: UInt64
    var failed: UInt64
  }
  struct Orders: Codable {
    var sent: UInt64 = 0
    var acknowledged: UInt64 = 0
    var rejected: UInt64 = 0
    var cancelled: UInt64 = 0
    /// Lots, both sides together.
    var filled: Int64 = 0
  }
  struct Instrument: Codable {
    var frames: UInt64
    var book: Book
    var checksum: Checksum
    var trades: UInt64
    var signals: UInt64 = 0
    var intents: UInt64 = 0
    var refusals: [String: UInt64] = [:]
    var orders = Orders()
    var position = "0"
  }
  struct Latency: Codable {
    var count: UInt64
    /// 0 where `count` is 0.
    var p50: UInt64
    var p99: UInt64
    var p999: UInt64
    var max: UInt64
  }
  struct Thread: Codable {
    var messages: UInt64
    var allocatedBytesAfterWarmup: UInt64?
    var minorFaultsAfterWarmup: UInt64?

    enum CodingKeys: String, CodingKey {
      case messages
      case allocatedBytesAfterWarmup = "allocated_bytes_after_warmup"
      case minorFaultsAfterWarmup = "minor_faults_after_warmup"
    }

    /// Nulls are written: until warm-up ends there is no figure, which is not zero.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(messages, forKey: .messages)
      try container.encode(allocatedBytesAfterWarmup, forKey: .allocatedBytesAfterWarmup)
      try container.encode(minorFaultsAfterWarmup, forKey: .minorFaultsAfterWarmup)
    }
  }

  var topology: String
  var transport: String
  /// The effective configuration as YAML, and its hash.
  var configuration: [String: String]
  var instruments: [String: Instrument]
  var latency: [String: Latency]
  var threads: [String: Thread]
  /// Public-side faults by code.
  var faults: [String: UInt64]
  /// What the core holds of the account per currency; empty without a private session.
  var balances: [String: String]
  var exchange: ExchangeSide?

  /// Read from the exchange process, never from the core.
  struct ExchangeSide: Codable {
    struct Instrument: Codable {
      var position: String
      var filled: Int64
      var digest: String
    }
    var instruments: [String: Instrument]
    var balances: [String: String]
    /// US dollars, plain decimals.
    var totalEquity: String
    var availableEquity: String

    enum CodingKeys: String, CodingKey {
      case instruments, balances
      case totalEquity = "total_equity_usd"
      case availableEquity = "available_equity_usd"
    }
  }

  enum CodingKeys: String, CodingKey {
    case topology, transport, configuration, instruments, threads, faults, balances, exchange
    case latency = "latency_ns"
  }

  /// Of a core that has stopped.
  init(core: Core, configuration effective: Configuration) {
    configuration = ["hash": effective.hashText, "yaml": effective.yaml]
    topology = "\(core.options.topology)"
    transport = core.options.transport.name
    instruments = [:]
    for one in core.instrumentReports() {
      let digest = SHA256.hash(data: Data(one.digestLines))
        .map { String(format: "%02x", $0) }.joined()
      let market = one.market
      instruments[one.symbol] = Instrument(
        frames: one.frames,
        book: Book(
          snapshot: market.snapshots, update: market.updates, heartbeat: market.heartbeats,
          reset: market.resets, gap: market.gaps, digest: digest),
        checksum: Checksum(verified: market.checksumsVerified, failed: market.checksumsFailed),
        trades: market.trades, signals: one.tally.signals, intents: one.tally.intents,
        refusals: Dictionary(uniqueKeysWithValues: one.refusals.map { ("\($0.code)", $0.count) }),
        orders: Orders(
          sent: one.tally.sent, acknowledged: one.tally.acknowledged, rejected: one.tally.rejected,
          cancelled: one.tally.cancelled, filled: one.tally.filledLots),
        position: String(one.position.lots))
    }
    latency = [:]
    for (name, histogram) in core.latencies.all {
      let snapshot = histogram.snapshot()
      latency[name] = Latency(
        count: snapshot.count, p50: snapshot.quantile(0.5) ?? 0, p99: snapshot.quantile(0.99) ?? 0,
        p999: snapshot.quantile(0.999) ?? 0, max: snapshot.maximum)
    }
    threads = [:]
    for thread in core.threadReports() {
      threads[thread.name] = Thread(
        messages: thread.messages, allocatedBytesAfterWarmup: thread.allocatedBytesAfterWarmup,
        minorFaultsAfterWarmup: thread.minorFaultsAfterWarmup)
    }
    faults = [:]
    balances = [:]
    for (currency, cash) in core.balances() { balances[currency] = cash.normalized.description }
    for (code, count) in core.faultCounts() { faults["\(code)"] = count }
  }

  func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return try encoder.encode(self)
  }
}
