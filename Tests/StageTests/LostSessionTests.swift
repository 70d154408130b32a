// The private session goes while orders stand in every state they can stand in; both sides end at the truth.

import Journal
import Market
import Pipeline
import Quantities
import StageBench
import Testing

/// Where the order stands when the line goes dead.
enum OrderStanding: String, CaseIterable, CustomTestStringConvertible {
  /// Out, and nobody answered; it never arrived, or it did.
  case lostOnTheWay, sent
  /// Answered, its push did not come.
  case acknowledged
  case live, partiallyFilled
  /// Its cancel is out, and the exchange did it or never saw it.
  case cancelPending, cancelLost
  /// Given up as unknown before the session went.
  case unknown
  /// Filled while nobody listened.
  case filledUnheard
  var testDescription: String { rawValue }
}

@Suite struct LostSessions {
  @Test(arguments: OrderStanding.allCases)
  func endsAtTheTruth(_ standing: OrderStanding) throws {
    var desk = try Desk()
    let bench = desk.bench
    try bring(&desk, to: standing)
    bench.account?.hangUp()
    bench.control.setMuted(true)
    bench.run()
    bench.collect()
    #expect(!bench.reports(.session).isEmpty)
    // While the session is down nothing goes out, whatever is decided.
    let before = desk.requests("order")
    bench.control.setMuted(false)
    desk.rest(2)
    #expect(desk.requests("order") == before)
    bench.control.setMuted(true)
    // The Connector brings a new one; what is in doubt is asked about.
    bench.collectReturns()
    for _ in 0..<400 {
      bench.advance(by: 50_000_000)
      bench.run()
      bench.answerQueries()
      bench.run()
    }
    #expect(bench.position() == bench.expectedPosition())
    #expect(bench.builderPosition() == bench.expectedPosition())
    #expect(bench.workingCount == bench.openOrders.count)
    // And the desk works on.
    bench.control.setMuted(false)
    let sent = bench.orders.sent
    desk.rest(1)
    #expect(bench.orders.sent == sent + 1)
    #expect(bench.workingCount == bench.openOrders.count)
    #expect(bench.position() == bench.expectedPosition())
  }

  private func bring(_ desk: inout Desk, to standing: OrderStanding) throws {
    let bench = desk.bench
    let order: StageList = [.builder, .gate, .sender]
    switch standing {
    case .lostOnTheWay, .unknown:
      bench.venue.losesRequests = true
      desk.tick()
      bench.settle(order)
      bench.serve()
      bench.venue.losesRequests = false
      if standing == .unknown {
        for _ in 0..<100 where bench.orders.becameUnknown == 0 {
          bench.advance(by: 100_000_000)
          bench.step(.sender)
        }
        #expect(bench.orders.becameUnknown == 1)
      }
    case .sent:
      desk.tick()
      bench.settle(order)
      bench.serve()
      bench.account?.drop()
    case .acknowledged:
      desk.tick()
      bench.settle(order)
      bench.serve()
      bench.account?.deliver(1)
      bench.account?.drop()
      bench.settle(order)
      #expect(bench.orders.acknowledged == 1)
    case .live: desk.rest(1)
    case .partiallyFilled, .filledUnheard:
      desk.rest(3)
      bench.update(&desk.book, asks: [(1_000, standing == .filledUnheard ? 3 : 2)])
      bench.serve()
      if standing == .filledUnheard { bench.account?.drop() }
      // A book that stays crossed is no reference for what follows.
      bench.update(&desk.book, asks: [(1_000, 0)])
      bench.run()
    case .cancelPending, .cancelLost:
      desk.rest(1)
      bench.venue.losesRequests = standing == .cancelLost
      bench.stops.request(.cancelOnly, by: .person, for: .none)
      bench.step(.sender)
      bench.serve()
      bench.venue.losesRequests = false
      bench.account?.drop()
      bench.stops.request(.active, by: .person, for: .none)
    }
  }
}
