// Streams: rotation, caps, readers beside a writer, unknown kinds, and a writer that is killed.

import Channels
import Glibc
import Journal
import MappedFile
import Quantities
import Testing

@Test func segmentsFollowOneAnother() throws {
  let scratch = Scratch("rotate")
  var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings(8_192))
  let reader = try Tail(scratch.trade)
  let text = String(repeating: "r", count: 300)
  var read = 0
  for index in 0..<400 {
    try writer.append(.note, text: "\(index) " + text, at: .zero)
    if index % 3 == 0 { while try reader.next() != nil { read += 1 } }
  }
  while try reader.next() != nil { read += 1 }
  #expect(read == 400 && writer.segment > 10)
  #expect(try scratch.trade.segments() == Array(1...writer.segment))
  for segment in 1..<writer.segment {
    let checked = try JournalVerification(file: scratch.trade.file(segment))
    #expect(checked.end == .closed && checked.header.segment == segment)
    #expect(checked.endOffset <= 8_192)
  }
  let last = try JournalVerification(file: scratch.trade.file(writer.segment))
  #expect(last.end == .open && last.header.firstRecord + last.records == 400)
  #expect(throws: JournalError.tooLarge(bytes: 8_192)) {
    try writer.append(.note, text: String(repeating: "x", count: 8_192), at: .zero)
  }
  // From any place kept, reading goes on with the next record.
  let all = try records(scratch.trade)
  for index in stride(from: 0, to: 400, by: 37) {
    #expect(try records(scratch.trade, from: all[index].next).count == 399 - index)
  }
  try writer.close()
}

@Test func theOldestSegmentsGoWhenTheCapIsReached() throws {
  let scratch = Scratch("cap")
  var writer = try JournalWriter(
    scratch.market, identity: identity(), settings: settings(8_192, total: 40_000))
  let reader = try Tail(scratch.market)
  let text = String(repeating: "m", count: 1_000)
  for _ in 0..<100 { try writer.append(.note, text: text, at: .zero) }
  let left = try scratch.market.segments()
  #expect(left.last == writer.segment && left.count <= 5 && left.count >= 4)
  #expect(throws: JournalError.gone(segment: 1)) { while try reader.next() != nil {} }
  #expect(try records(scratch.market).count > 20, "the rest is whole")
  try writer.close()
}

@Test func unknownKindsAreSkippedAndCounted() throws {
  let scratch = Scratch("unknown")
  var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings())
  for index in 0..<10 {
    var header = RecordHeader(
      .note, stage: .gate, number: UInt64(index + 1), at: .zero, payloadByteCount: 0)
    if index % 2 == 1 { header.kind = 999 }
    let text = Array("k\(index)".utf8)
    try unsafe writer.append(header, text.span.bytes)
  }
  let reader = try Tail(scratch.trade)
  var read: [String] = []
  while let record = try reader.next() {
    read.append(String(decoding: record.payload, as: UTF8.self))
  }
  #expect(read == ["k0", "k2", "k4", "k6", "k8"] && reader.unknownRecords == 5)
  try writer.close()
  let checked = try JournalVerification(file: scratch.trade.file(1))
  #expect(checked.unknownRecords == 5 && checked.records == 10 && checked.holes == 0)
}

@Test func holesInAStagesNumbersAreFound() throws {
  let scratch = Scratch("holes")
  var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings())
  func put(
    _ kind: JournalKind, _ number: UInt64, _ bytes: [UInt8] = [], to writer: inout JournalWriter
  ) throws {
    let header = RecordHeader(kind, stage: .gate, number: number, at: .zero, payloadByteCount: 0)
    try unsafe writer.append(header, bytes.span.bytes)
  }
  try put(.note, 1, to: &writer)
  try put(.note, 2, to: &writer)
  let lost = LostRecord(stage: .gate, from: 3, to: 9)
  try put(.lost, 9, unsafe withUnsafeBytes(of: lost) { unsafe [UInt8]($0) }, to: &writer)
  try put(.note, 10, to: &writer)
  var checked = try JournalVerification(file: scratch.trade.file(1))
  #expect(checked.holes == 0 && checked.lostRecords == 7 && checked.isSound)
  try put(.note, 12, to: &writer)
  checked = try JournalVerification(file: scratch.trade.file(1))
  #expect(checked.holes == 1 && !checked.isSound)
  try writer.close()
}

