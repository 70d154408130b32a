// The decision by rule: stances weighed by cap, confidence and age, with a bar for every change; control plane.
import Roles

enum MergeRule {
  /// A stance weighs nothing once it is so old.
  static let staleMilliseconds: Int64 = 300_000
  /// A new target must differ by so much, so that spread and fees are not paid for noise.
  static let changePermilleMin: Int64 = 150
  /// Half of the largest conviction takes all that the caps allow.
  static let gain = 2.0
  /// Beyond this share of contradiction the target is halved.
  static let disagreementMax = 70.0

  static func finding(_ call: RoleCall) -> LocalAnalyst.Finding {
    let snapshot = call.snapshot
    let (usable, reason) = snapshot.usableMid()
    if usable == nil { return .abstains(reason) }
    guard let limit = snapshot.limits?.positionLots, limit > 0 else {
      return .abstains("there is no position limit to size by")
    }
    var sum = 0.0
    var gross = 0.0
    var trust = 0.0
    var voices = 0
    for output in call.upstream where output.kind == .analyst && !output.isAbstention {
      guard let stance = output.output["stance"]?.number,
        let confidence = output.output["confidence"]?.number
      else { continue }
      let age = Double(max(0, output.ageMilliseconds)) / Double(staleMilliseconds)
      let weight = max(0, 1 - age) * confidence / 100
      let part = stance / 100 * weight * Double(output.weightCap)
      sum += part
      gross += abs(part)
      trust += confidence * max(0, 1 - age)
      voices += 1
    }
    if voices == 0 { return .abstains("no analyst takes a stance") }
    let disagreement = gross > 0 ? (1 - abs(sum) / gross) * 100 : 0
    if disagreement > disagreementMax { sum /= 2 }
    let floor: Double = snapshot.instrument.mayBeShort ? -1_000 : 0
    let wanted = Int64(min(max(sum * gain, floor), 1_000).rounded())
    let held = Permille.of(
      snapshot.position?.targetLots ?? snapshot.position?.lots ?? 0, limit: limit)
    let target = choose(wanted, held, limit)
    let isKept = target == held
    return .says(
      [
        "target_permille": .integer(target),
        "confidence": .integer(Int64(min(100, trust / Double(voices)).rounded())),
        "urgency": .string(urgency(snapshot, target, limit)),
        "horizon": "minutes", "disagreement": .integer(Int64(disagreement.rounded())),
      ],
      "\(voices) stances ask for \(wanted) permille of the limit, \(held) held: "
        + (isKept ? "kept" : "changed"))
  }

  /// The target held, unless the wanted one is further away than the bar, which is at least six tenths of a
  /// lot. Crossing zero, or going flat from less than a lot's worth of conviction, counts like any change.
  static func choose(_ wanted: Int64, _ held: Int64, _ limit: Int64) -> Int64 {
    let bar = max(changePermilleMin, 600 / max(limit, 1))
    return abs(wanted - held) < bar ? held : wanted
  }

  /// Rests first. What the last lease asked for and resting did not reach is crossed for.
  private static func urgency(_ snapshot: Snapshot, _ target: Int64, _ limit: Int64) -> String {
    guard let position = snapshot.position, let last = position.targetLots else { return "normal" }
    let lots = Permille.lots(target, limit: limit)
    return last == lots && position.lots != lots ? "high" : "normal"
  }
}
