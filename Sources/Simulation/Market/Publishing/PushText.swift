// Rendering the pushes of the public channels; simulation.

import Quantities

/// JSON of public pushes, keys in the order that OKX sends them.
enum PushText {
  static func book(
    _ channel: PublicChannel, _ specification: InstrumentSpecification, action: StaticString,
    bids: [BookLevel], asks: [BookLevel], time: Int64, checksum: Int32, seqId: Int64,
    prevSeqId: Int64
  ) -> [UInt8] {
    var output = head(channel, specification.id, levels: bids.count + asks.count)
    output.append(text: ",\"action\":\"")
    output.append(text: action)
    output.append(text: "\",\"data\":[{\"asks\":")
    output.append(levels: asks, specification, isRetail: channel.isRetail)
    output.append(text: ",\"bids\":")
    output.append(levels: bids, specification, isRetail: channel.isRetail)
    output.append(text: ",\"ts\":\"")
    output.append(integer: time)
    output.append(text: "\"")
    if !channel.isRetail {
      output.append(text: ",\"checksum\":")
      output.append(integer: Int64(checksum))
    }
    output.append(text: ",\"seqId\":")
    output.append(integer: seqId)
    output.append(text: ",\"prevSeqId\":")
    output.append(integer: prevSeqId)
    output.append(text: "}]}")
    return output
  }

  /// `bbo-tbt` and `books5`: the whole state each time.
  static func state(
    _ channel: PublicChannel, _ specification: InstrumentSpecification, bids: [BookLevel],
    asks: [BookLevel], time: Int64, seqId: Int64
  ) -> [UInt8] {
    var output = head(channel, specification.id, levels: bids.count + asks.count)
    output.append(text: ",\"data\":[{\"asks\":")
    output.append(levels: asks, specification)
    output.append(text: ",\"bids\":")
    output.append(levels: bids, specification)
    if channel == .books5 {
      output.append(text: ",\"instId\":\"")
      output.append(text: specification.id)
      output.append(0x22)
    }
    output.append(text: ",\"ts\":\"")
    output.append(integer: time)
    output.append(text: "\",\"seqId\":")
    output.append(integer: seqId)
    output.append(text: "}]}")
    return output
  }

  static func trade(
    _ specification: InstrumentSpecification, _ trade: TradePrint, time: Int64, seqId: Int64
  ) -> [UInt8] {
    var output = head(.trades, specification.id, levels: 2)
    output.append(text: ",\"data\":[{\"instId\":\"")
    output.append(text: specification.id)
    output.append(text: "\",\"tradeId\":\"")
    output.append(text: String(trade.id))
    output.append(text: "\",\"px\":\"")
    output.append(decimal: specification.decimal(price: trade.price).normalized)
    output.append(text: "\",\"sz\":\"")
    output.append(decimal: specification.decimal(quantity: trade.quantity).normalized)
    output.append(text: trade.side == .buy ? "\",\"side\":\"buy" : "\",\"side\":\"sell")
    output.append(text: "\",\"ts\":\"")
    output.append(integer: time)
    output.append(text: "\",\"count\":\"")
    output.append(integer: Int64(trade.count))
    output.append(text: "\",\"source\":\"0\",\"seqId\":")
    output.append(integer: seqId)
    output.append(text: "}]}")
    return output
  }

  private static func head(_ channel: PublicChannel, _ instrument: String, levels: Int) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(220 + levels * 40)
    output.append(text: "{\"arg\":{\"channel\":\"")
    output.append(text: channel.rawValue)
    output.append(text: "\",\"instId\":\"")
    output.append(text: instrument)
    output.append(text: "\"}")
    return output
  }
}

extension [UInt8] {
  fileprivate mutating func append(
    levels: [BookLevel], _ specification: InstrumentSpecification, isRetail: Bool = false
  ) {
    append(0x5B)
    for level in levels {
      if last != 0x5B { append(0x2C) }
      append(text: "[\"")
      append(price: level, specification)
      append(text: "\",\"")
      append(quantity: level, specification)
      append(text: "\",\"")
      if isRetail { append(quantity: level, specification) } else { append(text: "0") }
      append(text: "\",\"")
      append(integer: Int64(level.orders))
      append(text: "\"]")
    }
    append(0x5D)
  }
}
