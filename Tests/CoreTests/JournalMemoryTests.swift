// What a start reads of earlier ones: stops, fills, positions and bars, and a journal that cannot be read.

import Channels
import Core
import Foundation
import Journal
import Quantities
import Testing

@Suite struct JournalMemoryTests {
  private let coin = Symbol("BTC-USDT") ?? Symbol()
  private let ether = Symbol("ETH-USDT") ?? Symbol()

  /// In the lots that histories name.
  private var table: InstrumentTable {
    InstrumentTable(
      [coin, ether].map {
        Instrument(
          id: .none, symbol: $0, type: .spot, tick: Increment(mantissa: 1, decimals: 1),
          lot: Increment(mantissa: 1, decimals: 3))
      })
  }

  @Test func anEmptyFolderRemembersNothing() throws {
    let history = try History()
    let memory = try history.memory
    #expect(memory.began == nil && memory.stops.isEmpty && memory.positions.isEmpty)
  }

  @Test func theNewestBillIsTheOneToGoOnFrom() throws {
    let history = try History()
    #expect(try history.memory.bills.newest == nil && history.memory.began == nil)
    try history.start(1) { segment in
      try segment.name(["BTC-USDT"])
      try segment.put(.bill, History.bill(7, at: 70), by: .account)
      try segment.put(.bill, History.bill(9, at: 90), by: .account)
    }
    try history.start(2) { segment in
      try segment.put(.bill, History.bill(8, at: 80), by: .account)
    }
    let memory = try history.memory
    #expect(memory.bills.newest?.milliseconds == 90 && memory.bills.cursor == nil)
    #expect([7, 8, 9].allSatisfy { memory.bills.isOnRecord($0) } && !memory.bills.isOnRecord(6))
    #expect(memory.began != nil)
    // So much later no older one can show.
    let later = 90 + BillBook.overlapMilliseconds
    try history.start(3) { segment in
      try segment.put(.bill, History.bill(12, at: later), by: .account)
    }
    let cursor = try history.memory.bills.cursor
    #expect(cursor == .init(id: 9, at: WallMilliseconds(milliseconds: 90)))
    #expect(try !history.memory.bills.isOnRecord(11))
  }

  /// A build before this one kept what the exchange said as it was.
  @Test func anAbsurdTimeOnRecordIsNone() throws {
    let history = try History()
    let absurd = WallMilliseconds.now().milliseconds * 1_000
    try history.start(1) { segment in
      try segment.name(["BTC-USDT"])
      try segment.put(.bill, History.bill(7, at: absurd), by: .account)
      try segment.put(
        .fillCursor, FillCursor(billID: 40, time: WallMilliseconds(milliseconds: absurd)))
    }
    let memory = try history.memory
    let now = WallMilliseconds.now().milliseconds
    #expect(memory.bills.newest.map { $0.milliseconds <= now } == true)
    #expect(memory.cursor?.billID == 40)
    #expect(memory.cursor.map { $0.time.milliseconds <= now } == true)
  }

  /// Two foreign fills of the largest size: every start from here on would stop at them.
  @Test func absurdSizesStopNoStart() throws {
    let history = try History()
    let id = try #require(ClientOrderID(start: 1, number: 1))
    try history.start(1) { segment in
      try segment.name(["BTC-USDT", "ETH-USDT"])
      try segment.order(0, id, lots: 10, expires: 5_000)
      for trade in 1...2 as ClosedRange<UInt64> {
        try segment.fill(0, .buy, .max, trade: trade, order: 5, at: 1)
        try segment.report(.fill, 0, id, lots: .max, order: 6)
      }
      for _ in 1...3 { try segment.report(.fillNamed, 0, id, lots: .max, trade: 8, order: 7) }
      try segment.fill(1, .buy, 3, trade: 9, order: 8, at: 1)
    }
    let memory = try history.memory
    #expect(memory.unsummed == [coin] && memory.positions == [ether: 3])
    #expect(memory.unproven[id.rawValue]?.filled == .max)
    #expect(memory.strangers(latest: 9, of: table).contains { $0.lots.lots == .max })
    // The exchange's word mends it.
    try history.start(2) { segment in
      try segment.name(["BTC-USDT"])
      try segment.position(0, 4)
    }
    #expect(try history.memory.positions == [coin: 4, ether: 3])
    #expect(try history.memory.unsummed.isEmpty)
  }

