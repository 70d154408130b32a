// The wall clock is read in one place: whoever wants it says `WallMilliseconds.now()` or `ClockPair.now()`.
import Foundation
import Testing

/// Where it is read, each with its reason.
private let readers: [String: String] = [
  "Sources/Hot/Channels": "the home",
  "Sources/Hot/Pipeline": "stages take the time as an argument, which has a gate of its own",
  "Sources/Simulation": "the simulated exchange stands alone and has a clock of its own",
]

/// Lines that read the wall clock by another way than the two calls.
private func readings(_ text: String) -> [String] {
  let ways = [
    "Date().timeIntervalSince1970", "Date.now.timeIntervalSince1970", "ck_now_wall",
    "clock_gettime",
    "gettimeofday", "CLOCK_REALTIME",
  ]
  return text.split(separator: "\n").filter { line in ways.contains { line.contains($0) } }
    .map { $0.trimmingCharacters(in: .whitespaces) }
}

@Test func theWallClockHasOneHome() throws {
  var found: [String] = []
  var home = 0
  for url in Repository.files(below: "Sources", withExtension: "swift") {
    let path = Repository.relative(url)
    let lines = readings(try Repository.text(url))
    if path.hasPrefix("Sources/Hot/Channels/") { home += lines.count }
    if readers.keys.contains(where: { path.hasPrefix($0 + "/") }) { continue }
    found += lines.map { "\(path): \($0)" }
  }
  #expect(found == [])
  #expect(home > 0, "the home reads it")
}

@Test func theWallClockCheckCanFail() {
  #expect(readings("let now = Int64(Date().timeIntervalSince1970 * 1_000)\n").count == 1)
  #expect(readings("let now = ck_now_wall_ms()\nclock_gettime(clock, &t)\n").count == 2)
  #expect(
    readings("let now = WallMilliseconds.now()\nlet at = Date(timeIntervalSince1970: 1)\n") == [])
}
