// Signed calls stay inside the exchange's limits, what decides an order leaves first, and nothing piles up.

import Account
import Quantities
import Testing

@Suite struct RESTPacerTests {
  private static let second: Int64 = 1_000_000_000
  private func at(_ nanoseconds: Int64) -> Instant { Instant(nanoseconds: nanoseconds) }

  private func enter(
    _ pacer: inout RESTPacer, _ call: String, _ priority: RESTPriority
  ) throws -> RESTPacer.Ticket {
    let ticket = pacer.enter(call, priority)
    return try #require(ticket)
  }

  /// When each of `count` calls leaves, each answered at once.
  private func departures(
    _ call: String, _ priority: RESTPriority, _ count: Int, _ pacer: inout RESTPacer
  ) throws -> [Int64] {
    var now: Int64 = 0
    var left: [Int64] = []
    while left.count < count {
      let ticket = try enter(&pacer, call, priority)
      while case .wait(let nanoseconds) = pacer.turn(ticket, now: at(now)) { now += nanoseconds }
      left.append(now)
      pacer.end(ticket)
    }
    return left
  }

  @Test func noTwoSecondsSeeMoreThanTheLimit() throws {
    let limits = [
      "GET account/balance": 10, "GET account/positions": 10, "GET account/config": 5,
      "GET account/trade-fee": 5, "GET account/bills": 5, "GET trade/order": 60,
      "GET trade/orders-pending": 60, "GET trade/fills": 60, "GET trade/fills-history": 10,
      "POST trade/cancel-order": 60,
    ]
    for (call, limit) in limits {
      var pacer = RESTPacer()
      let left = try departures(call, .order, limit * 3, &pacer)
      for (index, time) in left.enumerated() where index >= limit {
        #expect(time - left[index - limit] > 2 * RESTPacerTests.second, "\(call)")
      }
      #expect(left.last! < 11 * RESTPacerTests.second, "\(call): the limit is used")
    }
  }

  @Test func aCallIsItsMethodAndPath() {
    #expect(RESTPacer.call("GET", "/api/v5/trade/fills?begin=1") == "GET trade/fills")
    #expect(RESTPacer.call("POST", "/body") == "POST /body")
  }

  @Test func whatDecidesAnOrderGoesFirst() throws {
    var pacer = RESTPacer()
    let call = "GET trade/fills"
    let figures = try enter(&pacer, call, .figures)
    let reconcile = try enter(&pacer, call, .reconcile)
    let order = try enter(&pacer, call, .order)
    let second = try enter(&pacer, call, .order)
    #expect(pacer.turn(figures, now: at(0)) != .go)
    #expect(pacer.turn(reconcile, now: at(0)) != .go)
    #expect(pacer.turn(second, now: at(0)) != .go)
    #expect(pacer.turn(order, now: at(0)) == .go)
    #expect(pacer.turn(second, now: at(0)) == .go)
    #expect(pacer.turn(reconcile, now: at(0)) == .go)
    #expect(pacer.turn(figures, now: at(0)) == .go)
  }

  @Test func aBusyReaderLeavesRoomForOrders() throws {
    var pacer = RESTPacer()
    var others = 0
    while true {
      let ticket = try enter(&pacer, "GET trade/fills", .reconcile)
      if pacer.turn(ticket, now: at(0)) != .go {
        pacer.end(ticket)
        break
      }
      pacer.end(ticket)
      others += 1
    }
    #expect(others > 5 && others < 30)
    for _ in 0..<5 {
      let order = try enter(&pacer, "GET trade/fills", .order)
      #expect(pacer.turn(order, now: at(0)) == .go)
      pacer.end(order)
    }
  }

  @Test func aHangingExchangeMakesNoBacklog() throws {
    var pacer = RESTPacer()
    var flying: [RESTPacer.Ticket] = []
    var waiting = 0
    // Nothing is answered; whoever is refused asks again and again.
    for index in 0..<10_000 {
      let call = index % 2 == 0 ? "GET trade/order" : "GET account/\(index % 7)"
      guard let ticket = pacer.enter(call, .reconcile) else { continue }
      if pacer.turn(ticket, now: at(0)) == .go { flying.append(ticket) } else { waiting += 1 }
    }
    #expect(flying.count == RESTPacer.flyingMax - RESTPacer.flyingReserved)
    #expect(waiting == RESTPacer.waitingMax)
    #expect(pacer.enter("GET trade/fills", .reconcile) == nil)
    // An order's question leaves all the same, until its own places are gone.
    for place in 0..<8 {
      let ticket = try enter(&pacer, "GET trade/fills", .order)
      #expect((pacer.turn(ticket, now: at(0)) == .go) == (place < RESTPacer.flyingReserved))
    }
    // An answer makes room for the first that waits.
    pacer.end(flying[0])
    #expect(pacer.enter("GET trade/fills", .reconcile) == nil)
  }

  @Test func oneKindThatHangsLeavesTheOthers() throws {
    var pacer = RESTPacer()
    var left = 0
    for _ in 0..<20 {
      let ticket = try enter(&pacer, "GET trade/orders-pending", .reconcile)
      if pacer.turn(ticket, now: at(0)) == .go { left += 1 }
    }
    #expect(left == RESTPacer.flyingOfOneMax)
    let other = try enter(&pacer, "GET account/balance", .figures)
    #expect(pacer.turn(other, now: at(0)) == .go)
  }

  @Test func tooManyRequestsHoldsTheirKind() throws {
    var pacer = RESTPacer()
    let first = try enter(&pacer, "GET trade/order", .order)
    #expect(pacer.turn(first, now: at(0)) == .go)
    pacer.hold(first, now: at(0))
    pacer.end(first)
    let next = try enter(&pacer, "GET trade/order", .order)
    let other = try enter(&pacer, "GET trade/fills", .order)
    #expect(pacer.turn(next, now: at(400_000_000)) != .go)
    #expect(pacer.turn(other, now: at(400_000_000)) == .go)
    #expect(pacer.turn(next, now: at(500_000_000)) == .go)
  }

  @Test func whoLeavesTheQueueBlocksNobody() throws {
    var pacer = RESTPacer()
    let gone = try enter(&pacer, "GET trade/order", .order)
    let next = try enter(&pacer, "GET trade/order", .order)
    #expect(pacer.turn(next, now: at(0)) != .go)
    pacer.end(gone)
    #expect(pacer.turn(next, now: at(0)) == .go)
  }
}