  @Test func theLastRequestOfALastingSourceCounts() throws {
    let history = try History()
    try history.start(1) { segment in
      try segment.name(["BTC-USDT", "ETH-USDT"])
      try segment.state(.none, .person, .halted)
      try segment.state(.none, .person, .reduceOnly)
      try segment.state(.none, .supervisor, .cancelOnly)
      try segment.state(.none, .durability, .cancelOnly)
      try segment.state(InstrumentID(index: 1), .breaker, .cancelOnly)
    }
    // Ids may differ from start to start: names are what counts.
    try history.start(2) { segment in
      try segment.name(["ETH-USDT", "BTC-USDT"])
      try segment.state(InstrumentID(index: 1), .person, .halted)
      try segment.state(InstrumentID(index: 7), .person, .halted)
    }
    let memory = try history.memory
    #expect(memory.stops[nil] == [.person: .reduceOnly])
    #expect(memory.stops[ether] == [.breaker: .cancelOnly])
    #expect(memory.stops[coin] == [.person: .halted])
    #expect(memory.stops.count == 3, "an instrument that was never named is nobody's")
  }

  @Test func aFlattenLastsUntilItIsWithdrawn() throws {
    let history = try History()
    try history.start(1) { segment in
      try segment.name(["BTC-USDT", "ETH-USDT"])
      for index in [0, 1] as [UInt16] {
        try segment.state(InstrumentID(index: index), .person, .reduceOnly, flattens: true)
      }
      try segment.state(InstrumentID(index: 0), .person, .reduceOnly)
    }
    #expect(try history.memory.flattening == [ether])
  }

  @Test func positionsAreTheFillsAfterTheLastReconciliation() throws {
    let history = try History()
    // A fill's time counts from where the journal itself begins.
    let later = WallMilliseconds.now().milliseconds + 1_000_000
    try history.start(1) { segment in
      // A name may come behind the records that need it.
      try segment.fill(0, .buy, 5, trade: 1, order: 10, at: later + 1_000)
      try segment.fill(0, .sell, 2, trade: 2, order: 11, at: later + 1_500)
      try segment.name(["BTC-USDT", "ETH-USDT"])
      try segment.fill(1, .sell, 4, trade: 3, order: 12, at: later + 1_200)
    }
    var memory = try history.memory
    #expect(memory.positions == [coin: 3, ether: -4])
    #expect(memory.trades.count == 3)
    #expect(memory.strangers(latest: 9, of: table).allSatisfy { $0.nameless.lots == 0 })
    try history.start(2) { segment in
      try segment.name(["BTC-USDT", "ETH-USDT"])
      // Found by start-up, and then stated with it: the figure holds it already.
      try segment.fill(0, .buy, 7, trade: 4, order: 13, at: later + 2_000)
      try segment.position(0, 10)
      try segment.fill(0, .buy, 1, trade: 5, order: 14, at: later + 2_500)
    }
    memory = try history.memory
    #expect(memory.positions == [coin: 11, ether: -4])
  }

  @Test func ordersWithoutAnEndAreUnproven() throws {
    let history = try History()
    let ids = (1...5).map { ClientOrderID(start: 1, number: $0) ?? .none }
    try history.start(1) { segment in
      try segment.name(["BTC-USDT", "ETH-USDT"])
      for id in ids { try segment.order(1, id, lots: 10, expires: 5_000) }
      try segment.report(.rejected, 1, ids[0])
      try segment.report(.live, 1, ids[1], order: 77)
      try segment.report(.fill, 1, ids[1], lots: 4, trade: 9, order: 77)
      try segment.report(.cancelled, 1, ids[2])
      try segment.report(.unknown, 1, ids[3])
    }
    // The next start learns one end, and dies as well.
    try history.start(2) { segment in
      try segment.name(["ETH-USDT", "BTC-USDT"])
      try segment.report(.cancelled, 0, ids[3])
    }
    let unproven = try history.memory.unproven
    #expect(unproven.keys.sorted() == [ids[1].rawValue, ids[4].rawValue])
    let held = try #require(unproven[ids[1].rawValue])
    #expect(held.instrument == ether && held.filled == 4)
    #expect(held.exchangeOrder.rawValue == 77 && held.order.quantity.lots == 10)
    #expect(held.order.expiresAt.milliseconds == 5_000)
  }

  @Test func lotsWithoutATradeAreKnownUntilARowNamesThem() throws {
    let history = try History()
    try history.start(1) { segment in
      try segment.name(["BTC-USDT"])
      try segment.report(.fill, 0, .none, lots: 6, order: 5)
      try segment.report(.fill, 0, .none, lots: 3, order: 6)
      try segment.report(
        .fillNamed, 0, .none, lots: 3, trade: UInt64(bitPattern: -8), order: 6)
      try segment.put(
        .fillCursor, FillCursor(billID: 40, time: WallMilliseconds(milliseconds: 9)))
      try segment.put(
        .fillCursor, FillCursor(billID: 44, time: WallMilliseconds(milliseconds: 10)))
    }
    let memory = try history.memory
    let recorded = memory.strangers(latest: 9, of: table)
    #expect(recorded.map(\.exchangeOrder.rawValue) == [5, 6])
    #expect(recorded.map(\.lots.lots) == [6, 3] && recorded.map(\.nameless.lots) == [6, 0])
    #expect(memory.strangers(latest: 1, of: table).map(\.exchangeOrder.rawValue) == [6])
    #expect(memory.positions == [coin: 9], "a name moves nothing")
    #expect(memory.trades.map { Int64(bitPattern: $0.trade) } == [-8])
    #expect(memory.cursor?.billID == 44)
  }

