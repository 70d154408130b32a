// What the agents, their models, prompts and news are configured with; control plane.

extension Configuration {
  /// The team of roles and its cycle.
  public struct Agents: Sendable, Equatable {
    public init() {}
  }

  /// Where models are asked, and what that may cost.
  public struct LLM: Sendable, Equatable {
    public var shareAccount: AccountShare = .ratios
    public init() {}
  }

  /// How a saved prompt becomes the one in use.
  public struct Prompts: Sendable, Equatable {
    public init() {}
  }

  /// Where news comes from.
  public struct News: Sendable, Equatable {
    public init() {}
  }
}
