// A market message as tests write it: arrays first, the ring's layout only while it is applied.

import Book
import Quantities

struct TestLevel: Hashable {
  var ticks: Int64
  var lots: Int64
  var digits = LevelDigits(price: 0, quantity: 0)
}

struct TestMessage {
  var header = MarketMessage()
  var bids: [TestLevel] = []
  var asks: [TestLevel] = []
  var trade: TradeBody?

  init(
    _ kind: MarketMessageKind, bids: [TestLevel] = [], asks: [TestLevel] = [], previous: Int64 = 0,
    sequence: Int64 = 0, at nanoseconds: Int64 = 0, channel: MarketChannel = .booksTbt
  ) {
    header.kind = kind
    header.channel = channel
    header.instrument = InstrumentID(index: 0)
    header.prevSeqId = previous
    header.seqId = sequence
    header.receivedAt = Instant(nanoseconds: nanoseconds)
    header.flags = .hasDigits
    self.bids = bids
    self.asks = asks
  }

  static func trade(
    _ ticks: Int64, _ lots: Int64, _ side: Side, at nanoseconds: Int64
  ) -> TestMessage {
    var message = TestMessage(.trade, at: nanoseconds, channel: .trades)
    message.header.flags = []
    message.trade = TradeBody(
      price: Price(ticks: ticks), quantity: Quantity(lots: lots), side: side, tradeID: 1, seqId: 0,
      count: 1, source: 0)
    return message
  }

  /// Lays the message out as the ring does and lends the pointer.
  func withPointer<Result>(_ body: (UnsafePointer<MarketMessage>) -> Result) -> Result {
    var header = header
    let all = bids + asks
    let hasDigits = header.flags.contains(.hasDigits)
    header.bidCount = UInt16(bids.count)
    header.askCount = UInt16(asks.count)
    let size =
      trade == nil
      ? MarketMessage.byteCount(levels: all.count, hasDigits: hasDigits)
      : MarketMessage.tradeByteCount
    header.byteCount = UInt32(size)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
    defer { unsafe memory.deallocate() }
    unsafe memory.storeBytes(of: header, as: MarketMessage.self)
    if let trade { unsafe memory.storeBytes(of: trade, toByteOffset: 64, as: TradeBody.self) }
    for (index, level) in all.enumerated() {
      unsafe memory.storeBytes(
        of: MarketLevel(
          price: Price(ticks: level.ticks), quantity: Quantity(lots: level.lots)),
        toByteOffset: 64 + index * 16, as: MarketLevel.self)
      if hasDigits {
        unsafe memory.storeBytes(
          of: level.digits, toByteOffset: 64 + all.count * 16 + index * 2, as: LevelDigits.self)
      }
    }
    return unsafe body(UnsafePointer(memory.assumingMemoryBound(to: MarketMessage.self)))
  }
}

extension OrderBook where Self: ~Copyable {
  mutating func apply(_ message: TestMessage) -> BookResult {
    unsafe message.withPointer { unsafe apply($0) }
  }

  /// All levels of a side, best first, read one by one.
  func levels(_ side: Side) -> [TestLevel] {
    (0..<depth(side)).map { rank in
      let level = level(side, at: rank)!
      return TestLevel(
        ticks: level.price.ticks, lots: level.quantity.lots, digits: digits(side, at: rank)!)
    }
  }
}

extension MarketView {
  mutating func apply(_ message: TestMessage) -> BookResult {
    unsafe message.withPointer { unsafe apply($0) }
  }
}

func testInstrument(tick: String = "1", lot: String = "1", name: String = "A-B") -> Instrument {
  Instrument(
    id: InstrumentID(index: 0), symbol: Symbol(name)!, type: .spot, tick: Increment(tick)!,
    lot: Increment(lot)!)
}

/// SplitMix64: the seed is the bug report.
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
