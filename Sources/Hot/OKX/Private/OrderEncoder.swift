// WebSocket order operations (OKX-100 to OKX-106), written into the caller's buffer; hot plane.

import Quantities

/// Encodes `order` and `cancel-order` without allocation.
///
/// Each function returns the bytes written, or 0: nothing was encoded because `output` is smaller than
/// `bytesMax` or the request cannot be said (no `instIdCode`, a price or size of 0 or less or past
/// Int64, an instrument type that is not traded, no id).
@frozen
public enum OrderEncoder {
  /// Largest request. With the WebSocket header in front: `WebSocketEncoder.headerBytesMax` more.
  @inlinable public static var bytesMax: Int { 512 }
  /// `tag` of every order of ours: other programs number theirs as well (docs/OKX.md OKX-118).
  @inlinable public static var tag: StaticString { "llmtrading" }

  /// `{"id":"1","op":"order","args":[{"instIdCode":1,"tdMode":"cash","side":"buy","ordType":"limit",
  /// "px":"1","sz":"1","clOrdId":"1","tag":"llmtrading"}],"expTime":"1"}`
  ///
  /// - Parameters:
  ///   - request: goes out as `id` and comes back in the reply; any positive number.
  ///   - isReduceOnly: derivatives only; spot has no such flag.
  ///   - expires: the exchange refuses the order when it arrives later (50036, 50037).
  ///   - tradeQuote: spot only, `tradeQuoteCcy`; empty: the pair's own quote currency.
  @unsafe @_noLocks
  public static func order(
    request: UInt64, clientOrder: ClientOrderID, instrument: Instrument, side: Side,
    type: OrderType, price: Price, quantity: Quantity, isReduceOnly: Bool,
    expires: WallMilliseconds, tradeQuote: Symbol = Symbol(),
    into output: UnsafeMutableRawBufferPointer
  ) -> Int {
    guard let base = output.baseAddress, output.count >= bytesMax else { return 0 }
    if request == 0 || clientOrder.rawValue == 0 || instrument.code <= 0 { return 0 }
    if price.ticks <= 0 || quantity.lots <= 0 || expires.milliseconds <= 0 { return 0 }
    guard
      let px = DecimalNumber.of(units: price.ticks, increment: instrument.tick),
      let sz = DecimalNumber.of(units: quantity.lots, increment: instrument.lot),
      px.mantissa > 0, sz.mantissa > 0
    else { return 0 }
    var text = unsafe OrderText(base)
    text.append("{\"id\":\"")
    text.append(request)
    text.append("\",\"op\":\"order\",\"args\":[{\"instIdCode\":")
    text.append(UInt64(instrument.code))
    switch instrument.type {
    case .spot: text.append(",\"tdMode\":\"cash\",\"side\":\"")
    case .swap, .futures: text.append(",\"tdMode\":\"cross\",\"side\":\"")
    case .margin, .option, .unknown: return 0
    }
    if side == .buy { text.append("buy\"") } else { text.append("sell\"") }
    switch type {
    case .limit: text.append(",\"ordType\":\"limit\",\"px\":\"")
    case .postOnly: text.append(",\"ordType\":\"post_only\",\"px\":\"")
    case .immediateOrCancel: text.append(",\"ordType\":\"ioc\",\"px\":\"")
    }
    text.append(px)
    text.append("\",\"sz\":\"")
    text.append(sz)
    text.append("\",\"clOrdId\":\"")
    text.append(clientOrder.rawValue)
    if instrument.type == .spot && tradeQuote.byte(at: 0) != 0 {
      text.append("\",\"tradeQuoteCcy\":\"")
      text.append(tradeQuote)
    }
    if isReduceOnly && instrument.type != .spot {
      text.append("\",\"tag\":\"llmtrading\",\"reduceOnly\":true}],\"expTime\":\"")
    } else {
      text.append("\",\"tag\":\"llmtrading\"}],\"expTime\":\"")
    }
    text.append(UInt64(expires.milliseconds))
    text.append("\"}")
    return text.count
  }

  /// `{"id":"1","op":"cancel-order","args":[{"instIdCode":1,"ordId":"1"}]}`, by `clOrdId` where the
  /// exchange's id is not known yet.
  @unsafe @_noLocks
  public static func cancel(
    request: UInt64, clientOrder: ClientOrderID, exchangeOrder: ExchangeOrderID,
    instrument: Instrument, into output: UnsafeMutableRawBufferPointer
  ) -> Int {
    guard let base = output.baseAddress, output.count >= bytesMax else { return 0 }
    if request == 0 || instrument.code <= 0 { return 0 }
    var text = unsafe OrderText(base)
    text.append("{\"id\":\"")
    text.append(request)
    text.append("\",\"op\":\"cancel-order\",\"args\":[{\"instIdCode\":")
    text.append(UInt64(instrument.code))
    if exchangeOrder.rawValue != 0 {
      text.append(",\"ordId\":\"")
      text.append(exchangeOrder.rawValue)
    } else if clientOrder.rawValue != 0 {
      text.append(",\"clOrdId\":\"")
      text.append(clientOrder.rawValue)
    } else {
      return 0
    }
    text.append("\"}]}")
    return text.count
  }
}
