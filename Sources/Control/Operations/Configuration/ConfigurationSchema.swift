// Every configuration key and what it means: the one list that loading, explaining and writing share; control plane.

import OKX
import Quantities

public enum ConfigurationSchema {
  /// A limit of zero or less is no limit, and no limit refuses.
  private static let positive: ClosedRange<Int64> = 1...Int64.max
  /// Times in milliseconds: up to a day.
  private static let milliseconds: ClosedRange<Int64> = 1...86_400_000

  public static let keys: [ConfigurationKey] =
    general + okx + fallback + service + risk + strategy + agents
    + llm + prompts + news + plumbing

  private static let general: [ConfigurationKey] = [
    ConfigurationKey(
      "environment", \.environment,
      "Which exchange this is: `simulated` (endpoints given below), OKX's `demo` trading, or `live`, "
        + "which also needs --live on the command line. Mandatory."),
    ConfigurationKey(
      "region", \.region, "Which OKX entity holds the account; chooses the hosts."),
    ConfigurationKey(
      "state_dir", \.stateDirectory,
      "Folder (0700) of the token, the door, the state file and the journals; --state-dir replaces it."
    ),
    ConfigurationKey(
      "topology", \.topology,
      "`split`: one thread a stage; `fused`: all stages on one thread; --topology replaces it."),
    ConfigurationKey(
      "transport", \.transport,
      "How hot threads reach their sockets; `auto` takes io_uring where the kernel allows it."),
    ConfigurationKey(
      "cpus.hot", \.cpus.hot, unit: "CPU numbers", range: 0...4095,
      "CPUs of the hot threads, in the order Feed, Builder, Gate, Sender (`fused`: the first). A "
        + "thread that is given one spins on it; the others are not pinned and block."),
    ConfigurationKey(
      "cpus.housekeeping", \.cpus.housekeeping, unit: "CPU numbers", range: 0...4095,
      "CPUs of everything else. Empty: all that are not hot."),
  ]

  private static let okx: [ConfigurationKey] = [
    ConfigurationKey(
      "okx.endpoints.public", \.okx.endpoints.publicURL, unit: "URL",
      "Public WebSocket instead of OKX's own; refused in `live`. ws:// for loopback only."),
    ConfigurationKey(
      "okx.endpoints.private", \.okx.endpoints.privateURL, unit: "URL",
      "Private WebSocket instead of OKX's own; refused in `live`."),
    ConfigurationKey(
      "okx.endpoints.business", \.okx.endpoints.businessURL, unit: "URL",
      "Business WebSocket; in `simulated` no such connection opens without it. Refused in `live`."),
    ConfigurationKey(
      "okx.endpoints.rest", \.okx.endpoints.restURL, unit: "URL",
      "REST host instead of OKX's own; refused in `live`. http:// for loopback only."),
    ConfigurationKey(
      "okx.ca_file", \.okx.certificateAuthorityFile, unit: "path",
      "PEM file of the only authorities trusted, instead of the system's; refused in `live`."),
    ConfigurationKey(
      "okx.instruments_file", \.okx.instrumentsFile, unit: "path",
      "`public/instruments` body read instead of asking REST; `simulated` only, and only without "
        + "okx.endpoints.rest: start-up then skips reconciliation and says so."),
    ConfigurationKey(
      "okx.instruments", \.okx.instruments, unit: "instId", "Instruments to watch."),
    ConfigurationKey(
      "okx.channels", \.okx.channels, unit: "channel",
      "Market channels of each instrument: at most one of "
        + MarketChannel.names(where: \.isDepth).joined(separator: ", ") + "; "
        + MarketChannel.names(where: { !$0.isDepth }).joined(separator: "; ") + "."),
    ConfigurationKey(
      "okx.books_per_connection", \.okx.booksPerConnection, unit: "instruments", range: 1...100,
      "Deep books on one connection: further instruments get connections of their own."),
    ConfigurationKey(
      "okx.context", \.okx.context, unit: "channel",
      "What agents and the page need beside the books, trades for bars: "
        + ContextChannel.allCases.map(\.rawValue).joined(separator: ", ")
        + ". Read over connections of their own; [] for none. In `simulated` none opens without "
        + "okx.endpoints.business."),
    ConfigurationKey(
      "okx.credentials.api_key_file", \.okx.credentials.apiKeyFile, unit: "path",
      "File (0600, ours) that holds the API key and nothing else."),
    ConfigurationKey(
      "okx.credentials.secret_file", \.okx.credentials.secretFile, unit: "path",
      "File (0600, ours) that holds the secret."),
    ConfigurationKey(
      "okx.credentials.passphrase_file", \.okx.credentials.passphraseFile, unit: "path",
      "File (0600, ours) that holds the passphrase."),
    ConfigurationKey(
      "okx.credentials.api_key_variable", \.okx.credentials.apiKeyVariable, unit: "name",
      "Environment variable that holds the API key, instead of the file."),
    ConfigurationKey(
      "okx.credentials.secret_variable", \.okx.credentials.secretVariable, unit: "name",
      "Environment variable that holds the secret, instead of the file."),
    ConfigurationKey(
      "okx.credentials.passphrase_variable", \.okx.credentials.passphraseVariable, unit: "name",
      "Environment variable that holds the passphrase, instead of the file."),
  ]

