// Bars and facts of the market context, field by field; seam.

import Quantities

extension JournalText {
  func bar(_ value: BarRecord, _ line: inout JSONLine) {
    instrument(value.instrument, &line)
    line.number("interval_s", value.interval.seconds)
    line.number("open_time", value.openTime.milliseconds)
    price("open", value.open, value.instrument, &line)
    price("high", value.high, value.instrument, &line)
    price("low", value.low, value.instrument, &line)
    price("close", value.close, value.instrument, &line)
    line.number("lots", value.volume.lots)
    line.number("bought_lots", value.bought.lots)
    line.number("trades", Int64(clamping: value.trades))
    line.field("source", "\(value.source)")
    line.flag("closed", value.isClosed)
  }

  func context(_ value: ContextRecord, _ line: inout JSONLine) {
    instrument(value.instrument, &line)
    line.field("fact", "\(value.kind)")
    line.number("ts", value.exchangeTime.milliseconds)
    let names: [String] =
      switch value.kind {
      case .ticker: ["last", "open_24h", "high_24h", "low_24h", "volume_24h", "value_24h"]
      case .fundingRate: ["rate", "next_rate", "funding_time", "next_funding_time"]
      case .markPrice: ["mark"]
      case .indexPrice: ["index", "open_24h", "high_24h", "low_24h"]
      case .openInterest: ["contracts", "in_currency", "in_usd"]
      case .priceLimit: ["buy_limit", "sell_limit", "enabled"]
      case .liquidation: ["price", "size", "sold"]
      case .status: ["begin", "end", "state"]
      case .none: []
      }
    for (place, name) in names.enumerated() {
      guard let field = ContextField(rawValue: UInt8(place)), let number = value[field] else {
        continue
      }
      line.field(name, number.normalized.description)
    }
  }
}
