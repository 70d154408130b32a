// Readers beside a busy core see whole values; what hot threads call is lock-free, which the compiler checks.
import Channels
import Foundation
import Quantities
import State
import Synchronization
import Testing

private final class Flag: Sendable {
  private let word = Atomic<Bool>(false)
  func raise() { word.store(true, ordering: .releasing) }
  var isRaised: Bool { word.load(ordering: .acquiring) }
}

/// Every field of the slot follows from its number.
private func fill(_ draft: inout MarketSlotDraft, _ number: Int64) {
  draft.value.seqId = number
  draft.value.receivedAt = Instant(nanoseconds: number)
  draft.value.position = Quantity(lots: -number)
  for indicator in BookIndicator.allCases { draft.value.set(indicator, number) }
  draft.clearLevels()
  for level in 0..<Int64(25) {
    draft.append(.buy, price: Price(ticks: number - level), quantity: Quantity(lots: number))
    draft.append(.sell, price: Price(ticks: number + level), quantity: Quantity(lots: number))
  }
}

private func isWhole(_ slot: MarketSlot) -> Bool {
  let number = slot.seqId
  var whole = slot.receivedAt.nanoseconds == number && slot.position.lots == -number
  for indicator in BookIndicator.allCases { whole = whole && slot.integer(indicator) == number }
  for level in 0..<25 {
    whole = whole && slot.bids[level].price.ticks == number - Int64(level)
    whole = whole && slot.asks[level].price.ticks == number + Int64(level)
    whole = whole && slot.bids[level].quantity.lots == number
  }
  return whole
}

@Test func readersBesideABusyCoreSeeWholeValues() throws {
  let folder = Folder()
  let writer = try StateWriter.create(path: folder.file, header: header(), instruments: table(2))
  let path = folder.file
  let finished = Flag()
  let ready = (Flag(), Flag())
  let seen = Atomic<Int>(0)
  @Sendable func read(_ begun: Flag) {
    guard let reader = try? StateReader(path: path) else {
      Issue.record("no reader")
      return begun.raise()
    }
    var last: Int64 = 0
    while !finished.isRaised {
      begun.raise()
      if let slot = reader.market(id(1)) {
        if !isWhole(slot) || slot.seqId < last {
          Issue.record("torn or old: \(slot.seqId) after \(last)")
          return
        }
        last = slot.seqId
        seen.add(1, ordering: .relaxed)
      }
      if let lease = reader.signal(of: id(1), in: .manual) {
        if lease.traceHigh != ~lease.traceLow { Issue.record("torn lease") }
      }
    }
  }
  onThreads([
    {
      var draft = MarketSlotDraft()
      var lease = SignalLease.absent
      lease.isPresent = true
      for _ in 0..<20_000 where !(ready.0.isRaised && ready.1.isRaised) { usleep(100) }
      for number in 1...Int64(200_000) {
        fill(&draft, number)
        writer.publish(draft, for: id(1))
        lease.traceHigh = UInt64(number)
        lease.traceLow = ~UInt64(number)
        writer.publish(lease, for: id(1), in: .manual)
        // Without a gap now and then no reader gets a whole value; the product leaves 50 ms.
        if number % 32 == 0 { usleep(30) }
        if number >= 20_000 && seen.load(ordering: .relaxed) > 1_000 { break }
      }
      finished.raise()
    }, { read(ready.0) }, { read(ready.1) },
  ])
  check(seen.load(ordering: .relaxed) > 1_000)
  let reader = try StateReader(path: path)
  check((reader.market(id(1))?.seqId ?? 0) >= 20_000 && reader.market(id(0)) == nil)
}

@_noLocks
private func oneStep(_ writer: borrowing StateWriter, _ draft: inout MarketSlotDraft) -> Int64 {
  let now = Instant.now()
  let instrument = InstrumentID(index: 0)
  writer.beat(.builder, at: now, polls: 3)
  draft.value.seqId = 17
  draft.value.set(.spreadTicks, 4 as Int64?)
  draft.value.set(.microprice, nil as Double?)
  draft.clearLevels()
  draft.append(.buy, price: Price(ticks: 5), quantity: Quantity(lots: 6))
  writer.publish(draft, for: instrument)
  writer.publish(.absent, for: instrument, in: .manual)
  writer.counters(of: instrument).add(to: .intents)
  writer.refusals(of: instrument).add(to: .staleBook)
  writer.count(.crossedBook)
  writer.histogram(.build).record(nanoseconds: 5)
  var state = TradingStateRow()
  state.effective = .reduceOnly
  writer.set(state, for: .none)
  writer.setThread(0, messages: 1)
  writer.setConnection(0, .open, at: now)
  writer.setConnection(0, reconnects: 0)
  guard let lease = writer.signal(of: instrument, in: .manual) else { return -2 }
  return lease.target.lots &+ draft.value.seqId
}

@Test func hotWritesAreLockFree() throws {
  let folder = Folder()
  let writer = try StateWriter.create(path: folder.file, header: header(), instruments: table(1))
  var draft = MarketSlotDraft()
  #expect(oneStep(writer, &draft) == 17)
  let reader = try StateReader(path: folder.file)
  check(reader.market(id(0))?.integer(.spreadTicks) == 4)
  check(reader.count(.intents, of: id(0)) == 1 && reader.heartbeat(.builder).polls == 3)
  check(reader.tradingState(of: .none).effective == .reduceOnly)
}
