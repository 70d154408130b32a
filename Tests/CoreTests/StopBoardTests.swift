// The rule of stops where it runs: a source may tighten what it holds, and only a rearm loosens.

import Pipeline
import Quantities
import Testing

@Suite struct StopBoardTests {
  private let first = InstrumentID(index: 0)
  private let second = InstrumentID(index: 1)

  @Test func looseningIsARearmOfTheSameSource() {
    let board = StopBoard(instrumentCount: 2)
    #expect(board.tighten(to: .cancelOnly, by: .person, for: first))
    #expect(board.inForce(for: first) == .cancelOnly && board.inForce(for: second) == .active)
    let version = board.version
    #expect(!board.tighten(to: .reduceOnly, by: .person, for: first))
    #expect(board.inForce(for: first) == .cancelOnly && board.version == version)
    #expect(board.tighten(to: .cancelOnly, by: .person, for: first), "as strict as before")
    #expect(board.tighten(to: .reduceOnly, by: .breaker, for: .none))
    // A rearm of one source leaves the others'.
    board.request(.active, by: .person, for: first)
    #expect(board.requested(by: .person, for: first) == .active)
    #expect(board.requested(by: .breaker, for: .none) == .reduceOnly)
  }

  /// Against a dictionary of what each source holds in each scope.
  @Test func equalsADictionary() {
    let board = StopBoard(instrumentCount: 2)
    var random = SystemRandomNumberGenerator()
    var model: [String: TradingState] = [:]
    for _ in 0..<5_000 {
      let scope = [InstrumentID.none, first, second].randomElement(using: &random) ?? .none
      let source = StopSource.allCases.randomElement(using: &random) ?? .person
      let state = TradingState.allCases.randomElement(using: &random) ?? .active
      let key = "\(scope.index) \(source)"
      let held = model[key] ?? .active
      let before = board.version
      if Bool.random(using: &random) {
        board.request(state, by: source, for: scope)
        model[key] = state
      } else {
        let isTaken = board.tighten(to: state, by: source, for: scope)
        #expect(isTaken == (state.rawValue >= held.rawValue))
        if isTaken { model[key] = state }
        #expect((board.version != before) == isTaken, "the Sender looks again only at a change")
      }
      #expect(board.requested(by: source, for: scope) == model[key] ?? .active)
    }
  }

  /// SIGUSR1's handler stores while the Door's thread tightens: the halt must stand whoever comes first.
  @Test func aHaltInBetweenIsNeverUndone() async {
    for _ in 0..<200 {
      let board = StopBoard(instrumentCount: 1)
      await withTaskGroup(of: Void.self) { group in
        group.addTask { board.request(.halted, by: .person, for: .none) }
        group.addTask { _ = board.tighten(to: .cancelOnly, by: .person, for: .none) }
      }
      #expect(board.requested(by: .person, for: .none) == .halted)
    }
  }
}
