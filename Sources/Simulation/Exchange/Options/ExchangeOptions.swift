// What a simulated exchange is told at start; simulation, a process of its own.

import ExchangeCalendar
import Matching

/// One API key that the simulated exchange accepts.
public struct AcceptedKey: Sendable, Equatable {
  public var key: String
  public var secret: String
  public var passphrase: String

  public init(key: String, secret: String, passphrase: String) {
    self.key = key
    self.secret = secret
    self.passphrase = passphrase
  }

  /// What an exchange uses that was given none. It guards nothing: the exchange is a simulation.
  public static let simulated = AcceptedKey(
    key: "00000000-0000-4000-8000-000000000000", secret: "00000000000000000000000000000000",
    passphrase: "simulated-passphrase")
}

/// Where the market comes from.
public enum ExchangeMarket: Sendable, Equatable {
  /// Seeded books: `messagesPerSecond` counts book and trade messages of all instruments together.
  case generated(instruments: Int, messagesPerSecond: Int, seed: UInt64)
  /// A raw recording; `.recorded` keeps the file's times, `.max` goes as fast as readers take it.
  case recording(path: String, speed: PlaybackSpeed)
}

public enum PlaybackSpeed: String, Sendable, Equatable {
  case recorded
  case max
}

public struct ExchangeOptions: Sendable {
  /// Holds the CA, the leaf and its key; made with mode 0700 when absent.
  public var stateDirectory: String
  public var market: ExchangeMarket
  /// Linear swaps that a generated market lists behind its spot pairs, at most five.
  public var swaps = 0
  /// Instrument specifications (OKX `public/instruments` bodies); nil derives them.
  public var instrumentsFile: String?
  /// A fault script; nil injects nothing.
  public var faultsFile: String?
  public var credentials = AcceptedKey.simulated
  public var account = StatedAccount()

  /// A loopback address: the simulated exchange listens nowhere else.
  public var host = "127.0.0.1"
  /// 0 takes a free port.
  public var port = 0
  /// Serves `ws://` and `http://` instead of TLS, for tests.
  public var plaintext = false

  /// Its clock less this machine's; negative: behind.
  public var clockAheadMilliseconds: Int64 = 0

  /// `books-l2-tbt` and `books50-l2-tbt` before login answer 64003. Simulated accounts are VIP.
  public var requireLoginForTbt = false
  /// New connections a second from one address; 0 for no limit. OKX: 3.
  public var connectsPerSecond = 3
  /// Subscribe, unsubscribe and login requests an hour on one connection. OKX: 480.
  public var requestsPerHour = 480
  /// Orders of one instrument in two seconds. OKX: 60.
  public var ordersPerTwoSeconds = 60
  /// Orders of the sub-account in two seconds. OKX: 1000.
  public var accountOrdersPerTwoSeconds = 1_000
  /// An order past its limit is refused by `sCode` in its row rather than by `code` with no rows: which of them
  /// OKX does is not documented (docs/OKX.md OKX-213).
  public var ratesRefuseInRow = false
  /// The REST calls' own limits (docs/OKX.md OKX-212).
  public var limitsRequests = true
  /// Its key is one of demo trading: signed requests without `x-simulated-trading: 1` answer 50101; those with it do
  /// so where it is not.
  public var requireDemoHeader = false
  /// Closed with 4004 after so long without a frame in either direction. OKX: 30.
  public var idleSeconds = 30.0
  /// Closed with 4005 when the peer has taken nothing for so long, or holds this much back.
  public var slowReaderSeconds = 5.0
  public var slowReaderBytes = 16 << 20
  /// Seconds between the regular `account` and `positions` pushes. OKX: 5.
  public var regularPushSeconds = 5.0
  /// Rows of one page of a `positions` snapshot.
  public var positionsPerPage = 100
  /// A subscription of `instruments` begins with the whole list, as OKX once did: its documents of 2026 tell of
  /// changes alone (docs/OKX.md OKX-195).
  public var listsInstruments = false
  /// Which of OKX's dated changes are in force.
  public var rules = RulesInForce.all
  /// Listens on this port too, 0 for a free one, while the rules leave the old port open (docs/OKX.md OKX-002).
  public var secondPort: Int?
  /// Fees, latency, first balances.
  public var engineSettings = EngineSettings()

  /// OKX's floatPxLmtPct as we list it, in percent (docs/OKX.md OKX-197).
  public static let priceLimitPercentDefault: Int64 = 3

  public init(stateDirectory: String, market: ExchangeMarket) {
    self.stateDirectory = stateDirectory
    self.market = market
    engineSettings.priceLimitPercent = ExchangeOptions.priceLimitPercentDefault
  }
}
