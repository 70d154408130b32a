// The bench itself: stages that a test steps reach the venue, and both sides agree.

import Quantities
import StageBench
import Testing

@Suite struct OpeningTests {
  @Test func bothSessionsStandAndTheBookIsValid() throws {
    let bench = try StageBench()
    var book = BenchBook()
    bench.open()
    bench.snapshot(&book, bids: [(100_0, 5_000)], asks: [(100_1, 5_000)])
    bench.run()
    #expect(bench.isBookValid())
    #expect(bench.bestBid() == 1_000)
    #expect(bench.venue.requests.map(\.operation) == ["subscribe", "login", "subscribe"])
  }
}
