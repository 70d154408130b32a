// A connection's announced end: the next one subscribes before the old one goes, and nothing is lost, held or asked anew.

import Market
import Pipeline
import Quantities
import StageBench
import Testing

@Suite struct SuccessorTests {
  private let notice = """
    {"event":"notice","code":"64008","msg":"The connection will soon be closed for a service upgrade. \
    Please reconnect.","connId":"a4d3ae55"}
    """

  /// Two orders rest, and the end of the line is announced: the old wire. The Connector has brought the next.
  private func announced(_ change: (inout BenchOptions) -> Void = { _ in }) throws -> (
    Desk, BenchWire
  ) {
    var desk = try Desk(change)
    desk.rest(2)
    let bench = desk.bench
    let old = try #require(bench.account)
    old.say(notice)
    bench.run()
    bench.collect()
    _ = bench.takeRecords()
    bench.collectReturns()
    #expect(bench.accountRequests.last == .renew)
    bench.settle()
    #expect(bench.account !== old && old.isOpen)
    return (desk, old)
  }

  /// What the old line's venue pushes while the new one is not subscribed.
  private func fill(_ desk: inout Desk, on wire: BenchWire) {
    let bench = desk.bench
    for lots in [1, 0] as [Int64] {
      let event = desk.book.asks(1_000, lots, at: bench)
      bench.venue.publish(event, at: bench.wallNanoseconds, market: bench.market, account: wire)
    }
    bench.market?.deliver()
    wire.deliver()
    bench.settle()
  }

  @Test func nothingIsLostOrHeldWhileTheyChange() throws {
    var (desk, old) = try announced { $0.sender.reconciliation = .acknowledgements }
    let bench = desk.bench
    fill(&desk, on: old)
    bench.collect()
    #expect(bench.reports(.fill).count == 1, "the old line still serves")
    // An order that goes out now goes by it.
    _ = old.texts()
    desk.tick(1)
    bench.settle()
    #expect(old.texts().count == 1)
    bench.run()
    bench.collect()
    #expect(bench.reports(.session).isEmpty && bench.reports(.tradingState).isEmpty)
    #expect(bench.takeQuestions().isEmpty, "no epoch begins")
    // From here on the new line carries orders, and the old one is read until its time is over.
    let sent = bench.orders.sent
    desk.rest(1)
    #expect(bench.orders.sent == sent + 1)
    #expect(old.texts().isEmpty)
    fill(&desk, on: old)
    bench.collect()
    #expect(bench.reports(.fill).count == 2)
    #expect(bench.accountRequests.last == .renew)
    bench.advance(by: 3_000_000_000)
    bench.run()
    bench.collectReturns()
    #expect(bench.accountRequests.last == .retire)
    #expect(bench.stops.inForce(for: .none) == .active)
    #expect(bench.accountRequests.count { $0 == .renew } == 1)
  }

  /// The new line fails before it is subscribed: the old one serves on, and another is asked for.
  @Test func aSuccessorThatFailsIsReplaced() throws {
    let (desk, old) = try announced()
    let bench = desk.bench
    bench.account?.hangUp()
    bench.settle()
    bench.collect()
    #expect(bench.reports(.session).isEmpty)
    bench.collectReturns()
    #expect(bench.accountRequests.last == .replace)
    bench.run()
    bench.advance(by: 3_000_000_000)
    bench.run()
    bench.collectReturns()
    #expect(bench.accountRequests.last == .retire)
    bench.collect()
    #expect(bench.reports(.session).isEmpty)
    withExtendedLifetime(old) {}
  }

  /// The old line goes before the new one is subscribed: that is a loss, told and made good by the new line.
  @Test func anOldLineThatGoesEarlyIsALoss() throws {
    let (desk, old) = try announced { $0.sender.reconciliation = .acknowledgements }
    let bench = desk.bench
    old.hangUp()
    bench.settle()
    bench.collect()
    #expect(bench.reports(.session).map(\.detail) == [0])
    #expect(bench.stops.requested(by: .reconcile, for: .none) == .cancelOnly)
    for _ in 0..<20 {
      bench.run()
      bench.answerQueries()
      bench.advance(by: 100_000_000)
    }
    bench.collect()
    #expect(bench.reports(.session).map(\.detail) == [0, 1])
    #expect(bench.stops.requested(by: .reconcile, for: .none) == .active)
  }
}
