// Streams, real and made: every checksum verifies, and both books agree after every message.

import Book
import Fixtures
import Foundation
import Quantities
import Testing

/// Books are `~Copyable`; a box lets a dictionary hold one of each kind.
private final class Pair {
  var sorted: LadderBook
  var naive: NaiveBook
  init(_ instrument: Instrument, _ checksum: BookChecksum) {
    sorted = LadderBook(instrument: instrument, checksum: checksum)
    naive = NaiveBook(instrument: instrument, checksum: checksum)
  }
}

private final class ViewBox {
  var view: MarketView
  init(_ instrument: Instrument, _ checksum: BookChecksum) {
    view = MarketView(instrument: instrument, checksum: checksum)
  }
}

private let files = [
  ("recordings/okx-2022-02-books-l2-tbt.raw", 3679, 10),
  ("recordings/okx-2021-07-books-l2-tbt-lineA.raw", 1504, 10),
  ("recordings/okx-2021-07-books-l2-tbt-lineB.raw", 1446, 10),
]

@Test(.recorded, arguments: files)
func everyRecordedChecksumVerifies(_ file: String, _ count: Int, _ instruments: Int) throws {
  try expectEveryChecksum(Recordings.file(file), count, instruments)
}

@Test func everyMadeChecksumVerifies() throws {
  try expectEveryChecksum(Made.books.url, MadeBooks.messages, MadeBooks.instruments)
}

private func expectEveryChecksum(_ url: URL, _ count: Int, _ instruments: Int) throws {
  let recording = try Recording(contentsOf: url)
  #expect(recording.messages.count == count)
  #expect(recording.instruments.count == instruments)
  let checksum = BookChecksum()
  var pairs: [String: Pair] = [:]
  var verified = 0
  for (name, message) in recording.messages.map({ ($0.instrument, $0.message) }) {
    let pair = pairs[name] ?? Pair(recording.instruments[name]!, checksum)
    pairs[name] = pair
    let result = pair.sorted.apply(message)
    #expect(result == pair.naive.apply(message))
    if result == .applied { verified += 1 }
    for side in [Side.buy, .sell] {
      #expect(pair.sorted.levels(side) == pair.naive.allLevels(side))
    }
  }
  #expect(verified == count)
}

@Test(.recorded, arguments: files)
func theViewCountsARecording(_ file: String, _ count: Int, _ instruments: Int) throws {
  try expectViewCounts(Recordings.file(file), count)
}

@Test func theViewCountsTheMadeRecording() throws {
  try expectViewCounts(Made.books.url, MadeBooks.messages)
}

private func expectViewCounts(_ url: URL, _ count: Int) throws {
  let recording = try Recording(contentsOf: url)
  let checksum = BookChecksum()
  var views: [String: ViewBox] = [:]
  for (name, message) in recording.messages.map({ ($0.instrument, $0.message) }) {
    let box = views[name] ?? ViewBox(recording.instruments[name]!, checksum)
    views[name] = box
    #expect(box.view.apply(message) == .applied)
    #expect(box.view.validity.isValid)
  }
  let all = views.values.map { $0.view.counters }
  #expect(all.reduce(0) { $0 + $1.snapshots + $1.updates } == UInt64(count))
  #expect(all.reduce(0) { $0 + $1.checksumsVerified } == UInt64(count))
  #expect(all.reduce(0) { $0 + $1.checksumsFailed + $1.gaps + $1.faults + $1.ignored } == 0)
}

@Test(.recorded) func theRecordedVectorsVerify() throws {
  let url = try Recordings.file("vectors/checksum-vectors.json")
  struct Vector: Decodable {
    var instId: String
    var bids: [[String]]
    var asks: [[String]]
    var checksum: Int32
  }
  let vectors = try JSONDecoder().decode([Vector].self, from: Data(contentsOf: url))
  #expect(vectors.count == 35)
  let checksum = BookChecksum()
  for vector in vectors {
    let numbers = [vector.bids, vector.asks].map { $0.map { $0.map { DecimalNumber($0)! } } }
    var instrument = testInstrument()
    let all = numbers.joined()
    instrument.tick = Increment(mantissa: 1, decimals: all.map { $0[0].decimals }.max()!)
    instrument.lot = Increment(mantissa: 1, decimals: all.map { $0[1].decimals }.max()!)
    let sides = try numbers.map { side in
      try side.map {
        TestLevel(
          ticks: try $0[0].units(of: instrument.tick), lots: try $0[1].units(of: instrument.lot),
          digits: LevelDigits(price: $0[0].decimals, quantity: $0[1].decimals))
      }
    }
    var message = TestMessage(.snapshot, bids: sides[0], asks: sides[1])
    message.header.flags = [.hasDigits, .hasChecksum]
    message.header.checksum = vector.checksum
    var book = LadderBook(instrument: instrument, checksum: checksum)
    #expect(book.apply(message) == .applied, "\(vector.instId)")
    message.header.checksum &+= 1
    #expect(book.apply(message) == .fault(.checksumMismatch), "\(vector.instId)")
    #expect(book.depth(.buy) == 0 && book.depth(.sell) == 0 && !book.hasSnapshot)
  }
}
