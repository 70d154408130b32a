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
    public init() {}
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
    public init() {}
  }
}

extension Configuration {
  /// What the agents decide on: nothing unless they are enabled and something may be traded.
  public var agentInstruments: [String] {
    if !(agents.enabled ?? (environment != .live)) { return [] }
    let chosen = agents.instruments.isEmpty ? risk.allowList : agents.instruments
    return Array(chosen.prefix(Agents.instrumentsMax))
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
