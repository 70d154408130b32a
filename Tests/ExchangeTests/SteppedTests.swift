// The exchange stepped by hand: no socket, no thread, a clock that the test sets.

import Exchange
import Testing

private let books = #"{"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}"#

@Suite struct SteppedTests {
  @Test func nothingMovesBetweenTwoSteps() throws {
    let bench = try Bench()
    bench.advance(by: 1_000_000_000)
    let peer = bench.opened(.public)
    bench.receive(books, on: peer)
    let first = try peer.take()
    #expect(first.count == 2 && first[0].contains("\"subscribe\""))
    #expect(first[1].contains("\"snapshot\""))
    bench.exchange.settled()
    #expect(peer.frames.isEmpty)
    bench.advance(by: 500_000_000)
    let later = try peer.take()
    #expect(later.count > 3 && later.allSatisfy { $0.contains("\"update\"") })
    bench.receive("ping", on: peer)
    #expect(try peer.take() == ["pong"])
  }

  @Test func anOrderFillsAndIsTold() throws {
    let bench = try Bench()
    bench.advance(by: 1_000_000_000)
    let peer = bench.opened(.private)
    bench.logIn(peer)
    bench.receive(
      #"{"op":"subscribe","args":[{"channel":"orders","instType":"ANY"},{"channel":"account"}]}"#,
      on: peer)
    #expect(try peer.take().contains { $0.contains("\"login\"") && $0.contains("\"code\":\"0\"") })
    let rows = bench.get("/api/v5/public/instruments?instType=SPOT&instId=BTC-USDT").body
    let code = try #require(
      rows.split(separator: ",").first { $0.hasPrefix("\"instIdCode\":") }?.dropFirst(13))
    bench.receive(
      #"{"id":"7","op":"order","args":[{"instIdCode":\#(code),"tdMode":"cash","side":"buy","ordType":"ioc","px":"80000","sz":"0.001","clOrdId":"5"}]}"#,
      on: peer)
    let told = try peer.take()
    #expect(told.first?.contains("\"sCode\":\"0\"") == true, "the reply comes before the push")
    #expect(told.dropFirst().contains { $0.contains("\"state\":\"filled\"") })
    #expect(!told.contains { $0.contains("\"event_update\"") })
    bench.advance(by: 50_000_000)
    #expect(try peer.take().contains { $0.contains("\"event_update\"") }, "after 50 ms")
  }

  @Test func twoRunsSayTheSame() throws {
    func run() throws -> [[ServerFrame]] {
      let bench = try Bench()
      let peers = [bench.opened(.public), bench.opened(.private), bench.opened(.public)]
      bench.logIn(peers[1])
      for channel in ["books", "trades", "bbo-tbt", "tickers", "index-tickers", "mark-price"] {
        for name in ["BTC-USDT", "ETH-USDT"] {
          let text = #"{"op":"subscribe","args":[{"channel":"\#(channel)","instId":"\#(name)"}]}"#
          for peer in [peers[0], peers[2]] { bench.receive(text, on: peer) }
        }
      }
      bench.receive(
        #"{"op":"subscribe","args":[{"channel":"account"},{"channel":"positions","instType":"ANY"}]}"#,
        on: peers[1])
      for _ in 0..<20 {
        bench.advance(by: 300_000_000)
        for peer in peers { bench.receive("ping", on: peer) }
      }
      return peers.map(\.frames)
    }
    let (first, second) = (try run(), try run())
    #expect(first.map(\.count) == second.map(\.count) && first[0].count > 500)
    #expect(first == second)
  }

  @Test func whoSaysNothingIsClosed() throws {
    let bench = try Bench()
    let peer = bench.opened(.private)
    bench.advance(by: 29_000_000_000)
    #expect(peer.isOpen)
    bench.advance(by: 2_000_000_000)
    #expect(peer.closed?.number == 4004)
    var isDrained = false
    bench.exchange.closed(peer)
    bench.exchange.stop { isDrained = true }
    #expect(isDrained)
  }
}
