// Order requests, read back by Foundation: every field, every number exact, never past the buffer.

import Foundation
import OKX
import Quantities
import Testing

private struct Request: Decodable {
  struct Argument: Decodable {
    var instIdCode: Int64
    var tdMode: String?
    var side: String?
    var ordType: String?
    var px: String?
    var sz: String?
    var clOrdId: String?
    var ordId: String?
    var reduceOnly: Bool?
    var tradeQuoteCcy: String?
  }
  var id: String
  var op: String
  var args: [Argument]
  var expTime: String?
}

private func instrument(
  _ type: InstrumentType = .swap, tick: DecimalNumber = DecimalNumber("0.1")!,
  lot: DecimalNumber = DecimalNumber("0.01")!, code: Int64 = 123_456
) -> Instrument {
  var item = Instrument(
    id: .none, symbol: Symbol("BTC-USDT-SWAP")!, type: type, tick: tick, lot: lot)
  item.code = code
  return item
}

/// What one order says; the defaults encode.
private struct Order {
  var request: UInt64 = 1512
  var client: UInt64 = 549_755_813_889
  var instrument = OKXTests.instrument()
  var side = Side.buy
  var type = OrderType.postOnly
  var ticks: Int64 = 500_001
  var lots: Int64 = 250
  var isReduceOnly = false
  var expires: Int64 = 1_597_026_383_085
  var tradeQuote = ""

  /// The text, empty when refused. The bytes behind it stay untouched but for the last word's tail.
  func encoded(room: Int = OrderEncoder.bytesMax) -> String {
    var buffer = [UInt8](repeating: 0xEE, count: room + 16)
    let count = unsafe buffer.withUnsafeMutableBytes {
      unsafe OrderEncoder.order(
        request: request, clientOrder: ClientOrderID(rawValue: client), instrument: instrument,
        side: side, type: type, price: Price(ticks: ticks), quantity: Quantity(lots: lots),
        isReduceOnly: isReduceOnly, expires: WallMilliseconds(milliseconds: expires),
        tradeQuote: Symbol(tradeQuote) ?? Symbol(),
        into: UnsafeMutableRawBufferPointer(rebasing: $0[..<room]))
    }
    #expect(buffer[room...].allSatisfy { $0 == 0xEE })
    return String(decoding: buffer.prefix(count), as: UTF8.self)
  }
}

private func cancel(_ request: UInt64, _ client: UInt64, _ exchange: UInt64, code: Int64 = 123_456)
  -> String
{
  var buffer = [UInt8](repeating: 0, count: OrderEncoder.bytesMax)
  let count = unsafe buffer.withUnsafeMutableBytes {
    unsafe OrderEncoder.cancel(
      request: request, clientOrder: ClientOrderID(rawValue: client),
      exchangeOrder: ExchangeOrderID(rawValue: exchange), instrument: instrument(code: code),
      into: $0)
  }
  return String(decoding: buffer.prefix(count), as: UTF8.self)
}

private func decoded(_ text: String) throws -> Request {
  try JSONDecoder().decode(Request.self, from: Data(text.utf8))
}

