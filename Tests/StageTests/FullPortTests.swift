// The rings to the Connectors and to the account's keeper full: asked again, or lost and counted.

import Pipeline
import Quantities
import StageBench
import Testing

@Suite struct FullPorts {
  /// What the Connector's ring has no room for is asked again: no connection is forgotten.
  @Test func connectorRequestsFull() throws {
    let bench = try StageBench(
      {
        var options = BenchOptions()
        options.capacities.requests = 2
        return options
      }())
    bench.open()
    for _ in 0..<3 {
      bench.market?.hangUp()
      bench.account?.hangUp()
      bench.settle([.feed, .sender])
      bench.connectMarket()
      bench.connectAccount()
      bench.settle([.feed, .sender])
    }
    #expect(bench.feedRequestsOwed > 0 && bench.senderRequestsOwed > 0)
    for _ in 0..<3 {
      bench.collectReturns(redial: false)
      bench.advance(by: 2_000_000)
      bench.settle([.feed, .sender])
    }
    #expect(bench.marketRequests == [.replace, .replace, .replace])
    #expect(bench.accountRequests == [.replace, .replace, .replace])
  }

  /// Questions that find no room are asked when there is some.
  @Test func queriesFull() throws {
    var desk = try Desk { $0.capacities.queries = 2 }
    let bench = desk.bench
    bench.venue.losesRequests = true
    desk.tick(6)
    bench.settle()
    bench.serve()
    bench.account?.hangUp()
    bench.run()
    bench.venue.losesRequests = false
    bench.collectReturns()
    bench.run()
    var asked: Set<UInt64> = []
    for _ in 0..<200 where asked.count < 6 {
      bench.advance(by: 20_000_000)
      bench.run()
      while let query = bench.nextQuery() {
        asked.insert(query.clientOrder.rawValue)
        #expect(bench.answer(query))
      }
    }
    #expect(asked.count == 6)
    for _ in 0..<200 where bench.workingCount > 0 {
      bench.advance(by: 100_000_000)
      bench.run()
      bench.answerQueries()
    }
    #expect(bench.workingCount == 0, "the venue knows none of them")
  }

  /// Pushes for the account's keeper may be lost and are counted; orders go on.
  @Test func accountPushesFull() throws {
    var desk = try Desk {
      $0.capacities.accountPushes = 4
      $0.capacities.positionPushes = 4
    }
    let bench = desk.bench
    desk.rest(20)
    bench.update(&desk.book, asks: [(1_000, 500)])
    bench.run()
    #expect(bench.position() == bench.venuePosition())
    #expect(bench.sender.ringFull > 0)
    var kept = 0
    while bench.nextAccountPush() != nil { kept += 1 }
    #expect(kept == 4)
    bench.update(&desk.book, asks: [(1_000, 0)])
    desk.rest(1)
    #expect(bench.openOrders.count == bench.workingCount)
  }
}
