// A candidate prompt beside the one in use: asked, compared, put on record, never published; control plane.
import Ledger
import Roles

/// Asks the database, as `PromptLibrary` does. Answers go to the comparison's rows and nowhere else: this type holds no door and no lease.
public struct PromptShadow: Sendable {
  private let library: PromptLibrary

  public init(_ library: PromptLibrary) { self.library = library }

  /// The candidate that a cycle over this snapshot asks as well; nil: none, or another share of cycles.
  /// The same snapshot always gives the same answer.
  public func candidate(role: String, snapshotHash: String) throws -> (
    shadow: ShadowFigures, version: PromptVersion
  )? {
    guard let shadow = try library.store.shadow(role: role),
      shadow.live == (try library.live(role: role).version), !shadow.isComplete,
      PromptShadow.place(snapshotHash) < shadow.sharePermille
    else { return nil }
    return (shadow, try library.version(role: role, shadow.candidate))
  }

  /// 0…999, evenly spread over hashes.
  static func place(_ hash: String) -> Int {
    Int((UInt32(hash.prefix(7), radix: 16) ?? 0) % 1_000)
  }

  /// False: this snapshot was compared already.
  public func record(
    _ shadow: ShadowFigures, snapshotHash: String, live: RoleAnswer, liveMilliseconds: Int64,
    candidate: RoleAnswer, candidateMilliseconds: Int64, at: Int64
  ) throws -> Bool {
    let both = (PromptShadow.conclusion(live), PromptShadow.conclusion(candidate))
    return try library.store.record(
      ShadowRun(
        snapshotHash: snapshotHash,
        live: .init(
          outcome: live.outcome, conclusion: both.0, costMicros: live.costMicros,
          latencyMilliseconds: liveMilliseconds),
        candidate: .init(
          outcome: candidate.outcome, conclusion: both.1, costMicros: candidate.costMicros,
          latencyMilliseconds: candidateMilliseconds),
        agrees: !both.0.isEmpty && both.0 == both.1, ranAt: at), shadow: shadow.id)
  }

  /// The role's comparison as it runs; nil: none was started, it is complete, or another version came into
  /// use since.
  public func running(role: String) throws -> ShadowFigures? {
    guard let shadow = try library.store.shadow(role: role), !shadow.isComplete,
      shadow.live == (try library.live(role: role).version)
    else { return nil }
    return shadow
  }

  /// What is compared: the direction of a stance or target, the verdict of a risk controller, else the whole
  /// answer; empty where there is none.
  static func conclusion(_ answer: RoleAnswer) -> String {
    guard [.valid, .repaired, .abstained].contains(answer.outcome), let output = answer.output
    else { return "" }
    if output["abstain"]?.bool == true { return "abstain" }
    for name in ["stance", "target_permille", "target"] {
      if let number = output[name]?.number {
        return number > 0 ? "long" : number < 0 ? "short" : "flat"
      }
    }
    for name in ["verdict", "action"] {
      if let word = output[name]?.string { return word }
    }
    return output.hash
  }
}
