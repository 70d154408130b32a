// The offsets of boot, wall and exchange time: on record before a stage goes by them.

import Channels
import Journal
import Quantities
import Testing

@Suite struct ClockRecords {
  @Test func theKindKeepsItsNumberAndItsLayout() {
    #expect(JournalKind.clock.rawValue == 21)
    #expect(MemoryLayout<ClockOffsets>.size == 24)
    let offsets = ClockOffsets(boot: 3, wall: -4, exchange: 9)
    let bytes = unsafe withUnsafeBytes(of: offsets) { unsafe [UInt8]($0) }
    #expect(ClockOffsets(payload: bytes) == offsets)
    // As builds wrote it that took the exchange's time for the wall's.
    #expect(
      ClockOffsets(payload: Array(bytes[..<16])) == ClockOffsets(boot: 3, wall: -4, exchange: -4))
    #expect(ClockOffsets(payload: Array(bytes[..<8])) == nil)
  }

  @Test func newOffsetsCountFromTheirRecordOn() {
    let ring = ByteRing(capacity: 1 << 10)
    var stage = TelemetryProducer(ring.makeProducer(), stage: .gate)
    var reader = ring.makeConsumer()
    let first = Moment(Instant(nanoseconds: 100), ClockOffsets(boot: 1, wall: 2))
    #expect(stage.settle(first) == first && stage.number == 1)
    let later = Moment(Instant(nanoseconds: 200), first.offsets)
    #expect(stage.settle(later) == later && stage.number == 1, "the same offsets make no record")
    // Without room the old ones stay in use, whatever the clock says.
    while stage.record(.note, UInt64(0), at: .zero) != nil {}
    let number = stage.number
    let stepped = Moment(Instant(nanoseconds: 300), ClockOffsets(boot: 1, wall: 9))
    #expect(stage.settle(stepped) == Moment(stepped.instant, first.offsets))
    #expect(stage.number == number)
    while unsafe reader.peek() != nil { reader.release() }
    #expect(stage.settle(stepped) == stepped && stage.number == number + 1)
    let entry = unsafe reader.peek().map { unsafe Array($0) } ?? []
    let payload = Array(entry.dropFirst(RecordHeader.byteCount))
    #expect(ClockOffsets(payload: payload) == stepped.offsets)
  }
}
