// What is made of what a step saw: silence, differences that outweigh, and frames without what is the account's alone.
import Conformance
import ExchangeCalendar
import Foundation
import Testing

private func report(_ findings: [Finding]) throws -> ConformanceReport {
  ConformanceReport(
    environment: "demo", host: "h", day: try #require(CalendarDay("2026-12-01")), seconds: 1,
    findings: findings, left: [], log: FrameLog())
}

@Test func aDifferenceOutweighsAndSilenceIsOne() async throws {
  let first = Findings(step: "a.b")
  first.agrees("OKX-001", "seen")
  first.notSeen("OKX-002", "nothing came")
  first.expect("OKX-003", 1 == 2, "one", seen: "two")
  let second = Findings(step: "c.d")
  second.differs("OKX-001", expected: "x", seen: "y")
  second.agrees("OKX-002", "seen after all")
  await #expect(throws: ConformSilence.self) {
    try await second.demand("OKX-004", "a reply") {
      throw ConformSilence("reply", seconds: 1, line: "public-1")
    }
  }
  await #expect(throws: ConformHindrance.self) {
    try await second.demand("OKX-005", "a reply") { throw ConformHindrance("no money") }
  }
  let report = try report(first.all + second.all)
  #expect(report.rows.map(\.rule) == ["OKX-001", "OKX-002", "OKX-003", "OKX-004"])
  #expect(report.rows.map(\.verdict) == ["differs", "agrees", "differs", "differs"])
  #expect(report.count(.differs) == 3)
  #expect(report.rows[0].steps == ["a.b", "c.d"])
  #expect(report.text.contains("expected x; seen y"))
}

@Test func framesAreKeptByteForByteButForTheAccountsOwn() throws {
  let text =
    #"{"op":"login","args":[{"apiKey":"k-1","passphrase":"p","timestamp":"17","sign":"s=="}],"uid" : "77","px":"1.0"}"#
  let clean = FrameLog.redacted(text)
  for secret in ["k-1", "\"p\"", "s==", "77"] { #expect(!clean.contains(secret)) }
  #expect(clean.contains(#""timestamp":"17""#) && clean.contains(#""px":"1.0""#))
  let push = #"{"arg":{"channel":"books"},"data":[{"asks":[["1","2","0","3"]],"seqId":5}]}"#
  #expect(FrameLog.redacted(push) == push)
}

/// What is written is read back as it was, and a line that is none is named.
@Test func theReplayNamesWhatIsNoFrame() throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let file = folder.appendingPathComponent("frames.jsonl").path
  #expect(throws: FrameReplay.ReplayError.self) { try FrameReplay(file: file) }
  let log = FrameLog()
  log.add("public-1", .received, "pong")
  try log.write(to: file)
  // Without an instrument nothing can be read.
  #expect(throws: FrameReplay.ReplayError.self) { try FrameReplay(file: file) }
  try Data("{\"ms\":1}\n".utf8).write(to: URL(fileURLWithPath: file))
  #expect(throws: FrameReplay.ReplayError.self) { try FrameReplay(file: file) }
}
