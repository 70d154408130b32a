// Every bad answer of the hostile server against its rung: what is refused where, and what comes of it.

import AgentFixtures
import Foundation
import JSON
import Ledger
import Roles
import Testing

/// A case of the server and what each rung says of it.
struct LadderCase: Sendable, CustomTestStringConvertible {
  var name: String
  var outcome: DecisionOutcome
  /// Results of strict_tool, json_mode, repair, as far as they are climbed.
  var rungs: [String]
  var testDescription: String { name }

  init(_ name: String, _ outcome: DecisionOutcome, _ rungs: [String]) {
    self.name = name
    self.outcome = outcome
    self.rungs = rungs
  }

  static func refused(_ name: String, _ code: String, times: Int = 3) -> LadderCase {
    LadderCase(name, .noDecision, [String](repeating: code, count: times))
  }

  static let texts: [LadderCase] =
    ["empty", "blank"].map { refused($0, "empty") }
    + [
      "two_objects", "two_lines", "full_width", "think", "fence", "prose", "prose_before",
      "prose_after", "cut", "duplicate_key", "single_quotes", "nan", "deep", "bom", "null_byte",
    ].map { refused($0, "not_json") }
    + ["list", "unknown_key", "string", "null"].map { refused($0, "schema") }

  static let replies: [LadderCase] =
    ["length", "filtered", "starved", "unfinished"].map { refused($0, "unfinished") }
    + ["invalid_utf8", "no_choices"].map { refused($0, "malformed") }
    + [
      LadderCase("good", .abstained, ["ok"]), LadderCase("reasoning", .abstained, ["ok"]),
      // A good object as plain text is no tool call: it counts where it was asked for, not before.
      LadderCase("no_tool", .valid, ["not_json", "ok"]),
      LadderCase("wrong_tool", .valid, ["wrong_tool", "ok"]),
      LadderCase("two_tools", .valid, ["wrong_tool", "ok"]),
    ]

  static let streams: [LadderCase] = [
    LadderCase("keep_alive", .abstained, ["ok"]),
    refused("broken_off", "truncated"), refused("no_done", "truncated"),
    refused("bad_event", "malformed"), refused("error_event", "server_error", times: 1),
  ]

  static let transport: [LadderCase] =
    [
      ("html", "content_type"), ("wrong_type", "content_type"), ("huge", "too_large"),
      ("redirect", "status"), ("hang_up", "unreachable"),
      ("bad_chunking", "unreachable"), ("cut_body", "unreachable"),
      ("huge_length", "unreachable"), ("401", "unauthorized"), ("403", "unauthorized"),
      ("402", "no_balance"), ("404", "not_found"), ("429", "rate_limited"),
      ("500", "server_error"), ("502", "server_error"), ("503", "server_error"),
    ].map { refused($0.0, $0.1, times: 1) }
    // Once more without the tool, and no further.
    + ["400", "422"].map { refused($0, "bad_request", times: 2) }
}

@Suite(.serialized) struct ModelLadder {
  private func climb(_ one: LadderCase, _ peer: ModelPeer, isStreaming: Bool) async throws {
    let roster = ModelFixture.roster([
      ModelFixture.endpoint(peer.base(one.name), isStreaming: isStreaming)
    ])
    let answer = try await ModelFixture.ask(roster)
    let what = "\(one.name), streamed: \(isStreaming)"
    #expect(answer.outcome == one.outcome, "\(what): \(answer.outcome) \(answer.reason)")
    #expect(answer.attempts.map(\.result) == one.rungs, "\(what)")
    let names = ["strict_tool", "json_mode", "repair"].prefix(one.rungs.count)
    #expect(answer.attempts.map(\.rung) == Array(names), "\(what)")
    // Each rung is counted.
    #expect(roster.rungs.values.reduce(0, +) == one.rungs.count, "\(what)")
    if one.outcome == .noDecision {
      #expect(answer.output == nil, "\(what)")
      #expect(answer.reason == one.rungs.last, "\(what)")
    } else {
      #expect(answer.output != nil, "\(what)")
    }
    // The key goes into one header and nowhere else.
    #expect(!"\(answer)".contains(ModelFixture.key), "\(what)")
  }