  private static let fallback: [ConfigurationKey] = [
    ConfigurationKey(
      "okx.order_fallback", \.okx.orderFallback,
      "While the private line cannot be had: `cancels` cancels this desk's working orders by REST, `none` "
        + "waits for the line. Nothing is ever placed by REST."),
    ConfigurationKey(
      "okx.order_fallback_seconds", \.okx.orderFallbackSeconds, unit: "seconds", range: 4...600,
      "How long the line is waited for before that."),
  ]

  private static let service: [ConfigurationKey] = [
    ConfigurationKey(
      "network.proxy", \.network.proxy, unit: "URL",
      "Proxy for the exchange's lines, REST, models and news: http://[USER@]HOST:PORT (CONNECT) or "
        + "socks5h://[USER@]HOST:PORT. It resolves the names; TLS goes through it to the end. No password here."
    ),
    ConfigurationKey(
      "network.proxy_password_file", \.network.proxyPasswordFile, unit: "path",
      "File (0600, ours) that holds the proxy user's password and nothing else."),
    ConfigurationKey(
      "console.host", \.console.host, unit: "address",
      "Where the page listens. It speaks plain HTTP: put a TLS proxy before any other than loopback."
    ),
    ConfigurationKey(
      "console.port", \.console.port, unit: "TCP port", range: 0...65_535,
      "The page's port; 0 takes a free one."),
  ]

  private static let risk: [ConfigurationKey] =
    [
      ConfigurationKey(
        "risk.allow_list", \.risk.allowList, unit: "instId",
        "Instruments that may be traded; each needs every limit. The others are only watched."),
      ConfigurationKey(
        "risk.on_foreign_orders", \.risk.onForeignOrders,
        "Orders at work that this desk did not place: `ignore` counts them in the limits and leaves them, "
          + "`adopt` lets a stop cancel them too, `cancel` cancels each, `halt` halts the desk."),
      ConfigurationKey(
        "risk.desk.open_orders", \.risk.desk.openOrders, unit: "orders", range: positive,
        "Most open orders over all instruments."),
      ConfigurationKey(
        "risk.desk.orders_per_window", \.risk.desk.ordersPerWindow, unit: "orders",
        range: positive, "Most new orders in any window, over all instruments."),
      ConfigurationKey(
        "risk.desk.window_milliseconds", \.risk.desk.windowMilliseconds, unit: "milliseconds",
        range: milliseconds, "Length of that window."),
      ConfigurationKey(
        "risk.desk.exchange_age_milliseconds", \.risk.desk.exchangeAgeMilliseconds,
        unit: "milliseconds", range: milliseconds,
        "Largest age of the exchange's time stamp by the exchange's own clock, either way."),
      ConfigurationKey(
        "risk.desk.clock_offset_milliseconds", \.risk.desk.clockOffsetMilliseconds,
        unit: "milliseconds", range: milliseconds,
        "Largest difference between this machine's clock and the exchange's: reduceOnly beyond it."
      ),
      ConfigurationKey(
        "risk.desk.maintenance_lead_seconds", \.risk.desk.maintenanceLeadSeconds,
        unit: "seconds", range: 60...86_400,
        "So long before planned maintenance the desk is reduceOnly; ten seconds before, it cancels."
      ),
    ]
    + instrumentLimits.map { $0.inDefaults } + instrumentLimits.map { $0.inInstruments }
    + [
      ConfigurationKey(
        "risk.instruments.*.lot", in: \.risk.instruments, new: Configuration.InstrumentRisk(),
        \.lot, unit: "of the instrument",
        "The lot that this instrument's limits were written in; they are counted over where the "
          + "exchange has another."),
      ConfigurationKey(
        "risk.instruments.*.contract_value", in: \.risk.instruments,
        new: Configuration.InstrumentRisk(), \.contractValue, unit: "of the instrument",
        "The contract value that they were written for, likewise."),
    ]

  private static let instrumentLimits = InstrumentLimit.allCases.map { limit in
    limit == .orderNotional
      ? InstrumentLimitKey(limit, \.orderNotional) : InstrumentLimitKey(limit, \.[limit])
  }

