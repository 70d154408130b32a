// One clock: below the loops of the hot plane nothing reads one; time is an argument there.
import Testing

/// Calls and types that read a clock or the time-stamp counter.
private let clockWords: Set<String> = [
  "csocket_now", "clock_gettime", "gettimeofday", "ck_ticks", "MomentClock", "ContinuousClock",
  "SuspendingClock", "DispatchTime", "Date", "NIODeadline",
]

/// Who may, and what for.
private let readers: [String: String] = [
  "Sources/Hot/Channels/Clocks.swift": "the clocks as calls, and the reading that a loop makes",
  "Sources/Hot/Channels/VenueClock.swift": "the exchange's time for whoever signs or shows it",
  "Sources/Hot/Channels/ClockPair+Now.swift": "two clocks together, for the headers of files",
  "Sources/Hot/Channels/StampClock.swift": "stamps, which measure and decide nothing",
  "Sources/Hot/Pipeline/Stages/StageThread.swift": "the loop itself: once a poll",
]

/// Every clock that `file` reads, as `file:line: word`.
private func readings(_ file: SourceFile) -> [String] {
  let tokens = file.tokens
  var found: [String] = []
  for (index, token) in tokens.enumerated() where token.kind == .word {
    let isCall = token.value.hasPrefix("ck_now_") || clockWords.contains(token.value)
    let isNow =
      token.value == "now" && index >= 1 && tokens[index - 1].isMark(".")
      && index + 1 < tokens.count && tokens[index + 1].isMark("(")
      // A stamp's value is given to a histogram and to nothing else.
      && !(index >= 2 && tokens[index - 2].isWord("stamps"))
    if isCall || isNow { found.append("\(file.path):\(token.line): \(token.value)") }
  }
  return found
}

@Test func noClockIsReadBelowTheLoops() {
  let hot = SourceFile.sources.filter { $0.path.hasPrefix("Sources/Hot/") }
  #expect(hot.count > 100)
  expectNone(
    hot.filter { readers[$0.path] == nil }.flatMap(readings),
    "Time comes with the poll's Moment; latencies are measured with a StampClock.")
  for path in readers.keys {
    #expect(hot.contains { $0.path == path }, "\(path) is gone: its exception goes too")
  }
}

/// A stamp has no order: whoever compares one would decide on it.
@Test func noStampIsComparable() throws {
  let moment = try #require(
    SourceFile.sources.first { $0.path.hasSuffix("Quantities/Moment.swift") })
  let line = try #require(moment.lines.first { $0.contains("public struct Stamp:") })
  #expect(!line.contains("Comparable") && !line.contains("Equatable") && !line.contains("Hashable"))
}

@Test func theClockCheckCanFail() {
  func found(_ text: String) -> Int {
    readings(SourceFile(path: "Sources/Hot/Risk/Gate.swift", text: text)).count
  }
  #expect(found("let now: Instant = .now()") == 1)
  #expect(found("let now = Instant(nanoseconds: ck_now_monotonic())") == 1)
  #expect(found("var clock = MomentClock(exchange)") == 1)
  #expect(found("csocket_now()") == 1)
  #expect(found("let ticks = ck_ticks()") == 1)
  #expect(found("let stamp = ports.stamps.now()") == 0)
  #expect(found("// says when: .now()\nlet now = moment.instant") == 0)
}