  @Test func badTextsAreRefusedAtEveryRung() async throws {
    let peer = try ModelPeer()
    try peer.answerWith(ModelFixture.valid)
    for one in LadderCase.texts {
      try await climb(one, peer, isStreaming: false)
      try await climb(one, peer, isStreaming: true)
    }
  }

  @Test func onlyWholeRepliesCount() async throws {
    let peer = try ModelPeer()
    try peer.answerWith(ModelFixture.valid)
    for one in LadderCase.replies {
      try await climb(one, peer, isStreaming: false)
      try await climb(one, peer, isStreaming: true)
    }
    for one in LadderCase.streams { try await climb(one, peer, isStreaming: true) }
  }

  @Test func transportFaultsAreNoDecision() async throws {
    let peer = try ModelPeer()
    for one in LadderCase.transport { try await climb(one, peer, isStreaming: true) }
  }

  @Test func whatHeedsTheComplaintIsRepaired() async throws {
    let peer = try ModelPeer()
    try peer.answerWith(ModelFixture.valid)
    for isStreaming in [false, true] {
      let roster = ModelFixture.roster([
        ModelFixture.endpoint(peer.base("repairs"), isStreaming: isStreaming)
      ])
      let answer = try await ModelFixture.ask(roster)
      #expect(answer.outcome == .repaired, "\(answer.reason)")
      #expect(answer.output == ModelFixture.valid)
      #expect(answer.attempts.map(\.result) == ["schema", "schema", "ok"])
      #expect(roster.rungs == ["strict_tool:schema": 1, "json_mode:schema": 1, "repair:ok": 1])
    }
  }

  @Test func theRepairIsToldTheViolationAndNoValue() async throws {
    let peer = try ModelPeer()
    var wrong = ModelFixture.valid.object ?? [:]
    wrong["stance"] = 31_337
    try peer.answerWith(.object(wrong))
    let answer = try await ModelFixture.ask(
      ModelFixture.roster([ModelFixture.endpoint(peer.base("no_tool"))]))
    #expect(answer.outcome == .noDecision)
    let requests = try peer.requests()
    #expect(requests.count == 3)
    let messages = requests.last?["body"]?["messages"]?.array ?? []
    let complaint = messages.last?["content"]?.string ?? ""
    #expect(messages.count == 3)
    #expect(complaint.contains("/stance"))
    #expect(complaint.contains("-100 to 100"))
    #expect(!complaint.contains("31337"))
    // No request carries an order's id of the exchange.
    #expect(requests.allSatisfy { !($0["raw"]?.string ?? "").contains("ORDERIDCANARY1") })
  }

  @Test func whatTheSnapshotDoesNotHoldIsQuarantined() async throws {
    let peer = try ModelPeer()
    let inventions: [(String, JSONValue)] = [
      ("instrument", "BTC-USDC"), ("instrument", "btc-usdt"), ("reference_price", 61_000),
      ("position_lots", 5), ("order", "o2"), ("news", ["n9"]),
    ]
    for (field, value) in inventions {
      var answer = ModelFixture.valid.object ?? [:]
      answer[field] = value
      try peer.answerWith(.object(answer))
      let got = try await ModelFixture.ask(
        ModelFixture.roster([ModelFixture.endpoint(peer.base("no_tool"))]))
      #expect(got.outcome == .quarantined, "\(field)")
      #expect(got.output == nil, "\(field)")
      #expect(got.reason.contains("/" + field), "\(field): \(got.reason)")
      #expect(got.grounding?["grounded"] == false, "\(field)")
    }
  }
}
