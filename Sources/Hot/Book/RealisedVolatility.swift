// Realised volatility of the mid, sampled at a fixed interval over a fixed number of returns; hot plane.

import Quantities

/// Andersen, Bollerslev (1998): the root of the summed squared log returns,
///
///     σ = √ Σ r²,   r = ln(mid(t) / mid(t − Δ))
///
/// over the last `samples` returns. mid(t) is the last mid known at t (previous-tick sampling), so silence
/// gives returns of zero. Not annualised. Warm when all returns have been taken since the first mid.
///
/// A return is kept as an integer of 2⁻⁶⁰ and its square as a 128-bit integer, so that what enters the
/// sum leaves it exactly; a move beyond ±1 (a factor e within Δ) counts as ±1.
@safe
struct RealisedVolatility: ~Copyable {
  /// The most returns whose squares a 128-bit sum holds.
  static var samplesMax: Int { 120 }
  static var unit: Double { 1_152_921_504_606_846_976.0 }

  // SAFETY: `returns` holds `samples` initialised entries, made by `init`, freed by `deinit`, reached
  // by no one else; `next` stays below `samples`.
  private let returns: UnsafeMutablePointer<Int64>
  private let samples: Int
  private let intervalNanoseconds: Int64
  private var next = 0
  private var taken = 0
  private var sum: Int128 = 0
  private var hasStarted = false
  private var mid: Int64 = 0
  private var sampledMid: Int64 = 0
  private var sampledAt: Instant = .zero

  init(intervalNanoseconds: Int64, samples: Int) {
    precondition(samples > 0 && samples <= RealisedVolatility.samplesMax, "volatilitySamples")
    precondition(intervalNanoseconds > 0, "volatilityIntervalNanoseconds: positive")
    unsafe returns = .allocate(capacity: samples)
    unsafe returns.initialize(repeating: 0, count: samples)
    self.samples = samples
    self.intervalNanoseconds = intervalNanoseconds
  }

  deinit { unsafe returns.deallocate() }

  @_noLocks
  mutating func reset() {
    hasStarted = false
    next = 0
    taken = 0
    sum = 0
    var index = 0
    while index < samples {
      unsafe returns[index] = 0
      index &+= 1
    }
  }

  /// `mid` (half ticks, positive) holds from `now` on.
  @_noLocks
  mutating func record(midHalfTicks: Int64, at now: Instant) {
    if !hasStarted {
      hasStarted = true
      mid = midHalfTicks
      sampledMid = midHalfTicks
      sampledAt = now
      return
    }
    advance(now)
    mid = midHalfTicks
  }

  /// Takes the samples that are due: the mid as it was known, the first with a return, the rest silent.
  private mutating func advance(_ now: Instant) {
    var due = now.since(sampledAt) / intervalNanoseconds
    if due <= 0 { return }
    let (step, overflowed) = due.multipliedReportingOverflow(by: intervalNanoseconds)
    sampledAt = sampledAt.advanced(byNanoseconds: overflowed ? Int64.max : step)
    push(RealisedVolatility.quantised(mid, sampledMid))
    sampledMid = mid
    due &-= 1
    // Bounded: past one whole window every return is zero already.
    if due > Int64(samples) { due = Int64(samples) }
    while due > 0 {
      push(0)
      due &-= 1
    }
  }

  private mutating func push(_ sample: Int64) {
    let old = unsafe Int128(returns[next])
    let new = Int128(sample)
    sum = sum &- old &* old &+ new &* new
    unsafe returns[next] = sample
    next = next &+ 1 == samples ? 0 : next &+ 1
    if taken < samples { taken &+= 1 }
  }

  private static func quantised(_ mid: Int64, _ before: Int64) -> Int64 {
    if mid == before { return 0 }
    let sample = logarithm(Double(mid), over: Double(before))
    let bounded = sample > 1 ? 1.0 : (sample < -1 ? -1.0 : sample)
    return Int64(bounded * unit)
  }

  @_noLocks
  mutating func value(at now: Instant) -> Double? {
    if !hasStarted { return nil }
    advance(now)
    if taken < samples { return nil }
    let high = Double(UInt64(truncatingIfNeeded: sum >> 64)) * 18_446_744_073_709_551_616.0
    let low = Double(UInt64(truncatingIfNeeded: sum))
    return RealisedVolatility.root(high + low) / RealisedVolatility.unit
  }

  /// √x for x ≥ 0 to a unit in the last place: `squareRoot()` is a call that `@_noLocks` cannot see
  /// through. Newton's steps from halved exponent bits (3 % off) double the digits four times.
  static func root(_ x: Double) -> Double {
    if x <= 0 { return 0 }
    var guess = Double(bitPattern: (x.bitPattern >> 1) &+ 0x1FF7_A3BE_A91D_9B1B)
    var step = 0
    while step < 5 {
      guess = 0.5 * (guess + x / guess)
      step &+= 1
    }
    return guess
  }

  /// ln(a / b) for positive finite a, b, without libm: 2·artanh((a − b)/(a + b)), which keeps full
  /// relative accuracy where a ≈ b; far ratios are first halved or doubled into 1/√2…√2.
  static func logarithm(_ a: Double, over b: Double) -> Double {
    var numerator = a
    var halvings = 0.0
    while numerator > b * 1.414_213_562_373_095_1 {
      numerator *= 0.5
      halvings += 1
    }
    while numerator < b * 0.707_106_781_186_547_6 {
      numerator *= 2
      halvings -= 1
    }
    let z = (numerator - b) / (numerator + b)
    let square = z * z
    // |z| ≤ 0.1716: thirteen terms leave less than 1e-21.
    var series = 0.0
    var power = 25.0
    while power >= 1 {
      series = series * square + 1 / power
      power -= 2
    }
    return 2 * z * series + halvings * 0.693_147_180_559_945_3
  }
}
