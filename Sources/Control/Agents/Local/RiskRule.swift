// The risk controller by rule: limits, states and figures, each named when it decides; control plane.
import Roles

enum RiskRule {
  private static let drawdownHalf: Int64 = 50
  private static let drawdownZero: Int64 = 100

  static func finding(_ call: RoleCall) -> LocalAnalyst.Finding {
    let snapshot = call.snapshot
    guard let decision = call.upstream.first(where: { $0.kind == .decision }),
      !decision.isAbstention, let asked = decision.output["target_permille"]?.integer
    else { return .abstains("there is no target to judge") }
    func say(_ verdict: String, _ target: Int64, _ reason: String) -> LocalAnalyst.Finding {
      .says(["verdict": .string(verdict), "target_permille": .integer(target)], reason)
    }
    guard let book = snapshot.book, book.isValid else {
      return say("veto", 0, "the book is invalid")
    }
    guard let limits = snapshot.limits, let limit = limits.positionLots, limit > 0 else {
      return say("veto", 0, "there is no position limit")
    }
    if !limits.isAllowed { return say("veto", 0, "the instrument is not on the allow-list") }
    if let age = limits.bookAgeMilliseconds, book.ageMilliseconds > age {
      return say("veto", 0, "the book is \(book.ageMilliseconds) ms old, allowed are \(age)")
    }
    if limits.isFlattening { return say("veto", 0, "a flatten is on") }
    let held = Permille.of(snapshot.position?.lots ?? 0, limit: limit)
    switch limits.tradingState {
    case "active": break
    case "reduceOnly":
      let isSmaller = abs(asked) < abs(held) && asked * held >= 0
      if !isSmaller && asked != held {
        return say("veto", 0, "reduceOnly: \(asked) permille does not shrink \(held)")
      }
    default: return say("veto", 0, "the trading state is \(limits.tradingState)")
    }
    if let drawdown = snapshot.account?.drawdownPermille {
      if drawdown > drawdownZero {
        return say(asked == 0 ? "accept" : "trim", 0, "drawdown \(drawdown) permille: flat")
      }
      if drawdown > drawdownHalf && abs(asked) > 500 {
        return say("trim", asked.signum() * 500, "drawdown \(drawdown) permille: half")
      }
    }
    return say("accept", asked, "inside of limits, state \(limits.tradingState)")
  }
}
