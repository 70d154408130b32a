// Whatever the core writes, a reader with a mapping of its own reads.
import Channels
import Foundation
import Quantities
import State
import Testing

@Test func headerAndDirectory() throws {
  let folder = Folder()
  let instruments = table(5)
  let before = Instant.now()
  let writer = try StateWriter.create(
    path: folder.file, header: header(), instruments: instruments)
  let reader = try StateReader(
    path: folder.file,
    expecting: StateExpectation(buildHash: 0xB, configurationHash: 0xC))
  let held = reader.header
  check(held.environment == .simulated && held.topology == .fused && held.transport == .epoll)
  check(held.startNumber == 7 && held.processID == ProcessInfo.processInfo.processIdentifier)
  check(held.clocks.monotonic >= before && held.bootIDHigh | held.bootIDLow != 0)
  check(writer.header.layoutFingerprint == held.layoutFingerprint)
  let wall = held.clocks.wall(of: held.clocks.monotonic.advanced(byNanoseconds: 2_000_000))
  check(wall.milliseconds == (held.clocks.wallNanoseconds + 2_000_000) / 1_000_000)
  check(abs(wall.milliseconds - WallMilliseconds.now().milliseconds) < 60_000)
  check(reader.instrumentCount == 5)
  for index in 0..<5 {
    let entry = reader.instrument(id(index))
    check(entry.instrument.symbol == instruments[id(index)].symbol)
    check(entry.instrument.tick == instruments[id(index)].tick)
    check(entry.instrument.isTradable == (index % 2 == 0))
    check(entry.base.description == "COIN" && entry.quote.description == "USDT")
    check(entry.settle.count == 0)
    check(reader.find(entry.instrument.symbol) == id(index))
  }
  check(reader.find(symbol("NONE-USDT")) == nil)
}

@Test func everySectionIsReadBack() throws {
  let folder = Folder()
  let writer = try StateWriter.create(path: folder.file, header: header(), instruments: table(3))
  let reader = try StateReader(path: folder.file)
  check(reader.phase == .starting && reader.market(id(0)) == nil)
  check(reader.threads.isEmpty && reader.connections.isEmpty && reader.balances.isEmpty)
  check(reader.signal(of: id(2), in: .agent) == nil && reader.heartbeat(.gate).at == .zero)

  check(reader.limits(of: id(1)) == nil)
  var limits = InstrumentLimits()
  limits.isAllowed = true
  limits.orderNotionalMaximum = Amount(units: -1 << 100, decimals: 3)
  limits.positionLotsMaximum = 77
  writer.set(limits, for: id(1))
  check(reader.limits(of: id(1)) == limits && writer.limits(of: id(1)) == limits)
  check(reader.limits(of: id(0)) == nil && reader.limits(of: id(2)) == nil)

  writer.set(phase: .running)
  writer.beat(.gate, at: Instant(nanoseconds: 55), polls: 9)
  check(reader.phase == .running)
  check(reader.heartbeat(.gate) == Heartbeat(at: Instant(nanoseconds: 55), polls: 9))
  check(reader.heartbeat(.feed).polls == 0 && reader.heartbeat(.sender).polls == 0)

  for index in 0..<3 {
    for slot in SignalSlot.allCases {
      var lease = SignalLease.absent
      lease.isPresent = true
      lease.target = Quantity(lots: Int64(index * 10) + Int64(slot.rawValue))
      writer.publish(lease, for: id(index), in: slot)
    }
  }
  for index in 0..<3 {
    for slot in SignalSlot.allCases {
      let lots = Int64(index * 10) + Int64(slot.rawValue)
      check(reader.signal(of: id(index), in: slot)?.target.lots == lots)
      check(writer.signal(of: id(index), in: slot)?.target.lots == lots)
    }
  }
  writer.publish(.absent, for: id(1), in: .manual)
  check(reader.signal(of: id(1), in: .manual) == nil)
  check(writer.signal(of: id(1), in: .manual)?.isPresent == false)
  check(reader.signal(of: id(1), in: .agent)?.target.lots == 11)

  writer.counters(of: id(2)).add(5, to: .updates)
  writer.refusals(of: id(2)).add(2, to: .priceCollar)
  writer.refusals(of: id(0)).add(to: .exchangeRejected)
  writer.count(.sequenceGap)
  writer.count(.sequenceGap)
  check(reader.count(.updates, of: id(2)) == 5 && reader.count(.updates, of: id(1)) == 0)
  check(reader.count(.priceCollar, of: id(2)) == 2 && reader.count(.priceCollar, of: id(0)) == 0)
  check(reader.count(.exchangeRejected, of: id(0)) == 1)
  check(reader.count(.sequenceGap) == 2 && reader.count(.idle) == 0)

  writer.histogram(.wireOut).record(nanoseconds: 40)
  writer.histogram(.tickToOrder).record(nanoseconds: 12_000)
  check(reader.latency(.wireOut).quantile(0.5) == 40 && reader.latency(.send).count == 0)
  check(reader.latency(.tickToOrder).maximum == 12_000)
}

