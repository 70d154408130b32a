// A configuration turned into a core's options: endpoints, lines, limits, strategy; control plane.
import Account
import Channels
import Dialing
import Foundation
import Journal
import Logging
import OKX
import Operations
import Pipeline
import Quantities
import Risk
import Strategy
import Transport
import Wire

/// Why a core cannot be assembled from its configuration.
public struct AssemblyError: Error, CustomStringConvertible {
  public var description: String
  init(_ description: String) { self.description = description }
}

public struct CoreAssembly: Sendable {
  let configuration: Configuration
  let credentials: Credentials?
  /// Named in the journal: which program wrote it.
  let build: String

  public init(configuration: Configuration, credentials: Credentials?, build: String) {
    self.configuration = configuration
    self.credentials = credentials
    self.build = build
  }

  /// What `instruments_file` holds, or what the exchange's REST lists. An exchange that is busy is asked again.
  public func instruments(
    rest: RESTClient?, patience: Patience, log: Logger
  ) async throws -> InstrumentTable {
    var catalog = InstrumentCatalog(tradeQuote: configuration.okx.tradeQuote)
    func ask(_ rest: RESTClient, _ type: String) async throws -> Data {
      try await patience.ask("instruments of type \(type)", log: log) {
        try await rest.get("/api/v5/public/instruments?instType=\(type)")
      }
    }
    if let file = configuration.okx.instrumentsFile {
      try catalog.add(file: file)
    } else if let rest {
      for type in ["SPOT", "SWAP", "FUTURES"] { try catalog.add(body: try await ask(rest, type)) }
      // Options are listed by family only; a simulated exchange answers without one.
      do {
        try catalog.add(body: try await ask(rest, "OPTION"))
      } catch RESTError.refused {}
    } else {
      throw AssemblyError(
        "no instruments: set okx.endpoints.rest, or okx.instruments_file in simulated")
    }
    let table = try catalog.table(configuration.okx.instruments)
    for words in InstrumentWords.payments(table, wanted: configuration.okx.tradeQuote) {
      log.notice("\(words)")
    }
    return table
  }

  public func options(
    table: InstrumentTable, startNumber: UInt32, directory: StateDirectory
  ) throws -> (CoreOptions, String) {
    let endpoints = configuration.endpoints
    guard let publicURL = endpoints.publicURL else {
      throw AssemblyError("no public endpoint: set okx.endpoints.public")
    }
    let headers = endpoints.needsDemoHeader ? [(name: "x-simulated-trading", value: "1")] : []
    let login = loginSigner()
    let needsLogin = configuration.publicSessionNeedsLogin && login != nil
    var session = PublicSessionConfiguration()
    session.needsLogin = needsLogin
    let publicLines = try publicLines(
      table, session, url: try WebSocketURL(publicURL), headers: headers,
      login: needsLogin ? login : nil)
    let proxy = try configuration.proxyEndpoint()
    let tls = try TLSContext(caFile: configuration.okx.certificateAuthorityFile)
    var options = CoreOptions(
      instruments: table, publicLines: publicLines,
      network: ConnectorNetwork(tls: tls, proxy: proxy), limits: limits(table),
      journal: try journal(directory, startNumber), statePath: directory.stateFile,
      environment: configuration.environment == .live
        ? .live : configuration.environment == .demo ? .demo : .simulated)
    if let privateURL = endpoints.privateURL, let login {
      options.privateLine = ConnectorLine(
        name: "private", url: try WebSocketURL(privateURL), headers: headers, login: login)
    }
    options.contextConnections = try contextConnections(table, endpoints, headers)
    let requested: TransportKind? =
      switch configuration.transport {
      case .auto: nil
      case .uring: .uring
      case .epoll: .epoll
      }
    let choice = Transport.choose(requested: requested)
    options.transport = choice.kind
    options.topology = configuration.topology == .fused ? .fused : .split
    options.hotCPUs = configuration.cpus.hot.map { Int32($0) }
    options.housekeepingCPUs = configuration.cpus.housekeeping.map { Int32($0) }
    options.marketRingBytes = Int(configuration.limits.marketRingBytes)
    options.startNumber = startNumber
    options.strategy = strategy(table)
    options.sender = sender()
    options.sender.reconciliation =
      options.privateLine == nil
      ? .none : endpoints.restURL == nil ? .acknowledgements : .rest
    options.sender.onForeignOrders =
      switch configuration.risk.onForeignOrders {
      case .ignore: .ignore
      case .adopt: .adopt
      case .cancel: .cancel
      case .halt: .halt
      }
    return (options, choice.reason)
  }

