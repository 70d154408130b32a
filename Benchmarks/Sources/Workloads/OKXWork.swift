// OKX: book messages to ticks and lots, and orders to text, against Foundation and plain Swift.

import Foundation
import OKX
import Quantities
import Wire

public enum OKXWork {
  public static var all: [Work] { [decoder, decoderByName, encoder] }

  public static var pairs: [Pair] {
    [
      Pair("OKX decoder / JSONDecoder and DecimalNumber", ours: decoder, peer: foundationDecoder),
      Pair("OKX decoder by position / the same by key names", ours: decoder, peer: decoderByName),
      Pair("order encoder / string interpolation", ours: encoder, peer: interpolation),
      Pair("order encoder / Foundation JSONEncoder", ours: encoder, peer: jsonEncoder),
    ]
  }

  private static var decoder: Work {
    work("OKX: decode books by position", Frames.recorded)
  }

  /// A blank behind the message is legal JSON and makes the decoder read by key names.
  private static var decoderByName: Work {
    let frames = Frames.recorded
    return work(
      "OKX: decode books by key names",
      Frames(
        frames.texts.map { $0 + " " }, instruments: frames.instruments, origin: frames.origin))
  }

  /// The decoder is `~Copyable`; a closure can hold a class.
  private final class Decoder {
    let decoder: PublicDecoder
    init(_ instruments: InstrumentTable) { decoder = PublicDecoder(instruments: instruments) }
  }

  private static func work(_ name: String, _ frames: Frames) -> Work {
    let holder = Decoder(frames.instruments)
    let claim = UnsafeMutableRawBufferPointer.allocate(
      byteCount: MarketMessage.bytesMax, alignment: 64)
    return Work(name, "frame", count: frames.count) {
      var sum: UInt64 = 0
      for index in 0..<frames.count {
        let frame = unsafe holder.decoder.decode(
          frames[index], receivedAt: .zero, stamp: .zero, connection: 0, into: claim)
        guard frame.kind == .market, let base = claim.baseAddress else { return 0 }
        let message = unsafe UnsafePointer(base.assumingMemoryBound(to: MarketMessage.self))
        let header = unsafe message.pointee
        sum &+= UInt64(bitPattern: header.seqId)
        for level in 0..<Int(header.bidCount) &+ Int(header.askCount) {
          let level = unsafe message.bids[level]
          sum &+= UInt64(bitPattern: level.price.ticks &+ level.quantity.lots)
        }
      }
      return sum
    }
  }

  private static var foundationDecoder: Work {
    let frames = Frames.recorded
    let data = frames.texts.map { Data($0.utf8) }
    return Work("OKX: JSONDecoder", "frame", count: frames.count) {
      let decoder = JSONDecoder()
      var sum: UInt64 = 0
      for data in data {
        guard let message = try? decoder.decode(BookMessage.self, from: data),
          let symbol = Symbol(message.arg.instId), let id = frames.instruments.find(symbol)
        else { return 0 }
        let instrument = frames.instruments[id]
        for book in message.data {
          sum &+= UInt64(bitPattern: book.seqId)
          for row in book.bids + book.asks {
            guard let price = DecimalNumber(row[0]), let size = DecimalNumber(row[1]),
              let ticks = try? price.units(of: instrument.tick),
              let lots = try? size.units(of: instrument.lot)
            else { return 0 }
            sum &+= UInt64(bitPattern: ticks &+ lots)
          }
        }
      }
      return sum
    }
  }
}

/// Orders: one price a number, the rest alike.
extension OKXWork {
  private static let orders = 1000
  private static let code: Int64 = 123_456
  private static let tick = Increment(mantissa: 1, decimals: 1)
  private static let lot = Increment(mantissa: 1, decimals: 8)
  private static let expires: Int64 = 1_787_612_486_107

  private static var encoder: Work {
    var instrument = Instrument(
      id: .none, symbol: Symbol("BTC-USDT")!, type: .spot, tick: tick, lot: lot)
    instrument.code = code
    let item = instrument
    let output = UnsafeMutableRawBufferPointer.allocate(
      byteCount: OrderEncoder.bytesMax, alignment: 64)
    return Work("OKX: encode orders", "order", count: orders) {
      var bytes: UInt64 = 0
      for number in 1...orders {
        bytes &+= unsafe UInt64(
          OrderEncoder.order(
            request: UInt64(number), clientOrder: ClientOrderID(rawValue: 549_755_813_889),
            instrument: item, side: .buy, type: .postOnly,
            price: Price(ticks: 787_222 &+ Int64(number)), quantity: Quantity(lots: 12_345_678),
            isReduceOnly: false, expires: WallMilliseconds(milliseconds: expires), into: output))
      }
      return bytes
    }
  }

  private static var interpolation: Work {
    Work("OKX: interpolated orders", "order", count: orders) {
      var bytes: UInt64 = 0
      for number in 1...orders {
        guard let px = DecimalNumber.of(units: 787_222 &+ Int64(number), increment: tick),
          let sz = DecimalNumber.of(units: 12_345_678, increment: lot)
        else { return 0 }
        let text =
          "{\"id\":\"\(number)\",\"op\":\"order\",\"args\":[{\"instIdCode\":\(code),\"tdMode\":\"cash\",\"side\":\"buy\",\"ordType\":\"post_only\",\"px\":\"\(px)\",\"sz\":\"\(sz)\",\"clOrdId\":\"549755813889\"}],\"expTime\":\"\(expires)\"}"
        bytes &+= UInt64(text.utf8.count)
      }
      return bytes
    }
  }

  private struct Request: Encodable {
    struct Argument: Encodable {
      var instIdCode: Int64
      var tdMode: String
      var side: String
      var ordType: String
      var px: String
      var sz: String
      var clOrdId: String
    }
    var id: String
    var op: String
    var args: [Argument]
    var expTime: String
  }

  private static var jsonEncoder: Work {
    Work("OKX: JSONEncoder", "order", count: orders) {
      let encoder = JSONEncoder()
      var bytes: UInt64 = 0
      for number in 1...orders {
        guard let px = DecimalNumber.of(units: 787_222 &+ Int64(number), increment: tick),
          let sz = DecimalNumber.of(units: 12_345_678, increment: lot)
        else { return 0 }
        let request = Request(
          id: "\(number)", op: "order",
          args: [
            Request.Argument(
              instIdCode: code, tdMode: "cash", side: "buy", ordType: "post_only", px: "\(px)",
              sz: "\(sz)", clOrdId: "549755813889")
          ], expTime: "\(expires)")
        guard let data = try? encoder.encode(request) else { return 0 }
        bytes &+= UInt64(data.count)
      }
      return bytes
    }
  }
}
