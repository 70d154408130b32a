// A person's flatten of a swap: through the `reconcile` hold, by the exchange's word, and never repeated on a refusal.

import Foundation
import Journal
import Market
import Orders
import Pipeline
import Quantities
import StageBench
import Strategy
import Testing

@Suite struct ReductionTests {
  private let swap = InstrumentID(index: 1)

  /// A pair and a swap, ten lots of each, by a REST that only the test speaks for.
  private final class Desk {
    let bench: StageBench
    var books = [BenchBook(instrument: 0), BenchBook(instrument: 1)]

    init() throws {
      var options = BenchOptions()
      options.catalogue = BenchOptions.pairAndSwap()
      options.strategy = .follower([FollowerSettings(), FollowerSettings()])
      options.sender.reconciliation = .rest
      bench = try StageBench(options)
      bench.open()
      for index in 0..<2 {
        bench.snapshot(&books[index], bids: [(1_000, 5_000)], asks: [(1_001, 5_000)])
      }
      #expect(bench.tellSender(.epochRead(1)))
      tick(5)
      for index in 0..<2 {
        let id = InstrumentID(index: UInt16(index))
        bench.state.publish(
          SignalLease(
            instrument: id, source: .manual, target: Quantity(lots: 10), urgency: .high,
            issuedAt: bench.now.boot,
            expiresAt: BootInstant(nanoseconds: bench.now.boot.nanoseconds + 600_000_000_000),
            referenceHalfTicks: 0, maximumDriftBasisPoints: 0, confidencePermille: 1_000,
            decision: .none, traceHigh: 0, traceLow: 0, request: UInt64(index) + 1),
          for: id, in: .manual)
      }
      tick(10)
      #expect(bench.position(0) == 10 && bench.position(1) == 10)
    }

    func tick(_ count: Int) {
      for step in 0..<count {
        bench.advance(by: 300_000_000)
        for index in 0..<2 {
          bench.update(&books[index], bids: [(1_000, 5_000 + Int64(step % 7))])
        }
        bench.run()
      }
    }

    /// The line is gone and back, and REST has said nothing since.
    func loseLine(_ meanwhile: () -> Void = {}) {
      bench.account?.hangUp()
      bench.run()
      bench.collectReturns(redial: false)
      meanwhile()
      bench.connectAccount()
      bench.run()
    }

    /// Sizes of the orders that went out since the last call, as the exchange read them.
    func sizes() -> [String] {
      let orders = bench.venue.requests.filter { $0.operation == "order" }.dropFirst(taken)
      taken += orders.count
      return orders.map { text in
        text.text.components(after: "\"sz\":\"")
      }
    }
    private var taken = 0

    func questions(_ kind: AccountQuestion.Kind) -> [AccountQuestion] {
      while bench.nextQuery() != nil {}
      return bench.takeQuestions().filter { $0.kind == kind }
    }

    /// What REST says of the swap now.
    func state(_ lots: Int64) {
      let stated = StatedFigure(
        lots: lots, tradeID: 0, time: bench.now.wall, askedAt: bench.now.instant)
      #expect(
        bench.tellSender(
          .position(instrument: InstrumentID(index: 1), stated, averagePrice: .none)))
    }
  }

  @Test func aFlattenPassesTheReconcileHoldOfASwapAlone() throws {
    let desk = try Desk()
    desk.loseLine()
    #expect(desk.bench.stops.requested(by: .reconcile, for: .none) == .cancelOnly)
    desk.tick(5)
    #expect(desk.bench.position(1) == 10, "the hold stands")
    desk.bench.stops.setFlattening(true, for: .none)
    desk.tick(20)
    #expect(desk.bench.stops.requested(by: .reconcile, for: .none) == .cancelOnly)
    #expect(desk.bench.position(1) == 0 && desk.bench.venuePosition(1) == 0)
    #expect(desk.bench.position(0) == 10, "nothing but the exchange's flag may let it through")
    #expect(desk.bench.tellSender(.epochRead(2)))
    desk.tick(20)
    #expect(desk.bench.position(0) == 0)
  }

  /// Somebody closed a part of it while the line was down. An order of our own count would be refused whole.
  @Test func underTheHoldItIsSizedByTheExchangesWord() throws {
    let desk = try Desk()
    desk.loseLine {
      desk.bench.advance(by: 50_000_000)
      _ = desk.bench.venue.phone(
        .sell, instrument: 1, price: "100.0", size: "4", at: desk.bench.wallNanoseconds, nil)
    }
    #expect(desk.bench.venuePosition(1) == 6)
    #expect(desk.bench.position(1) == 10, "nobody has told of it but the snapshot of positions")
    _ = desk.sizes()
    desk.bench.stops.setFlattening(true, for: swap)
    desk.tick(20)
    #expect(desk.sizes() == ["6"], "one order, of the exchange's size")
    #expect(desk.bench.position(1) == 0 && desk.bench.venuePosition(1) == 0)
    desk.bench.collect()
    #expect(desk.bench.reports(.rejected).allSatisfy { $0.exchangeCode == 0 })
  }

  /// docs/OKX.md OKX-104: one that exceeds the position is refused whole.
  @Test(arguments: ["51112", "51148", "51169", "51170"])
  func aRefusedReductionAsksBeforeTheNext(_ code: String) throws {
    let desk = try Desk()
    _ = desk.questions(.reading)
    _ = desk.sizes()
    desk.bench.venue.refusals = Array(repeating: code, count: 50)
    desk.bench.stops.setFlattening(true, for: swap)
    desk.tick(40)
    #expect(desk.sizes().count == 1, "nothing was repeated")
    #expect(desk.questions(.reading).map(\.instrument).contains(swap))
    desk.bench.venue.refusals = []
    desk.tick(20)
    #expect(desk.bench.position(1) == 10 && desk.sizes() == [], "it waits for the answer")
    // A word of before the refusal is none.
    let old = StatedFigure(
      lots: 10, tradeID: 0, time: desk.bench.now.wall,
      askedAt: desk.bench.now.instant.advanced(byNanoseconds: -60_000_000_000))
    #expect(desk.bench.tellSender(.position(instrument: swap, old, averagePrice: .none)))
    desk.tick(20)
    #expect(desk.sizes() == [])
    desk.state(10)
    desk.tick(20)
    #expect(desk.sizes() == ["10"])
    #expect(desk.bench.position(1) == 0 && desk.bench.venuePosition(1) == 0)
  }

  /// The answer is the next one's size.
  @Test func theAnswerIsTaken() throws {
    let desk = try Desk()
    desk.bench.venue.refusals = ["51169"]
    desk.bench.stops.setFlattening(true, for: swap)
    desk.tick(5)
    _ = desk.sizes()
    desk.state(4)
    desk.tick(20)
    #expect(desk.sizes() == ["4"] && desk.bench.position(1) == 0)
  }

  /// Any other refusal says nothing of the position.
  @Test func anotherRefusalIsTriedAgain() throws {
    let desk = try Desk()
    _ = desk.questions(.reading)
    desk.bench.venue.refusals = ["51008"]
    desk.bench.stops.setFlattening(true, for: swap)
    desk.tick(20)
    #expect(desk.bench.position(1) == 0 && desk.questions(.reading).isEmpty)
  }
}

extension String {
  /// What stands between `mark` and the next quote.
  fileprivate func components(after mark: String) -> String {
    guard let begin = range(of: mark)?.upperBound else { return "" }
    return String(self[begin...].prefix { $0 != "\"" })
  }
}
