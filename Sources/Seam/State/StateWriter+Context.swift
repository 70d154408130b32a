// The market context in State: written by the context's threads under one lock; control plane of the core.
import Channels
public import Quantities

extension StateWriter {
  public func set(_ context: InstrumentContext, of instrument: InstrumentID) {
    var writer = memory.context(instrument).makeWriter()
    writer.store(context)
  }

  /// The exchange's own state, as it last announced it.
  public func set(exchangeStatus record: ContextRecord) {
    var writer = memory.exchangeStatus.makeWriter()
    writer.store(record)
  }

  /// In the place of the bar `barsKept` intervals before it.
  public func put(_ bar: BarRecord) {
    let number = bar.openTime.milliseconds / bar.interval.milliseconds
    let place = Int(number % Int64(StateLayout.barsKept))
    var writer = memory.bar(bar.instrument, bar.interval, place).makeWriter()
    writer.store(bar)
  }
}

extension StateWriter {
  /// The bars that are shown, in no order.
  public func bars(_ instrument: InstrumentID, _ interval: BarInterval) -> [BarRecord] {
    (0..<StateLayout.barsKept).compactMap { memory.bar(instrument, interval, $0).load() }
      .filter { $0.interval == interval }
  }
}

extension StateReader {
  /// Nil before the first fact of the instrument.
  public func context(_ instrument: InstrumentID) -> InstrumentContext? {
    memory.context(instrument).load()
  }

  /// Nil where the exchange announced nothing.
  public var exchangeStatus: ContextRecord? { memory.exchangeStatus.load() }

  /// The bars that are kept, oldest first; the last may be open (`isClosed` false). Bars may be missing.
  public func bars(_ instrument: InstrumentID, _ interval: BarInterval) -> [BarRecord] {
    let found = (0..<StateLayout.barsKept).compactMap { place -> BarRecord? in
      guard let bar = memory.bar(instrument, interval, place).load(), bar.interval == interval
      else { return nil }
      return bar
    }.sorted { $0.openTime < $1.openTime }
    // A place that nothing overwrote holds a bar of long ago.
    guard let last = found.last else { return [] }
    let oldest =
      last.openTime.milliseconds
      - Int64(StateLayout.barsKept) * interval.milliseconds
    return found.filter { $0.openTime.milliseconds > oldest }
  }
}
