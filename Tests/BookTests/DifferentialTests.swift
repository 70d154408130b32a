// Random streams over both books: same results, same levels, after every message.

import Book
import Quantities
import Testing

/// Depths a stream hovers around: sparse like an option, usual, and at the limit of 400.
private let shapes: [(spread: Int64, perMessage: Int, seed: UInt64)] = [
  (4, 3, 1), (40, 8, 2), (300, 30, 3), (700, 120, 4), (100_000, 20, 5), (1_000_000, 200, 6),
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
  var sorted = SortedBook(instrument: instrument, checksum: checksum)
  var naive = NaiveBook(instrument: instrument, checksum: checksum)
  var mid: Int64 = 1_000_000
  var outcomes: [String: Int] = [:]
  for step in 0..<2000 {
    mid += Int64.random(in: -2...2, using: &random)
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
    let result = sorted.apply(message)
    let expected = naive.apply(message)
    outcomes["\(result)", default: 0] += 1
    #expect(result == expected, "seed \(shape.seed) step \(step)")
    for side in [Side.buy, .sell] {
      let levels = naive.allLevels(side)
      #expect(sorted.levels(side) == levels, "seed \(shape.seed) step \(step)")
      let probe = Price(ticks: mid + Int64.random(in: -5...5, using: &random))
      #expect(sorted.quantity(side, at: probe) == naive.quantity(side, at: probe))
    }
    if result != expected { return }
  }
  // The stream reached what it is meant to reach.
  #expect(outcomes["applied", default: 0] > 200)
  #expect(outcomes.keys.contains { $0.contains("crossedBook") } || shape.spread > 10_000)
  #expect(outcomes.keys.contains { $0.contains("checksumMismatch") })
  if shape.spread == 1_000_000 {
    #expect(outcomes.keys.contains { $0.contains("bookTooDeep") })
  }
}
