// One failure with a line for each finding, where a gate finds what it forbids.
import Testing

func expectNone(
  _ found: [String], _ hint: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  if found.isEmpty { return }
  let lines = found.prefix(600).map { "\n  " + $0 }.joined()
  let more = found.count > 600 ? "\n  and \(found.count - 600) more" : ""
  Issue.record("\(found.count) found. \(hint)\(lines)\(more)", sourceLocation: sourceLocation)
}
