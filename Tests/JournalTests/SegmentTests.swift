// Segments: layout, checksums, torn tails at every byte, and every byte of a file that is changed.

import Channels
import Glibc
import Journal
import Quantities
import Testing

@Test func checksumsAreCastagnolis() {
  func sum(_ bytes: [UInt8]) -> UInt32 { unsafe CRC32C.of(bytes.span.bytes) }
  // RFC 3720, B.4.
  #expect(sum(Array("123456789".utf8)) == 0xE306_9283)
  #expect(sum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
  #expect(sum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
  #expect(sum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
  #expect(sum([]) == 0)
  let text = (0..<257).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ 7) }
  for cut in 0...text.count {
    let head = sum(Array(text[..<cut]))
    let rest = Array(text[cut...])
    #expect(unsafe CRC32C.of(rest.span.bytes, from: head) == sum(text))
  }
}

@Test func layoutsAreWhatTheyWere() {
  #expect(MemoryLayout<RecordHeader>.size == 32)
  #expect(MemoryLayout<OrderRecord>.size == 96)
  #expect(MemoryLayout<RequestRecord>.size == 48)
  #expect(MemoryLayout<StateRecord>.size == 32)
  #expect(MemoryLayout<EquityRecord>.size == 64)
  #expect(MemoryLayout<PositionRecord>.size == 32)
  #expect(MemoryLayout<LostRecord>.size == 24)
  #expect(MemoryLayout<InstrumentRecord>.size == 88)
  #expect(MemoryLayout<SegmentEnd>.size == 16)
  #expect(FrameLayout.byteCount(payload: 0) == 40 && FrameLayout.byteCount(payload: 1) == 48)
  #expect(Set(JournalKind.allCases.map(\.rawValue)).count == JournalKind.allCases.count)
}

@Test func whatIsAppendedIsRead() throws {
  let scratch = Scratch("append")
  var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings())
  var places: [JournalOffset] = []
  for index in 0..<50 {
    places.append(
      try writer.append(
        .note, text: String(repeating: "n", count: index), at: Instant(nanoseconds: Int64(index))))
  }
  #expect(writer.records == 50)
  let reader = try Tail(scratch.trade)
  for index in 0..<50 {
    let record = try reader.next()
    #expect(record?.payload == [UInt8](repeating: 0x6E, count: index))
    #expect(record?.place == places[index] && record?.header.number == UInt64(index + 1))
    #expect(record?.header.stage == .recorder && record?.kind == .note)
  }
  #expect(try reader.next() == nil)
  #expect(reader.header?.identity == identity() && reader.header?.stream == .trade)
  try writer.append(.note, text: "later", at: .zero)
  #expect(try reader.next()?.payload == Array("later".utf8))
  try writer.close()
  #expect(try reader.next() == nil)
  let checked = try JournalVerification(file: scratch.trade.file(1))
  #expect(checked.end == .closed && checked.records == 51 && checked.isSound)
}

/// A closed segment with records of several lengths, and where each begins.
private func sample(_ scratch: borrowing Scratch) throws -> (bytes: [UInt8], places: [Int]) {
  var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings())
  var places: [Int] = []
  for text in ["", "a", "seven77", "eight888", String(repeating: "x", count: 61)] {
    places.append(Int(try writer.append(.note, text: text, at: .zero).offset))
  }
  places.append(Int(writer.place.offset))
  try writer.close()
  return (contents(scratch.trade.file(1)), places)
}

