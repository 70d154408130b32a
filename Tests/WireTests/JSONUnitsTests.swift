// The fast decimals against the exact slow way.

import Quantities
import Testing
import Wire

/// What the fast path says of `text` between quotes, nil where it leaves it to the slow way.
private func fast(_ text: String, _ increment: Increment, tail: String) throws -> UnitText? {
  let powers = PowerTable()
  let bytes = Array("\"\(text)\"\(tail)".utf8)
  return try scanning(bytes) { (scanner) throws(FaultCode) -> UnitText? in
    if 1 + JSONScanner.unitsReach > scanner.count { return nil }
    let scale = UnitScale(increment)
    let wide = scanner.wideUnits(at: 1, scale, powers)
    if !scale.isNarrow { return wide.next < 0 ? nil : wide }
    let narrow = scanner.units(at: 1, scale)
    if narrow.next >= 0 && wide.next >= 0 {
      #expect(narrow.units == wide.units && narrow.decimals == wide.decimals)
    }
    if narrow.next >= 0 { return narrow }
    return wide.next < 0 ? nil : wide
  }
}

@Test func fastUnitsEqualTheExactOnes() throws {
  var generator = SeededGenerator(seed: 3)
  var taken = 0
  let increments =
    (0...12).map { Increment(mantissa: 1, decimals: UInt8($0)) } + [
      Increment(mantissa: 5, decimals: 1), Increment(mantissa: 5, decimals: 0),
      Increment(mantissa: 25, decimals: 2), Increment(mantissa: 10, decimals: 0),
      Increment(mantissa: 0, decimals: 0), Increment(mantissa: 1, decimals: 30),
    ]
  for _ in 0..<60_000 {
    let whole = generator.next() % 12
    let fraction = generator.next() % 10
    var text = ""
    for _ in 0..<whole { text += "\(generator.next() % 10)" }
    if fraction > 2 {
      text += "."
      for _ in 2..<fraction { text += "\(generator.next() % (generator.next() % 3 == 0 ? 1 : 10))" }
    }
    if generator.next() % 20 == 0 {
      text += ["-", ".", "e", " ", "\u{0}", "é", "+", "/", ":"].randomElement(using: &generator)!
    }
    if generator.next() % 40 == 0 { text = "-" + text }
    let increment = increments.randomElement(using: &generator)!
    guard let found = try fast(text, increment, tail: ",\"0123456789abcdef") else { continue }
    taken += 1
    let number = try DecimalNumber.parse(Array(text.utf8).span)
    #expect(found.units == (try number.units(of: increment)))
    #expect(found.decimals == number.decimals)
    #expect(found.next == text.utf8.count + 2)
  }
  #expect(taken > 20_000)
}

@Test(arguments: [
  "0", "1", "415", "8476.98", "78722.3", "0.38699412", "0.00000074", "20728470",
  "637040.567", "12345678.12345678", "007.50",
])
func usualTextsTakeTheFastPath(_ text: String) throws {
  let number = DecimalNumber(text)!
  let found = try fast(
    text, Increment(mantissa: 1, decimals: 8), tail: ",\"0\",\"12\"],[\"8476.98\"")
  #expect(found?.units == (try? number.units(of: Increment(mantissa: 1, decimals: 8))))
}

@Test(arguments: [
  "", ".", ".5", "5.", "1.2.3", "-1", "+1", "1e5", " 1", "1 ", "1a", "0x1",
  "123456789", "1234567890123456", "12345678901234.67", "123456789.5", "\u{0}", "1\u{80}",
])
func oddTextsAreLeftToTheSlowPath(_ text: String) throws {
  #expect(try fast(text, Increment(mantissa: 1, decimals: 2), tail: ",\"0123456789abcdef") == nil)
}

@Test func finerThanTheIncrementIsLeftToTheSlowPath() throws {
  #expect(try fast("1.25", Increment(mantissa: 1, decimals: 1), tail: ",\"0123456789abcdef") == nil)
  #expect(try fast("1.3", Increment(mantissa: 5, decimals: 1), tail: ",\"0123456789abcdef") == nil)
  let half = try fast("1.5", Increment(mantissa: 5, decimals: 1), tail: ",\"0123456789abcdef")
  #expect(half?.units == 3)
}

@Test func aKnownLayoutReadsWhatItIsTheLayoutOf() throws {
  var generator = SeededGenerator(seed: 8)
  let powers = PowerTable()
  var taken = 0
  for _ in 0..<20_000 {
    func text() -> String {
      var text = ""
      for _ in 0...(generator.next() % 5) { text += "\(generator.next() % 10)" }
      if generator.next() % 3 > 0 {
        text += "."
        for _ in 0...(generator.next() % 3) { text += "\(generator.next() % 10)" }
      }
      if generator.next() % 10 == 0 {
        let at = text.index(text.startIndex, offsetBy: Int(generator.next() % UInt64(text.count)))
        text.insert(["-", ".", "\"", "é", "a", "\u{0}"].randomElement(using: &generator)!, at: at)
      }
      return text
    }
    let scale = UnitScale(Increment(mantissa: 1, decimals: UInt8(generator.next() % 5)))
    let shape = text()
    let other = text()
    try scanning(Array("\(shape)\",\"0123456789abcdef".utf8)) { (scanner) throws(FaultCode) in
      let found = scanner.units(at: 0, scale)
      if found.next < 0 { return }
      let layout = UnitLayout(found, at: 0, scale, powers)
      let same = scanner.units(at: 0, layout)
      if found.next <= 8 {
        #expect(same.next == found.next && same.units == found.units)
        #expect(same.decimals == found.decimals)
      }
      try scanning(Array("\(other)\",\"0123456789abcdef".utf8)) { (scanner) throws(FaultCode) in
        let read = scanner.units(at: 0, layout)
        if read.next < 0 { return }
        let exact = scanner.units(at: 0, scale)
        #expect(read.next == exact.next && read.units == exact.units)
        #expect(read.decimals == exact.decimals)
        taken += 1
      }
    }
  }
  #expect(taken > 500)
}
