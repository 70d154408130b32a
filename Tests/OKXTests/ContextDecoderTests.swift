// Context channels into facts, trades and bars: each figure where it belongs, and whatever is malformed refused.

import Fixtures
import Foundation
import OKX
import Quantities
import Testing

private let instruments: InstrumentTable = {
  func item(_ name: String, _ type: InstrumentType) -> Instrument {
    Instrument(
      id: .none, symbol: Symbol(name) ?? Symbol(), type: type,
      tick: Increment(mantissa: 1, decimals: 2), lot: Increment(mantissa: 1, decimals: 4))
  }
  return InstrumentTable([item("BTC-USDT", .spot), item("BTC-USDT-SWAP", .swap)])
}()
private let spot = InstrumentID(index: 0)
private let swap = InstrumentID(index: 1)

private func decode(_ text: String) throws(FaultCode) -> [ContextEvent] {
  try decode(Array(text.utf8))
}

private func decode(_ bytes: [UInt8]) throws(FaultCode) -> [ContextEvent] {
  let decoder = ContextDecoder(instruments: instruments)
  let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
  defer { unsafe copy.deallocate() }
  unsafe copy.copyBytes(from: bytes)
  return try unsafe decoder.decode(
    UnsafeRawBufferPointer(copy), receivedAt: Instant(nanoseconds: 7))
}

private func push(_ channel: String, _ row: String, _ name: String = "BTC-USDT-SWAP") -> String {
  "{\"arg\":{\"channel\":\"\(channel)\",\"instId\":\"\(name)\"},\"data\":[\(row)]}"
}

private func fact(_ text: String) throws -> ContextRecord {
  guard case .fact(let record)? = try decode(text).first else {
    throw FaultCode.unknownEvent
  }
  return record
}

private func number(_ text: String) -> DecimalNumber? { DecimalNumber(text) }

private let mark =
  #"{"instType":"SWAP","instId":"BTC-USDT-SWAP","markPx":"42310.6","ts":"1630049139746"}"#
private let limit =
  #"{"instId":"BTC-USDT-SWAP","buyLmt":"200","sellLmt":"","enabled":true,"ts":"1597026383085"}"#
private let interest =
  #"{"instId":"BTC-USDT-SWAP","oi":"2216113.01","oiCcy":"22161.1301","oiUsd":"","ts":"1743041250440"}"#
private let funding =
  #"{"instId":"BTC-USDT-SWAP","fundingRate":"-0.0001875","nextFundingRate":"","fundingTime":"1700726400000","nextFundingTime":"1700755200000","ts":"1700724675402"}"#
private let liquidation =
  #"{"instId":"BTC-USDT-SWAP","instType":"SWAP","details":[{"bkPx":"0.01","side":"buy","sz":"13","ts":"1692266434010"},{"bkPx":"0.02","side":"sell","sz":"1","ts":"1692266434011"}]}"#
private let status =
  #"{"title":"Spot \"upgrade\"","state":"ongoing","begin":"1610019546","end":"","ts":"1597026383085"}"#
private let trade =
  #"{"instId":"BTC-USDT","tradeId":"130639474","px":"42219.9","sz":"0.1206","side":"buy","ts":"1630048897897","count":"3"}"#
private let index =
  #"{"instId":"BTC-USDT","idxPx":"0.1","high24h":"0.5","low24h":"0.1","open24h":"0.2","ts":"1597026383085"}"#
private let ticker =
  #"{"instType":"SPOT","instId":"BTC-USDT","last":"9999.99","open24h":"9000","high24h":"10000","low24h":"8888.88","volCcy24h":"2222","vol24h":"22.5","ts":"1597026383085"}"#
private let candle =
  #"["1597026360000","8533.02","8553.74","8527.17","8548.26","45247","529.5858061","5529.58","1"]"#

private let whole: [String] = [
  push("mark-price", mark), push("price-limit", limit), push("open-interest", interest),
  push("funding-rate", funding), push("liquidation-orders", liquidation), push("status", status),
  push("trades", trade, "BTC-USDT"), push("index-tickers", index, "BTC-USDT"),
  push("tickers", ticker, "BTC-USDT"), push("candle1m", candle, "BTC-USDT"),
]

