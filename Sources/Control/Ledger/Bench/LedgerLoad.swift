// Many decision records of a plausible desk, and the questions a page asks of them; control plane, benchmarks and tests.

/// Repeatable numbers (SplitMix64, Steele, Lea, Flood 2014).
public struct SplitMix: RandomNumberGenerator {
  private var state: UInt64
  public init(state: UInt64) { self.state = state }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

/// Seven roles and the cycle on eight instruments; one agent is rare, words are common to unique.
public struct LedgerLoad: Sendable {
  public let records: Int
  public let versions: Int
  static let firstAt: Int64 = 1_700_000_000_000
  static let spacing: Int64 = 250

  static let agents = [
    "macro_trader", "data_analyst", "technical_analyst", "order_flow_analyst", "decision_maker",
    "risk_controller", "news_collector", "cycle",
  ]
  static let rareAgent = "desk_own_role"
  static let rareEvery = 5_000
  static let instruments = [
    "BTC-USDT", "ETH-USDT", "SOL-USDT", "XRP-USDT", "DOGE-USDT", "BTC-USDT-SWAP", "ETH-USDT-SWAP",
    "ELON-USDT",
  ]
  static let words = [
    "momentum", "funding", "spread", "imbalance", "volatility", "breakout", "range", "liquidity",
    "trend", "reversal", "volume", "pressure", "support", "resistance", "drift", "basis",
  ]

  public init(records: Int, versions: Int) {
    self.records = records
    self.versions = max(1, versions)
  }

  public enum Kind: String, CaseIterable, Sendable {
    case newest = "newest"
    case deepCursor = "deep cursor"
    case agent = "agent"
    case agentDeep = "agent, deep cursor"
    case rareAgent = "rare agent"
    case instrument = "instrument, deep cursor"
    case agentInstrument = "agent and instrument, deep cursor"
    case absentPair = "agent and instrument that never met"
    case time = "time"
    case timeAgent = "time and agent"
    case trace = "trace"
    case cycle = "cycle"
    case commonWord = "word of every record"
    case word = "word of a third"
    case uniqueWord = "word of one record"
    case words = "two words, deep cursor"
    case wordAgent = "word and rare agent"
    case wordAgentInstrument = "word, agent, instrument"
    case wordTime = "word and time"
    case noWord = "word of none"
    case page500 = "500 newest of an agent"
  }

  /// `told` hears the count after each transaction.
  public func fill(_ ledger: Ledger, told: (Int) -> Void = { _ in }) throws(LedgerError) {
    var random = SplitMix(state: 1)
    var done = 0
    while done < records {
      let count = min(2_000, records - done)
      var batch: [DecisionRecord] = []
      for index in done..<(done + count) { batch.append(record(index, &random)) }
      _ = try ledger.append(contentsOf: batch)
      done += count
      told(done)
    }
  }

  static func trace(_ cycle: Int) -> String {
    let digits = String(cycle, radix: 16)
    return String(repeating: "0", count: 32 - digits.utf8.count) + digits
  }

  private func record(_ index: Int, _ random: inout SplitMix) -> DecisionRecord {
    let cycle = index / LedgerLoad.agents.count + 1
    let at = LedgerLoad.firstAt + Int64(index) * LedgerLoad.spacing
    let agent =
      index % LedgerLoad.rareEvery == 0
      ? LedgerLoad.rareAgent : LedgerLoad.agents[index % LedgerLoad.agents.count]
    // The rare agent looks at one instrument alone.
    let instrument =
      agent == LedgerLoad.rareAgent
      ? LedgerLoad.instruments[0] : LedgerLoad.instruments[cycle % LedgerLoad.instruments.count]
    var record = DecisionRecord(
      cycle: Int64(cycle), traceID: LedgerLoad.trace(cycle), spanID: "00000000000000aa",
      agentID: agent, instrument: instrument, startedAt: at - 900, endedAt: at, outcome: .valid,
      source: "local")
    record.promptVersion = index % versions + 1
    record.schemaHash = String(repeating: "5", count: 64)
    record.snapshotHash = LedgerLoad.trace(cycle) + LedgerLoad.trace(cycle)
    let said = (0..<5).map { _ in LedgerLoad.words.randomElement(using: &random) ?? "" }
    record.conclusion = "stance on \(said[0]) and \(said[1]), number n\(index)"
    record.inputSummary = "60 bars, \(said[2]), \(said[3])"
    record.renderedPrompt =
      "You trade. " + said.joined(separator: " ")
      + " close 101.\(index % 97) volume \(index % 1_009)"
    record.rawReply = "{\"stance\":\(index % 100),\"observations\":[\"\(said[4])\"]}"
    record.output = record.rawReply
    record.usage = TokenUsage(promptTokens: 900, completionTokens: 90, cacheHitTokens: 700)
    record.costMicros = 120
    return record
  }

  /// A query of a kind; ids are those of a ledger that holds this load alone.
  public func query(_ kind: Kind, _ random: inout SplitMix) -> FeedQuery {
    let deep = Int64.random(in: 1...Int64(max(1, records)), using: &random)
    let at = LedgerLoad.firstAt + deep * LedgerLoad.spacing
    let agent = LedgerLoad.agents.randomElement(using: &random)
    let instrument = LedgerLoad.instruments.randomElement(using: &random)
    let word = LedgerLoad.words.randomElement(using: &random) ?? ""
    let other = LedgerLoad.words.randomElement(using: &random) ?? ""
    let rare = LedgerLoad.rareAgent
    switch kind {
    case .newest: return FeedQuery()
    case .deepCursor: return FeedQuery(cursor: deep)
    case .agent: return FeedQuery(agent: agent)
    case .agentDeep: return FeedQuery(cursor: deep, agent: agent)
    case .rareAgent: return FeedQuery(agent: rare)
    case .instrument: return FeedQuery(cursor: deep, instrument: instrument)
    case .agentInstrument: return FeedQuery(cursor: deep, agent: agent, instrument: instrument)
    case .absentPair: return FeedQuery(agent: rare, instrument: "ELON-USDT")
    case .time: return FeedQuery(from: at - 3_600_000, to: at)
    case .timeAgent: return FeedQuery(agent: agent, from: at - 3_600_000, to: at)
    case .trace: return FeedQuery(trace: LedgerLoad.trace(Int(deep) / 8 + 1))
    case .cycle: return FeedQuery(cycle: deep / 8 + 1)
    case .commonWord: return FeedQuery(text: "stance")
    case .word: return FeedQuery(text: word)
    case .uniqueWord: return FeedQuery(text: "n\(deep - 1)")
    case .words: return FeedQuery(cursor: deep, text: word + " " + other)
    case .wordAgent: return FeedQuery(agent: rare, text: word)
    case .wordAgentInstrument:
      return FeedQuery(agent: agent, instrument: instrument, text: word)
    case .wordTime: return FeedQuery(from: at - 3_600_000, to: at, text: word)
    case .noWord: return FeedQuery(text: "xylophone")
    case .page500: return FeedQuery(limit: 500, agent: agent)
    }
  }
}