@Suite struct OrderEncoderTests {
  @Test func theWholeText() {
    #expect(
      Order().encoded()
        == #"{"id":"1512","op":"order","args":[{"instIdCode":123456,"tdMode":"cross","side":"buy","ordType":"post_only","px":"50000.1","sz":"2.50","clOrdId":"549755813889","tag":"llmtrading"}],"expTime":"1597026383085"}"#
    )
    #expect(
      cancel(9, 549_755_813_889, 0)
        == #"{"id":"9","op":"cancel-order","args":[{"instIdCode":123456,"clOrdId":"549755813889"}]}"#
    )
    #expect(
      cancel(9, 549_755_813_889, 2_510_789_768_709_120)
        == #"{"id":"9","op":"cancel-order","args":[{"instIdCode":123456,"ordId":"2510789768709120"}]}"#
    )
  }

  @Test func everyWord() throws {
    let types: [(OrderType, String)] = [
      (.limit, "limit"), (.postOnly, "post_only"), (.immediateOrCancel, "ioc"),
    ]
    let markets: [(InstrumentType, String)] = [
      (.spot, "cash"), (.swap, "cross"), (.futures, "cross"),
    ]
    for (type, word) in types {
      for (market, mode) in markets {
        for side in [Side.buy, .sell] {
          for isReduceOnly in [false, true] {
            var order = Order()
            order.type = type
            order.instrument = instrument(market)
            order.side = side
            order.isReduceOnly = isReduceOnly
            let request = try decoded(order.encoded())
            let argument = try #require(request.args.first)
            #expect(request.op == "order" && request.args.count == 1)
            #expect(argument.ordType == word && argument.tdMode == mode)
            #expect(argument.side == (side == .buy ? "buy" : "sell"))
            #expect(argument.reduceOnly == (isReduceOnly && market != .spot ? true : nil))
          }
        }
      }
    }
  }

  /// Numbers of every length through every path, against `DecimalNumber`'s own text.
  @Test(arguments: 0..<10)
  func everyNumber(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed) &+ 500)
    func number() -> Int64 {
      let bits = Int.random(in: 1...63, using: &random)
      return Int64.random(in: 1...(bits == 63 ? .max : 1 << bits), using: &random)
    }
    for _ in 0..<2000 {
      var order = Order()
      order.request = UInt64(number()) &* 2 &+ 1
      order.client = UInt64(number())
      let decimals = UInt8.random(in: 0...36, using: &random)
      let steps: [Int64] = [1, 2, 5, 25]
      let tick = DecimalNumber(mantissa: steps.randomElement(using: &random)!, decimals: decimals)
      let lot = DecimalNumber(
        mantissa: steps.randomElement(using: &random)!,
        decimals: UInt8.random(in: 0...18, using: &random))
      order.instrument = instrument(tick: tick, lot: lot, code: number())
      order.ticks = number()
      order.lots = number()
      order.expires = number()
      let text = order.encoded()
      guard let px = DecimalNumber.of(units: order.ticks, increment: tick),
        let sz = DecimalNumber.of(units: order.lots, increment: lot)
      else {
        #expect(text == "")
        continue
      }
      let request = try decoded(text)
      let argument = try #require(request.args.first)
      #expect(request.id == "\(order.request)" && request.expTime == "\(order.expires)")
      #expect(argument.px == px.description && argument.sz == sz.description)
      #expect(argument.clOrdId == "\(order.client)")
      #expect(argument.instIdCode == order.instrument.code)
      #expect(text.utf8.count <= OrderEncoder.bytesMax - 8)
      let undone = try decoded(cancel(order.request, order.client, 0, code: order.instrument.code))
      #expect(undone.args.first?.clOrdId == "\(order.client)")
    }
  }

  /// docs/OKX.md OKX-194: of spot alone, and only where it is named.
  @Test(arguments: ["", "USD", "USDC", String(repeating: "Q", count: 32)])
  func whatASpotOrderIsPaidIn(_ name: String) throws {
    for market in [InstrumentType.spot, .swap, .futures] {
      var order = Order()
      order.instrument = instrument(market)
      let plain = order.encoded()
      order.tradeQuote = name
      let text = order.encoded()
      let isNamed = market == .spot && !name.isEmpty
      #expect(try decoded(text).args.first?.tradeQuoteCcy == (isNamed ? name : nil))
      #expect(text.replacingOccurrences(of: #","tradeQuoteCcy":"\#(name)""#, with: "") == plain)
    }
  }

  @Test func powersOfTenAndTheirNeighbours() throws {
    var value: UInt64 = 1
    for _ in 0..<20 {
      for request in [value - 1, value, value + 1] where request > 0 {
        #expect(try decoded(cancel(request, 0, request)).id == "\(request)")
        #expect(try decoded(cancel(request, 0, request)).args.first?.ordId == "\(request)")
      }
      value = value.multipliedReportingOverflow(by: 10).partialValue
    }
    #expect(try decoded(cancel(.max, 0, .max)).id == "\(UInt64.max)")
  }

  @Test func theLongestOrderFits() throws {
    var order = Order()
    order.request = .max
    order.client = .max
    order.ticks = .max
    order.lots = .max
    order.expires = .max
    order.isReduceOnly = true
    order.instrument = instrument(
      tick: DecimalNumber(mantissa: 1, decimals: 36), lot: DecimalNumber(mantissa: 1, decimals: 36),
      code: .max)
    let text = order.encoded()
    #expect(try decoded(text).args.first?.px == "0.000000000000000009223372036854775807")
    #expect(text.utf8.count < OrderEncoder.bytesMax - 100)
    order.instrument.type = .spot
    order.tradeQuote = String(repeating: "Q", count: Symbol.bytesMax)
    #expect(order.encoded().utf8.count < OrderEncoder.bytesMax - 50)
  }

  @Test func whatCannotBeSaidIsRefused() {
    func refused(_ change: (inout Order) -> Void) -> Bool {
      var order = Order()
      change(&order)
      return order.encoded() == ""
    }
    #expect(refused { $0.request = 0 })
    #expect(refused { $0.client = 0 })
    #expect(refused { $0.ticks = 0 })
    #expect(refused { $0.ticks = -1 })
    #expect(refused { $0.ticks = Price.none.ticks })
    #expect(refused { $0.lots = 0 })
    #expect(refused { $0.lots = -5 })
    #expect(refused { $0.expires = 0 })
    #expect(refused { $0.instrument = instrument(code: 0) })
    #expect(refused { $0.instrument = instrument(.margin) })
    #expect(refused { $0.instrument = instrument(.option) })
    #expect(refused { $0.instrument = instrument(.unknown) })
    #expect(
      refused {
        $0.instrument = instrument(tick: DecimalNumber(mantissa: 5, decimals: 1))
        $0.ticks = .max
      })
    #expect(Order().encoded(room: OrderEncoder.bytesMax - 1) == "")
    #expect(Order().encoded(room: 0) == "")
    #expect(cancel(0, 1, 1) == "" && cancel(1, 0, 0) == "" && cancel(1, 1, 1, code: 0) == "")
  }
}
