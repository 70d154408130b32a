// Pauses that grow, have a ceiling and never run in step; and which answers are worth asking again for.

import Account
import Logging
import Testing

@Suite struct PatienceTests {
  @Test func pausesGrowToACeilingWithJitter() {
    let patience = Patience()
    var whole: [Duration] = []
    for failures in 1...12 {
      let longest = patience.pause(afterFailures: failures, jitter: 1)
      #expect(patience.pause(afterFailures: failures, jitter: 0) == longest / 2)
      let between = patience.pause(afterFailures: failures, jitter: 0.5)
      #expect(between > longest / 2 && between < longest)
      whole.append(longest)
    }
    #expect(whole.first == .milliseconds(500))
    for (one, next) in zip(whole, whole.dropFirst()) {
      #expect(next == min(one * 2, .seconds(30)))
    }
    #expect(patience.pause(afterFailures: .max, jitter: 1) == .seconds(30))
    let wild = patience.pause(afterFailures: 3, jitter: 7)
    #expect(wild == .seconds(2), "never longer than it may be")
  }

  @Test func onlyWhatPassesIsWorthAskingAgain() {
    let passing: [RESTError] = [
      .unreachable("refused"), .status(429, body: ""), .status(502, body: ""),
      .status(503, body: ""), .refused(code: "50011", message: ""),
      .refused(code: "50013", message: ""),
    ]
    for error in passing { #expect(error.isPassing, "\(error)") }
    let definite: [RESTError] = [
      .status(401, body: ""), .status(404, body: ""), .refused(code: "50113", message: ""),
      .refused(code: "50111", message: ""), .refused(code: "51000", message: ""),
      .missingCredentials,
    ]
    for error in definite { #expect(!error.isPassing, "\(error)") }
  }

  @Test func aDefiniteRefusalIsThrownAtOnce() async throws {
    var asked = 0
    await #expect(throws: RESTError.self) {
      try await quick.ask("it", log: Logger(label: "test")) {
        asked += 1
        throw RESTError.refused(code: "50113", message: "Invalid Sign")
      }
    }
    #expect(asked == 1)
  }

  @Test func anAnswerEndsTheWait() async throws {
    var asked = 0
    let answer = try await quick.ask("it", log: Logger(label: "test")) {
      asked += 1
      if asked < 5 { throw RESTError.status(503, body: "") }
      return asked
    }
    #expect(answer == 5)
  }

  @Test func aCancelledTaskWaitsNoLonger() async throws {
    var patience = Patience()
    patience.first = .seconds(60)
    let waiting = Task { [patience] in
      try await patience.ask("it", log: Logger(label: "test")) { () async throws -> Int in
        throw RESTError.unreachable("down")
      }
    }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
  }

  private var quick: Patience {
    var patience = Patience()
    patience.first = .milliseconds(1)
    return patience
  }
}
