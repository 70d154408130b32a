// A ring claim for tests, and market messages read back out of it.

import OKX
import Quantities

struct Level: Hashable {
  var ticks: Int64
  var lots: Int64
  var digits: LevelDigits?
}

/// One market message as a test compares it.
struct Decoded: Equatable {
  var kind: MarketMessageKind
  var channel: MarketChannel = .none
  var instrument: InstrumentID = .none
  var bids: [Level] = []
  var asks: [Level] = []
  var checksum: Int32 = 0
  var hasChecksum = false
  var time: Int64 = 0
  var seqId: Int64 = 0
  var prevSeqId: Int64 = 0
  var fault: FaultCode = .none
  var trade: Trade?

  struct Trade: Equatable {
    var ticks: Int64
    var lots: Int64
    var side: Side
    var id: UInt64
    var count: UInt32 = 1
    var source: UInt8 = 0
  }
}

/// `MarketMessage.bytesMax` bytes between two guards that must never change.
@safe
final class Claim {
  private let block: UnsafeMutableRawPointer
  let size: Int
  static let guardBytes = 4096

  init(size: Int = MarketMessage.bytesMax) {
    self.size = size
    unsafe block = .allocate(byteCount: size + 2 * Claim.guardBytes, alignment: 64)
    unsafe block.initializeMemory(
      as: UInt8.self, repeating: 0xA5, count: size + 2 * Claim.guardBytes)
  }
  deinit { unsafe block.deallocate() }

  var buffer: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: block + Claim.guardBytes, count: size)
  }
  var isIntact: Bool {
    for index in 0..<Claim.guardBytes {
      if unsafe block.load(fromByteOffset: index, as: UInt8.self) != 0xA5 { return false }
      let after = Claim.guardBytes + size + index
      if unsafe block.load(fromByteOffset: after, as: UInt8.self) != 0xA5 { return false }
    }
    return true
  }

  /// Parses the committed bytes; nil when they are not a whole number of well-formed messages.
  func messages(_ byteCount: Int) -> [Decoded]? {
    guard byteCount >= 0, byteCount <= size else { return nil }
    var found: [Decoded] = []
    var offset = 0
    while offset < byteCount {
      guard byteCount - offset >= 64 else { return nil }
      let header = unsafe buffer.load(fromByteOffset: offset, as: MarketMessage.self)
      let bids = Int(header.bidCount)
      let asks = Int(header.askCount)
      var wanted = 64 + (bids + asks) * 16
      if header.flags.contains(.hasDigits) { wanted += ((bids + asks) * 2 + 7) & ~7 }
      if header.kind == .trade { wanted += 40 }
      guard Int(header.byteCount) == wanted, offset + wanted <= byteCount else { return nil }
      var message = Decoded(
        kind: header.kind, channel: header.channel, instrument: header.instrument,
        checksum: header.checksum, hasChecksum: header.flags.contains(.hasChecksum),
        time: header.exchangeTime.milliseconds, seqId: header.seqId, prevSeqId: header.prevSeqId,
        fault: header.fault)
      for index in 0..<(bids + asks) {
        let level = unsafe buffer.load(
          fromByteOffset: offset + 64 + index * 16, as: MarketLevel.self)
        var digits: LevelDigits?
        if header.flags.contains(.hasDigits) {
          digits = unsafe buffer.load(
            fromByteOffset: offset + 64 + (bids + asks) * 16 + index * 2, as: LevelDigits.self)
        }
        let read = Level(ticks: level.price.ticks, lots: level.quantity.lots, digits: digits)
        if index < bids { message.bids.append(read) } else { message.asks.append(read) }
      }
      if header.kind == .trade {
        let body = unsafe buffer.load(fromByteOffset: offset + 64, as: TradeBody.self)
        message.trade = Decoded.Trade(
          ticks: body.price.ticks, lots: body.quantity.lots, side: body.side, id: body.tradeID,
          count: body.count, source: body.source)
      }
      found.append(message)
      offset += wanted
    }
    return found
  }
}

/// Spot instruments with these ticks and lots.
func table(_ list: [(String, String, String)]) -> InstrumentTable {
  InstrumentTable(
    list.map { (name, tick, lot) in
      Instrument(
        id: .none, symbol: Symbol(name)!, type: .spot, tick: DecimalNumber(tick)!,
        lot: DecimalNumber(lot)!)
    })
}

let bitcoin = InstrumentID(index: 0)
let ether = InstrumentID(index: 1)
let usualTable = table([
  ("BTC-USDT", "0.1", "0.00000001"), ("ETH-USDT", "0.01", "0.000001"),
  ("BTC-USDT-SWAP", "0.1", "0.01"), ("HALF-USDT", "0.5", "5"),
])

extension PublicDecoder {
  func decode(_ bytes: [UInt8], _ claim: Claim, at now: Int64 = 0) -> PublicFrame {
    // An exact copy on the heap: an over-read would leave the block.
    let block = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
    defer { unsafe block.deallocate() }
    unsafe bytes.withUnsafeBytes {
      unsafe block.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(block), byteCount: $0.count)
    }
    return unsafe decode(
      UnsafeRawBufferPointer(start: block, count: bytes.count),
      receivedAt: Instant(nanoseconds: now), stamp: Stamp(ticks: UInt64(bitPattern: now + 1)),
      connection: 3, into: claim.buffer)
  }
  func decode(_ text: String, _ claim: Claim) -> PublicFrame { decode(Array(text.utf8), claim) }
}

struct SeededGenerator: RandomNumberGenerator {
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
