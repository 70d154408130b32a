// Random streams over both books: same results, same levels, after every message.

import Book
import Quantities
import Testing

/// Streams by how far their prices lie apart and wander: sparse like an option, usual, at the limit of 400
/// levels, around the width of the ladder's window, round the ring of its slots, and far beyond both.
private let shapes: [(spread: Int64, perMessage: Int, drift: Int64, seed: UInt64)] = [
  (4, 3, 2, 1), (40, 8, 2, 2), (300, 30, 2, 3), (700, 120, 2, 4), (100_000, 20, 2, 5),
  (1_000_000, 200, 2, 6), (200, 6, 300, 7), (2_040, 10, 40, 8), (4_100, 4, 5, 9),
  (4_200, 60, 900, 10),
]

private func randomMessage(
  _ random: inout SeededRandom, _ mid: Int64, _ spread: Int64, _ levels: Int
) -> TestMessage {
  func side(_ direction: Int64) -> [TestLevel] {
    (0..<Int.random(in: 0...levels, using: &random)).map { _ in
      // Now and then on the wrong side of the mid, so that books cross and uncross.
      let distance = Int64.random(in: -1...spread, using: &random)
      let isDelete = Int.random(in: 0..<10, using: &random) < 5
      return TestLevel(
        ticks: max(1, mid + direction * distance),
        lots: isDelete ? 0 : Int64.random(in: 1...1_000_000_000, using: &random),
        digits: LevelDigits(
          price: UInt8.random(in: 2...5, using: &random),
          quantity: UInt8.random(in: 3...9, using: &random)))
    }
  }
  let isSnapshot = Int.random(in: 0..<60, using: &random) == 0
  var message = TestMessage(isSnapshot ? .snapshot : .update, bids: side(-1), asks: side(1))
  if isSnapshot && Bool.random(using: &random) {
    message.bids.sort { $0.ticks > $1.ticks }
    message.asks.sort { $0.ticks < $1.ticks }
  }
  return message
}

@Test(arguments: shapes.indices)
func bothBooksAgreeOnRandomStreams(_ index: Int) {
  let shape = shapes[index]
  var random = SeededRandom(seed: shape.seed)
  let instrument = testInstrument(tick: "0.01", lot: "0.001")
  let checksum = BookChecksum()
  var ladder = LadderBook(instrument: instrument, checksum: checksum)
  var naive = NaiveBook(instrument: instrument, checksum: checksum)
  var mid: Int64 = 1_000_000
  var outcomes: [String: Int] = [:]
  for step in 0..<2000 {
    mid += Int64.random(in: -shape.drift...shape.drift, using: &random)
    var message = randomMessage(&random, mid, shape.spread, shape.perMessage)
    if !naive.hasSnapshot { message.header.kind = .snapshot }
    if Int.random(in: 0..<3, using: &random) == 0 {
      var copy = NaiveBook(copying: naive)
      if copy.apply(message) != .fault(.bookTooDeep), let value = copy.checksum {
        message.header.flags.insert(.hasChecksum)
        let isWrong = Int.random(in: 0..<20, using: &random) == 0
        message.header.checksum = isWrong ? value ^ 1 : value
      }
    }
    let result = ladder.apply(message)
    let expected = naive.apply(message)
    outcomes["\(result)", default: 0] += 1
    #expect(result == expected, "seed \(shape.seed) step \(step)")
    for side in [Side.buy, .sell] {
      let levels = naive.allLevels(side)
      #expect(ladder.levels(side) == levels, "seed \(shape.seed) step \(step)")
      let probe = Price(ticks: mid + Int64.random(in: -5...5, using: &random))
      #expect(ladder.lots(side, best: 25) == naive.lots(side, best: 25))
      #expect(ladder.quantity(side, at: probe) == naive.quantity(side, at: probe))
    }
    if result != expected { return }
  }
  // The stream reached what it is meant to reach.
  #expect(outcomes["applied", default: 0] > (shape.drift > 100 ? 100 : 200))
  #expect(outcomes.keys.contains { $0.contains("crossedBook") } || shape.spread > 4_000)
  #expect(outcomes.keys.contains { $0.contains("checksumMismatch") })
  if shape.spread == 1_000_000 {
    #expect(outcomes.keys.contains { $0.contains("bookTooDeep") })
  }
}

/// A level far out turns a ladder into a sorted side; once it is gone the ladder comes back (unseen from
/// outside: what shows is that nothing is lost on either way).
@Test func straysComeAndGo() {
  var random = SeededRandom(seed: 99)
  let checksum = BookChecksum()
  var ladder = LadderBook(instrument: testInstrument(), checksum: checksum)
  var naive = NaiveBook(instrument: testInstrument(), checksum: checksum)
  let first = TestMessage(
    .snapshot, bids: (0..<50).map { TestLevel(ticks: 50_000 - $0, lots: 1) },
    asks: (1..<50).map { TestLevel(ticks: 50_000 + $0, lots: 1) })
  #expect(ladder.apply(first) == .applied && naive.apply(first) == .applied)
  for step in 0..<6000 {
    var message = TestMessage(.update)
    for _ in 0..<3 {
      let distance = Int64.random(in: 0..<60, using: &random)
      let lots = Int64.random(in: 0...2, using: &random)
      message.bids.append(TestLevel(ticks: 50_000 - distance, lots: lots))
      message.asks.append(TestLevel(ticks: 50_001 + distance, lots: lots))
    }
    // Far below, far above the window of asks, and gone again.
    if step % 2000 == 100 { message.bids.append(TestLevel(ticks: 1, lots: 7)) }
    if step % 2000 == 150 { message.asks.append(TestLevel(ticks: 900_000, lots: 7)) }
    if step % 2000 == 500 { message.bids.append(TestLevel(ticks: 1, lots: 0)) }
    if step % 2000 == 600 { message.asks.append(TestLevel(ticks: 900_000, lots: 0)) }
    #expect(ladder.apply(message) == naive.apply(message))
    for side in [Side.buy, .sell] {
      #expect(ladder.levels(side) == naive.allLevels(side), "step \(step)")
      #expect(ladder.lots(side, best: 25) == naive.lots(side, best: 25))
    }
  }
}
