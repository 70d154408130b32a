// The account as it was last told: what was overtaken is dropped, what is closed is shown closed, what only moved is not journalled.

import Channels
import Core
import Journal
import Logging
import Quantities
import State
import Testing

@Suite struct AccountSheetTests {
  let desk: TestDesk
  let sheet: AccountSheet
  let coin: InstrumentID

  init() throws {
    desk = try TestDesk()
    sheet = AccountSheet(
      state: desk.state, telemetry: desk.account, instrumentCount: desk.table.count,
      log: Logger(label: "test"))
    coin = try desk.id("BTC-USDT")
  }

  private func account(_ total: Int64, at time: Int64) -> AccountRecord {
    AccountRecord(
      total: Amount(units: Int128(total), decimals: 2), available: nil,
      exchangeTime: WallMilliseconds(milliseconds: time), receivedAt: .now(), isReconciled: true)
  }

  private func position(
    _ lots: Int64, at time: Int64, mark: Int64 = 100, receivedAt: Instant = .now()
  ) -> PositionDetailRecord {
    PositionDetailRecord(
      instrument: coin, quantity: Quantity(lots: lots), averagePrice: Price(ticks: 90),
      markPrice: Price(ticks: mark), liquidationPrice: .none, leverageMilli: 3_000,
      unrealised: .zero, exchangeTime: WallMilliseconds(milliseconds: time),
      receivedAt: receivedAt, isReconciled: false)
  }

  private func seen() throws -> StateReader { try StateReader(path: desk.folder + "/state") }

  private func count(_ kind: JournalKind) throws -> Int {
    try desk.records().filter { $0.kind == kind }.count
  }

  @Test func equityNeverGoesBackInTime() async throws {
    await sheet.take(account(100, at: 5_000))
    await sheet.take(account(90, at: 4_000))
    #expect(try seen().account?.total.units == 100, "an answer that a push overtook")
    await sheet.take(account(80, at: 5_000))
    #expect(try seen().account?.total.units == 80, "the same stamp may say something newer")
    await sheet.take(account(70, at: 0))
    #expect(try seen().account?.total.units == 70, "a time that was not said decides nothing")
    #expect(try count(.account) == 3)
  }

  @Test func anOlderPositionIsDropped() async throws {
    await sheet.take(position(5, at: 2_000))
    await sheet.take(position(9, at: 1_000))
    #expect(try seen().positionDetail(coin)?.quantity.lots == 5)
    #expect(try count(.positionDetail) == 1)
  }

  @Test func aPositionThatNeverWasIsNoNews() async throws {
    await sheet.take(position(0, at: 2_000))
    #expect(try seen().positionDetail(coin) == nil)
    #expect(try count(.positionDetail) == 0)
    var other = position(5, at: 1)
    other.instrument = InstrumentID(index: 99)
    await sheet.take(other)
    #expect(try count(.positionDetail) == 0, "of no instrument of this run")
  }

  @Test func aMoveOfTheMarkIsShownAndNotJournalled() async throws {
    await sheet.take(position(5, at: 1_000, mark: 100))
    await sheet.take(position(5, at: 2_000, mark: 101))
    #expect(try seen().positionDetail(coin)?.markPrice.ticks == 101)
    #expect(try count(.positionDetail) == 1)
    await sheet.take(position(6, at: 3_000, mark: 101))
    #expect(try count(.positionDetail) == 2)
  }

  @Test func whatIsMissingFromAWholeAnswerIsClosed() async throws {
    let asked = Instant.now()
    await sheet.take(position(5, at: 1_000))
    await sheet.takeAll([], askedAt: asked)
    #expect(
      try seen().positionDetail(coin)?.quantity.lots == 5, "a push told of it after the question")
    await sheet.takeAll([position(5, at: 1_000)], askedAt: .now())
    #expect(try seen().positionDetail(coin)?.quantity.lots == 5)
    await sheet.takeAll([], unread: [coin], askedAt: .now())
    #expect(try seen().positionDetail(coin)?.quantity.lots == 5, "its row was not understood")
    await sheet.takeAll([], askedAt: .now())
    #expect(try seen().positionDetail(coin)?.quantity.lots == 0)
    #expect(try seen().positionDetail(coin)?.leverageMilli == 3_000)
    #expect(try count(.positionDetail) == 2)
  }

  @Test func aJournalWithoutRoomIsSaidOnceAndCounted() async throws {
    let book = LogBook()
    let sheet = AccountSheet(
      state: desk.state, telemetry: desk.account, instrumentCount: desk.table.count,
      log: book.logger)
    for time in 1...2_000 { await sheet.take(account(Int64(time), at: Int64(time))) }
    #expect(book.lines(.error).count == 1)
    #expect(desk.state.faults(.ringFull) > 0)
    #expect(try seen().account?.total.units == 2_000, "what is shown does not wait for the journal")
    _ = try desk.records()
    await sheet.take(account(3_000, at: 3_000))
    #expect(book.lines(.notice).count == 1)
  }
}
