// What leaves an instrument's ordinary orders alone leaves its algo orders alone too: states, cool-off, maintenance.

import Exchange
import Foundation
import Market
import Testing

@Suite struct AlgoConductTests {
  private func ready() throws -> Bench {
    let bench = try Bench(swaps: 1)
    bench.advance(milliseconds: 1_000)
    try bench.order(Bench.swap, "buy", "market", size: "3")
    bench.advance(milliseconds: 60)
    return bench
  }

  private func post(_ bench: Bench, _ path: String, _ body: String) throws -> [String: Any] {
    let reply = try parsed(bench.call("POST", "/api/v5/" + path, body).body)
    bench.advance(by: 0)
    return try #require((reply["data"] as? [[String: Any]])?.first, "\(reply)")
  }

  /// A stop far below that sells, to reduce or to open.
  private func stop(_ bench: Bench, reduces: Bool) throws -> [String: Any] {
    try post(
      bench, "trade/order-algo",
      #"{"instId":"\#(Bench.swap)","tdMode":"cross","side":"sell","ordType":"conditional","slTriggerPx":"100","slOrdPx":"-1","sz":"1","reduceOnly":\#(reduces)}"#
    )
  }

  private func amend(_ bench: Bench, _ id: String) throws -> String? {
    try post(
      bench, "trade/amend-algos",
      #"{"instId":"\#(Bench.swap)","algoId":"\#(id)","newSlTriggerPx":"110","newSlOrdPx":"-1"}"#)[
        "sCode"] as? String
  }

  private func cancel(_ bench: Bench, _ id: String) throws -> String? {
    try post(
      bench, "trade/cancel-algos", #"[{"instId":"\#(Bench.swap)","algoId":"\#(id)"}]"#)["sCode"]
      as? String
  }

  private func code(_ row: [String: Any]) -> String? { row["sCode"] as? String }

  /// docs/OKX.md OKX-198: strategies are orders like others.
  @Test func aCoolOffLeavesWhatReduces() throws {
    let bench = try ready()
    try bench.play("at 0ms of exchange cool-off \(Bench.swap) 60000")
    #expect(code(try stop(bench, reduces: false)) == "54094")
    #expect(code(try stop(bench, reduces: true)) == "0")
    bench.advance(milliseconds: 60_000)
    #expect(code(try stop(bench, reduces: false)) == "0")
  }

  @Test(arguments: [
    ("suspend", "51022"), ("preopen", "51021"), ("post_only", "51022"), ("rebase", "51022"),
  ])
  func aStateThatTakesNoOrdersTakesNoAlgos(_ state: String, _ wanted: String) throws {
    let bench = try ready()
    let id = try #require(try stop(bench, reduces: true)["algoId"] as? String)
    try bench.play("at 0ms of exchange state \(Bench.swap) \(state)")
    #expect(code(try stop(bench, reduces: true)) == wanted)
    #expect(try amend(bench, id) == wanted)
    #expect(try cancel(bench, id) == "0", "what waits can be taken back")
    try bench.play("at 0ms of exchange state \(Bench.swap) live")
    #expect(code(try stop(bench, reduces: true)) == "0")
  }

  @Test func maintenanceTakesNone() throws {
    let bench = try ready()
    let id = try #require(try stop(bench, reduces: true)["algoId"] as? String)
    try bench.play("at 0ms of exchange maintenance 100 1000 1000")
    bench.advance(milliseconds: 200)
    #expect(code(try stop(bench, reduces: true)) == "50001")
    #expect(try amend(bench, id) == "50001")
    #expect(try cancel(bench, id) == "50001")
    // Before full trading: cancels.
    bench.advance(milliseconds: 1_000)
    #expect(code(try stop(bench, reduces: true)) == "50001")
    #expect(try amend(bench, id) == "50001")
    #expect(try cancel(bench, id) == "0")
    bench.advance(milliseconds: 1_000)
    #expect(code(try stop(bench, reduces: true)) == "0")
  }

  @Test func whatWaitsEndsWithItsContract() throws {
    let bench = try ready()
    let algos = bench.opened(.business)
    bench.logIn(algos)
    bench.receive(
      #"{"op":"subscribe","args":[{"channel":"orders-algo","instType":"ANY"}]}"#, on: algos)
    let id = try #require(try stop(bench, reduces: true)["algoId"] as? String)
    _ = try algos.take()
    try bench.play("at 0ms of exchange delist \(Bench.swap)")
    let rows = try algos.rows("orders-algo")
    #expect(text(rows, "algoId") == [id] && text(rows, "state") == ["canceled"])
    #expect(try bench.rows("trade/orders-algo-pending?ordType=conditional").isEmpty)
  }
}
