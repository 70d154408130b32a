// Readings that take their time: what is told meanwhile is neither older nor younger than it is.

import Account
import Channels
import Core
import Orders
import Pipeline
import Quantities
import Testing

@Suite struct SlowReadingTests {
  private func answers(_ stepped: Stepped) -> Int {
    stepped.told.count { if case .answer = $0 { true } else { false } }
  }

  /// The Sender asks again each second while a round takes longer: the same end told again is not a new one.
  @Test func anEndToldAgainIsConfirmedByTheRoundThatBeganAfterItsFirst() {
    var stepped = Stepped()
    stepped.open(1)
    stepped.answer()
    stepped.pass(1_000)
    stepped.told = []
    let ended = query(1)
    for _ in 0..<3 {
      stepped.take(.question(AccountQuestion(ended)))
      stepped.answer(ended, .found, live(ended.clientOrder, .cancelled))
      stepped.pass(1_000)
    }
    #expect(answers(stepped) == 0)
    stepped.answer()
    #expect(answers(stepped) == 1)
  }

  /// More of it filled than was told first: that has to be confirmed anew.
  @Test func anEndThatChangedIsANewOne() {
    var stepped = Stepped()
    stepped.open(1)
    stepped.answer()
    stepped.pass(1_000)
    stepped.told = []
    let ended = query(1)
    var update = live(ended.clientOrder, .cancelled)
    for lots in 0..<3 as Range<Int64> {
      update.cumulativeFilled = Quantity(lots: lots)
      stepped.take(.question(AccountQuestion(ended)))
      stepped.answer(ended, .found, update)
      stepped.pass(1_000)
    }
    stepped.answer()
    #expect(answers(stepped) == 0)
    stepped.pass(1_000)
    stepped.answer()
    #expect(answers(stepped) == 1)
  }

  /// A currency that balances leave out is zero as of the question, not of what was heard while it was read.
  @Test func aZeroIsNoNewerThanItsQuestion() {
    var stepped = Stepped()
    stepped.open(1)
    stepped.answer(fills: [statedFill(7, trade: 70, at: reconciliationBegun + 60_000)])
    let times = stepped.told.compactMap { message -> Int64? in
      if case .balance(_, _, let time) = message { time.milliseconds } else { nil }
    }
    #expect(times == [1, 1], "nothing was heard before it")
    stepped.told = []
    stepped.pass(31_000)
    stepped.answer(fills: [statedFill(8, trade: 71, at: reconciliationBegun + 90_000)])
    let later = stepped.told.compactMap { message -> Int64? in
      if case .balance(_, _, let time) = message { time.milliseconds } else { nil }
    }
    #expect(later == [reconciliationBegun + 59_000, reconciliationBegun + 59_000])
  }
}
