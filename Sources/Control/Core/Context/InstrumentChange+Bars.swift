// A bar in an instrument's new ticks and lots; control plane.

import Quantities

extension InstrumentChange {
  func bar(_ bar: BarRecord) -> BarRecord {
    BarRecord(
      instrument: bar.instrument, interval: bar.interval, openTime: bar.openTime,
      open: price(bar.open), high: price(bar.high), low: price(bar.low), close: price(bar.close),
      volume: quantity(bar.volume), source: bar.source, isClosed: bar.isClosed)
  }
}
