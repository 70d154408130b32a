// New ticks and lots: every figure counted before stays the same size, exactly.
import Quantities
import Testing

@Suite struct InstrumentChangeTests {
  private func number(_ text: String) throws -> DecimalNumber { try #require(DecimalNumber(text)) }

  private func instrument(_ tick: String, _ lot: String) throws -> Instrument {
    var item = Instrument(
      id: InstrumentID(index: 3), symbol: try #require(Symbol("BTC-USDT-SWAP")), type: .swap,
      tick: try number(tick), lot: try number(lot))
    item.contract = .linear
    item.minimumLots = 2
    item.maximumLots = 100
    return item
  }

  /// Of any pair of grids the desk counts in the coarsest unit that both are whole numbers of.
  @Test(arguments: [
    ("0.1", "0.01", "0.01", 10 as Int64, 1 as Int64), ("0.1", "0.5", "0.1", 1, 5),
    ("0.5", "0.2", "0.1", 5, 2), ("0.01", "0.01", "0.01", 1, 1), ("1", "0.25", "0.25", 4, 1),
    ("0.00001", "0.0001", "0.00001", 1, 10), ("5", "2", "1", 5, 2), ("0.3", "0.2", "0.1", 3, 2),
  ])
  func anyGridFollowsAnyOther(
    _ held: String, _ stated: String, _ unit: String, _ factor: Int64, _ step: Int64
  ) throws {
    let change = try #require(
      instrument(held, held).change(to: instrument(stated, stated)))
    let item = change.instrument
    #expect(item.tick.normalized == (try number(unit)).normalized)
    #expect(item.lot.normalized == (try number(unit)).normalized)
    #expect(change.tickFactor == factor && change.lotFactor == factor)
    #expect(item.tickStep == step && item.lotStep == step)
    #expect(item.minimumLots == 2 * step && item.maximumLots == 100 * step)
    #expect(item.id.index == 3 && change.isOfUnits == (factor != 1))
    // The same prices and sizes.
    for count: Int64 in [1, 7, 12_345] {
      let before = DecimalNumber.of(units: count, increment: try number(held))?.normalized
      let ticks = DecimalNumber.of(units: change.ticks(count), increment: item.tick)?.normalized
      let lots = DecimalNumber.of(units: change.lots(count), increment: item.lot)?.normalized
      #expect(ticks == before && lots == before)
    }
  }

  @Test func aSecondChangeGoesOnFromTheFirst() throws {
    let first = try #require(instrument("0.1", "1").change(to: instrument("0.01", "10")))
    #expect(first.instrument.lot.description == "1" && first.instrument.lotStep == 10)
    let second = try #require(first.instrument.change(to: instrument("0.1", "0.1")))
    #expect(second.instrument.tick.description == "0.01" && second.instrument.tickStep == 10)
    #expect(second.tickFactor == 1 && second.lotFactor == 10 && second.instrument.lotStep == 1)
    let same = try #require(second.instrument.change(to: instrument("0.10", "0.10")))
    #expect(!same.isOfUnits && same.instrument.tick == second.instrument.tick)
  }

  @Test func whatCannotBeCountedIsRefused() throws {
    #expect(try instrument("1", "1").change(to: instrument("0.0000001", "1")) == nil)
    #expect(try instrument("0.0000001", "1").change(to: instrument("1", "1")) == nil)
    var odd = try instrument("1", "1")
    odd.tick = Increment(mantissa: 0, decimals: 0)
    #expect(try instrument("1", "1").change(to: odd) == nil)
    #expect(odd.change(to: try instrument("1", "1")) == nil)
    odd.tick = Increment(mantissa: 1, decimals: 30)
    #expect(try instrument("1", "1").change(to: odd) == nil)
  }

