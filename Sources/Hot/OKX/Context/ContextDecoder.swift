// Pushes of context channels into facts, trades and bars: exact or refused; pure, housekeeping.

public import Quantities
import Wire

/// Holds the instruments; reads no clock. It allocates, so it runs off the hot threads.
public struct ContextDecoder: Sendable {
  public let instruments: InstrumentTable

  public init(instruments: InstrumentTable) { self.instruments = instruments }

  /// Every element of one push. Throws at the first that is not as OKX writes it, and then nothing of the
  /// message counts. An instrument that is not of this run is passed over: `liquidation-orders` brings all.
  public func decode(
    _ bytes: UnsafeRawBufferPointer, receivedAt: Instant
  ) throws(FaultCode) -> [ContextEvent] {
    var scanner = unsafe JSONScanner(bytes)
    var channel: ContextChannel?
    var interval: BarInterval?
    var symbol: Symbol?
    var dataAt: Int?
    var more = try scanner.enterObject()
    while more {
      switch scanner.name(try scanner.key()) {
      case JSONName("arg"): (channel, interval, symbol) = try unsafe argument(&scanner, bytes)
      case JSONName("data"):
        _ = scanner.peek()
        dataAt = scanner.position
        try scanner.skipValue()
      default: try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
    try scanner.finish()
    guard let channel else { throw .unknownChannel }
    guard let dataAt else { throw .missingField }
    if channel == .instruments { return [.instruments(unsafe Array(bytes))] }
    scanner.position = dataAt
    var events: [ContextEvent] = []
    more = try scanner.enterArray()
    while more {
      if let interval {
        if let bar = try candle(&scanner, interval, symbol) { events.append(.bar(bar)) }
      } else {
        let fields = try unsafe ContextFields(&scanner, bytes)
        try append(channel, fields, receivedAt, &events)
      }
      more = try scanner.nextElement()
    }
    if channel == .status { events.append(.status(unsafe Array(bytes))) }
    return events
  }

  private func argument(
    _ scanner: inout JSONScanner, _ bytes: UnsafeRawBufferPointer
  ) throws(FaultCode) -> (ContextChannel?, BarInterval?, Symbol?) {
    var channel: ContextChannel?
    var interval: BarInterval?
    var symbol: Symbol?
    var more = try scanner.enterObject()
    while more {
      switch scanner.name(try scanner.key()) {
      case JSONName("channel"):
        let text = try scanner.string()
        let name = unsafe String(decoding: bytes[text.start..<text.end], as: UTF8.self)
        guard let named = ContextChannel.named(name) else { throw .unknownChannel }
        (channel, interval) = named
      case JSONName("instId"): symbol = scanner.symbol(try scanner.string())
      default: try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
    return (channel, interval, symbol)
  }

  /// `[ts, o, h, l, c, vol, volCcy, volCcyQuote, confirm]`
  private func candle(
    _ scanner: inout JSONScanner, _ interval: BarInterval, _ symbol: Symbol?
  ) throws(FaultCode) -> BarRecord? {
    guard let symbol else { throw .missingField }
    var columns: [DecimalNumber] = []
    var more = try scanner.enterArray()
    while more {
      if columns.count < 9 {
        columns.append(try scanner.decimal(try scanner.string()))
      } else {
        try scanner.skipValue()
      }
      more = try scanner.nextElement()
    }
    guard let id = instruments.find(symbol) else { return nil }
    return try CandleRow.bar(columns, of: instruments[id], interval)
  }
}

/// A row of candles, from a channel or from REST.
public enum CandleRow {
  /// - Parameter columns: time, open, high, low, close, volume, two more volumes, confirm.
  public static func bar(
    _ columns: [DecimalNumber], of item: Instrument, _ interval: BarInterval
  ) throws(FaultCode) -> BarRecord {
    if columns.count < 9 { throw .missingField }
    if columns[0].decimals != 0 || columns[0].mantissa <= 0 { throw .numberRange }
    let time = WallMilliseconds(milliseconds: columns[0].mantissa)
    if interval.opening(of: time) != time || time.milliseconds >= ContextFields.timeEnd {
      throw .numberRange
    }
    var ticks: [Int64] = []
    for column in columns[1...4] { ticks.append(try units(column, of: item.tick)) }
    let lots = try units(columns[5], of: item.lot)
    let (open, high, low, close) = (ticks[0], ticks[1], ticks[2], ticks[3])
    if low <= 0 || lots < 0 || high < max(open, close) || low > min(open, close) {
      throw .numberRange
    }
    return BarRecord(
      instrument: item.id, interval: interval, openTime: time, open: Price(ticks: open),
      high: Price(ticks: high), low: Price(ticks: low), close: Price(ticks: close),
      volume: Quantity(lots: lots), source: .exchange, isClosed: columns[8].mantissa == 1)
  }
  /// Whole ticks or lots.
  static func units(_ number: DecimalNumber, of increment: Increment) throws(FaultCode) -> Int64 {
    do throws(DecimalError) { return try number.units(of: increment) } catch {
      throw error == .offIncrement ? .offIncrement : .numberRange
    }
  }
}
