// What a view does with each kind of message: chain, validity, channels, counters.

import Book
import Quantities
import Testing

private func level(_ ticks: Int64, _ lots: Int64) -> TestLevel {
  TestLevel(ticks: ticks, lots: lots)
}

private func makeView() -> MarketView {
  MarketView(instrument: testInstrument(), checksum: BookChecksum())
}

private func snapshot(_ sequence: Int64, at: Int64 = 0) -> TestMessage {
  TestMessage(
    .snapshot, bids: [level(10, 5)], asks: [level(12, 3)], previous: -1, sequence: sequence, at: at)
}

@Test func aViewIsInvalidBeforeItsFirstSnapshot() {
  var view = makeView()
  #expect(!view.validity.isValid && view.validity.fault == .none && view.validity.seqId == -1)
  #expect(view.apply(TestMessage(.update, bids: [level(1, 1)], previous: -1)) == .ignored)
  #expect(!view.validity.isValid && view.counters.ignored == 1)
  #expect(view.apply(snapshot(7, at: 5)) == .applied)
  #expect(view.validity.isValid && view.validity.seqId == 7)
  #expect(view.reference.bid.ticks == 10 && view.reference.ask.ticks == 12)
  #expect(view.reference.seqId == 7 && view.reference.receivedAt.nanoseconds == 5)
}

/// The documentation's own chain (docs/OKX.md OKX-054): (-1,10) (10,15) (15,15) (15,3) (3,5).
@Test func theDocumentedChainIsLegal() {
  var view = makeView()
  _ = view.apply(snapshot(10))
  #expect(view.apply(TestMessage(.update, previous: 10, sequence: 15)) == .applied)
  let heartbeat = TestMessage(.heartbeat, previous: 15, sequence: 15, at: 77)
  #expect(view.apply(heartbeat) == .applied)
  #expect(view.validity.receivedAt.nanoseconds == 77)
  let reset = TestMessage(.reset, bids: [level(9, 1)], previous: 15, sequence: 3)
  #expect(view.apply(reset) == .applied)
  #expect(view.apply(TestMessage(.update, previous: 3, sequence: 5)) == .applied)
  #expect(view.validity.isValid && view.validity.seqId == 5)
  #expect(view.book.depth(.buy) == 2)
  let counters = view.counters
  #expect(counters.snapshots == 1 && counters.updates == 2)
  #expect(counters.heartbeats == 1 && counters.resets == 1 && counters.gaps == 0)
}

@Test(arguments: [MarketMessageKind.update, .heartbeat, .reset])
func aGapThatReachesTheViewBreaksTheBook(_ kind: MarketMessageKind) {
  var view = makeView()
  _ = view.apply(snapshot(10))
  #expect(view.apply(TestMessage(kind, previous: 11, sequence: 11)) == .fault(.sequenceGap))
  #expect(!view.validity.isValid && view.validity.fault == .sequenceGap)
  #expect(view.book.bestBid == nil && view.counters.gaps == 1)
  #expect(view.apply(TestMessage(.update, previous: 10, sequence: 12)) == .ignored)
  #expect(view.apply(snapshot(20)) == .applied)
  #expect(view.validity.isValid)
}

@Test func theFeedsInvalidEmptiesTheBook() {
  var view = makeView()
  _ = view.apply(snapshot(10))
  var message = TestMessage(.invalid)
  message.header.fault = .sequenceGap
  #expect(view.apply(message) == .applied)
  #expect(!view.validity.isValid && view.validity.fault == .sequenceGap)
  #expect(view.book.bestAsk == nil && view.counters.gaps == 1 && view.counters.invalids == 1)
  #expect(view.indicators(at: .zero).midHalfTicks == nil)
}

@Test func lostTradesDoNotTouchTheBook() {
  var view = makeView()
  _ = view.apply(snapshot(10))
  _ = view.apply(.trade(11, 2, .buy, at: 1))
  var message = TestMessage(.invalid, channel: .trades)
  message.header.fault = .connectionLost
  _ = view.apply(message)
  #expect(view.validity.isValid)
  let values = view.indicators(at: Instant(nanoseconds: 2))
  #expect(values.windowVWAP == nil && values.sessionVWAP == 11)
}

