// Decimal text to integers and back, against string arithmetic.
import Quantities
import Testing

private func parse(_ text: String) -> Result<DecimalNumber, DecimalError> {
  let bytes = Array(text.utf8)
  do { return .success(try DecimalNumber.parse(bytes.span)) } catch { return .failure(error) }
}

private func written(_ number: DecimalNumber) -> String {
  var bytes = [UInt8](repeating: 0x21, count: DecimalNumber.textBytesMax + 3)
  var span = bytes.mutableSpan
  let count = number.write(into: &span, at: 3)
  let kept = bytes[0..<3].allSatisfy { $0 == 0x21 }
  return (kept ? "" : "scribbled ") + String(decoding: bytes[3..<(3 + count)], as: UTF8.self)
}

/// The text by string handling alone.
private func spelled(_ mantissa: Int64, _ decimals: Int) -> String {
  var digits = String(mantissa.magnitude)
  while digits.count <= decimals { digits = "0" + digits }
  let whole = digits.dropLast(decimals)
  let sign = mantissa < 0 ? "-" : ""
  return decimals == 0 ? sign + digits : sign + whole + "." + digits.suffix(decimals)
}

@Test func everyWrittenNumberIsReadBack() {
  var generator = Generator(seed: 1)
  for _ in 0..<8_000 {
    let mantissa = generator.integer()
    let decimals = UInt8(generator.next() % 37)
    let number = DecimalNumber(mantissa: mantissa, decimals: decimals)
    let text = spelled(mantissa, Int(decimals))
    #expect(written(number) == text)
    #expect(number.description == text)
    if mantissa == .min {
      #expect(parse(text) == .failure(.overflow))
    } else {
      #expect(parse(text) == .success(number))
      #expect(parse("000" + text) == (mantissa < 0 ? .failure(.malformed) : .success(number)))
    }
  }
}

/// The grammar, decided by splitting strings instead of scanning bytes.
private func expected(_ text: String) -> Result<DecimalNumber, DecimalError>? {
  let unsigned = text.hasPrefix("-") ? String(text.dropFirst()) : text
  let parts = unsigned.split(separator: ".", omittingEmptySubsequences: false)
  let isNumber = { (part: Substring) in
    !part.isEmpty && part.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
  }
  guard parts.count <= 2, parts.allSatisfy(isNumber) else { return nil }
  let decimals = parts.count == 2 ? parts[1].count : 0
  guard decimals <= 36, let mantissa = Int64(parts.joined()) else { return .failure(.overflow) }
  return .success(
    DecimalNumber(
      mantissa: text.hasPrefix("-") ? -mantissa : mantissa, decimals: UInt8(decimals)))
}

@Test func randomTextsAreReadOrRefusedAsTheGrammarSays() {
  var generator = Generator(seed: 2)
  let alphabet = Array("01234567899900...--+eE ,x\u{0}\u{7f}é")
  var accepted = 0
  for _ in 0..<50_000 {
    let text = String(
      (0..<(generator.next() % 24)).map { _ in alphabet.randomElement(using: &generator)! })
    let read = parse(text)
    switch (expected(text), read) {
    case (nil, .failure(.malformed)): break
    // The scan stops at the first byte that is wrong, which may be the digit too many.
    case (nil, .failure(.overflow)) where text.utf8.count > 18: break
    case (.some(let wanted), _) where wanted == read: accepted += 1
    default: Issue.record("\(text): \(read)")
    }
    #expect((DecimalNumber(text) != nil) == ((try? read.get()) != nil))
  }
  #expect(accepted > 300)
}

@Test(arguments: [
  "", "-", ".", "-.", "1.", ".1", "-.5", "1..2", "1.2.3", "--1", "-1-", "+1", " 1", "1 ", "1e5",
  "1E5", "0x10", "1,000", "NaN", "inf", "١", "1\u{0}", "1.-2", "1.+2", "½",
])
func malformedTextIsRefused(text: String) {
  #expect(parse(text) == .failure(.malformed))
}

@Test func edgesOfTheRange() {
  #expect(parse("9223372036854775807") == .success(DecimalNumber(mantissa: .max, decimals: 0)))
  #expect(parse("9223372036854775808") == .failure(.overflow))
  #expect(parse("-9223372036854775807") == .success(DecimalNumber(mantissa: -.max, decimals: 0)))
  #expect(parse("-9223372036854775808") == .failure(.overflow))
  #expect(parse("18446744073709551616") == .failure(.overflow))
  #expect(parse("99999999999999999999999999999999999999999999") == .failure(.overflow))
  let zeros = String(repeating: "0", count: 36)
  #expect(parse("0." + zeros) == .success(DecimalNumber(mantissa: 0, decimals: 36)))
  #expect(parse("0." + zeros + "0") == .failure(.overflow))
  #expect(parse("-0.10") == .success(DecimalNumber(mantissa: -10, decimals: 2)))
  #expect(parse("-0") == .success(DecimalNumber(mantissa: 0, decimals: 0)))
}

