// Figures of a derivative that no book of ours makes: funding, open interest; simulation.

import Foundation
import Quantities

/// Seeded by the instrument's name alone and a function of time, so that every reader is told the same.
public struct ReferenceFigures: Sendable {
  private let seed: UInt64

  /// Funding is settled every eight hours, at 00:00, 08:00 and 16:00 UTC.
  public static let fundingMilliseconds: Int64 = 8 * 3_600_000
  /// OKX's bounds for most swaps.
  public static let fundingMax = DecimalNumber(mantissa: 75, decimals: 4)

  public init(_ specification: InstrumentSpecification) {
    seed = UInt64(specification.code)
  }

  /// The rate to be settled at the next funding time, ten decimals; it drifts within the period.
  public func fundingRate(at time: Int64) -> DecimalNumber {
    let wave = smooth(time, period: 2 * ReferenceFigures.fundingMilliseconds, salt: 1)
    return DecimalNumber(mantissa: Int64(((wave * 1.5 + 0.5) * 1_000_000).rounded()), decimals: 10)
  }

  /// The settlement that comes next after `time`, milliseconds.
  public static func fundingTime(after time: Int64) -> Int64 {
    (time / fundingMilliseconds + 1) * fundingMilliseconds
  }

  /// Open contracts in lots: some thousand times a usual trade, up and down by a tenth over hours.
  public func openLots(typical lots: Int64, at time: Int64) -> Int64 {
    let wave = smooth(time, period: 3_600_000, salt: 2)
    return max(1, Int64(Double(max(1, lots)) * 5_000 * (1 + wave / 10)))
  }

  /// Whether the exchange liquidated somebody with this trade: one in `liquidationShare`.
  public func isLiquidation(_ trade: TradePrint) -> Bool {
    mix(seed, 3, trade.id) % ReferenceFigures.liquidationShare == 0
  }
  public static let liquidationShare: UInt64 = 50

  /// A wave in -1…1 through one value a period.
  private func smooth(_ time: Int64, period: Int64, salt: UInt64) -> Double {
    let cell = time / period
    let share = Double(time % period) / Double(period)
    let from = unit(mix(seed, salt, UInt64(bitPattern: cell))) * 2 - 1
    let to = unit(mix(seed, salt, UInt64(bitPattern: cell + 1))) * 2 - 1
    return from + (to - from) * share * share * (3 - 2 * share)
  }
}
