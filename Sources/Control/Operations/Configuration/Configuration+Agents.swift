// What the agents, their models, prompts and news are configured with; control plane.

extension Configuration {
  /// The team of roles and its cycle.
  public struct Agents: Sendable, Equatable {
    /// Nil: on in `simulated` and `demo`; in `live` only where the file says so.
    public var enabled: Bool?
    /// Empty: the first allow-listed ones, at most `instrumentsMax`.
    public var instruments: [String] = []
    public var cycleSeconds: Int64 = 60
    public var deadlineMilliseconds: Int64 = 45_000
    public var leaseMilliseconds: Int64 = 180_000
    public var driftBasisPoints: Int64 = 50
    public var dataAgeMilliseconds: Int64 = 5_000
    public var rolesFolder: String?
    public init() {}

    public static var instrumentsMax: Int { 8 }
  }

  /// Where models are asked, and what that may cost.
  public struct LLM: Sendable, Equatable {
    public var shareAccount: AccountShare = .ratios
    /// Names of `endpoints`, first asked first; empty: all, by name.
    public var order: [String] = []
    public var endpoints: [String: Endpoint] = [:]
    /// Hundredths of a US dollar a UTC day, over all roles.
    public var dayBudgetCents: Int64 = 0
    /// By role id.
    public var roles: [String: Role] = [:]
    /// Share of a budget from which roles are asked less often, and how many times less often.
    public var thriftPermille: Int64 = 800
    public var thriftFactor: Int64 = 4
    public var silenceMilliseconds: Int64 = 20_000
    public var caFile: String?
    public var cassette: CassetteMode = .off
    /// Nil: `cassette` in the state folder.
    public var cassetteFolder: String?
    public init() {}

    public struct Role: Sendable, Equatable {
      /// Nil: the whole budget is its bound.
      public var dayBudgetCents: Int64?
      public init() {}
    }

    /// One OpenAI-compatible endpoint.
    public struct Endpoint: Sendable, Equatable {
      public var url: String?
      public var model: String?
      public var keyFile: String?
      public var keyVariable: String?
      public var streaming = true
      public var tools = true
      public var jsonMode = true
      public var maxTokens: Int64 = 800
      /// Millionths of a US dollar per million tokens.
      public var promptMicros: Int64?
      public var cachedPromptMicros: Int64?
      public var completionMicros: Int64?
      /// `HH:MM-HH:MM`, more with commas between.
      public var peakUTC: String?
      public var peakPermille: Int64 = 2_000
      public init() {}
    }
  }

  /// How a saved prompt becomes the one in use.
  public struct Prompts: Sendable, Equatable {
    public var promotion: PromptPromotion = .immediate
    public var shadowRuns: Int64 = 20
    public var shadowSharePermille: Int64 = 200
    public init() {}
  }

  /// Where news comes from.
  public struct News: Sendable, Equatable {
    /// Hosts that may be asked; nothing else is.
    public var hosts: [String] = []
    /// Nil: `news` in the state folder.
    public var folder: String?
    public var sources: [String: Source] = [:]
    /// How far items of a tier may move a target, permille of the position limit.
    public var socialCapPermille: Int64 = 50
    public var pressCapPermille: Int64 = 150
    public var wireCapPermille: Int64 = 300
    public var officialCapPermille: Int64 = 400
    public init() {}

    public struct Source: Sendable, Equatable {
      public var url: String?
      /// `feed` (RSS, Atom), `announcements` (OKX's REST), `lines` (JSON lines).
      public var format: String = "feed"
      /// `social`, `press`, `wire` or `official`.
      public var tier: String = "press"
      public var intervalSeconds: Int64 = 60
      public init() {}
    }
  }
}

extension Configuration {
  /// What the agents decide on: nothing unless they are enabled and something may be traded.
  public var agentInstruments: [String] {
    if !(agents.enabled ?? (environment != .live)) { return [] }
    let chosen = agents.instruments.isEmpty ? risk.allowList : agents.instruments
    return Array(chosen.prefix(Agents.instrumentsMax))
  }

  /// Rules of `llm` and `news`.
  var modelAndNewsProblems: [String] {
    var found: [String] = []
    for (name, endpoint) in llm.endpoints.sorted(by: { $0.key < $1.key }) {
      if endpoint.url == nil { found.append("llm.endpoints.\(name).url: missing") }
      if endpoint.model == nil { found.append("llm.endpoints.\(name).model: missing") }
    }
    for (role, given) in llm.roles.sorted(by: { $0.key < $1.key }) {
      if let cents = given.dayBudgetCents, cents > llm.dayBudgetCents {
        found.append("llm.roles.\(role).day_budget_cents: more than llm.day_budget_cents")
      }
    }
    for name in llm.order where llm.endpoints[name] == nil {
      found.append("llm.order: no endpoint is called \(name)")
    }
    if !llm.endpoints.isEmpty && llm.dayBudgetCents == 0 {
      found.append("llm.day_budget_cents: missing; a model is asked within a budget or not at all")
    }
    let caps = [
      news.socialCapPermille, news.pressCapPermille, news.wireCapPermille, news.officialCapPermille,
    ]
    if caps != caps.sorted() {
      found.append(
        "news.*_cap_permille: less trust must not move more: social, press, wire, official")
    }
    for (name, source) in news.sources.sorted(by: { $0.key < $1.key }) {
      if source.url == nil { found.append("news.sources.\(name).url: missing") }
      if !["feed", "announcements", "lines"].contains(source.format) {
        found.append("news.sources.\(name).format: feed, announcements or lines")
      }
      if !["social", "press", "wire", "official"].contains(source.tier) {
        found.append("news.sources.\(name).tier: social, press, wire or official")
      }
    }
    return found
  }

  /// Rules between `agents` and other keys.
  var agentProblems: [String] {
    var found: [String] = []
    if agents.instruments.count > Agents.instrumentsMax {
      found.append("agents.instruments: at most \(Agents.instrumentsMax)")
    }
    for name in agents.instruments where !risk.allowList.contains(name) {
      found.append("agents.instruments: \(name) is not in risk.allow_list")
    }
    if agents.enabled == true && risk.allowList.isEmpty {
      found.append("agents.enabled: risk.allow_list is empty, so there is nothing to decide on")
    }
    if agents.leaseMilliseconds <= agents.deadlineMilliseconds {
      found.append("agents.lease_milliseconds: must be longer than agents.deadline_milliseconds")
    }
    return found
  }
}
