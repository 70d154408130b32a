// What changed between two texts, by line, as `diff -u` writes it; control plane.

public enum PromptDiff {
  /// Changed lines of one side up to which the shortest difference is looked for; beyond it the changed
  /// middle is told as a whole, so that time and memory stay bounded.
  public static let shortestMax = 2_000
  static let around = 3

  private struct Line {
    var mark: Character
    var text: Substring
  }

  /// Empty for equal texts.
  public static func unified(_ old: String, _ new: String, from: String, to: String) -> String {
    if old == new { return "" }
    let lines = marked(split(old), split(new))
    var text = "--- \(from)\n+++ \(to)\n"
    let changed = lines.indices.filter { lines[$0].mark != " " }
    var oldBefore = [0]
    var newBefore = [0]
    for line in lines {
      oldBefore.append(oldBefore[oldBefore.count - 1] + (line.mark == "+" ? 0 : 1))
      newBefore.append(newBefore[newBefore.count - 1] + (line.mark == "-" ? 0 : 1))
    }
    var next = 0
    while next < changed.count {
      var last = next
      while last + 1 < changed.count && changed[last + 1] - changed[last] <= 2 * around + 1 {
        last += 1
      }
      let start = max(0, changed[next] - around)
      let end = min(lines.count, changed[last] + around + 1)
      let oldCount = oldBefore[end] - oldBefore[start]
      let newCount = newBefore[end] - newBefore[start]
      text +=
        "@@ -\(place(oldBefore[start], oldCount)) +\(place(newBefore[start], newCount)) @@\n"
      for line in lines[start..<end] { text += "\(line.mark)\(line.text)\n" }
      next = last + 1
    }
    return text
  }

  private static func place(_ before: Int, _ count: Int) -> String {
    "\(count == 0 ? before : before + 1),\(count)"
  }

  /// A last line without its break differs from one with it: the break stays a part of the comparison.
  private static func split(_ text: String) -> [Substring] {
    if text.isEmpty { return [] }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if text.hasSuffix("\n") {
      lines.removeLast()
    } else if let last = lines.popLast() {
      lines.append(last + "\n\\ No newline at end of file")
    }
    return lines
  }

  private static func marked(_ old: [Substring], _ new: [Substring]) -> [Line] {
    var head = 0
    while head < min(old.count, new.count) && old[head] == new[head] { head += 1 }
    var tail = 0
    while tail < min(old.count, new.count) - head
      && old[old.count - 1 - tail] == new[new.count - 1 - tail]
    { tail += 1 }
    let before = Array(old[head..<(old.count - tail)])
    let after = Array(new[head..<(new.count - tail)])
    var lines = old[..<head].map { Line(mark: " ", text: $0) }
    if before.count > shortestMax || after.count > shortestMax {
      lines += before.map { Line(mark: "-", text: $0) } + after.map { Line(mark: "+", text: $0) }
    } else {
      lines += shortest(before, after)
    }
    return lines + old[(old.count - tail)...].map { Line(mark: " ", text: $0) }
  }

  /// Myers' shortest edit (An O(ND) Difference Algorithm, 1986), which the standard library has.
  private static func shortest(_ old: [Substring], _ new: [Substring]) -> [Line] {
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in new.difference(from: old) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var lines: [Line] = []
    var oldIndex = 0
    var newIndex = 0
    while oldIndex < old.count || newIndex < new.count {
      if oldIndex < old.count && removed.contains(oldIndex) {
        lines.append(Line(mark: "-", text: old[oldIndex]))
        oldIndex += 1
      } else if newIndex < new.count && inserted.contains(newIndex) {
        lines.append(Line(mark: "+", text: new[newIndex]))
        newIndex += 1
      } else {
        lines.append(Line(mark: " ", text: old[oldIndex]))
        oldIndex += 1
        newIndex += 1
      }
    }
    return lines
  }
}
