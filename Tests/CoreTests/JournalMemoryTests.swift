// What a start reads of earlier ones: stops, fills, positions and bars, and a journal that cannot be read.

import Channels
import Core
import Foundation
import Journal
import Quantities
import Testing

/// A trade journal written record by record, start by start.
private final class History {
  let folder: String
  private var clock: Int64 = 1_000

  init() throws {
    folder = "/dev/shm/core-memory-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// One start's segment.
  func start(_ number: UInt32, _ body: (inout Segment) throws -> Void) throws {
    var settings = JournalSettings()
    settings.segmentBytes = 1 << 20
    settings.durability = .none
    let writer = try JournalWriter(
      JournalFolder(path: folder, stream: .trade),
      identity: JournalIdentity(
        build: Digest32([1]), configuration: Digest32([2]), environment: .simulated,
        start: number), settings: settings)
    var segment = Segment(writer: writer, clock: clock)
    try body(&segment)
    clock = segment.clock
    try segment.close()
  }

  /// A bill of nothing but its id and time.
  static func bill(_ id: UInt64, at time: Int64) -> BillRecord {
    BillRecord(
      bill: id, type: 8, subType: 173, currency: Symbol(), change: .zero, balance: .zero,
      profit: .zero, fee: .zero, size: .zero, instrument: Symbol(), exchangeOrder: .none,
      tradeID: 0, exchangeTime: WallMilliseconds(milliseconds: time))
  }

  var memory: JournalMemory { get throws { try JournalMemory(folder: folder) } }

  struct Segment: ~Copyable {
    private var writer: JournalWriter
    private(set) var clock: Int64
    private var numbers: [UInt8: UInt64] = [:]

    init(writer: consuming JournalWriter, clock: Int64) {
      self.writer = writer
      self.clock = clock
    }

    mutating func put<Payload: BitwiseCopyable>(
      _ kind: JournalKind, _ payload: Payload, by stage: StageID = .sender
    ) throws {
      clock += 1
      let number = (numbers[stage.rawValue] ?? 0) + 1
      numbers[stage.rawValue] = number
      let bytes = unsafe withUnsafeBytes(of: payload) { unsafe [UInt8]($0) }
      let header = RecordHeader(
        kind, stage: stage, number: number, at: Instant(nanoseconds: clock),
        payloadByteCount: bytes.count)
      try unsafe writer.append(header, bytes.span.bytes)
    }

    /// Names, in this start's own order.
    mutating func name(_ names: [String]) throws {
      for (index, name) in names.enumerated() {
        let item = Instrument(
          id: InstrumentID(index: UInt16(index)), symbol: Symbol(name) ?? Symbol(), type: .spot,
          tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 3))
        try put(.instrument, InstrumentRecord(item), by: .door)
      }
    }

    mutating func fill(
      _ index: UInt16, _ side: Side, _ lots: Int64, trade: UInt64, order: UInt64, at time: Int64
    ) throws {
      var report = Report(kind: .fill, instrument: InstrumentID(index: index), side: side)
      report.lastQuantity = Quantity(lots: lots)
      report.tradeID = trade
      report.exchangeOrder = ExchangeOrderID(rawValue: order)
      report.exchangeTime = WallMilliseconds(milliseconds: time)
      try put(.report, report)
    }

    mutating func state(
      _ id: InstrumentID, _ source: StopSource, _ state: TradingState, flattens: Bool = false
    ) throws {
      try put(
        .state,
        StateRecord(
          instrument: id, source: source, requested: state, inForce: state, before: .active,
          isFlattening: flattens, isRearm: false, changedAt: WallMilliseconds(milliseconds: 1),
          request: 0), by: .door)
    }

    mutating func position(_ index: UInt16, _ lots: Int64) throws {
      try put(
        .position,
        PositionRecord(
          instrument: InstrumentID(index: index), position: Quantity(lots: lots), before: .zero,
          exchangeTime: WallMilliseconds(milliseconds: 1), isReconciled: true), by: .account)
    }

    consuming func close() throws { try writer.close() }
  }
}

@Suite struct JournalMemoryTests {
  private let coin = Symbol("BTC-USDT") ?? Symbol()
  private let ether = Symbol("ETH-USDT") ?? Symbol()

  @Test func anEmptyFolderRemembersNothing() throws {
    let history = try History()
    let memory = try history.memory
    #expect(memory.fillsKnownUntil == nil && memory.stops.isEmpty && memory.positions.isEmpty)
  }

  @Test func theNewestBillIsTheOneToGoOnFrom() throws {
    let history = try History()
    #expect(try history.memory.lastBill == nil && history.memory.began == nil)
    try history.start(1) { segment in
      try segment.name(["BTC-USDT"])
      try segment.put(.bill, History.bill(7, at: 70), by: .account)
      try segment.put(.bill, History.bill(9, at: 90), by: .account)
    }
    try history.start(2) { segment in
      try segment.put(.bill, History.bill(8, at: 80), by: .account)
    }
    let memory = try history.memory
    #expect(memory.lastBill == .init(id: 9, at: WallMilliseconds(milliseconds: 90)))
    #expect(memory.began != nil && memory.began == memory.fillsKnownUntil)
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
    #expect(memory.trades.count == 3 && memory.orderLots == [10: 5, 11: 2, 12: 4])
    #expect(memory.fillsKnownUntil?.milliseconds == later + 1_500)
    try history.start(2) { segment in
      try segment.name(["BTC-USDT", "ETH-USDT"])
      // Found by start-up, and then stated with it: the figure holds it already.
      try segment.fill(0, .buy, 7, trade: 4, order: 13, at: later + 2_000)
      try segment.position(0, 10)
      try segment.fill(0, .buy, 1, trade: 5, order: 14, at: later + 2_500)
    }
    memory = try history.memory
    #expect(memory.positions == [coin: 11, ether: -4])
    #expect(memory.fillsKnownUntil?.milliseconds == later + 2_500)
    var late = Report(kind: .fill, instrument: .none, side: .sell)
    late.lastQuantity = Quantity(lots: 20)
    late.tradeID = 6
    memory.take(late, coin)
    #expect(memory.positions[coin] == -9 && memory.fillsKnownUntil?.milliseconds == later + 2_500)
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
}
