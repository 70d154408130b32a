// Reasons of the exchange's state on the stop board, and when our clock is one.
import Core
import Pipeline
import Quantities
import Testing

@Suite struct VenueHoldsTests {
  private let first = InstrumentID(index: 0)

  @Test func theStrictestReasonHoldsAndEachEndsByItself() {
    let board = StopBoard(instrumentCount: 2)
    let holds = VenueHolds(board: board, wake: {})
    #expect(holds.hold(.clock, .reduceOnly, "the clock"))
    #expect(!holds.hold(.clock, .reduceOnly, "the clock still"), "the same again is no change")
    #expect(holds.hold(.maintenance, .cancelOnly, "maintenance"))
    #expect(board.requested(by: .exchange, for: .none) == .cancelOnly)
    #expect(holds.words(for: .none) == "the clock still; maintenance")
    holds.end(.maintenance)
    #expect(board.requested(by: .exchange, for: .none) == .reduceOnly)
    holds.end(.clock)
    #expect(board.requested(by: .exchange, for: .none) == .active)
    #expect(holds.words(for: .none).isEmpty)
  }

  @Test func anInstrumentIsHeldAlone() {
    let board = StopBoard(instrumentCount: 2)
    let holds = VenueHolds(board: board, wake: {})
    holds.hold(.instrument, .cancelOnly, "BTC-USDT: suspend", for: first)
    #expect(board.requested(by: .exchange, for: first) == .cancelOnly)
    #expect(board.requested(by: .exchange, for: .none) == .active)
    #expect(board.requested(by: .exchange, for: InstrumentID(index: 1)) == .active)
  }

  /// What other sources ask is theirs: the exchange coming back loosens nothing of it.
  @Test func otherSourcesAreLeftAlone() {
    let board = StopBoard(instrumentCount: 1)
    let holds = VenueHolds(board: board, wake: {})
    board.request(.halted, by: .person, for: .none)
    holds.hold(.maintenance, .reduceOnly, "soon")
    holds.end(.maintenance)
    #expect(board.requested(by: .person, for: .none) == .halted)
  }

  @Test func aClockIsHeldAgainstTheDeskOnlyWhereItIsCertain() {
    func judge(_ ahead: Int64, _ uncertainty: Int64, wasHeld: Bool = false) -> Bool {
      ClockKeeper.judge(
        aheadNanoseconds: ahead * 1_000_000, uncertainty: uncertainty * 1_000_000,
        limitMilliseconds: 5_000, wasHeld: wasHeld
      ).isHeld
    }
    #expect(!judge(5_000, 0) && judge(5_001, 0) && judge(-5_001, 0))
    #expect(!judge(6_000, 1_500), "the clocks may be 4.5 s apart")
    #expect(judge(4_000, 0, wasHeld: true) && !judge(2_500, 0, wasHeld: true))
    let words = ClockKeeper.judge(
      aheadNanoseconds: -40_000_000_000, uncertainty: 0, limitMilliseconds: 5_000, wasHeld: false
    ).words
    #expect(words.contains("40000 ms behind") && words.contains("chrony"))
  }
}
