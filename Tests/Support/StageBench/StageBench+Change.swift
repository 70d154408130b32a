// The desk comes to count an instrument in finer ticks and lots, as after a change of the exchange's.

import Pipeline
import Quantities

extension StageBench {
  /// Ticks and lots that are a whole part of those before. The venue's own stay: its figures are whole numbers of the new
  /// ones. Returns the number to tell the Sender.
  public func refine(_ index: Int, ticks: Int64, lots: Int64) -> Int32? {
    let held = instruments[InstrumentID(index: UInt16(index))]
    var stated = held
    stated.tick = StageBench.part(held.tick, ticks)
    stated.lot = StageBench.part(held.lot, lots)
    stated.minimumLots *= lots
    stated.maximumLots *= lots
    guard var change = held.change(to: stated) else { return nil }
    guard let number = changes.add(&change) else { return nil }
    instruments.set(change.instrument)
    return number
  }

  /// A divisor of ten.
  private static func part(_ whole: Increment, _ divisor: Int64) -> Increment {
    if divisor == 1 { return whole }
    return Increment(mantissa: whole.mantissa * (10 / divisor), decimals: whole.decimals + 1)
  }
}