@Test func durabilityIsWhatWasAsked() throws {
  for (durability, expected) in [
    (JournalDurability.none, 0), (.every, 5), (.interval(3_000), 3),
  ] as [(JournalDurability, UInt64)] {
    let scratch = Scratch("durability")
    var settings = settings()
    settings.durability = durability
    var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings)
    for step in 1...5 {
      try writer.append(.note, text: "d", at: .zero)
      try writer.commit(at: Instant(nanoseconds: Int64(step) * 1_500 + 3_000))
      try writer.commit(at: Instant(nanoseconds: Int64(step) * 1_500 + 3_000))
    }
    #expect(writer.syncs == expected, "\(durability)")
    try writer.close()
  }
}

@Test func readersBesideAWriterMissNothing() async throws {
  let path = Scratch("beside").path
  unsafe _ = mkdir(path, 0o700)
  let folder = JournalFolder(path: path, stream: .trade)
  let count = 30_000
  var writer = try JournalWriter(folder, identity: identity(), settings: settings(1 << 15))
  let readers = (0..<2).map { _ in
    Task.detached { () throws -> (Int, Bool) in
      let reader = try Tail(folder)
      var read = 0
      var isInOrder = true
      let deadline = Instant.now().advanced(byNanoseconds: 30_000_000_000)
      while read < count && Instant.now() < deadline {
        guard let record = try reader.next() else {
          sched_yield()
          continue
        }
        read += 1
        let expected = String(
          repeating: Character(UnicodeScalar(UInt8(97 + read % 26))), count: read % 200)
        isInOrder =
          isInOrder && record.header.number == UInt64(read)
          && record.payload == Array(expected.utf8)
      }
      return (read, isInOrder)
    }
  }
  for index in 1...count {
    let letter = Character(UnicodeScalar(UInt8(97 + index % 26)))
    try writer.append(.note, text: String(repeating: letter, count: index % 200), at: .zero)
    if index % 5_000 == 0 { usleep(1_000) }
  }
  for reader in readers {
    let (read, isInOrder) = try await reader.value
    #expect(read == count && isInOrder)
  }
  try writer.close()
  for segment in try folder.segments() { unsafe _ = unlink(folder.file(segment)) }
  unsafe _ = rmdir(path)
}

/// A process of its own appends until it is killed; all that `append` returned from is there.
@Test func aKilledWriterLosesNothing() throws {
  for delay in [300, 4_000, 20_000] as [UInt32] {
    let scratch = Scratch("killed")
    let shared = try MemoryRegion.create(file: scratch.path + "/count", byteCount: 4_096)
    let folder = scratch.trade
    var payload = [UInt8](repeating: 0x6B, count: 333)
    payload[0] = 0x41
    // Everything that a child cannot make safely is made before the fork.
    var writer = try JournalWriter(folder, identity: identity(), settings: settings(1 << 18))
    try writer.append(.note, bytes: payload, at: .zero)
    let forked = unsafe withUnsafeMutablePointer(to: &writer) { held -> pid_t? in
      forkedChild {
        var number: UInt64 = 1
        while true {
          guard unsafe (try? held.pointee.append(.note, bytes: payload, at: .zero)) != nil else {
            _exit(3)
          }
          number += 1
          unsafe shared.base.storeBytes(of: number, as: UInt64.self)
        }
      }
    }
    let child = try #require(forked)
    for _ in 0..<10_000 where counter(shared) < 500 { usleep(500) }
    usleep(delay)
    kill9(child)
    let promised = counter(shared)
    #expect(promised >= 500)

    let reader = try Tail(folder)
    var read: UInt64 = 0
    while let record = try reader.next() {
      read += 1
      if record.header.number != read || record.payload != payload { break }
    }
    #expect(read == promised || read == promised + 1)
    let next = try JournalWriter(folder, identity: identity(8), settings: settings())
    #expect(next.records == read)
    #expect(next.opening.lastNumbers[StageID.recorder.rawValue] == read)
    try next.close()
    #expect(try records(folder).count == Int(read))
    shared.unmap()
  }
}
