// What a decision may ask for at most, whoever took it: held in code, whatever a model says; control plane.
import JSON
import Roles

/// Bounds of a target and of a risk verdict. Fails towards flat.
enum Mandate {
  /// A stance this strong, of 100, counts with its whole cap; a weaker one with its share of it. So nothing
  /// else that speaks, news among it, can make a faint stance carry a large target.
  static let wholeStance: Int64 = 50

  /// A target within what the stances support: in a direction, the sum of the weight caps of those that take
  /// it, each in the share that its strength earns; what is held already may be kept. Spot is never sold
  /// short. Permille of the position limit.
  static func bound(
    _ target: Int64, stances: [RoleOutput], held: Int64, mayBeShort: Bool = true
  ) -> Int64 {
    let (up, down) = support(stances)
    let floor = mayBeShort ? min(-down, held, 0) : 0
    return min(max(target, floor), max(up, held, 0))
  }

  /// Permille of the position limit, both not below zero.
  static func support(_ stances: [RoleOutput]) -> (up: Int64, down: Int64) {
    var up: Int64 = 0
    var down: Int64 = 0
    for output in stances where output.kind == .analyst && !output.isAbstention {
      guard let stance = output.output["stance"]?.integer else { continue }
      let strength = min(stance.magnitude, wholeStance.magnitude)
      let share = Int64(output.weightCap) * Int64(strength) / wholeStance
      if stance > 0 { up += share } else { down += share }
    }
    return (up, down)
  }

  /// The lots of a target that `bound` let through: the nearest number, but no further from what is held than
  /// the support reaches. Rounding must not buy what nobody spoke for.
  static func lots(_ target: Int64, stances: [RoleOutput], heldLots: Int64, limit: Int64) -> Int64 {
    let (up, down) = support(stances)
    func whole(_ permille: Int64) -> Int64 {
      let (product, overflowed) = permille.multipliedReportingOverflow(by: limit)
      return overflowed ? permille * (limit / 1_000) : product / 1_000
    }
    let wanted = Permille.lots(target, limit: limit)
    return min(max(wanted, min(-whole(down), heldLots, 0)), max(whole(up), heldLots, 0))
  }

  /// The target where only exits are allowed: not away from flat of what is held, and not across.
  static func exit(_ target: Int64, held: Int64) -> Int64 {
    held >= 0 ? min(max(target, 0), held) : max(min(target, 0), held)
  }

  /// What is left of `target` after the verdict; nil: vetoed. A verdict that enlarges or turns the target is
  /// none, and counts as a veto.
  static func judged(_ target: Int64, verdict: JSONValue) -> Int64? {
    guard let words = verdict["verdict"]?.string,
      let allowed = verdict["target_permille"]?.integer
    else { return nil }
    switch words {
    case "accept": return allowed == target ? target : nil
    case "trim":
      let isSmaller = abs(allowed) <= abs(target) && allowed * target >= 0
      return isSmaller ? allowed : nil
    default: return nil
    }
  }

  /// Why no lease may be published on this snapshot; nil: nothing speaks against it.
  static func refusal(_ snapshot: Snapshot, target: Int64, dataAgeMilliseconds: Int64) -> String? {
    guard let book = snapshot.book, book.isValid else { return "the book is invalid" }
    guard let mid = book.midHalfTicks, mid > 0 else { return "the book has no mid" }
    let ageMax = min(dataAgeMilliseconds, snapshot.limits?.bookAgeMilliseconds ?? Int64.max)
    if book.ageMilliseconds > ageMax {
      return "the book is \(book.ageMilliseconds) ms old, allowed are \(ageMax)"
    }
    guard let limits = snapshot.limits, let limit = limits.positionLots, limit > 0 else {
      return "there is no position limit"
    }
    if !limits.isAllowed { return "the instrument is not on the allow-list" }
    if !snapshot.instrument.isTradable { return "the instrument cannot be traded" }
    if limits.isFlattening { return "a flatten is on" }
    switch limits.tradingState {
    case "active": return nil
    case "reduceOnly":
      let lots = Permille.lots(target, limit: limit)
      guard let held = snapshot.position?.lots else { return "the position is not known" }
      let isSmaller = abs(lots) <= abs(held) && lots.signum() * held.signum() >= 0
      return isSmaller ? nil : "reduceOnly: \(lots) lots do not shrink \(held)"
    default: return "the trading state is \(limits.tradingState)"
    }
  }
}
