// Bars from before the start of a generated market: a seeded walk that ends at its first price; simulation.

import Foundation
import Quantities

/// A pure function of seed and time: any bar can be had without those before it. The last `secondMinutes`
/// minutes are made of seconds; older ones are whole, as an exchange keeps its second bars less long.
public struct CandleHistory: Sendable {
  /// Milliseconds: a whole second, at which the live bars begin.
  public let end: Int64
  private let seed: UInt64
  /// The generated market's first price, in ticks.
  private let price: Int64
  private let typicalLots: Double
  /// The minute, counted from the epoch, that holds `end`.
  private let lastMinute: Int64
  /// `level` at `lastMinute`: prices are relative to it.
  private let endLevel: Double
  /// From the ticks and lots that it is made in to those of today.
  private var grid = GridChange()

  /// How far back minutes go, and seconds (in minutes).
  public static let minutes: Int64 = 60 * 1_440
  public static let secondMinutes: Int64 = 120

  public init(seed: UInt64, price: Int64, typicalLots: Int64, end: Int64) {
    self.seed = seed
    self.price = max(1, price)
    self.typicalLots = Double(max(1, typicalLots))
    self.end = end / 1_000 * 1_000
    lastMinute = self.end / 60_000
    endLevel = CandleHistory.level(seed, lastMinute)
  }

  mutating func change(to change: GridChange) {
    grid.prices &*= change.prices
    grid.pastLots &*= change.pastLots
  }

  /// The oldest minute and second bar, counted from the epoch in minutes and seconds.
  public var firstMinute: Int64 { max(0, lastMinute - CandleHistory.minutes) }
  public var firstSecond: Int64 { max(0, lastMinute - CandleHistory.secondMinutes) * 60 }

  /// Minute `index`; the one that holds `end` is made of its seconds before that. Nil beyond both ends.
  public func minute(_ index: Int64) -> Candle? {
    if index < firstMinute || index > lastMinute { return nil }
    if index < lastMinute - CandleHistory.secondMinutes { return whole(index) }
    var bar: Candle?
    for second in index * 60..<min(index * 60 + 60, end / 1_000) {
      guard let next = self.second(second) else { continue }
      if bar == nil { bar = next } else { bar?.append(next) }
    }
    return bar
  }

  /// Second `index`; nil where there is none.
  public func second(_ index: Int64) -> Candle? {
    if index < firstSecond || index >= end / 1_000 { return nil }
    let minute = index / 60
    let place = index % 60
    let open = path(minute, place)
    let close = path(minute, place + 1)
    var bar = Candle(openTime: index * 1_000, price: open)
    let chance = hash(minute, place &+ 1_000)
    bar.close = close
    bar.high = max(open, close) + Int64(chance & 1)
    bar.low = max(1, min(open, close) - Int64(chance >> 1 & 1))
    volume(of: &bar, seconds: 1, unit(chance >> 2))
    bar.change(to: grid)
    return bar
  }

  private func whole(_ index: Int64) -> Candle {
    let open = boundary(index)
    let close = boundary(index + 1)
    var bar = Candle(openTime: index * 60_000, price: open)
    let reach = Double(price) * CandleHistory.minuteReach
    bar.close = close
    bar.high = max(open, close) + Int64(unit(hash(index, 2_000)) * reach)
    bar.low = max(1, min(open, close) - Int64(unit(hash(index, 2_001)) * reach))
    volume(of: &bar, seconds: 60, unit(hash(index, 2_002)))
    bar.change(to: grid)
    return bar
  }

  /// `chance` in 0…1 spreads the volume about its mean.
  private func volume(of bar: inout Candle, seconds: Double, _ chance: Double) {
    bar.lots = 1 + Int64(typicalLots * seconds * (0.2 + 1.6 * chance))
    bar.trades = 1 + Int64(seconds * 3 * chance)
    bar.value = Int128((bar.open + bar.high + bar.low + bar.close) / 4) * Int128(bar.lots)
  }

  /// How far a wick of a minute reaches, as a share of the price.
  private static let minuteReach = 0.000_25

  /// The price at the start of a minute; from the end of the history on it is the market's first.
  private func boundary(_ minute: Int64) -> Int64 {
    if minute >= lastMinute { return price }
    return max(
      1, Int64((Double(price) * exp(CandleHistory.level(seed, minute) - endLevel)).rounded()))
  }

  /// The price at second `place` (0…60) of a minute: a line between its ends with a bulge that both ends lack.
  private func path(_ minute: Int64, _ place: Int64) -> Int64 {
    let open = boundary(minute)
    if place == 0 { return open }
    let close = boundary(minute + 1)
    if place == 60 { return close }
    let share = Double(place) / 60
    let noise = unit(hash(minute, place)) * 2 - 1
    let bulge = noise * Double(price) * 0.000_05 * 4 * share * (1 - share)
    return max(1, Int64((Double(open) + Double(close - open) * share + bulge).rounded()))
  }

  // MARK: - Noise

  /// Steps of a random walk at eight scales from two minutes to three weeks, as a logarithm.
  private static func level(_ seed: UInt64, _ minute: Int64) -> Double {
    var sum = 0.0
    var period: Int64 = 2
    for octave in 0..<8 {
      let cell = minute / period
      let share = Double(minute % period) / Double(period)
      let smooth = share * share * (3 - 2 * share)
      let from = unit(mix(seed, UInt64(octave), UInt64(bitPattern: cell))) * 2 - 1
      let to = unit(mix(seed, UInt64(octave), UInt64(bitPattern: cell + 1))) * 2 - 1
      sum += (from + (to - from) * smooth) * Double(period).squareRoot() * 0.000_2
      period *= 4
    }
    return sum
  }

  private func hash(_ minute: Int64, _ salt: Int64) -> UInt64 {
    mix(seed, UInt64(bitPattern: salt) &+ 16, UInt64(bitPattern: minute))
  }
}

/// Three words stirred into one (SplitMix64's finaliser twice).
func mix(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
  func stir(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
  return stir(stir(a &* 0xD6E8_FEB8_6659_FD93 ^ b) ^ c)
}

/// 0 up to 1, of a word's upper bits.
func unit(_ word: UInt64) -> Double { Double(word >> 11 & ((1 << 53) - 1)) * 0x1p-53 }