  @Test func barsAreKnownUntilTheNewest() throws {
    let history = try History()
    try history.start(1) { segment in
      try segment.name(["BTC-USDT"])
      for minute in [3, 1, 2] as [Int64] {
        let price = Price(ticks: 100)
        try segment.put(
          .bar,
          BarRecord(
            instrument: InstrumentID(index: 0), interval: .minute,
            openTime: WallMilliseconds(milliseconds: minute * 60_000), open: price, high: price,
            low: price, close: price, volume: Quantity(lots: 1), source: .backfill,
            isClosed: true), by: .context)
      }
    }
    let bars = try history.memory.bars
    #expect(bars.count == 1 && bars.first?.key.instrument == coin)
    #expect(bars.first?.value == 180_000)
  }

  /// A stop may stand in what cannot be read: the caller must know, and not find less than there was.
  @Test func aBrokenJournalIsAnError() throws {
    let history = try History()
    try history.start(1) { segment in
      try segment.name(["BTC-USDT"])
      try segment.state(.none, .person, .halted)
      for trade in 1...50 { try segment.fill(0, .buy, 1, trade: UInt64(trade), order: 1, at: 1) }
    }
    let path = JournalFolder(path: history.folder, stream: .trade).file(1)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count / 8] ^= 0x55
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(throws: JournalError.self) { try JournalMemory(folder: history.folder) }
  }

  /// Lots became finer while the desk ran, and coarser before its next start: a size is what it was.
  @Test func figuresOnRecordFollowTicksAndLots() throws {
    func item(_ lot: String, tick: String) throws -> InstrumentRecord {
      InstrumentRecord(
        Instrument(
          id: InstrumentID(index: 0), symbol: coin, type: .spot,
          tick: try #require(DecimalNumber(tick)), lot: try #require(DecimalNumber(lot))))
    }
    let history = try History()
    let id = try #require(ClientOrderID(start: 1, number: 1))
    try history.start(1) { segment in
      try segment.put(.instrument, item("0.01", tick: "0.1"), by: .door)
      try segment.fill(0, .buy, 300, trade: 1, order: 8, at: 1)
      try segment.order(0, id, lots: 10, expires: 5_000)
      // A state that changed alone leaves the units as they are.
      var change = Report(kind: .instrument, instrument: InstrumentID(index: 0))
      (change.price, change.lastQuantity) = (Price(ticks: 1), Quantity(lots: 1))
      try segment.put(.report, change)
      try segment.fill(0, .buy, 1, trade: 2, order: 8, at: 1)
      try segment.put(.instrument, item("0.001", tick: "0.05"), by: .account)
      (change.price, change.lastQuantity) = (Price(ticks: 2), Quantity(lots: 10))
      try segment.put(.report, change)
      try segment.fill(0, .buy, 5, trade: 3, order: 8, at: 1)
    }
    var memory = try history.memory
    #expect(memory.positions == [coin: 3_015])
    #expect(memory.unproven[id.rawValue]?.order.quantity.lots == 100)
    #expect(memory.unproven[id.rawValue]?.order.price.ticks == 200)
    // What was recorded before the stages took it, and never taken, changes nothing.
    try history.start(2) { segment in
      try segment.put(.instrument, item("0.001", tick: "0.05"), by: .door)
      try segment.fill(0, .sell, 15, trade: 4, order: 9, at: 1)
      try segment.put(.instrument, item("0.0001", tick: "0.05"), by: .account)
    }
    memory = try history.memory
    #expect(memory.positions == [coin: 3_000])
    try history.start(3) { segment in
      try segment.put(.instrument, item("0.1", tick: "0.1"), by: .door)
      try segment.fill(0, .buy, 1, trade: 5, order: 10, at: 1)
    }
    memory = try history.memory
    #expect(memory.positions == [coin: 31])
    #expect(memory.unproven[id.rawValue]?.order.quantity.lots == 1)
    var finest = table[InstrumentID(index: 0)]
    finest.lot = Increment(mantissa: 1, decimals: 8)
    memory.align(to: InstrumentTable([finest]))
    #expect(memory.positions == [coin: 310_000_000])
    finest.lot = Increment(mantissa: 1, decimals: 0)
    memory.align(to: InstrumentTable([finest]))
    #expect(memory.positions == [coin: 3])
  }
}
