// What a model may cost in time, money and patience, and where it may be.

import AgentFixtures
import Foundation
import Ledger
import Models
import Roles
import Testing

@Suite(.serialized) struct ModelLimits {
  @Test func silenceEndsACallAndCommentsAreSilence() async throws {
    let peer = try ModelPeer()
    for name in ["stall", "comments", "silent"] {
      let answer = try await ModelFixture.ask(
        ModelFixture.roster([ModelFixture.endpoint(peer.base(name))]), silence: 500)
      // `stalled`, where the call's own deadline would have said so.
      #expect(answer.attempts.map(\.result) == ["stalled"], "\(name)")
    }
  }

  @Test func theDeadlineEndsASlowDrip() async throws {
    let peer = try ModelPeer()
    let answer = try await ModelFixture.ask(
      ModelFixture.roster([ModelFixture.endpoint(peer.base("drip"))]),
      ModelFixture.call(seconds: 1))
    #expect(answer.outcome == .noDecision)
    #expect(answer.reason == "deadline")
  }

  @Test func whatMayPassIsTriedOnceMore() async throws {
    let peer = try ModelPeer()
    // The server asks for a second of rest with 429 and 503.
    for (name, rest) in [("503-once", 1), ("500-once", 0), ("429-once", 1)] {
      let started = ContinuousClock.now
      let answer = try await ModelFixture.ask(
        ModelFixture.roster([ModelFixture.endpoint(peer.base(name))]))
      #expect(answer.outcome == .abstained, "\(name): \(answer.reason)")
      #expect(ContinuousClock.now - started >= .seconds(rest), "\(name)")
    }
    #expect(try peer.requests().count == 6)
  }

  @Test func theNextEndpointAnswersForOneThatIsDown() async throws {
    let peer = try ModelPeer()
    let roster = ModelFixture.roster([
      ModelFixture.endpoint(peer.base("503"), name: "first"),
      ModelFixture.endpoint(peer.base("good"), name: "second"),
    ])
    let answer = try await ModelFixture.ask(roster)
    #expect(answer.outcome == .abstained)
    #expect(answer.source == "second")
    #expect(answer.attempts.map(\.source) == ["first", "second"])
  }

  @Test func anEndpointThatKeepsFailingIsLeftAlone() async throws {
    let peer = try ModelPeer()
    let roster = ModelFixture.roster([ModelFixture.endpoint(peer.base("500"))])
    for _ in 0..<2 { _ = try await ModelFixture.ask(roster) }
    let asked = try peer.requests().count
    let answer = try await ModelFixture.ask(roster)
    #expect(answer.reason == "refused_here")
    #expect(answer.attempts.map(\.result) == ["refused_here"])
    #expect(try peer.requests().count == asked)
  }

  @Test func withoutBalanceNobodyIsAskedAgain() async throws {
    let peer = try ModelPeer()
    let roster = ModelFixture.roster([ModelFixture.endpoint(peer.base("402"))])
    let answer = try await ModelFixture.ask(roster)
    #expect(answer.reason == "no_balance")
    #expect(roster.isSafe)
    _ = try await ModelFixture.ask(roster)
    #expect(try peer.requests().count == 1)
  }

  @Test func moneyIsReservedBeforeAndSettledAfter() async throws {
    let peer = try ModelPeer()
    let price = ModelPrice(prompt: 1_000_000, cachedPrompt: 100_000, completion: 2_000_000)
    let poor = ModelFixture.roster(
      [ModelFixture.endpoint(peer.base("good"), price: price)], micros: 10)
    let refused = try await ModelFixture.ask(poor)
    #expect(refused.reason == "budget")
    #expect(try peer.requests().isEmpty)
    #expect(poor.spentMicros == 0)

    let rich = ModelFixture.roster([ModelFixture.endpoint(peer.base("good"), price: price)])
    let answer = try await ModelFixture.ask(rich)
    let usage = answer.usage
    #expect(usage.promptTokens > 0 && usage.completionTokens > 0)
    // One millionth of a dollar a prompt token, two a completion token, a tenth where the cache hit.
    let least =
      Int64(usage.cacheMissTokens) + Int64(usage.cacheHitTokens) / 10
      + Int64(usage.completionTokens) * 2
    #expect(answer.costMicros >= least && answer.costMicros <= least + 3)
    #expect(rich.spentMicros == answer.costMicros)
  }