@Suite struct ContextDecoderTests {
  @Test func everyFigureHasItsPlace() throws {
    let one = try fact(whole[0])
    #expect(one.kind == .markPrice && one.instrument == swap && one[.first] == number("42310.6"))
    #expect(one.exchangeTime.milliseconds == 1_630_049_139_746)
    #expect(one.receivedAt == Instant(nanoseconds: 7) && one[.second] == nil)
    let two = try fact(whole[1])
    #expect(two[.first] == number("200") && two[.second] == nil && two[.third] == number("1"))
    let three = try fact(whole[2])
    #expect(three[.first] == number("2216113.01") && three[.second] == number("22161.1301"))
    #expect(three[.third] == nil && three.kind == .openInterest)
    let four = try fact(whole[3])
    #expect(four[.first] == number("-0.0001875") && four[.second] == nil)
    #expect(four[.third] == number("1700726400000") && four[.fourth] == number("1700755200000"))
    let six = try fact(whole[5])
    #expect(six.kind == .status && six.instrument.isNone)
    #expect(six[.third]?.mantissa == StatusState.ongoing.rawValue && six[.second] == nil)
    let nine = try fact(whole[8])
    let shown = [
      nine[.first], nine[.second], nine[.third], nine[.fourth], nine[.fifth], nine[.sixth],
    ]
    #expect(shown == ["9999.99", "9000", "10000", "8888.88", "22.5", "2222"].map(number))
  }

