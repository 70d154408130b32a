// What a role is asked with; control plane.
import JSON
import Ledger

/// A validated answer of a role earlier in the cycle.
public struct RoleOutput: Sendable, Hashable {
  public var role: String
  public var kind: RoleKind
  /// Permille of the position limit; see `Role.weightCap`.
  public var weightCap: Int
  /// Of the role's schema; an abstention is one too.
  public var output: JSONValue
  public var isAbstention: Bool
  /// Milliseconds since the role gave it; 0 within its own cycle.
  public var ageMilliseconds: Int64

  public init(
    role: String, kind: RoleKind, weightCap: Int, output: JSONValue, isAbstention: Bool,
    ageMilliseconds: Int64
  ) {
    self.role = role
    self.kind = kind
    self.weightCap = weightCap
    self.output = output
    self.isAbstention = isAbstention
    self.ageMilliseconds = ageMilliseconds
  }
}

/// One question to one role.
public struct RoleCall: Sendable {
  public var role: Role
  public var prompt: RenderedPrompt
  public var snapshot: Snapshot
  public var upstream: [RoleOutput]
  /// Raw news, for a role that may read it (`InputKind.rawNews`) alone; arrived before the snapshot.
  public var news: [NewsItem]
  /// An answer after it is not used.
  public var deadline: ContinuousClock.Instant
  public var trace: TraceContext

  public init(
    role: Role, prompt: RenderedPrompt, snapshot: Snapshot, upstream: [RoleOutput] = [],
    news: [NewsItem] = [], deadline: ContinuousClock.Instant, trace: TraceContext
  ) {
    self.role = role
    self.prompt = prompt
    self.snapshot = snapshot
    self.upstream = upstream
    self.news = news
    self.deadline = deadline
    self.trace = trace
  }

  /// What an answer may name: the snapshot's values, and the raw news that this role was shown.
  public var facts: Facts {
    var facts = snapshot.facts
    facts.newsIDs.formUnion(news.map(\.id))
    return facts
  }
}
