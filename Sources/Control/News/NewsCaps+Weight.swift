// How far news may move a target: the weight cap of a role that reads it, by the tier of what points somewhere; control plane.
import Ledger
import Roles

extension NewsCaps {
  /// The role's own cap, or less: while labels of the snapshot point up or down, a stance of a role that reads
  /// them counts no further than the best tier among those labels. What one source can do is bounded here, in
  /// code, whatever its text made a model say.
  public func weightCap(of role: Role, _ snapshot: Snapshot) -> Int {
    if !role.inputs.contains(.newsLabels) && !role.inputs.contains(.rawNews) {
      return role.weightCap
    }
    let pointing = snapshot.news.filter { $0.direction != 0 && $0.magnitude > 0 }
    guard let best = pointing.map({ self[$0.tier] }).max() else { return role.weightCap }
    return min(role.weightCap, Int(best))
  }
}