  /// What the desk itself goes by, and beside a business endpoint what the configuration names. A harness that plays one
  /// connection gets one.
  private func contextConnections(
    _ table: InstrumentTable, _ endpoints: Endpoints, _ headers: [(name: String, value: String)]
  ) throws -> [ContextConnection] {
    guard let open = endpoints.publicURL else { return [] }
    let isHarness = configuration.strategy.kind == .reflex || endpoints.restURL == nil
    var wanted = isHarness ? [] : ContextChannel.ownNeeds
    if endpoints.businessURL != nil {
      wanted += configuration.okx.context.compactMap(ContextChannel.init(rawValue:))
    }
    let connections = [
      ("context", open, false), ("context-business", endpoints.businessURL ?? open, true),
    ]
    return try connections.compactMap { name, url, isBusiness in
      let channels = ContextChannel.subscriptions(wanted, of: table, onBusiness: isBusiness)
      if channels.isEmpty { return nil }
      return ContextConnection(
        name: name, url: try WebSocketURL(url), headers: headers, channels: channels)
    }
  }

  private func journal(_ directory: StateDirectory, _ start: UInt32) throws -> CoreJournal {
    try directory.linkState()
    try FileManager.default.createDirectory(
      atPath: directory.journalDirectory, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    let environment: JournalEnvironment =
      switch configuration.environment {
      case .simulated, nil: .simulated
      case .demo: .demo
      case .live: .live
      }
    var settings = JournalSettings()
    settings.segmentBytes = Int(configuration.limits.tradeSegmentBytes)
    settings.durability =
      switch configuration.durability {
      case .process: .none
      case .interval: .interval(200_000_000)
      case .always: .every
      }
    settings.holdsReserve = true
    var market = JournalSettings()
    market.totalBytesMax = configuration.limits.marketJournalBytes
    market.segmentBytes = Int(min(64 << 20, max(1 << 20, market.totalBytesMax / 4)))
    market.durability = .none
    return CoreJournal(
      rings: directory.rings, folder: directory.journalDirectory,
      identity: JournalIdentity(
        build: Digest32(Array(build.utf8)),
        configuration: Digest32(configuration.hash), environment: environment, start: start),
      trade: settings, market: market)
  }

  private func loginSigner() -> (@Sendable (Int64) -> [UInt8])? {
    guard let credentials else { return nil }
    let key = APIKey(credentials)
    return { LoginRequest.text(key, unixSeconds: $0) }
  }

  private func strategy(_ table: InstrumentTable) -> StrategyChoice {
    let given = configuration.strategy
    if given.kind == .reflex { return .reflex(InstrumentID(index: 0)) }
    let rates = configuration.risk
    return .follower(
      (0..<table.count).map { index in
        let name = table[InstrumentID(index: UInt16(index))].symbol.description
        let limits = rates.limits(of: name)
        var settings = FollowerSettings()
        settings.orderLotsMaximum = given.orderLots ?? limits[.orderLots] ?? 0
        settings.repriceTicks = given.repriceTicks
        settings.repriceNanoseconds = given.repriceMilliseconds * 1_000_000
        settings.crossBasisPoints = given.crossBasisPoints
        settings.crossIntervalNanoseconds = given.crossIntervalMilliseconds * 1_000_000
        settings.crossAfterLow = given.crossAfterLowPermille
        settings.crossAfterNormal = given.crossAfterNormalPermille
        settings.crossAfterHigh = given.crossAfterHighPermille
        settings.flattensOnExpiry = given.onExpiry == .flatten
        let rate = max(1, (limits[.ordersPerWindow] ?? 0) * given.rateSharePercent / 100)
        settings.rate = RateBudget(
          count: rate, windowNanoseconds: (limits[.window] ?? 2_000) * 1_000_000)
        settings.refusalPauseNanoseconds = given.refusalPauseMilliseconds * 1_000_000
        settings.invalidBookPatienceNanoseconds =
          given.invalidBookPatienceMilliseconds * 1_000_000
        return settings
      })
  }

  private func sender() -> SenderSettings {
    var settings = SenderSettings()
    guard configuration.strategy.kind == .reflex else { return settings }
    // The harness sends no limits of its own; the gate's configured ones hold.
    settings.usesSeqIdAsRequest = true
    settings.orderLifeMilliseconds = 10_000
    let desk = configuration.risk.desk
    let rate = RateBudget(
      count: desk.ordersPerWindow ?? 0, windowNanoseconds: desk.windowMilliseconds * 1_000_000)
    settings.perInstrument = rate
    settings.account = rate
    return settings
  }
}
