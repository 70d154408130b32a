// Money in 128 bits: exact sums and products against string arithmetic, and refusals instead of traps.
import Quantities
import Testing

private func amount(_ generator: inout Generator, decimalsMax: UInt64 = 20) -> Amount {
  var units = Int128(generator.integer())
  if generator.next() % 3 == 0 { units = units * 1_000_000_007 + 11 }
  return Amount(units: units, decimals: UInt8(generator.next() % decimalsMax))
}

/// Value × 10^40 as signed digits.
private func scaled(_ amount: Amount) -> (digits: Digits, isNegative: Bool) {
  (Digits(amount.units).timesTen(40 - Int(amount.decimals)), amount.units < 0)
}

private func sum(_ a: Amount, _ b: Amount) -> (Digits, Bool) {
  let (x, y) = (scaled(a), scaled(b))
  if x.isNegative == y.isNegative { return (x.digits.plus(y.digits), x.isNegative) }
  return x.digits < y.digits
    ? (y.digits.minus(x.digits), y.isNegative) : (x.digits.minus(y.digits), x.isNegative)
}

@Test func sumsAreExact() throws {
  var generator = Generator(seed: 10)
  for _ in 0..<5_000 {
    let (a, b) = (amount(&generator, decimalsMax: 11), amount(&generator, decimalsMax: 11))
    let total = try a.adding(b)
    let (digits, isNegative) = sum(a, b)
    let told = scaled(total)
    #expect(told.digits == digits && (told.isNegative == isNegative || digits.isZero))
    #expect(total.decimals == max(a.decimals, b.decimals))
    let back = try total.adding(b.negated)
    #expect(back.isLess(than: a) == false && a.isLess(than: back) == false)
    let (difference, below) = sum(a, b.negated)
    #expect(a.isLess(than: b) == (below && !difference.isZero))
  }
}

@Test func productsAreExact() throws {
  var generator = Generator(seed: 11)
  for _ in 0..<5_000 {
    let a = Amount(units: Int128(generator.integer()), decimals: UInt8(generator.next() % 18))
    let factor = DecimalNumber(
      mantissa: generator.integer(), decimals: UInt8(generator.next() % 18))
    let product = try a.multiplied(by: factor)
    #expect(Digits(product.units) == Digits(a.units).times(Digits(factor.mantissa)))
    #expect(product.decimals == a.decimals + factor.decimals)
    #expect((product.units < 0) == ((a.units < 0) != (factor.mantissa < 0) && product.units != 0))
  }
}

@Test func whatDoesNotFitIsRefused() {
  let huge = Amount(units: .max, decimals: 0)
  #expect(throws: DecimalError.overflow) { try huge.adding(Amount(units: 1, decimals: 0)) }
  #expect(throws: DecimalError.overflow) { try huge.adding(Amount(units: 1, decimals: 1)) }
  #expect(throws: DecimalError.overflow) {
    try huge.multiplied(by: DecimalNumber(mantissa: 2, decimals: 0))
  }
  #expect(throws: DecimalError.overflow) {
    try Amount(units: 1, decimals: 250).multiplied(by: DecimalNumber(mantissa: 1, decimals: 6))
  }
  #expect(huge.isLess(than: Amount(units: 1, decimals: 1)) == nil)
  #expect(huge.rescaled(to: 1) == nil && huge.rescaled(to: 0) == huge)
  #expect(Amount(units: 15, decimals: 1).rescaled(to: 0) == nil, "rounds nothing away")
  #expect(Amount(units: 0, decimals: 0).rescaled(to: 255)?.units == 0)
  // The largest recorded spot: 5.95e12 lots at 1.1e5 ticks.
  let notional = try? Amount(units: 5_950_000_000_000, decimals: 0)
    .multiplied(by: DecimalNumber(mantissa: 110_000, decimals: 12))
  #expect(notional == Amount(units: 654_500_000_000_000_000, decimals: 12))
}

@Test func truncationGoesTowardsZero() {
  #expect(Amount(units: 1999, decimals: 3).truncated(to: 1) == Amount(units: 19, decimals: 1))
  #expect(Amount(units: -1999, decimals: 3).truncated(to: 1) == Amount(units: -19, decimals: 1))
  #expect(Amount(units: -9, decimals: 1).truncated(to: 0) == Amount(units: 0, decimals: 0))
  #expect(Amount(units: 5, decimals: 1).truncated(to: 4) == Amount(units: 5, decimals: 1))
  #expect(Amount(units: 1, decimals: 255).truncated(to: 0) == .zero)
}

@Test func amountTextIsReadBack() {
  var generator = Generator(seed: 12)
  for _ in 0..<5_000 {
    let held = amount(&generator, decimalsMax: 40)
    #expect(Amount(held.description) == held)
    let normal = held.normalized
    #expect(normal.isLess(than: held) != true && held.isLess(than: normal) != true)
    #expect(normal.decimals == 0 || normal.units % 10 != 0)
  }
  #expect(Amount(units: 7, decimals: 3).description == "0.007")
  #expect(Amount(units: -1234, decimals: 2).description == "-12.34")
  for text in ["", "-", ".", "1.", ".5", "1.2.3", "+1", "1e3", " 1", "--1", "1-"] {
    #expect(Amount(text) == nil, "\(text)")
  }
  #expect(Amount("170141183460469231731687303715884105727")?.units == .max)
  #expect(Amount("170141183460469231731687303715884105728") == nil)
  #expect(Amount("0." + String(repeating: "0", count: 300)) == nil, "a limit, not a trap")
  #expect(Amount(String(repeating: "0", count: 300) + "1") == Amount(units: 1, decimals: 0))
}

@Test func notionalByContract() throws {
  var spot = Instrument(
    id: .none, symbol: Symbol("BTC-USDT")!, type: .spot, tick: DecimalNumber("0.1")!,
    lot: DecimalNumber("0.00000001")!)
  let value = try spot.notional(Price(ticks: 410_068), Quantity(lots: 150_000_000))
  #expect(value.normalized.description == "61510.2")
  spot.contractValue = DecimalNumber("100")!
  spot.contract = .inverse
  spot.lot = DecimalNumber("1")!
  let inverse = try spot.notional(Price(ticks: 410_068), Quantity(lots: 3))
  #expect(inverse.description == "300")
  spot.contract = .linear
  spot.contractValue = DecimalNumber("0.01")!
  let linear = try spot.notional(Price(ticks: 410_068), Quantity(lots: -3))
  #expect(linear.normalized.description == "-1230.204")
}
