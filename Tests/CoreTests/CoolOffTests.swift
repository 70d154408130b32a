// An underlying in its cool-off: who is held, for how long, and what is said of it.
import Core
import Journal
import Pipeline
import Quantities
import Testing

@Suite struct CoolOffTests {
  private let second: Int64 = 1_000_000_000

  private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * second) }

  // MARK: - Time

  @Test func pausesGrowUntilAnOrderOpens() {
    var coolOffs = CoolOffs()
    var now: Int64 = 100
    var pauses: [Int64] = []
    for _ in 0..<9 {
      guard let period = coolOffs.refused("BTC-USDT", at: at(now)) else { break }
      pauses.append(period.pauseNanoseconds / second)
      // What was on its way is refused as well and changes nothing.
      #expect(coolOffs.refused("BTC-USDT", at: at(now + 1)) == nil)
      now += pauses[pauses.count - 1]
      #expect(coolOffs.due(at(now - 1)).isEmpty)
      #expect(coolOffs.due(at(now)) == ["BTC-USDT"])
      #expect(coolOffs.due(at(now)).isEmpty, "let go once")
    }
    #expect(pauses == [30, 60, 120, 240, 480, 960, 1_800, 1_800, 1_800])
  }

  @Test func aLaterCoolOffIsAnother() {
    var coolOffs = CoolOffs()
    _ = coolOffs.refused("BTC-USDT", at: at(0))
    #expect(coolOffs.due(at(30)) == ["BTC-USDT"])
    #expect(coolOffs.due(at(91)).isEmpty && coolOffs.periods.isEmpty)
    #expect(coolOffs.refused("BTC-USDT", at: at(91))?.pauseNanoseconds == 30 * second)
    #expect(coolOffs.refused("ETH-USDT", at: at(91))?.count == 1, "each underlying by itself")
  }

  // MARK: - Who

  private func table() -> InstrumentTable {
    let unit = Increment(mantissa: 1, decimals: 0)
    func item(_ name: String, _ type: InstrumentType) -> Instrument {
      Instrument(id: .none, symbol: Symbol(name) ?? Symbol(), type: type, tick: unit, lot: unit)
    }
    return InstrumentTable([
      item("BTC-USDT", .spot), item("BTC-USDT-SWAP", .swap), item("BTC-USDT-261225", .futures),
      item("ETH-USDT-SWAP", .swap),
    ])
  }

  private func refusal(_ index: Int, code: Int32 = CoolOffKeeper.code) -> RefusalRecord {
    RefusalRecord(
      .order, instrument: InstrumentID(index: UInt16(index)), clientOrder: .none,
      exchangeOrder: .none, request: 1, exchangeCode: code, subCode: 0, words: ExchangeText())
  }

  private func requested(_ board: StopBoard) -> [TradingState] {
    (0..<4).map { board.requested(by: .exchange, for: InstrumentID(index: UInt16($0))) }
  }

  @Test func contractsOfTheUnderlyingOnlyReduceAndTheRestTrades() {
    let board = StopBoard(instrumentCount: 4)
    let holds = VenueHolds(board: board, wake: {})
    let keeper = CoolOffKeeper(table: table(), holds: holds)
    let names = ["", "BTC-USDT", "BTC-USDT", "ETH-USDT"].enumerated()
    keeper.learn(
      Dictionary(uniqueKeysWithValues: names.map { (InstrumentID(index: UInt16($0)), $1) }))
    keeper.take(refusal(1, code: 51_008), at: at(0))
    #expect(requested(board) == [.active, .active, .active, .active])
    keeper.take(refusal(1), at: at(0))
    keeper.take(refusal(2), at: at(1))
    #expect(requested(board) == [.active, .reduceOnly, .reduceOnly, .active])
    #expect(board.requested(by: .exchange, for: .none) == .active)
    let words = holds.words(for: InstrumentID(index: 2))
    #expect(words.contains("BTC-USDT is in a cool-off") && words.contains("in 30 s"))
    #expect(keeper.takeNotes() == [words], "told once")
    // A list that says otherwise meanwhile leaves nobody behind.
    keeper.learn([:])
    keeper.release(at: at(29))
    #expect(requested(board)[1] == .reduceOnly)
    keeper.release(at: at(30))
    #expect(requested(board) == [.active, .active, .active, .active])
    #expect(keeper.takeNotes().count == 1 && keeper.takeNotes().isEmpty)
  }

  /// Where no list says what it is of, the contract is held alone; an answer that names no instrument holds nobody.
  @Test func withoutAListAContractIsHeldAlone() {
    let board = StopBoard(instrumentCount: 4)
    let keeper = CoolOffKeeper(table: table(), holds: VenueHolds(board: board, wake: {}))
    keeper.take(refusal(3), at: at(0))
    #expect(requested(board) == [.active, .active, .active, .reduceOnly])
    var nameless = refusal(1)
    nameless.instrument = .none
    keeper.take(nameless, at: at(0))
    #expect(requested(board)[1] == .active)
  }
}