private func units(_ number: DecimalNumber, _ increment: Increment) -> Result<Int64, DecimalError> {
  do { return .success(try number.units(of: increment)) } catch { return .failure(error) }
}

/// value / increment by long division; whole and inside Int64, or why not.
private func slowUnits(_ number: DecimalNumber, _ increment: Increment) -> Result<
  Int64, DecimalError
> {
  if increment.mantissa <= 0 { return .failure(.offIncrement) }
  let places = Int(max(number.decimals, increment.decimals))
  let value = Digits(number.mantissa).timesTen(places - Int(number.decimals))
  let step = Digits(increment.mantissa).timesTen(places - Int(increment.decimals))
  let (quotient, remainder) = value.dividing(by: step)
  if !remainder.isZero { return .failure(.offIncrement) }
  let sign = number.mantissa < 0 && !quotient.isZero ? "-" : ""
  return Int64(sign + quotient.description).map { .success($0) } ?? .failure(.overflow)
}

@Test func unitsAgreeWithLongDivision() {
  var generator = Generator(seed: 3)
  var counted = [0, 0, 0]
  for _ in 0..<15_000 {
    var increment = Increment(
      mantissa: generator.integer(), decimals: UInt8(generator.next() % 37))
    if generator.next() % 2 == 0 {
      increment.mantissa = [1, 2, 5, 10, 25, 100, 1000][Int(generator.next() % 7)]
      increment.decimals = UInt8(generator.next() % 14)
    }
    var number = DecimalNumber(
      mantissa: generator.integer(), decimals: UInt8(generator.next() % 37))
    if generator.next() % 2 == 0,
      let whole = DecimalNumber.of(units: generator.integer() / 1000, increment: increment)
    {
      number = whole
    }
    let fast = units(number, increment)
    let slow = slowUnits(number, increment)
    switch (fast, slow) {
    case (.success, .success): counted[0] += 1
    case (.failure(.offIncrement), .failure(.offIncrement)): counted[1] += 1
    case (.failure(.overflow), .failure): counted[2] += 1
    default: Issue.record("\(number) of \(increment): \(fast), long division says \(slow)")
    }
    if case .success = slow { #expect(fast == slow, "\(number) of \(increment)") }
  }
  #expect(counted.allSatisfy { $0 > 200 }, "all outcomes met: \(counted)")
}

@Test func unitsOfKnownSteps() {
  func units(_ text: String, _ step: String) -> Result<Int64, DecimalError> {
    QuantitiesTests.units(DecimalNumber(text)!, DecimalNumber(step)!)
  }
  #expect(units("41006.8", "0.1") == .success(410_068))
  #expect(units("41006.80", "0.1") == .success(410_068))
  #expect(units("41006.85", "0.1") == .failure(.offIncrement))
  #expect(units("0.000000001234", "0.000000000001") == .success(1234))
  #expect(units("7.5", "2.5") == .success(3))
  #expect(units("7.4", "2.5") == .failure(.offIncrement))
  #expect(units("300", "100") == .success(3))
  #expect(units("-300", "100") == .success(-3))
  #expect(units("0.00", "100") == .success(0))
  #expect(units("1", "0") == .failure(.offIncrement))
  #expect(units("9223372036854775807", "0.1") == .failure(.overflow))
  // The scaled number leaves 64 bits, its quotient does not.
  #expect(units("5000000000000000000", "2.500") == .success(2_000_000_000_000_000_000))
}

@Test func unitsAndOfAreInverse() {
  var generator = Generator(seed: 4)
  for _ in 0..<8_000 {
    let increment = Increment(
      mantissa: generator.integer().magnitude > 0
        ? Int64(clamping: generator.integer().magnitude % 100_000 + 1) : 1,
      decimals: UInt8(generator.next() % 19))
    let lots = generator.integer()
    guard let number = DecimalNumber.of(units: lots, increment: increment) else { continue }
    #expect(QuantitiesTests.units(number, increment) == .success(lots))
    #expect(number.normalized.description == trimmed(number.description))
  }
}

private func trimmed(_ text: String) -> String {
  guard text.contains(".") else { return text }
  var trimmed = text
  while trimmed.hasSuffix("0") { trimmed.removeLast() }
  if trimmed.hasSuffix(".") { trimmed.removeLast() }
  return trimmed
}

@Test func powersOfTenStopAtTheEdge() {
  #expect(powerOfTen(0) == 1 && powerOfTen(18) == 1_000_000_000_000_000_000)
  #expect(powerOfTen(19) == nil && powerOfTen(.max) == nil)
}
