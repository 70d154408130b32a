// What a member of the team is: data, so that a desk adds another without code; control plane.

/// A part of the snapshot that a role may see.
public enum InputKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Best levels, spread, mid.
  case book
  /// Last trade and trade flow.
  case trades
  /// Book and trade indicators of the core.
  case indicators
  /// Bars and their indicators.
  case bars
  /// Ticker, funding, mark, index, open interest, price limits, liquidations.
  case context
  /// Own position and working orders.
  case position
  /// Equity and balances, as `llm.share_account` allows.
  case account
  /// Risk limits and trading states.
  case limits
  /// Own recent orders.
  case orders
  /// Labels of news in the closed vocabulary; never prose.
  case newsLabels = "news_labels"
  /// The envelope with raw news; the news collector's alone.
  case rawNews = "raw_news"
  /// Validated answers of the roles before it.
  case stances
}

/// What makes a role think again before its cadence is over.
public enum RoleEvent: String, Sendable, Hashable, Codable, CaseIterable {
  case barClose = "bar_close"
  case volatilityJump = "volatility_jump"
  case positionChange = "position_change"
  case news
}

/// Where in the cycle a role stands.
public enum RoleKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Runs beside the other analysts and takes a stance.
  case analyst
  /// Runs beside the analysts, reads raw news, and labels it: no stance.
  case collector
  /// Merges stances into a target.
  case decision
  /// Accepts, trims or vetoes the target.
  case risk
}

/// The rules of our own that can fill a role.
public enum LocalRule: String, Sendable, Hashable, Codable, CaseIterable {
  case macro, news, drift, trend
  case orderFlow = "order_flow"
  case merge, risk
}

/// One role. Shipped ones are files of the binary; `agents.roles_folder` adds and replaces.
public struct Role: Sendable, Hashable {
  /// Lower-case letters, digits and `_`, at most 40.
  public var id: String
  public var title: String
  public var kind: RoleKind
  public var tags: [String]
  public var inputs: Set<InputKind>
  public var schema: RoleSchema
  /// Seconds between two calls of one instrument, at least 1.
  public var cadenceSeconds: Int
  public var events: Set<RoleEvent>
  /// Largest target, in permille of the position limit, that this role's stance alone may move. 0…1000.
  public var weightCap: Int
  /// The rule that fills the role without a model; nil: without a model it abstains.
  public var localRule: LocalRule?
  /// The shipped prompt, a YAML document.
  public var defaultPrompt: String

  public init(
    id: String, title: String, kind: RoleKind, tags: [String] = [], inputs: Set<InputKind>,
    schema: RoleSchema, cadenceSeconds: Int, events: Set<RoleEvent> = [], weightCap: Int = 0,
    localRule: LocalRule? = nil, defaultPrompt: String = ""
  ) {
    self.id = id
    self.title = title
    self.kind = kind
    self.tags = tags
    self.inputs = inputs
    self.schema = schema
    self.cadenceSeconds = cadenceSeconds
    self.events = events
    self.weightCap = weightCap
    self.localRule = localRule
    self.defaultPrompt = defaultPrompt
  }
}