@Test func aCrossedBookIsInvalidUntilItUncrosses() {
  var view = makeView()
  _ = view.apply(snapshot(1))
  let crossing = TestMessage(.update, bids: [level(13, 1)], previous: 1, sequence: 2)
  #expect(view.apply(crossing) == .fault(.crossedBook))
  #expect(!view.validity.isValid && view.validity.fault == .crossedBook)
  #expect(view.counters.crossed == 1 && view.counters.faults == 0)
  #expect(view.indicators(at: .zero).spreadTicks == nil)
  let uncrossing = TestMessage(.update, bids: [level(13, 0)], previous: 2, sequence: 3)
  #expect(view.apply(uncrossing) == .applied)
  #expect(view.validity.isValid && view.validity.fault == .none)
  #expect(view.indicators(at: .zero).spreadTicks == 2)
}

@Test func anotherChannelsUpdateIsIgnored() {
  var view = makeView()
  _ = view.apply(snapshot(1))
  let other = TestMessage(
    .update, bids: [level(11, 9)], previous: 1, sequence: 2, channel: .books50)
  #expect(view.apply(other) == .ignored)
  #expect(view.validity.seqId == 1 && view.book.bestBid?.price.ticks == 10)
}

@Test func bestBidOfferAloneMakesAOneLevelBook() {
  var view = makeView()
  let first = TestMessage(
    .bestBidOffer, bids: [level(10, 1)], asks: [level(11, 2)], sequence: 5, channel: .bestBidOffer)
  #expect(view.apply(first) == .applied)
  #expect(view.validity.isValid && view.validity.seqId == 5)
  let second = TestMessage(
    .bestBidOffer, bids: [level(9, 4)], sequence: 6, channel: .bestBidOffer)
  #expect(view.apply(second) == .applied)
  #expect(view.book.levels(.buy).map(\.ticks) == [9] && view.book.bestAsk == nil)
  // A depth message ends that: from now on the offer is told, not applied.
  #expect(view.apply(snapshot(1)) == .applied)
  let third = TestMessage(
    .bestBidOffer, bids: [level(8, 4)], sequence: 7, channel: .bestBidOffer)
  #expect(view.apply(third) == .applied)
  #expect(view.book.bestBid?.price.ticks == 10 && view.validity.seqId == 1)
  #expect(view.bestOffer?.bid.price.ticks == 8 && view.bestOffer?.ask.price.isNone == true)
  #expect(view.counters.bestBidOffers == 3)
  // Nor does it bring a broken book back.
  _ = view.apply(TestMessage(.update, previous: 99, sequence: 100))
  _ = view.apply(third)
  #expect(!view.validity.isValid && view.book.bestBid == nil)
}

@Test func aTradeOutOfRangeIsAFaultAndNothingElse() {
  var view = makeView()
  #expect(view.apply(.trade(0, 1, .buy, at: 0)) == .fault(.numberRange))
  #expect(view.apply(.trade(1, 0, .buy, at: 0)) == .fault(.numberRange))
  #expect(view.apply(.trade(.max, 1, .buy, at: 0)) == .fault(.numberRange))
  #expect(view.apply(.trade(1, .max, .sell, at: 0)) == .fault(.numberRange))
  #expect(view.lastTrade == nil && view.counters.faults == 4)
  #expect(view.apply(.trade(11, 2, .sell, at: 3)) == .applied)
  #expect(view.lastTrade?.body.price.ticks == 11 && view.lastTrade?.body.side == .sell)
  #expect(view.lastTrade?.receivedAt.nanoseconds == 3)
}

@Test func viewsRouteByInstrument() {
  var views = MarketViews(
    InstrumentTable([testInstrument(name: "A-B"), testInstrument(name: "C-D")]))
  var message = snapshot(4)
  message.header.instrument = InstrumentID(index: 1)
  #expect(unsafe message.withPointer { unsafe views.apply($0) } == .applied)
  #expect(views[InstrumentID(index: 1)].validity.seqId == 4)
  #expect(!views[InstrumentID(index: 0)].validity.isValid)
  message.header.instrument = InstrumentID(index: 2)
  #expect(unsafe message.withPointer { unsafe views.apply($0) } == .ignored)
  #expect(views.unknown == 1)
  let now = Instant(nanoseconds: 0)
  #expect(views.indicators(of: InstrumentID(index: 1), at: now).midHalfTicks == 22)
  // The Feed lost everything.
  var invalid = TestMessage(.invalid)
  invalid.header.instrument = .none
  invalid.header.fault = .ringFull
  #expect(unsafe invalid.withPointer { unsafe views.apply($0) } == .applied)
  #expect(views[InstrumentID(index: 1)].validity.fault == .ringFull)
}