  @Test func figuresAtTheEndsSaturateAndNoneStaysNone() throws {
    let change = try #require(instrument("0.1", "0.1").change(to: instrument("0.01", "0.01")))
    #expect(change.lots(.max) == .max && change.lots(.min) == .min)
    #expect(change.lots(.max - 1) == .max && change.lots(.min + 1) == .min)
    #expect(change.price(.none).isNone && change.price(Price(ticks: 5)).ticks == 50)
  }

  @Test func ordersLieOnTheExchangesGrid() throws {
    let item = try #require(instrument("0.1", "1").change(to: instrument("0.5", "10"))).instrument
    func price(_ ticks: Int64, _ side: Side) -> Int64 {
      item.onGrid(Price(ticks: ticks), side).ticks
    }
    #expect(price(1_002, .buy) == 1_000 && price(1_002, .sell) == 1_005)
    #expect(price(1_005, .buy) == 1_005 && price(1_005, .sell) == 1_005)
    #expect(price(3, .buy) == 5, "a price of 0 is none")
    #expect(price(.max, .sell) % 5 == 0)
    #expect(item.onGrid(.none, .buy).isNone)
    #expect(
      item.onGrid(lots: 39) == 30 && item.onGrid(lots: 9) == 0 && item.onGrid(lots: -39) == -30)
    let plain = try instrument("0.1", "1")
    #expect(plain.onGrid(Price(ticks: 7), .sell).ticks == 7 && plain.onGrid(lots: 7) == 7)
  }

  /// A reader finds the row before or the row after, and a copy keeps its own.
  @Test func aTableIsReplacedRowByRow() throws {
    let table = InstrumentTable([try instrument("0.1", "1")])
    let copy = table.copy()
    var next = table[InstrumentID(index: 0)]
    next.state = .suspend
    table.set(next)
    #expect(table[InstrumentID(index: 0)].state == .suspend)
    #expect(copy[InstrumentID(index: 0)].state == .unknown)
    next.state = .live
    copy.setOwn(next)
    #expect(copy[InstrumentID(index: 0)].state == .live)
    #expect(table[InstrumentID(index: 0)].state == .suspend)
    #expect(copy.find(next.symbol)?.index == 0 && table.find(next.symbol)?.index == 0)
  }

  /// docs/OKX.md OKX-200: pushes may name it either way, in every copy of the table.
  @Test func aRenamedInstrumentIsFoundByBothItsNames() throws {
    let table = InstrumentTable([try instrument("0.1", "1")])
    let copy = table.copy()
    var names = [table[InstrumentID(index: 0)].symbol]
    for number in 0..<InstrumentTable.renamesMax {
      let held = table[InstrumentID(index: 0)]
      var stated = held
      stated.symbol = try #require(Symbol("NEW\(number)-USDT-SWAP"))
      let change = try #require(held.change(to: stated))
      #expect(change.isOfName && change.instrument.former == names.last)
      table.set(change.instrument)
      copy.setOwn(change.instrument)
      names.append(stated.symbol)
      for one in [table, copy] {
        #expect(one.find(stated.symbol)?.index == 0 && one.find(held.symbol)?.index == 0)
        #expect(one.find(try #require(Symbol("NOBODY-USDT-SWAP"))) == nil)
      }
    }
    // What else changes later leaves both names.
    let held = table[InstrumentID(index: 0)]
    var stated = held
    stated.state = .live
    let later = try #require(held.change(to: stated))
    #expect(!later.isOfName && later.instrument.former == held.former)
  }

  /// A contract that becomes worth more makes a limit in contracts smaller; one worth less leaves it.
  @Test func aLimitIsNeverMoreMoneyThanBefore() throws {
    var dearer = try instrument("0.1", "1")
    dearer.contractValue = try number("0.1")
    var held = dearer
    held.contractValue = try number("0.01")
    let up = try #require(held.change(to: dearer))
    #expect(up.isOfValue && !up.isOfUnits && up.limit(1_000) == 100 && up.limit(5) == 0)
    let down = try #require(dearer.change(to: held))
    #expect(down.limit(1_000) == 1_000)
    #expect(try #require(held.change(to: held)).limit(7) == 7)
  }
}
