// A bar in an instrument's new ticks and lots; control plane.

import OKX
import Quantities

extension InstrumentChange {
  func bar(_ bar: BarRecord) -> BarRecord {
    BarRecord(
      instrument: bar.instrument, interval: bar.interval, openTime: bar.openTime,
      open: price(bar.open), high: price(bar.high), low: price(bar.low), close: price(bar.close),
      volume: quantity(bar.volume), source: bar.source, isClosed: bar.isClosed)
  }
}

extension ContextEvent {
  /// The instrument in whose ticks or lots it counts; nil: it counts in neither.
  var counted: InstrumentID? {
    switch self {
    case .trade(let id, _, _): return id
    case .bar(let bar): return bar.instrument
    case .fact, .index, .instruments, .status: return nil
    }
  }
}