  @Test func tradesBarsLiquidationsAndIndices() throws {
    guard case .trade(let id, let body, let time)? = try decode(whole[6]).first else {
      Issue.record("no trade")
      return
    }
    #expect(id == spot && body.price.ticks == 4_221_990 && body.quantity.lots == 1_206)
    #expect(body.side == .buy && body.count == 3 && body.tradeID == 130_639_474)
    #expect(time.milliseconds == 1_630_048_897_897)
    guard case .bar(let bar)? = try decode(whole[9]).first else {
      Issue.record("no bar")
      return
    }
    #expect(bar.open.ticks == 853_302 && bar.high.ticks == 855_374 && bar.low.ticks == 852_717)
    #expect(bar.close.ticks == 854_826 && bar.volume.lots == 452_470_000 && bar.isClosed)
    #expect(bar.interval == .minute && bar.source == .exchange && bar.instrument == spot)
    let open = whole[9].replacingOccurrences(of: "\"1\"]", with: "\"0\"]")
    if case .bar(let bar)? = try decode(open).first { #expect(!bar.isClosed) }
    let sides = try decode(whole[4]).compactMap { event -> Int64? in
      if case .fact(let record) = event { return record[.third]?.mantissa }
      return nil
    }
    #expect(sides == [0, 1])
    guard case .index(let name, let record)? = try decode(whole[7]).first else {
      Issue.record("no index")
      return
    }
    #expect(name == Symbol("BTC-USDT") && record[.first] == number("0.1"))
    #expect(record[.fourth] == number("0.1") && record[.third] == number("0.5"))
  }

  /// An instrument of another desk is passed over; the message's other rows count.
  @Test func strangersArePassedOver() throws {
    let other = trade.replacingOccurrences(of: "BTC-USDT", with: "ETH-USDT")
    #expect(try decode(push("trades", other + "," + trade, "BTC-USDT")).count == 1)
    #expect(try decode(push("candle1m", candle, "ETH-USDT")).isEmpty)
    let far = liquidation.replacingOccurrences(of: "BTC-USDT-SWAP", with: "DOGE-USD-SWAP")
    #expect(try decode(push("liquidation-orders", far)).isEmpty)
  }

  @Test(arguments: [
    ("mark-price", mark, "42310.6", "1e5", FaultCode.wrongType),
    ("mark-price", mark, "42310.6", "", .missingField),
    ("mark-price", mark, "42310.6", "99999999999999999999", .numberRange),
    ("mark-price", mark, "1630049139746", "-1", .numberRange),
    ("mark-price", mark, "1630049139746", "9223372036854775807", .numberRange),
    ("mark-price", mark, "\"ts\"", "\"tt\"", .missingField),
    ("trades", trade, "42219.9", "42219.999", .offIncrement),
    ("trades", trade, "42219.9", "0", .numberRange),
    ("trades", trade, "0.1206", "-0.1206", .numberRange),
    ("trades", trade, "0.1206", "0.12061", .offIncrement),
    ("trades", trade, "buy", "bought", .wrongType),
    ("trades", trade, "\"side\"", "\"edge\"", .missingField),
    ("status", status, "ongoing", "on fire", .wrongType),
    ("candle1m", candle, "8533.02", "8533.025", .offIncrement),
    ("candle1m", candle, "8553.74", "8553.7499", .offIncrement),
    ("candle1m", candle, "8553.74", "8540.00", .numberRange),
    ("candle1m", candle, "8527.17", "0", .numberRange),
    ("candle1m", candle, "45247", "-1", .numberRange),
    ("candle1m", candle, "1597026360000", "1597026360001", .numberRange),
    ("candle1m", candle, "1597026360000", "9223372036854720000", .numberRange),
    ("candle1m", candle, ",\"1\"]", "]", .missingField),
    ("candle7m", candle, "x", "x", .unknownChannel),
  ])
  func whatIsNotAsItShouldBeIsRefused(
    _ channel: String, _ row: String, _ from: String, _ to: String, _ fault: FaultCode
  ) {
    let text = push(channel, row.replacingOccurrences(of: from, with: to), "BTC-USDT")
    #expect(throws: fault) { _ = try decode(text) }
  }

  @Test(.recorded) func recordedSamples() throws {
    for (name, count) in [("ws_tickers", 1), ("ws_funding_rate", 1)] {
      let url = try Recordings.file("samples/by-type/\(name).json")
      #expect(try decode(try String(contentsOf: url, encoding: .utf8)).count == count)
    }
    // Its opening time, 02:26:23, is no day's: the sample is OKX's manual's, not the exchange's.
    let url = try Recordings.file("samples/by-type/ws_candle.json")
    let text = try String(contentsOf: url, encoding: .utf8)
    #expect(throws: FaultCode.unknownChannel) { _ = try decode(text) }
  }

  /// Cut, flipped, repeated and spliced bytes: a coded fault or figures within their bounds, never a trap.
  @Test(arguments: 0..<8) func mutatedPushesNeverTrap(_ seed: UInt64) {
    var random = Splitmix(state: seed)
    var refused = 0
    let alphabet = Array("{}[]\",:.-+0123456789eEtrufalsn\\ \u{00}\u{FF}".utf8)
    for _ in 0..<10_000 {
      var bytes = Array((whole.randomElement(using: &random) ?? "").utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<max(1, bytes.count), using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes = Array(bytes.prefix(place))
        case 1 where !bytes.isEmpty: bytes[place] = alphabet.randomElement(using: &random) ?? 0
        case 2: bytes.insert(contentsOf: bytes.suffix(from: place).prefix(40), at: place)
        case 3 where !bytes.isEmpty: bytes.remove(at: place)
        default:
          bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: min(place, bytes.count))
        }
      }
      do throws(FaultCode) {
        for event in try decode(bytes) { check(event) }
      } catch { refused += 1 }
    }
    #expect(refused > 1_000)
  }

  private func check(_ event: ContextEvent) {
    switch event {
    case .trade(let id, let body, let time):
      #expect(Int(id.index) < instruments.count && body.price.ticks > 0 && body.quantity.lots > 0)
      #expect(time.milliseconds >= 0 && time.milliseconds < 4_102_444_800_000)
    case .bar(let bar):
      #expect(
        bar.low.ticks > 0 && bar.low.ticks <= bar.open.ticks && bar.open.ticks <= bar.high.ticks)
      #expect(bar.volume.lots >= 0 && bar.openTime.milliseconds % bar.interval.milliseconds == 0)
      #expect(bar.openTime.milliseconds < 4_102_444_800_000)
    case .instruments(let bytes), .status(let bytes): #expect(!bytes.isEmpty)
    case .fact(let record), .index(_, let record):
      #expect(record.kind != ContextKind.none)
      #expect(record.exchangeTime.milliseconds < 4_102_444_800_000)
    }
  }
}

private struct Splitmix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
