// Ticks and lots of one instrument as text for people; control plane.
import Foundation
import Ledger
import Quantities

struct Decimals: Sendable {
  private let item: Instrument

  init(_ item: Instrument) { self.item = item }

  func price(_ ticks: Int64) -> String {
    DecimalNumber.of(units: ticks, increment: item.tick)?.description ?? "\(ticks) ticks"
  }

  func size(_ lots: Int64) -> String {
    DecimalNumber.of(units: lots, increment: item.lot)?.description ?? "\(lots) lots"
  }

  /// A mid: one digit more than a price has.
  func halfTicks(_ value: Int64) -> String {
    let (mantissa, overflowed) = item.tick.mantissa.multipliedReportingOverflow(by: 5)
    let half = Increment(mantissa: mantissa, decimals: item.tick.decimals &+ 1)
    if overflowed { return "\(value) half ticks" }
    return DecimalNumber.of(units: value, increment: half)?.description ?? "\(value) half ticks"
  }

  /// An average of prices: two digits more than a price has.
  func price(approximately ticks: Double) -> String {
    String(format: "%.\(Int(item.tick.decimals) + 2)f", ticks * value(item.tick))
  }

  func average(_ figures: PositionFigures) -> String? {
    if figures.position == 0 { return nil }
    let ticks = Double(figures.cost) / Double(PositionFigures.scale) / Double(figures.position)
    return price(approximately: ticks)
  }

  /// In millionths of tick × lot, as `PositionFigures` counts; nil past 127 bits.
  func floating(_ figures: PositionFigures, midHalfTicks mid: Int64) -> Int128? {
    let (worth, isWide) = (Int128(figures.position) * Int128(mid)).multipliedReportingOverflow(
      by: PositionFigures.scale / 2)
    let (gain, overflowed) = worth.subtractingReportingOverflow(figures.cost)
    return isWide || overflowed ? nil : gain
  }

  /// Millionths of tick × lot in the quote currency; nil where that is no amount of it (inverse contracts).
  func money(_ figure: Int128) -> String? {
    if item.contract == .inverse { return nil }
    let worth =
      Double(figure) / Double(PositionFigures.scale) * value(item.tick) * value(item.lot)
      * value(item.contractValue)
    let digits = min(8, max(4, Int(item.tick.decimals) + Int(item.lot.decimals)))
    return String(format: "%+.\(digits)f", worth)
  }

  private func value(_ increment: Increment) -> Double {
    Double(increment.mantissa) * pow(10, -Double(increment.decimals))
  }
}