  @Test func twoCallsShareTheirPrefix() async throws {
    let peer = try ModelPeer()
    let roster = ModelFixture.roster([ModelFixture.endpoint(peer.base("good"))])
    let first = try await ModelFixture.ask(roster, ModelFixture.call("first"))
    let second = try await ModelFixture.ask(roster, ModelFixture.call("second"))
    #expect(first.usage.cacheHitTokens == 0)
    let system = ModelFixture.call().prompt.system.utf8.count
    // All units of 64 tokens of 4 bytes that the system part fills.
    #expect(second.usage.cacheHitTokens >= system / 256 * 64)
    #expect(second.returnedModel == "deepseek-flash")
    #expect(second.fingerprint == "fp_test_1")
    let raws = try peer.requests().map { Array(($0["raw"]?.string ?? "").utf8) }
    #expect(raws.count == 2)
    let shared = zip(raws[0], raws[1]).prefix { $0 == $1 }.count
    #expect(shared >= system)
  }

  @Test func whatThinkingIgnoresIsOnRecord() async throws {
    let peer = try ModelPeer()
    let parameters = ModelParameters(temperature: 0.2, topP: 0.9, thinking: true)
    let answer = try await ModelFixture.ask(
      ModelFixture.roster([ModelFixture.endpoint(peer.base("good"))]),
      ModelFixture.call(parameters: parameters))
    #expect(answer.usage.reasoningTokens > 0)
    let warnings = answer.parameters["warnings"]?.array?.compactMap(\.string) ?? []
    #expect(warnings.contains { $0.hasPrefix("temperature") })
    #expect(warnings.contains { $0.hasPrefix("top_p") })
  }

  @Test func plainTextGoesToThisMachineAlone() async throws {
    for base in [
      "http://192.0.2.1/v1", "http://example.com", "ftp://127.0.0.1", "https://user:pw@example.com",
      "http://127.0.0.1.example.com", "http://0x7f.1.example", "", "https://",
    ] {
      #expect(!ModelFixture.endpoint(base).isAllowed, "\(base)")
      let answer = try await ModelFixture.ask(
        ModelFixture.roster([ModelFixture.endpoint(base)]))
      #expect(answer.outcome == .noDecision && answer.reason == "bad_url", "\(base)")
    }
    #expect(ModelFixture.endpoint("http://127.0.0.1:1").isAllowed)
    #expect(ModelFixture.endpoint("http://[::1]:1").isAllowed)
    #expect(ModelFixture.endpoint("https://api.deepseek.com/v1").isAllowed)
  }

  @Test func theKeyIsInOneHeaderOfOurRequestAlone() async throws {
    let peer = try ModelPeer()
    _ = try await ModelFixture.ask(
      ModelFixture.roster([ModelFixture.endpoint(peer.base("good"))]))
    let request = try #require(try peer.requests().first)
    #expect(request["headers"]?["Authorization"]?.string == "Bearer " + ModelFixture.key)
    let raw = try #require(request["raw"]?.string)
    #expect(!raw.contains(ModelFixture.key))
    // One that repeats it is not listened to, and nothing of what it said is kept.
    for isStreaming in [false, true] {
      let echo = try await ModelFixture.ask(
        ModelFixture.roster([
          ModelFixture.endpoint(peer.base("echo_key"), isStreaming: isStreaming)
        ]))
      #expect(echo.outcome == .noDecision && echo.reason == "key_echoed")
      #expect(!"\(echo)".contains(ModelFixture.key))
    }
    // A redirect is not followed, so the key does not travel.
    _ = try await ModelFixture.ask(
      ModelFixture.roster([ModelFixture.endpoint(peer.base("redirect"))]))
    #expect(try peer.requests().allSatisfy { $0["case"] != "good" || $0 == request })
  }
}
