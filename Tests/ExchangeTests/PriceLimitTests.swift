// Three shares bound an order's price: while the instrument is new, afterwards, and of the index at any time.

import Exchange
import Foundation
import Market
import Testing

@Suite struct PriceLimitTests {
  /// The limits as shares of the best opposite prices.
  private func shares(_ bench: Bench, _ name: String) throws -> (buy: Double, sell: Double) {
    let row = try #require(try bench.rows("public/price-limit?instId=\(name)").first)
    let book = try #require(try bench.rows("market/books?instId=\(name)").first)
    func best(_ side: String) throws -> Double {
      let level = try #require((book[side] as? [[String]])?.first?.first)
      return try #require(Double(level))
    }
    return (try number(row, "buyLmt") / best("asks"), try number(row, "sellLmt") / best("bids"))
  }

  private func code(_ bench: Bench, _ factor: Double) throws -> String? {
    let book = try #require(try bench.rows("market/books?instId=BTC-USDT").first)
    let ask = try #require((book["asks"] as? [[String]])?.first?.first.flatMap(Double.init))
    return try bench.order(price: String(Int(ask * factor)), size: "0.00001")["sCode"] as? String
  }

  @Test func aNewInstrumentHasMoreRoom() throws {
    let bench = try Bench()
    bench.advance(milliseconds: 1_000)
    var found = try shares(bench, "BTC-USDT")
    #expect(abs(found.buy - 1.03) < 1e-4 && abs(found.sell - 0.97) < 1e-4)
    #expect(try code(bench, 1.04) == "51006")
    try bench.play("at 0ms of exchange state BTC-USDT preopen 1000")
    bench.advance(milliseconds: 1_500)
    found = try shares(bench, "BTC-USDT")
    #expect(abs(found.buy - 1.05) < 1e-4 && abs(found.sell - 0.95) < 1e-4)
    #expect(try code(bench, 1.04) == "0" && code(bench, 1.06) == "51006")
    bench.jump(hours: 1)
    found = try shares(bench, "BTC-USDT")
    #expect(abs(found.buy - 1.03) < 1e-4 && abs(found.sell - 0.97) < 1e-4)
  }

  /// Of a contract the middle of its pair's book.
  @Test func nothingIsFurtherFromTheIndexThanTheLargestShare() throws {
    let bench = try Bench(swaps: 1) {
      $0.engineSettings.priceLimitPercent = 3
      $0.engineSettings.priceLimitMaximumPercent = 1
    }
    bench.advance(milliseconds: 1_000)
    let row = try #require(try bench.rows("public/price-limit?instId=\(Bench.swap)").first)
    let index = try number(
      try #require(try bench.rows("market/index-tickers?instId=BTC-USDT").first), "idxPx")
    #expect(abs(try number(row, "buyLmt") / index - 1.01) < 1e-4)
    #expect(abs(try number(row, "sellLmt") / index - 0.99) < 1e-4)
  }
}
