// What the page shows of State, as JSON; control plane.
import Foundation

/// Lots and counts are integers, prices and money decimal strings, times of the core nanoseconds.
struct StateSample: Encodable {
  struct Latency: Encodable {
    var count: UInt64
    var p50: UInt64?
    var p99: UInt64?
    var p999: UInt64?
    var max: UInt64?
  }

  struct Clock: Encodable {
    var aheadMilliseconds: Int64
    var uncertaintyMilliseconds: Int64
    var ageMilliseconds: Int64

    enum CodingKeys: String, CodingKey {
      case aheadMilliseconds = "ahead_ms"
      case uncertaintyMilliseconds = "uncertainty_ms"
      case ageMilliseconds = "age_ms"
    }
  }

  struct Connection: Encodable {
    var name: String
    var state: String
    var reconnects: UInt64
    var fault: String?
  }

  struct Signal: Encodable {
    /// `manual` or `agent`; a person's goes before an agent's.
    var slot: String
    var source: String
    var target: Int64
    var urgency: String
    /// Seconds.
    var expiresIn: Double
    var confidence: String
    var decision: String
    enum CodingKeys: String, CodingKey {
      case slot, source, target, urgency
      case expiresIn = "expires_in"
      case confidence, decision
    }
  }

  struct Market: Encodable {
    var id: String
    var valid: Bool
    var fault: String
    /// [price, lots], best first.
    var bids: [[String]]
    var asks: [[String]]
    var spread: String?
    var mid: String?
    var last: String?
    var indicators: [String: String]
    /// The one in force.
    var signal: Signal?
    /// What lives in each slot, the one in force first.
    var signals: [Signal] = []
    var position: Int64
    var averagePrice: String?
    var floating: String?
    var realised: String?
    var currency: String
    var working: Int
    /// What lots count in, and what a contract is worth (nil for spot): a signal names them, so that a change on its way is
    /// seen.
    var lot: String
    var contractValue: String?
    var tradingState: String
    var orders: [String: UInt64]
    var refusals: [String: UInt64]
    /// In force, by the configuration's keys and units.
    var limits: [String: String] = [:]
    enum CodingKeys: String, CodingKey {
      case id, valid, fault, bids, asks, spread, mid, last, indicators, signal, signals, position
      case averagePrice = "average_price"
      case floating = "floating_pnl"
      case realised = "realised_pnl"
      case currency, working, lot
      case contractValue = "contract_value"
      case tradingState = "trading_state"
      case orders, refusals, limits
    }
  }

  /// Unix milliseconds.
  var time: Int64
  /// `up` or `down`.
  var core: String
  var environment: String
  var topology: String?
  var transport: String?
  var start: UInt32?
  var phase: String?
  var tradingState: String
  var notice: String?
  /// The exchange's clock against ours; absent before it was measured.
  var clock: Clock?
  var instruments: [String] = []
  var latency: [String: Latency] = [:]
  var connections: [Connection] = []
  var balances: [String: String] = [:]
  var faults: [String: UInt64] = [:]
  var market: Market?

  enum CodingKeys: String, CodingKey {
    case time, core, environment, topology, transport, start, phase
    case tradingState = "trading_state"
    case notice, clock, instruments, latency, connections, balances, faults, market
  }
}

/// `GET /api/health`.
struct Health: Encodable {
  /// `ok`, `degraded` (a connection is not ready, or trading is stopped) or `down` (no core).
  var status: String
  var environment: String
  var core: String
  var tradingState: String
  var instruments: [String]
  var connections: [StateSample.Connection]

  enum CodingKeys: String, CodingKey {
    case status, environment, core
    case tradingState = "trading_state"
    case instruments, connections
  }
}