@Test func aTailTornAtEveryByte() throws {
  let source = Scratch("whole")
  let (bytes, places) = try sample(source)
  for cut in SegmentHeader.byteCount..<bytes.count {
    for garbage in [0, 24] {
      let scratch = Scratch("torn")
      let whole = places.dropFirst().filter { $0 <= cut }.count
      // What a dying writer leaves: the rest of its room as zeros, or bytes of the record it was making.
      let rest = [UInt8](repeating: garbage == 0 ? 0 : 0xEE, count: garbage)
      store(bytes[..<cut] + rest, scratch.trade.file(1))
      let reader = try Tail(scratch.trade)
      var read = 0
      do { while try reader.next() != nil { read += 1 } } catch {}
      #expect(read == whole, "cut at \(cut)")
      let place = reader.place

      var writer = try JournalWriter(scratch.trade, identity: identity(8), settings: settings())
      #expect(writer.opening.lastSegment == 1 && writer.opening.lastStart == 7)
      #expect(writer.opening.lastNumbers[StageID.recorder.rawValue] ?? 0 == UInt64(whole))
      #expect(writer.segment == 2 && writer.records == UInt64(whole))
      let torn = cut - places[whole]
      let isZero = bytes[places[whole]..<cut].allSatisfy { $0 == 0 } && garbage == 0
      #expect(writer.opening.cutBytes == (isZero ? 0 : UInt64(torn + garbage)), "cut at \(cut)")
      try writer.append(.note, text: "after", at: .zero)
      // The reader that waited goes on where it stood: nothing twice, nothing missed.
      #expect(try reader.next()?.payload == Array("after".utf8), "cut at \(cut)")
      #expect(place.segment == 1 && reader.place.segment == 2)
      let checked = try JournalVerification(file: scratch.trade.file(1))
      #expect(checked.end == .closed && checked.records == UInt64(whole))
    }
  }
}

@Test func everyChangedByteIsSeen() throws {
  let source = Scratch("sound")
  let (bytes, _) = try sample(source)
  let original = try records(source.trade)
  #expect(original.count == 5)
  let scratch = Scratch("changed")
  for index in bytes.indices {
    for mask in [1, 0x80, 0xFF] as [UInt8] {
      var changed = bytes
      changed[index] ^= mask
      store(changed, scratch.trade.file(1))
      var isSeen = false
      do {
        let checked = try JournalVerification(file: scratch.trade.file(1))
        isSeen = checked.end != .closed
      } catch { isSeen = true }
      #expect(isSeen, "byte \(index) ^ \(mask)")
      // A reader gives what is sound before the place, then waits or stops; never a changed record.
      var read: [JournalRecord] = []
      do {
        let reader = try Tail(scratch.trade)
        while let record = try reader.next() { read.append(record) }
      } catch {}
      #expect(original.starts(with: read), "byte \(index) ^ \(mask)")
    }
  }
}

@Test func corruptionInTheMiddleStopsEveryone() throws {
  let scratch = Scratch("middle")
  let (bytes, places) = try sample(scratch)
  var changed = bytes
  changed[places[2] + FrameLayout.payloadOffset] ^= 1
  store(changed[..<places[5]], scratch.trade.file(1))
  let reader = try Tail(scratch.trade)
  #expect(try reader.next() != nil)
  #expect(try reader.next() != nil)
  let corrupt = JournalError.corrupt(segment: 1, offset: UInt64(places[2]))
  for _ in 0..<2 { #expect(throws: corrupt) { try reader.next() } }
  #expect(throws: corrupt) { try JournalWriter(scratch.trade, identity: identity()).close() }
  #expect(contents(scratch.trade.file(1)).count == places[5], "nothing was changed")
  // After a power loss the same hole is the end of what the disk kept.
  var later = identity()
  later.bootLow ^= 1
  let writer = try JournalWriter(scratch.trade, identity: later, settings: settings())
  #expect(writer.opening.cutBytes == UInt64(places[5] - places[2]))
  #expect(try records(scratch.trade).count == 2)
  try writer.close()
}

@Test func foreignFilesAreRefused() throws {
  let scratch = Scratch("foreign")
  #expect(throws: JournalError.empty) { _ = try Tail(scratch.trade) }
  store(Array("not a journal".utf8), scratch.trade.file(1))
  let reader = try Tail(scratch.trade)
  #expect(throws: JournalError.header(segment: 1)) { try reader.next() }
  #expect(throws: JournalError.header(segment: 1)) {
    try JournalWriter(scratch.trade, identity: identity()).close()
  }
  #expect(throws: JournalError.header(segment: 0)) {
    try JournalVerification(file: scratch.trade.file(1))
  }
  // A segment of the other stream under this name.
  let other = Scratch("other")
  try JournalWriter(other.market, identity: identity(), settings: settings()).close()
  store(contents(other.market.file(1)), scratch.trade.file(1))
  #expect(throws: JournalError.header(segment: 1)) { try reader.next() }
}
