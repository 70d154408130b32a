// The order and the timing of attempts at a host's addresses, without a socket or a clock (RFC 8305).
import Dialing
import Quantities
import Testing

private struct Named: RacedAddress, ExpressibleByStringLiteral {
  var name: String
  init(stringLiteral name: String) { self.name = name }
  var isIPv6: Bool { name.hasPrefix("six") }
}

private func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

/// What a race does when attempts connect or fail at the given times; nil: they stay silent.
private func run(_ fates: [(after: Int64, connects: Bool)?], until end: Int64 = 10_000)
  -> (begun: [Int64], winner: Int?, at: Int64)
{
  var race = AddressRace(count: fates.count)
  var begun: [Int64] = []
  var told: Set<Int> = []
  for now in 0...end {
    for index in begun.indices where !told.contains(index) {
      guard let fate = fates[index], now >= begun[index] + fate.after else { continue }
      if fate.connects { return (begun, index, now) }
      told.insert(index)
      race.failed(now: at(now))
    }
    while true {
      let step = race.step(now: at(now))
      if step == .lost { return (begun, nil, now) }
      guard case .begin(let index) = step else { break }
      #expect(index == begun.count, "each once, in order")
      begun.append(now)
    }
  }
  return (begun, nil, end)
}

@Suite struct AddressRaceTests {
  @Test func aSilentAddressCostsOneDelay() {
    let result = run([nil, (10, true)])
    #expect(result.begun == [0, 250] && result.winner == 1 && result.at == 260)
  }

  @Test func theFirstThatConnectsWinsHoweverLateItBegan() {
    let result = run([(400, true), (20, true), (1, true)])
    #expect(result.begun == [0, 250] && result.winner == 1 && result.at == 270)
  }

  @Test func aSlowOneStillWinsWhileOthersAreTried() {
    let result = run([(600, true), nil, nil, nil])
    #expect(result.begun == [0, 250, 500] && result.winner == 0 && result.at == 600)
  }

  @Test func afterAFailureTheNextDoesNotWait() {
    let result = run([(3, false), (4, false), (5, true)])
    #expect(result.begun == [0, 3, 7] && result.winner == 2 && result.at == 12)
  }

  @Test func itIsLostOnceAllHaveFailed() {
    let result = run([(3, false), (700, false)])
    #expect(result.winner == nil && result.at == 703)
    var silent = AddressRace(count: 1)
    #expect(silent.step(now: at(0)) == .begin(0))
    #expect(silent.step(now: at(5_000)) == .wait(until: nil), "a silent one may still answer")
    var pair = AddressRace(count: 2)
    #expect(pair.step(now: at(100)) == .begin(0))
    #expect(pair.step(now: at(101)) == .wait(until: at(350)))
  }

  @Test func familiesTakeTurns() {
    #expect(
      AddressOrder.interleaved(["six1", "six2", "six3", "four1", "four2"] as [Named])
        == ["six1", "four1", "six2", "four2", "six3"])
    #expect(
      AddressOrder.interleaved(["four1", "four2", "six1"] as [Named]) == ["four1", "six1", "four2"])
    #expect(AddressOrder.interleaved([] as [Named]).isEmpty)
  }

  @Test func theOneThatServedIsTriedFirstUntilItFails() {
    let all: [Named] = ["six1", "six2", "four1", "four2"]
    var book = AddressBook<Named>()
    #expect(book.order(all, of: "a") == ["six1", "four1", "six2", "four2"])
    book.failed("six1", "a")
    book.served("four1", "a")
    #expect(book.order(all, of: "a") == ["four1", "six2", "four2", "six1"])
    #expect(book.order(all, of: "b") == ["six1", "four1", "six2", "four2"], "of its host alone")
    book.failed("four1", "a")
    #expect(book.order(all, of: "a") == ["six2", "four2", "six1", "four1"])
    book.served("six1", "a")
    #expect(book.order(all, of: "a").first == "six1")
    // An address that the name no longer has is not tried.
    #expect(book.order(["four2"], of: "a") == ["four2"])
  }

  @Test func addressesOfBeforeStandInForTheResolverUntilAllHaveFailed() {
    var book = AddressBook<Named>()
    #expect(book.latest(of: "a").isEmpty)
    _ = book.order(["six1", "four1"], of: "a")
    #expect(book.latest(of: "a") == ["six1", "four1"])
    book.failed("six1", "a")
    #expect(book.latest(of: "a") == ["six1", "four1"])
    book.failed("four1", "a")
    #expect(book.latest(of: "a").isEmpty)
  }
}
