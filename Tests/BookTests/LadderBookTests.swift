// The rules of docs/OKX.md for books (OKX-050 on) one by one, on the product's book.

import Book
import Quantities
import Testing

private func level(_ ticks: Int64, _ lots: Int64) -> TestLevel {
  TestLevel(ticks: ticks, lots: lots)
}

private func makeBook() -> LadderBook {
  LadderBook(instrument: testInstrument(), checksum: BookChecksum())
}

@Test func anUpdateBeforeTheSnapshotIsIgnored() {
  var book = makeBook()
  #expect(book.apply(TestMessage(.update, bids: [level(1, 1)])) == .ignored)
  #expect(book.bestBid == nil && !book.hasSnapshot)
}

@Test func sizesAreAbsoluteAndZeroDeletes() {
  var book = makeBook()
  _ = book.apply(TestMessage(.snapshot, bids: [level(10, 5), level(9, 4)], asks: [level(11, 3)]))
  #expect(book.apply(TestMessage(.update, bids: [level(10, 7), level(8, 1)])) == .applied)
  #expect(book.levels(.buy) == [level(10, 7), level(9, 4), level(8, 1)])
  #expect(book.apply(TestMessage(.reset, bids: [level(10, 0)], asks: [level(11, 0)])) == .applied)
  #expect(book.levels(.buy) == [level(9, 4), level(8, 1)])
  #expect(book.bestAsk == nil && book.depth(.sell) == 0)
  #expect(book.quantity(.buy, at: Price(ticks: 9)).lots == 4)
  #expect(book.quantity(.buy, at: Price(ticks: 10)).lots == 0)
}

@Test func deletesOfUnknownLevelsAndRepetitionsAreTolerated() {
  var book = makeBook()
  _ = book.apply(TestMessage(.snapshot, bids: [level(10, 5)], asks: [level(11, 3)]))
  let message = TestMessage(
    .update, bids: [level(7, 0), level(10, 5)], asks: [level(99, 0), level(11, 3)])
  #expect(book.apply(message) == .applied)
  #expect(book.levels(.buy) == [level(10, 5)] && book.levels(.sell) == [level(11, 3)])
}

@Test func anUnsortedSnapshotComesOutSorted() {
  var book = makeBook()
  let message = TestMessage(
    .snapshot, bids: [level(8, 1), level(10, 2), level(9, 3), level(5, 0)],
    asks: [level(30, 1), level(20, 2), level(25, 3)])
  #expect(book.apply(message) == .applied)
  #expect(book.levels(.buy) == [level(10, 2), level(9, 3), level(8, 1)])
  #expect(book.levels(.sell) == [level(20, 2), level(25, 3), level(30, 1)])
}

@Test func aSnapshotReplacesEverything() {
  var book = makeBook()
  _ = book.apply(TestMessage(.snapshot, bids: [level(10, 5)], asks: [level(11, 3)]))
  #expect(book.apply(TestMessage(.snapshot, asks: [level(50, 1)])) == .applied)
  #expect(book.bestBid == nil)
  #expect(book.bestAsk?.price.ticks == 50)
}

@Test func crossingIsJudgedAfterTheWholeMessage() {
  var book = makeBook()
  _ = book.apply(TestMessage(.snapshot, bids: [level(10, 5)], asks: [level(11, 3)]))
  // The bid runs through the old ask, which the same message deletes.
  let through = TestMessage(.update, bids: [level(12, 1)], asks: [level(11, 0), level(13, 1)])
  #expect(book.apply(through) == .applied)
  // Crossed: the levels stay and the chain goes on.
  #expect(book.apply(TestMessage(.update, bids: [level(14, 1)])) == .fault(.crossedBook))
  #expect(book.isCrossed && book.bestBid?.price.ticks == 14 && book.hasSnapshot)
  // Locked counts as crossed.
  #expect(
    book.apply(TestMessage(.update, bids: [level(14, 0), level(13, 1)])) == .fault(.crossedBook))
  #expect(book.apply(TestMessage(.update, bids: [level(13, 0)])) == .applied)
}

