// Seeded random numbers, the same on every machine: integer and exact floating steps only; simulation.

/// SplitMix64 (Steele, Lea, Flood 2014).
public struct RandomSource: Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// 0 ..< bound, bound at least 1.
  public mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// 0 ..< 1.
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Near-exponential with mean 1: -log2 by its integer part and a line between, so that no library
  /// function's last digit can differ between machines.
  public mutating func exponential() -> Double {
    let bits = next() | 1
    let zeros = bits.leadingZeroBitCount
    let mantissa = Double((bits << UInt64(zeros)) >> 11) * 0x1p-53
    return (Double(zeros) + 2 * (1 - mantissa)) * (2.0 / 3.0)
  }

  /// Near-normal, mean 0, deviation 1: the sum of twelve.
  public mutating func normal() -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += unit() }
    return sum
  }
}