  private static let strategy: [ConfigurationKey] = [
    ConfigurationKey(
      "strategy.kind", \.strategy.kind,
      "`follower` works towards the signal's target; `reflex` answers each update at once and is for "
        + "benchmarks against a simulated exchange."),
    ConfigurationKey(
      "strategy.order_lots", \.strategy.orderLots, unit: "lots", range: positive,
      "Largest single order the follower makes; without it the exchange's own maximum."),
    ConfigurationKey(
      "strategy.reprice_ticks", \.strategy.repriceTicks, unit: "ticks", range: 0...1_000_000,
      "A resting order moves when the best price left it by more than this…"),
    ConfigurationKey(
      "strategy.reprice_milliseconds", \.strategy.repriceMilliseconds, unit: "milliseconds",
      range: milliseconds, "…or left it at all and the order is at least this old."),
    ConfigurationKey(
      "strategy.cross_basis_points", \.strategy.crossBasisPoints, unit: "basis points",
      range: 0...10_000, "How far beyond the opposite best a crossing order may trade."),
    ConfigurationKey(
      "strategy.cross_interval_milliseconds", \.strategy.crossIntervalMilliseconds,
      unit: "milliseconds", range: milliseconds, "Time between two crossing orders."),
    ConfigurationKey(
      "strategy.cross_after_low_permille", \.strategy.crossAfterLowPermille, unit: "permille",
      range: 0...1_001, "Share of a low-urgency lease after which it crosses; 1001: never."),
    ConfigurationKey(
      "strategy.cross_after_normal_permille", \.strategy.crossAfterNormalPermille,
      unit: "permille", range: 0...1_001, "The same for normal urgency."),
    ConfigurationKey(
      "strategy.cross_after_high_permille", \.strategy.crossAfterHighPermille, unit: "permille",
      range: 0...1_001, "The same for high urgency; 0: at once."),
    ConfigurationKey(
      "strategy.on_expiry", \.strategy.onExpiry,
      "When a lease has run out: `hold` keeps the position, `flatten` takes it to zero."),
    ConfigurationKey(
      "strategy.rate_share_percent", \.strategy.rateSharePercent, unit: "percent", range: 1...50,
      "Share of the exchange's order rate that the strategy may use."),
    ConfigurationKey(
      "strategy.refusal_pause_milliseconds", \.strategy.refusalPauseMilliseconds,
      unit: "milliseconds", range: milliseconds, "No new order for this long after a refusal."),
    ConfigurationKey(
      "strategy.invalid_book_patience_milliseconds", \.strategy.invalidBookPatienceMilliseconds,
      unit: "milliseconds", range: milliseconds,
      "A book that stays invalid for longer has its resting orders pulled."),
  ]

  private static let plumbing: [ConfigurationKey] = [
    ConfigurationKey(
      "limits.market_ring_bytes", \.limits.marketRingBytes, unit: "bytes, a power of two",
      range: 65_536...(1 << 34), "Ring from Feed to Builder."),
    ConfigurationKey(
      "limits.market_journal_bytes", \.limits.marketJournalBytes, unit: "bytes",
      range: (1 << 20)...Int64.max, "Size cap of the market journal; the oldest segments go first."),
    ConfigurationKey(
      "limits.trade_segment_bytes", \.limits.tradeSegmentBytes, unit: "bytes",
      range: (1 << 20)...(1 << 34), "Size of a trade-journal segment."),
    ConfigurationKey(
      "limits.event_clients", \.limits.eventClients, unit: "connections", range: 1...10_000,
      "Pages that may follow /api/events at once."),
    ConfigurationKey(
      "durability", \.durability,
      "What a power loss may cost: `process` what the page cache held, `interval` a fraction of a "
        + "second, `always` nothing that was answered. A process's death never costs a record."),
    ConfigurationKey("log.level", \.log.level, "Least severity that is logged."),
    ConfigurationKey("log.format", \.log.format, "Lines for people or for machines."),
    ConfigurationKey(
      "log.levels.*", in: \.log.levels, new: LogLevel.info, \.self,
      "Least severity of one module (Account, Console, …)."),
  ]
}

/// One limit, as it stands below `risk.defaults` and below `risk.instruments.ID`.
private struct InstrumentLimitKey {
  let inDefaults: ConfigurationKey
  let inInstruments: ConfigurationKey

  init<Value: ConfigurationValue>(
    _ limit: InstrumentLimit,
    _ place: WritableKeyPath<Configuration.InstrumentRisk, Value?> & Sendable
  ) {
    let text = limit.text
    inDefaults = ConfigurationKey(
      "risk.defaults.\(text.key)", unit: text.unit, range: text.range, text.meaning,
      read: { $0.risk.defaults[keyPath: place] },
      write: { $0.risk.defaults[keyPath: place] = $1 })
    inInstruments = ConfigurationKey(
      "risk.instruments.*.\(text.key)", in: \.risk.instruments,
      new: Configuration.InstrumentRisk(), place, unit: text.unit, range: text.range,
      text.meaning + " Replaces the default for this instrument.")
  }
}
