// What a run found of every rule, as a table for people and as JSON for machines; control plane.

import ExchangeCalendar
import Foundation

public struct ConformanceReport: Sendable {
  public var environment: String
  public var host: String
  public var day: CalendarDay
  public var seconds: Double
  public var findings: [Finding]
  /// Orders that could not be cancelled at the end.
  public var left: [String]
  public var log: FrameLog

  package init(
    environment: String, host: String, day: CalendarDay, seconds: Double, findings: [Finding],
    left: [String], log: FrameLog
  ) {
    self.environment = environment
    self.host = host
    self.day = day
    self.seconds = seconds
    self.findings = findings
    self.left = left
    self.log = log
  }

  /// One rule: a single difference outweighs what agrees, anything seen outweighs what was not.
  public struct Row: Sendable, Encodable {
    public var rule: String
    public var verdict: String
    public var steps: [String]
    public var texts: [String]
  }

  public var rows: [Row] {
    Dictionary(grouping: findings, by: \.rule).map { rule, found in
      let verdict: Verdict =
        found.contains { $0.verdict == .differs }
        ? .differs : found.contains { $0.verdict == .agrees } ? .agrees : .notSeen
      let telling = found.filter { $0.verdict == verdict }
      return Row(
        rule: rule, verdict: verdict.rawValue, steps: Array(Set(found.map(\.step))).sorted(),
        texts: telling.map { "\($0.step): \($0.text)" })
    }.sorted { $0.rule < $1.rule }
  }

  public func count(_ verdict: Verdict) -> Int {
    rows.count { $0.verdict == verdict.rawValue }
  }

  /// A line for each rule, and the sum.
  public var text: String {
    var lines = rows.map { row in
      let verdict = row.verdict.padding(toLength: 9, withPad: " ", startingAt: 0)
      let shown = row.verdict == Verdict.agrees.rawValue ? row.texts.prefix(1) : row.texts[...]
      return "\(row.rule)  \(verdict) \(shown.joined(separator: "\n                    "))"
    }
    lines.append("")
    lines.append(
      "\(host) (\(environment)), rules of \(day): \(count(.agrees)) agree, \(count(.differs)) differ, "
        + "\(count(.notSeen)) not seen, \(Int(seconds)) s")
    lines += left.map { "left behind: \($0)" }
    return lines.joined(separator: "\n")
  }

  /// Writes `report.json`, `report.txt` and the redacted `frames.jsonl` into the folder.
  public func write(to folder: String) throws {
    struct Document: Encodable {
      var environment: String
      var host: String
      var day: String
      var seconds: Double
      var left: [String]
      var framesDropped: Int
      var rules: [Row]
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let document = Document(
      environment: environment, host: host, day: day.description, seconds: seconds, left: left,
      framesDropped: log.dropped, rules: rows)
    // A finding quotes the exchange's words, which may name the account as frames do.
    let json = FrameLog.redacted(
      String(decoding: try encoder.encode(document), as: UTF8.self))
    try Data(json.utf8).write(to: URL(fileURLWithPath: folder + "/report.json"))
    try Data(FrameLog.redacted(text).utf8).write(to: URL(fileURLWithPath: folder + "/report.txt"))
    try log.write(to: folder + "/frames.jsonl")
  }
}
