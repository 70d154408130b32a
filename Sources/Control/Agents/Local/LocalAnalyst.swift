// Rules of our own that fill the roles where no model is configured: deterministic, modest, labelled; control plane.
import JSON
import Ledger
import Roles

/// Answers through the same schemas and validators as a model. The same call gives the same answer.
public struct LocalAnalyst: Analyst {
  public static let source = "local"

  public init() {}

  public func answer(_ call: RoleCall) async -> RoleAnswer {
    let started = ContinuousClock.now
    let finding = LocalAnalyst.finding(call)
    let milliseconds = (ContinuousClock.now - started).milliseconds
    let model = "local/\(call.role.localRule?.rawValue ?? "none")"
    func answer(_ outcome: DecisionOutcome, _ reason: String, _ output: JSONValue?) -> RoleAnswer {
      let isUsable = outcome == .valid || outcome == .abstained
      return RoleAnswer(
        outcome: outcome, reason: reason, output: output, source: LocalAnalyst.source,
        requestedModel: model, returnedModel: model,
        attempts: [
          Attempt(
            rung: "local", source: LocalAnalyst.source, result: isUsable ? "ok" : "schema",
            detail: reason, milliseconds: milliseconds)
        ], rawReply: output?.canonical ?? "")
    }
    switch finding {
    case .abstains(let reason):
      guard let output = call.role.schema.abstention(reason) else {
        return answer(.noDecision, reason, nil)
      }
      return answer(.abstained, reason, output)
    case .says(let fields, let reason):
      let raw = LocalAnalyst.complete(fields, reason, call.role.schema)
      do throws(SchemaViolation) {
        return answer(.valid, "", try call.role.schema.validate(raw))
      } catch {
        return answer(
          .failed, "the rule does not fill this role's schema: \(error)", nil)
      }
    }
  }

  /// What a rule comes to.
  enum Finding {
    case abstains(String)
    /// The answer's fields, and why.
    case says([String: JSONValue], String)
  }

  private static func finding(_ call: RoleCall) -> Finding {
    guard let rule = call.role.localRule else {
      return .abstains("no model is configured, and no rule of our own fills this role")
    }
    switch rule {
    case .macro: return MacroRule.finding(call.snapshot)
    case .news: return NewsRule.finding(call)
    case .drift: return DriftRule.finding(call.snapshot)
    case .trend: return TrendRule.finding(call.snapshot)
    case .orderFlow: return OrderFlowRule.finding(call.snapshot)
    case .merge: return MergeRule.finding(call)
    case .risk: return RiskRule.finding(call)
    }
  }

  private static func complete(
    _ fields: [String: JSONValue], _ reason: String, _ schema: RoleSchema
  ) -> JSONValue {
    var object = fields
    let text = String(reason.prefix(300))
    if schema.mayAbstain { object[RoleSchema.abstainField] = false }
    if schema.field(RoleSchema.reasonField) != nil {
      object[RoleSchema.reasonField] = .string(text)
    }
    return .object(object)
  }
}

extension Seat {
  /// The rules of our own, which see all.
  public static let local = Seat(LocalAnalyst(), seeing: .local)
}

extension LocalAnalyst.Finding {
  /// A stance as the shipped analysts' schema has it. `stance` and `confidence` are cut to their ranges.
  static func stance(
    _ stance: Double, confidence: Double, horizon: String, at price: Double,
    _ observations: [String], because reason: String
  ) -> LocalAnalyst.Finding {
    .says(
      [
        "stance": .integer(Int64(min(max(stance, -100), 100).rounded())),
        "confidence": .integer(Int64(min(max(confidence, 0), 100).rounded())),
        "horizon": .string(horizon), "reference_price": .number(price),
        "observations": .array(observations.prefix(5).map { .string(String($0.prefix(160))) }),
      ], reason)
  }
}

extension Snapshot {
  /// The mid of a book that may be acted on, or why there is none.
  func usableMid() -> (mid: Double?, reason: String) {
    guard let book else { return (nil, "there is no book") }
    if !book.isValid { return (nil, "the book is invalid") }
    guard let mid = book.mid, mid > 0 else { return (nil, "the book has no mid") }
    return (mid, "")
  }
}

/// Numbers as rules print them.
enum Figures {
  static func text(_ value: Double, digits: Int = 2) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    if !scaled.isFinite || scaled > 9e15 { return "\(value)" }
    let whole = Int64(scaled)
    let unit = Int64(scale)
    let sign = value < 0 && whole > 0 ? "-" : ""
    if digits == 0 { return "\(sign)\(whole)" }
    let fraction = String(whole % unit)
    return "\(sign)\(whole / unit)." + String(repeating: "0", count: digits - fraction.utf8.count)
      + fraction
  }
}