@Test func tradingStatesPerScopeAndSource() throws {
  let folder = Folder()
  let writer = try StateWriter.create(path: folder.file, header: header(), instruments: table(2))
  let reader = try StateReader(path: folder.file)
  check(reader.tradingState(of: .none).effective == .active)
  var desk = TradingStateRow()
  desk[.person] = .reduceOnly
  desk[.supervisor] = .halted
  desk.effective = .halted
  desk.isFlattening = true
  writer.set(desk, for: .none)
  var second = TradingStateRow()
  second[.startup] = .cancelOnly
  second.effective = .cancelOnly
  writer.set(second, for: id(1))
  check(reader.tradingState(of: .none) == desk && reader.tradingState(of: id(1)) == second)
  check(reader.tradingState(of: id(0)) == TradingStateRow())
  check(desk[.person] == .reduceOnly && desk[.breaker] == .active && desk.isFlattening)
  check(second[.startup] == .cancelOnly && !second.isFlattening)
  for source in StopSource.allCases {
    var one = TradingStateRow()
    one[source] = .halted
    check(StopSource.allCases.allSatisfy { one[$0] == ($0 == source ? .halted : .active) })
    check(!one.isFlattening && one.effective == .active)
  }
  desk.isFlattening = false
  desk[.person] = .active
  check(desk[.supervisor] == .halted && desk[.person] == .active && !desk.isFlattening)
}

@Test func tablesAreReadBack() throws {
  let folder = Folder()
  let writer = try StateWriter.create(path: folder.file, header: header(), instruments: table(1))
  let reader = try StateReader(path: folder.file)
  writer.defineThread(0, name: "feed")
  writer.defineThread(15, name: "a name of more than thirty-two bytes")
  writer.setThread(0, messages: 10_001)
  check(
    reader.threads.first
      == ThreadRow(
        name: "feed", messages: 10_001, allocatedBytesAfterWarmup: nil,
        minorFaultsAfterWarmup: nil))
  writer.setThread(0, allocatedBytesAfterWarmup: 0)
  writer.setThread(0, minorFaultsAfterWarmup: 3)
  check(reader.threads.first?.allocatedBytesAfterWarmup == 0)
  check(reader.threads.first?.minorFaultsAfterWarmup == 3)
  check(
    reader.threads.last?.name == "a name of more than thirty-two b" && reader.threads.count == 2)

  writer.defineConnection(3, name: "public-1", kind: .publicMarket)
  writer.setConnection(3, .ready, at: Instant(nanoseconds: 77))
  writer.setConnection(3, reconnects: 2)
  writer.setConnection(3, lastFault: .loginRefused, code: 60_006)
  check(
    reader.connections == [
      ConnectionRow(
        name: "public-1", kind: .publicMarket, state: .ready,
        changedAt: Instant(nanoseconds: 77), reconnects: 2, lastFault: .loginRefused,
        lastCode: 60_006)
    ])

  let rows = [Int128.max, Int128.min, -1, 0, 1 << 64, -(1 << 64)].map { units in
    BalanceRow(
      currency: symbol("USDT"), total: Amount(units: units, decimals: 18),
      updatedAt: WallMilliseconds(milliseconds: 5))
  }
  for (index, row) in rows.enumerated() { writer.setBalance(index, row) }
  check(reader.balances.map(\.total) == rows.map(\.total))
  check(reader.balances[0].total.units == .max && reader.balances[1].total.units == .min)
  check(reader.balances[2].total == Amount(units: -1, decimals: 18))
}

@Test func marketSlotsCarryLevelsAndIndicators() throws {
  let folder = Folder()
  let writer = try StateWriter.create(path: folder.file, header: header(), instruments: table(2))
  let reader = try StateReader(path: folder.file)
  var draft = MarketSlotDraft()
  draft.value.instrument = id(1)
  draft.value.isValid = true
  draft.value.seqId = 42
  draft.value.set(.midHalfTicks, Int64(-3))
  draft.value.set(.microprice, 0.5)
  draft.value.set(.tradeFlow, Int64(9))
  draft.value.set(.tradeFlow, nil as Int64?)
  for level in 0..<30 {
    draft.append(.buy, price: Price(ticks: 100 - Int64(level)), quantity: Quantity(lots: 1))
    if level < 3 {
      draft.append(.sell, price: Price(ticks: 101 + Int64(level)), quantity: Quantity(lots: 2))
    }
  }
  writer.publish(draft, for: id(1))
  let published = reader.market(id(1))
  let slot = try #require(published)
  #expect(slot.instrument == id(1) && slot.isValid && slot.seqId == 42)
  #expect(slot.bidCount == 25 && slot.askCount == 3)
  #expect(slot.bids[24].price.ticks == 76 && slot.asks[2].price.ticks == 103)
  #expect(slot.integer(.midHalfTicks) == -3 && slot.real(.microprice) == 0.5)
  #expect(slot.integer(.tradeFlow) == nil && slot.real(.imbalance5) == nil)
  check(reader.market(id(0)) == nil)
  draft.clearLevels()
  writer.publish(draft, for: id(1))
  check(reader.market(id(1))?.bidCount == 0)
}
