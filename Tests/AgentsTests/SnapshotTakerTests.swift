// What State says reaches the snapshot: finished bars without a hole, context that is fresh, and their events.
import Agents
import Channels
import Foundation
import Operations
import Quantities
import Roles
import State
import Testing

@Suite struct SnapshotTakerTests {
  private let core: TestCore
  private let source: SnapshotTaker
  /// Begin of the minute that is open now, Unix milliseconds.
  private let minute: Int64

  init() throws {
    core = try TestCore(isListening: false)
    source = SnapshotTaker(path: core.folder.path + "/state", configuration: core.configuration())
    minute = WallMilliseconds.now().milliseconds / 60_000 * 60_000
    core.show()
  }

  private func take() async throws -> Snapshot {
    try await source.take(TestCore.instrument, ledger: LedgerFacts())
  }

  /// The bar that began `ago` minutes before the one that is open.
  private func bar(_ ago: Int64, closed: Bool = true) -> BarRecord {
    let base = 100_000 + (ago * 37) % 101
    return BarRecord(
      instrument: core.id, interval: .minute,
      openTime: WallMilliseconds(milliseconds: minute - ago * 60_000),
      open: Price(ticks: base), high: Price(ticks: base + 9), low: Price(ticks: base - 7),
      close: Price(ticks: base + (ago % 5) - 2), volume: Quantity(lots: 10 + ago), source: .own,
      isClosed: closed)
  }

  /// A limit that was made stricter at the Door is what agents plan with.
  @Test func limitsInForceAreWhatAgentsSee() async throws {
    defer { core.end() }
    let configured = try #require(try await take().limits)
    #expect(configured.positionLots ?? 0 > 3 && configured.isAllowed)
    var limits = InstrumentLimits()
    limits.isAllowed = true
    limits.positionLotsMaximum = 3
    limits.orderLotsMaximum = 2
    limits.referenceAgeMaximumNanoseconds = 5_000_000
    core.state.set(limits, for: core.id)
    let tightened = try #require(try await take().limits)
    #expect(tightened.positionLots == 3 && tightened.orderLots == 2)
    #expect(tightened.bookAgeMilliseconds == 5 && tightened.isAllowed)
    limits.isAllowed = false
    core.state.set(limits, for: core.id)
    #expect(try await take().limits?.isAllowed == false)
  }

  @Test func finishedBarsAndTheirIndicators() async throws {
    defer { core.end() }
    #expect(try await take().bars.isEmpty)
    for ago in 1...60 { core.state.put(bar(Int64(ago))) }
    core.state.put(bar(0, closed: false))
    let snapshot = try await take()
    let series = try #require(snapshot.bars.first)
    #expect(snapshot.bars.count == 1 && series.intervalSeconds == 60)
    #expect(series.rows.count == 20)
    #expect(series.rows.last?.openedAt == minute - 60_000)
    #expect(series.rows.first?.openedAt == minute - 20 * 60_000)
    #expect(series.rows.last?.volumeLots == 11)
    let all = (1...60).reversed().map { bar(Int64($0)) }
    let closes = all.map { Double($0.close.ticks) / 10 }
    let expected = try Need.some(Indicators.ema(closes, period: 26).last ?? nil)
    #expect(abs(try #require(series.emaSlow) - expected) <= 0.000_051)
    let strength = try Need.some(Indicators.rsi(closes).last ?? nil)
    #expect(abs(try #require(series.rsi) - strength) <= 0.000_51)
    #expect(series.adx != nil && series.atr != nil && series.obv != nil && series.macdLine != nil)
    #expect(snapshot.facts.prices.contains(try #require(series.bollingerUpper)))
  }

  @Test func aHoleEndsTheSeriesAndWarmUpBeginsAnew() async throws {
    defer { core.end() }
    for ago in 1...60 where ago != 21 { core.state.put(bar(Int64(ago))) }
    let series = try #require(try await take().bars.first)
    #expect(series.rows.count == 20)
    #expect(series.emaFast != nil && series.emaSlow == nil && series.adx == nil)
  }

  @Test func barsOfLongAgoAreNotTold() async throws {
    defer { core.end() }
    for ago in 4...60 { core.state.put(bar(Int64(ago))) }
    #expect(try await take().bars.isEmpty)
  }

  @Test func contextIsToldWhileItIsFresh() async throws {
    defer { core.end() }
    var context = InstrumentContext()
    func put(_ kind: ContextKind, _ figures: [(ContextField, Int64, UInt8)], age: Int64 = 0) {
      var record = ContextRecord(
        kind, of: core.id, exchangeTime: WallMilliseconds(milliseconds: minute),
        receivedAt: Instant(nanoseconds: Instant.now().nanoseconds - age * 1_000_000_000))
      for (field, mantissa, decimals) in figures {
        record[field] = DecimalNumber(mantissa: mantissa, decimals: decimals)
      }
      context[kind] = record
    }
    #expect(try await take().context == nil)
    put(.fundingRate, [(.first, 125, 6), (.third, minute + 3_600_000, 0)])
    put(.markPrice, [(.first, 1_000_005, 2)])
    put(.indexPrice, [(.first, 1_000_000, 2)], age: 600)
    put(.priceLimit, [(.first, 11_000, 0), (.second, 9_000, 0)], age: 20)
    put(.liquidation, [(.first, 99_871, 1), (.second, 55, 1), (.third, 1, 0)], age: 900)
    core.state.set(context, of: core.id)
    var status = ContextRecord(.status)
    status[.first] = DecimalNumber(mantissa: 1_700_000_000_000, decimals: 0)
    status[.third] = DecimalNumber(mantissa: 1, decimals: 0)
    core.state.set(exchangeStatus: status)
    let facts = try #require(try await take().context)
    #expect(facts.fundingRate == 0.000_125 && facts.nextFundingAt == minute + 3_600_000)
    #expect(facts.markPrice == 10_000.05)
    #expect(facts.indexPrice == nil, "ten minutes old")
    #expect(facts.buyLimit == 11_000 && facts.sellLimit == 9_000)
    #expect(facts.liquidation?.price == 9_987.1 && facts.liquidation?.side == "sell")
    #expect(facts.status == "maintenance scheduled from 1700000000000")
    let age = try #require(facts.ageMilliseconds)
    #expect((20_000..<60_000).contains(age))
    status[.third] = DecimalNumber(mantissa: 4, decimals: 0)
    core.state.set(exchangeStatus: status)
    #expect(try await take().context?.status == nil, "over")
  }

  @Test func aFinishedBarIsAnEvent() async throws {
    defer { core.end() }
    core.state.put(bar(2))
    func events() async -> Set<RoleEvent> {
      await source.sample([TestCore.instrument])[TestCore.instrument] ?? []
    }
    #expect(await events().isEmpty, "the first look only learns")
    core.state.put(bar(1, closed: false))
    #expect(await events().isEmpty, "open")
    core.state.put(bar(1))
    #expect(await events() == [.barClose])
    #expect(await events().isEmpty, "once")
  }

  @Test func drawdownIsFromTheHighestThatIsKnown() async throws {
    defer { core.end() }
    core.state.set(
      AccountRecord(
        total: try Need.some(Amount("900")), available: nil,
        exchangeTime: WallMilliseconds(milliseconds: minute), receivedAt: .now(),
        isReconciled: true))
    #expect(try await take().account?.drawdownPermille == 0)
    await source.know(equity: 1_000)
    #expect(try await take().account?.drawdownPermille == 100)
  }
}
