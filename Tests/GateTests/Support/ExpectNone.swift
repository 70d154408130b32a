// One failure with a line for each finding, where a gate finds what it forbids.
import Testing

func expectNone(
  _ found: [String], _ hint: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  if found.isEmpty { return }
  let lines = found.prefix(60).map { "\n  " + $0 }.joined()
  let more = found.count > 60 ? "\n  and \(found.count - 60) more" : ""
  Issue.record("\(found.count) found. \(hint)\(lines)\(more)", sourceLocation: sourceLocation)
}
