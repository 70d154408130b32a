// Ids, symbols, instants and the instrument table: round trips, edges, refusals.
import Quantities
import Testing

@Test func clientOrderIDsKeepBothParts() {
  var generator = Generator(seed: 20)
  for _ in 0..<4_000 {
    let start = UInt32(truncatingIfNeeded: generator.next()) & ClientOrderID.startMax
    let number = generator.next() & ClientOrderID.numberMax
    let id = ClientOrderID(start: start, number: number)
    if start == 0 || number == 0 {
      #expect(id == nil)
      continue
    }
    #expect(id?.start == start && id?.number == number)
    #expect((id?.rawValue ?? .max) <= UInt64(Int64.max), "OKX takes it as a positive Int64")
  }
  let last = ClientOrderID(start: ClientOrderID.startMax, number: ClientOrderID.numberMax)
  #expect(last?.rawValue == UInt64(Int64.max))
  #expect(ClientOrderID(start: ClientOrderID.startMax + 1, number: 1) == nil)
  #expect(ClientOrderID(start: 1, number: ClientOrderID.numberMax + 1) == nil)
  #expect(ClientOrderID(start: 0, number: 1) == nil && ClientOrderID(start: 1, number: 0) == nil)
  #expect(ClientOrderID(start: 1, number: 1)?.rawValue == 1 << 39 + 1)
}

@Test func symbolsKeepTheirText() {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~!")
  var generator = Generator(seed: 21)
  var seen: [String: UInt64] = [:]
  for _ in 0..<5_000 {
    let length = 1 + Int(generator.next() % 32)
    let text = String((0..<length).map { _ in alphabet.randomElement(using: &generator)! })
    let symbol = Symbol(text)
    #expect(symbol?.description == text && symbol?.count == length)
    #expect(symbol == Symbol(text))
    if let hash = symbol?.hash { seen[text] = hash }
  }
  #expect(Set(seen.values).count == seen.count, "no collision among random symbols")
  for text in ["", "A B", "Ä", "A\u{0}", "\n", "A\u{7f}", String(repeating: "A", count: 33)] {
    #expect(Symbol(text) == nil)
  }
  let full = Symbol(String(repeating: "Z", count: 32))
  #expect(full?.count == 32 && full?.byte(at: 31) == 0x5A && full?.byte(at: 32) == 0)
  #expect(full?.byte(at: -1) == 0 && Symbol().count == 0 && Symbol().description == "")
}

private func instrument(_ name: String) -> Instrument {
  Instrument(
    id: .none, symbol: Symbol(name)!, type: .spot, tick: DecimalNumber("0.1")!,
    lot: DecimalNumber("0.001")!)
}

@Test(arguments: [0, 1, 2, 8, 50, 1000, InstrumentTable.instrumentsMax])
func everyInstrumentIsFoundByItsSymbol(count: Int) {
  let names = (0..<count).map { "COIN\($0)-USDT-SWAP" }
  let table = InstrumentTable(
    names.map(instrument), currencies: ["USDT", "BTC"].map { Symbol($0)! })
  #expect(table.count == count)
  for (index, name) in names.enumerated() {
    let found = table.find(Symbol(name)!)
    #expect(found?.index == UInt16(index))
    if let found { #expect(table[found].symbol.description == name && table[found].id == found) }
  }
  for index in 0..<200 { #expect(table.find(Symbol("COIN\(index)-USDT")!) == nil) }
  #expect(table.find(Symbol()) == nil)
  #expect(table.findCurrency(Symbol("BTC")!)?.index == 1)
  #expect(table.findCurrency(Symbol("ETH")!) == nil)
  #expect(table.currencyName(CurrencyID(index: 0)).description == "USDT")
  #expect(
    table.currencyName(.none) == Symbol() && table.currencyName(CurrencyID(index: 2)).count == 0)
}

@Test func instantsSaturate() {
  let last = Instant(nanoseconds: .max)
  let first = Instant(nanoseconds: .min)
  #expect(last.advanced(byNanoseconds: 1) == last && first.advanced(byNanoseconds: -1) == first)
  #expect(last.since(first) == .max && first.since(last) == .min)
  #expect(Instant(nanoseconds: 5).since(Instant(nanoseconds: 7)) == -2)
  #expect(Instant.zero.advanced(byNanoseconds: 9).nanoseconds == 9)
}

@Test func leasesDieAtTheirExpiry() {
  var lease = SignalLease.absent
  lease.expiresAt = BootInstant(nanoseconds: 100)
  #expect(!lease.isLive(at: BootInstant(nanoseconds: 0)), "an absent lease never lives")
  lease.isPresent = true
  #expect(lease.isLive(at: BootInstant(nanoseconds: 99)))
  #expect(!lease.isLive(at: BootInstant(nanoseconds: 100)))
}

@Test func sidesAndNothings() {
  #expect(Side.buy.opposite == .sell && Side.sell.opposite == .buy)
  #expect(Side.buy.sign == 1 && Side.sell.sign == -1)
  #expect(Price.none.isNone && !Price(ticks: 0).isNone && Price.none < Price(ticks: .min + 1))
  #expect(InstrumentID.none.isNone && CurrencyID.none.isNone)
}
