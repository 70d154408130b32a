// Model servers and clients of others: the OpenAI SDK on our server, a real small model on our client.

import AgentFixtures
import Foundation
import JSON
import Ledger
import Models
import Operations
import Roles
import Testing

@Suite(.serialized) struct ModelPeers {
  @Test(.enabled(if: ModelPeer.python != nil, "needs Tests/make-venv.sh"))
  func theOpenAIClientDrivesTheHostileServer() throws {
    let python = try #require(ModelPeer.python)
    let result = try ModelPeer.run(python, "-B", ModelPeer.script("sdk.py"))
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.hasSuffix("passed\n"))
  }

  /// llmock's own verdict on the client, after each of its faults.
  @Test(.enabled(if: ModelPeer.python != nil, "needs Tests/make-venv.sh"))
  func llmockFindsNothingAgainstOurClient() async throws {
    let peer = try ModelPeer("mock.py", python: try #require(ModelPeer.python))
    func stream(_ kind: String) -> JSONValue {
      ["type": "stream_fault", "kind": .string(kind), "after_chunks": 3, "times": 3]
    }
    // llmock's answers are made up and its text is prose: no rung takes them.
    let scenarios: [(JSONValue, [String])] = [
      (["type": "fail", "status": 503, "times": 1], ["schema"]),
      (["type": "fail", "status": 401, "times": 1], ["unauthorized"]),
      (stream("truncate"), ["truncated", "unfinished"]),
      (stream("disconnect"), ["truncated", "unreachable"]), (stream("malformed"), ["malformed"]),
      (["type": "tool_fault", "kind": "malformed_arguments", "times": 1], ["not_json"]),
      (["type": "tool_fault", "kind": "unknown_tool", "times": 1], ["wrong_tool"]),
      (["type": "reply", "text": "I would buy."], ["not_json"]),
    ]
    for (scenario, results) in scenarios {
      let body: JSONValue = ["behaviors": [scenario]]
      _ = try peer.talk("_llmock/scenario", body.canonical, method: "POST")
      let answer = try await ModelFixture.ask(
        ModelFixture.roster([ModelFixture.endpoint(peer.base("v1"))]))
      let first = try #require(answer.attempts.first)
      #expect(results.contains(first.result), "\(scenario.canonical): \(first.result)")
      #expect(answer.outcome == .noDecision && answer.output == nil, "\(scenario.canonical)")
      let verdict = try JSONValue(parsing: Array(try peer.talk("_llmock/verdict").utf8))
      // It takes a cut stream for accepted when the same body is not sent again; ours asks otherwise.
      let findings = (verdict["findings"]?.array ?? []).filter {
        $0["severity"] == "error" && $0["code"] != "truncated_stream_accepted"
      }
      #expect(findings.isEmpty, "\(scenario.canonical): \(findings)")
      _ = try peer.talk("_llmock/reset", "{}", method: "POST")
    }
  }

  /// `MODEL_REPLIES` sets how many replies are asked for; every rung of a call is one.
  @Test(.enabled(if: ModelPeer.python != nil, "needs Tests/make-venv.sh"), .timeLimit(.minutes(50)))
  func aRealModelEndsValidRepairedOrNoDecision() async throws {
    let wanted = ProcessInfo.processInfo.environment["MODEL_REPLIES"].flatMap { Int($0) } ?? 20
    let peer = try ModelPeer("real.py", python: try #require(ModelPeer.python))
    let endpoint = ModelEndpoint(
      name: "smollm2", base: peer.base("v1"), model: "smollm2", maxTokens: 96,
      price: ModelPrice(prompt: 0, cachedPrompt: 0, completion: 0))
    let roster = ModelFixture.roster([endpoint])
    var replies = 0
    var outcomes: [DecisionOutcome: Int] = [:]
    var rungs: [String: Int] = [:]
    var number = 0
    while replies < wanted {
      number += 1
      let answer = try await ModelFixture.ask(
        roster, ModelFixture.call("Question \(number).", seconds: 120), silence: 60_000)
      replies += answer.attempts.count
      outcomes[answer.outcome, default: 0] += 1
      for attempt in answer.attempts {
        rungs["\(attempt.rung):\(attempt.result)", default: 0] += 1
      }
      #expect(
        [.valid, .repaired, .abstained, .noDecision, .quarantined].contains(answer.outcome))
      if let output = answer.output {
        try ModelFixture.schema.validate(output)
        #expect(
          Grounding.check(output, ModelFixture.schema, ModelFixture.snapshot().facts).isEmpty)
      }
      // The model was there: what went wrong was its answer.
      #expect(
        answer.attempts.allSatisfy {
          !["unreachable", "stalled", "deadline", "bad_url"].contains($0.result)
        }, "\(answer.attempts)")
    }
    let lines = rungs.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let ends = outcomes.map { "\($0.key.rawValue) \($0.value)" }.sorted()
    print("real model: \(replies) replies, \(number) calls: \(ends.joined(separator: ", "))")
    print("real model, by rung: \(lines.joined(separator: ", "))")
    #expect(replies >= wanted)
  }
}