@Test func depthIsJudgedAfterTheWholeMessage() {
  var book = makeBook()
  let full = (0..<400).map { level(1000 - Int64($0), 1) }
  #expect(book.apply(TestMessage(.snapshot, bids: full)) == .applied)
  // 120 better levels come first, 120 worst ones leave after them: never over-deep at the end.
  let moved =
    (1...120).map { level(1000 + Int64($0), 1) } + (0..<120).map { level(601 + Int64($0), 0) }
  #expect(book.apply(TestMessage(.update, bids: moved)) == .applied)
  #expect(book.depth(.buy) == 400 && book.bestBid?.price.ticks == 1120)
  #expect(book.apply(TestMessage(.update, bids: [level(1, 1)])) == .fault(.bookTooDeep))
  #expect(book.depth(.buy) == 0)
  #expect(book.apply(TestMessage(.update, bids: [level(1, 1)])) == .ignored)
  let deep = (0..<401).map { level(1000 + Int64($0), 1) }
  #expect(book.apply(TestMessage(.snapshot, asks: deep)) == .fault(.bookTooDeep))
  // The largest message that fits, on a full book: memory holds it.
  _ = book.apply(TestMessage(.snapshot, bids: full))
  let largest = (0..<1024).map { level(2000 + Int64($0), 1) }
  #expect(book.apply(TestMessage(.update, bids: largest)) == .fault(.bookTooDeep))
}

@Test(arguments: [
  TestLevel(ticks: 0, lots: 1), TestLevel(ticks: -5, lots: 1), TestLevel(ticks: .min, lots: 1),
  TestLevel(ticks: .max, lots: 1), TestLevel(ticks: 5, lots: -1), TestLevel(ticks: 5, lots: .max),
  TestLevel(ticks: 5, lots: .min),
])
func numbersOutOfRangeBreakTheBook(_ bad: TestLevel) {
  var book = makeBook()
  _ = book.apply(TestMessage(.snapshot, bids: [level(10, 5)], asks: [level(11, 3)]))
  #expect(book.apply(TestMessage(.update, asks: [bad])) == .fault(.numberRange))
  #expect(!book.hasSnapshot && book.bestBid == nil)
  #expect(book.apply(TestMessage(.snapshot, bids: [bad])) == .fault(.numberRange))
}

@Test func aBodyShorterThanItsCountsBreaksTheBook() {
  var book = makeBook()
  let message = TestMessage(.snapshot, bids: [level(10, 5)], asks: [level(11, 3)])
  let result = unsafe message.withPointer { pointer in
    let mutable = unsafe UnsafeMutablePointer(mutating: pointer)
    unsafe mutable.pointee.bidCount = 900
    return unsafe book.apply(pointer)
  }
  #expect(result == .fault(.tooManyLevels))
}

@Test func topCopiesBestFirst() {
  var book = makeBook()
  _ = book.apply(
    TestMessage(
      .snapshot, bids: [level(10, 5), level(9, 4)], asks: (1...30).map { level(10 + $0, $0) })
  )
  let none = MarketLevel(price: .none, quantity: .zero)
  var output = InlineArray<25, MarketLevel>(repeating: none)
  var span = output.mutableSpan
  #expect(book.top(.buy, into: &span) == 2)
  #expect(span[0].price.ticks == 10 && span[1].quantity.lots == 4 && span[2] == none)
  #expect(book.top(.sell, into: &span) == 25)
  #expect(span[0].price.ticks == 11 && span[24].price.ticks == 35)
}

@Test func aChecksumWithoutDigitsFailsClosed() {
  let instrument = testInstrument(tick: "0.1", lot: "0.1")
  var book = LadderBook(instrument: instrument, checksum: BookChecksum())
  var message = TestMessage(.snapshot, bids: [level(11, 5)])
  message.header.flags = .hasChecksum
  message.header.checksum = 1
  #expect(book.apply(message) == .fault(.checksumMismatch))
}

@Test func digestLinesArePlainDecimals() {
  let instrument = testInstrument(tick: "0.05", lot: "0.00000001")
  var book = LadderBook(instrument: instrument, checksum: BookChecksum())
  _ = book.apply(
    TestMessage(
      .snapshot, bids: [level(40, 100_000_000), level(7, 5)],
      asks: [level(41, 123_456_789), level(1 << 56, 10)]))
  var bytes: [UInt8] = []
  book.writeDigestLines(of: instrument) { line in
    for index in line.indices { bytes.append(line[index]) }
  }
  #expect(
    String(decoding: bytes, as: UTF8.self) == """
      b,2,1
      b,0.35,0.00000005
      a,2.05,1.23456789
      a,3602879701896396.8,0.0000001

      """)
}
