// The effective configuration as a typed value; control plane.

import OKX
import Quantities

/// Everything a run is configured with. Made from one YAML file (`Configuration.load`) or in code
/// (`demo`), checked by `validate`, and written back by `yaml`. What each key means stands in
/// `ConfigurationSchema`, which `llmtrading config explain` prints.
public struct Configuration: Sendable, Equatable {
  /// Nil only before it was given: `validate` refuses that.
  public var environment: TradingEnvironment?
  public var region: Region = .global
  public var stateDirectory: String = "~/.local/state/llmtrading"
  public var topology: TopologyChoice = .split
  public var transport: TransportChoice = .auto
  public var cpus = CPUs()
  public var okx = OKX()
  public var network = Network()
  public var console = Console()
  public var risk = Risk()
  public var strategy = Strategy()
  public var agents = Agents()
  public var llm = LLM()
  public var prompts = Prompts()
  public var news = News()
  public var limits = Limits()
  public var durability: Durability = .interval
  public var log = Log()

  public init() {}

  public struct CPUs: Sendable, Equatable {
    /// One per hot thread, in the order Feed, Builder, Gate, Sender; threads without one block.
    public var hot: [Int] = []
    /// Empty: all that are not hot.
    public var housekeeping: [Int] = []
    public init() {}
  }

  public struct OKX: Sendable, Equatable {
    public var endpoints = EndpointOverrides()
    public var certificateAuthorityFile: String?
    public var instrumentsFile: String?
    public var instruments: [String] = []
    public var channels: [String] = ["books", "trades"]
    public var booksPerConnection: Int64 = 30
    /// Beside the books, for agents and the page.
    public var context: [String] = ContextChannel.allCases.map(\.rawValue)
    public var credentials = CredentialSources()
    public var orderFallback: OrderFallbackChoice = .none
    public var orderFallbackSeconds: Int64 = 10
    public init() {}
  }

  /// What replaces the hosts that environment and region choose.
  public struct EndpointOverrides: Sendable, Equatable {
    public var publicURL: String?
    public var privateURL: String?
    public var businessURL: String?
    public var restURL: String?
    public init() {}
  }

  /// Where the exchange keys come from: a 0600 file or an environment variable each.
  public struct CredentialSources: Sendable, Equatable {
    public var apiKeyFile: String?
    public var secretFile: String?
    public var passphraseFile: String?
    public var apiKeyVariable: String?
    public var secretVariable: String?
    public var passphraseVariable: String?
    public init() {}

    public var isEmpty: Bool { self == CredentialSources() }
    /// The environment variables that the core, and nobody else, may see.
    public var variables: [String] {
      [apiKeyVariable, secretVariable, passphraseVariable].compactMap { $0 }
    }
  }

  public struct Network: Sendable, Equatable {
    public var proxy: String?
    public var proxyPasswordFile: String?
    public init() {}
  }

  public struct Console: Sendable, Equatable {
    public var host: String = "127.0.0.1"
    public var port: Int = 8787
    public init() {}
  }

  public struct Risk: Sendable, Equatable {
    /// Instruments that may be traded; the others are only watched.
    public var allowList: [String] = []
    public var desk = DeskRisk()
    public var defaults = InstrumentRisk()
    /// By instrument id; what is given here replaces the default.
    public var instruments: [String: InstrumentRisk] = [:]
    public var onForeignOrders: ForeignOrderChoice = .ignore
    public init() {}

    /// The limits of one instrument: its own, else the default's. Nil fields are missing and refuse.
    public func limits(of instrument: String) -> InstrumentRisk {
      (instruments[instrument] ?? InstrumentRisk()).filled(from: defaults)
    }
  }

  public struct DeskRisk: Sendable, Equatable {
    public var openOrders: Int64?
    public var ordersPerWindow: Int64?
    public var windowMilliseconds: Int64 = 2_000
    public var exchangeAgeMilliseconds: Int64?
    public var clockOffsetMilliseconds: Int64 = 5_000
    public var maintenanceLeadSeconds: Int64 = 300
    public init() {}
  }

  /// All optional: a limit that is missing refuses every order.
  public struct InstrumentRisk: Sendable, Equatable {
    public var orderNotional: Notional?
    /// What limits in lots were written for; nil: not said.
    public var lot: DecimalNumber?
    public var contractValue: DecimalNumber?
    private var figures: [InstrumentLimit: Int64] = [:]
    public init() {}

    /// As configured, in the limit's own unit; nil for `orderNotional`, which is an amount.
    public subscript(limit: InstrumentLimit) -> Int64? {
      get { figures[limit] }
      set { figures[limit] = newValue }
    }

    public func filled(from other: InstrumentRisk) -> InstrumentRisk {
      var result = self
      result.orderNotional = orderNotional ?? other.orderNotional
      result.figures.merge(other.figures) { mine, _ in mine }
      return result
    }

    /// Keys of the limits that an instrument cannot be traded without.
    var missing: [String] {
      InstrumentLimit.allCases.map { ($0, $0.text) }.filter { limit, text in
        text.isMandatory
          && (limit == .orderNotional ? orderNotional == nil : figures[limit] == nil)
      }.map(\.1.key)
    }
  }

  public struct Strategy: Sendable, Equatable {
    public var kind: StrategyKind = .follower
    public var orderLots: Int64?
    public var repriceTicks: Int64 = 2
    public var repriceMilliseconds: Int64 = 500
    public var crossBasisPoints: Int64 = 5
    public var crossIntervalMilliseconds: Int64 = 200
    public var crossAfterLowPermille: Int64 = 1_001
    public var crossAfterNormalPermille: Int64 = 500
    public var crossAfterHighPermille: Int64 = 0
    public var onExpiry: ExpiryAction = .hold
    public var rateSharePercent: Int64 = 50
    public var refusalPauseMilliseconds: Int64 = 1_000
    public var invalidBookPatienceMilliseconds: Int64 = 5_000
    public init() {}
  }

  public struct Limits: Sendable, Equatable {
    public var marketRingBytes: Int64 = 16 << 20
    public var marketJournalBytes: Int64 = 4 << 30
    public var tradeSegmentBytes: Int64 = 64 << 20
    public var eventClients: Int64 = 64
    public init() {}
  }

  public struct Log: Sendable, Equatable {
    public var level: LogLevel = .info
    public var format: LogFormat = .text
    /// By module name (`Account`, `Console`, …).
    public var levels: [String: LogLevel] = [:]
    public init() {}
  }
}
