// How the Door's answers word times and lists; control plane.
import Quantities

enum DoorText {
  /// `09:12:03 UTC`.
  static func time(_ wall: WallMilliseconds) -> String {
    let seconds = max(0, wall.milliseconds) / 1_000 % 86_400
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)) UTC"
  }

  /// `first; waits for: a, b`.
  static func answer(_ first: String, waits: [String], holds: [DeskStates.Hold] = []) -> String {
    var text = first
    if !waits.isEmpty { text += "; waits for: " + waits.joined(separator: ", ") }
    if !holds.isEmpty { text += "; held by: " + holds.map(\.text).joined(separator: ", ") }
    return text
  }
}
