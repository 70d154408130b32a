// Ten thousand damaged replies: none puts an invented instrument, price or id where a lease is made.

import AgentFixtures
import Foundation
import JSON
import Models
import Roles
import Testing

/// SplitMix64: the seed is the bug report.
struct MutationRandom: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite struct ModelMutations {
  private static let inventions: [String: [JSONValue]] = [
    "instrument": ["ETH-USDT", "BTC-USDC", "btc-usdt", "BTC\u{2011}USDT", "BTC-USDT ", "", 7],
    "reference_price": [59_000, 60_100, 6_000, 600_000, 0, "60000", 60_000.5, 59_990],
    "position_lots": [1, -1, 1_000_000, 0.5],
    "order": ["o2", "O1", "o1 ", "ORDERIDCANARY2"],
    "news": [["n1"], ["n1", "n2"], "n1", [[]]],
    "stance": [100, 101, -101, "10"],
    "abstain": [true, "false", 0],
  ]

  private func mutated(_ random: inout MutationRandom) -> [UInt8] {
    var fields = ModelFixture.valid.object ?? [:]
    let names = ModelMutations.inventions.keys.sorted()
    // One in four keeps its values, so that bytes alone are at work.
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      guard let name = names.randomElement(using: &random),
        let value = ModelMutations.inventions[name]?.randomElement(using: &random)
      else { continue }
      fields[name] = value
    }
    var bytes = Array(JSONValue.object(fields).canonical.utf8)
    for _ in 0..<Int.random(in: 0...2, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(UInt8.random(in: 0x20...0x7E, using: &random), at: place)
      case 3: bytes.removeSubrange(place...)
      case 4: bytes += bytes[place...]
      default: bytes[place] = UInt8.random(in: 0x30...0x39, using: &random)
      }
    }
    return bytes
  }

  /// What a lease could be made of, by rules of this test's own.
  private func isInvented(_ answer: JSONValue) -> Bool {
    if answer["abstain"] == true { return false }
    let known = [59_999.9, 60_000, 60_000.1, 59_990]
    guard answer["instrument"] == "BTC-USDT", answer["order"] == "o1",
      answer["position_lots"]?.integer == 0, answer["news"]?.array?.isEmpty == true,
      let price = answer["reference_price"]?.number
    else { return true }
    return !known.contains { abs(price - $0) / $0 <= 0.001_001 }
  }

  @Test func noneInvents() throws {
    var random = MutationRandom(state: 20_261_125)
    let facts = ModelFixture.snapshot().facts
    var refused = 0
    var quarantined = 0
    var used = 0
    var invented = 0
    for _ in 0..<10_000 {
      let text = String(decoding: mutated(&random), as: UTF8.self)
      let body: JSONValue = [
        "model": "m",
        "choices": [["finish_reason": "stop", "message": ["content": .string(text)]]],
      ]
      let value: JSONValue
      do {
        let reply = try ChatReply(body: body)
        value = try ModelFixture.schema.validate(
          try reply.answer(of: .jsonMode, schema: ModelFixture.schema))
      } catch {
        refused += 1
        continue
      }
      if !Grounding.check(value, ModelFixture.schema, facts).isEmpty {
        quarantined += 1
        continue
      }
      used += 1
      if isInvented(value) { invented += 1 }
    }
    print("mutated replies: \(refused) refused, \(quarantined) quarantined, \(used) used")
    #expect(invented == 0)
    // All three ways were taken often enough to say something.
    #expect(refused > 1_000 && quarantined > 200 && used > 200)
  }

  @Test func damagedBodiesAreFaultsAndNeverTraps() throws {
    var random = MutationRandom(state: 7)
    let body: JSONValue = [
      "model": "m", "usage": ["prompt_tokens": 9, "completion_tokens": -4],
      "choices": [
        [
          "finish_reason": "tool_calls",
          "message": [
            "content": .null,
            "tool_calls": [
              ["function": ["name": "technical_analyst", "arguments": "{}"]]
            ],
          ],
        ]
      ],
    ]
    let whole = Array(body.canonical.utf8)
    for _ in 0..<10_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] =
          UInt8.random(in: 0x20...0x7E, using: &random)
      }
      guard let value = try? JSONValue(parsing: bytes) else { continue }
      _ = try? ChatReply(body: value)
      var reply = ChatReply()
      _ = try? reply.take(chunk: value)
      #expect(reply.usage.promptTokens >= 0 && reply.usage.completionTokens >= 0)
    }
  }
}
