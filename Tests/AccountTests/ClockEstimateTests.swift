// What answers of public/time say of two clocks.
import Account
import Channels
import Quantities
import Testing

@Suite struct ClockEstimates {
  private let start: Int64 = 5_000_000_000_000
  private let epoch: Int64 = 1_796_000_000_000

  /// An exchange whose clock lies `offset` ns ahead of boot time, asked at `at` over ways of these lengths.
  private func ask(
    _ estimate: inout ClockEstimate, offset: Int64, at: Int64, out: Int64, back: Int64
  ) -> VenueClock.Offset? {
    let stamped = (at + out + offset) / 1_000_000
    return estimate.take(
      WallMilliseconds(milliseconds: stamped), sentAt: BootInstant(nanoseconds: at),
      receivedAt: BootInstant(nanoseconds: at + out + back))
  }

  private var trueOffset: Int64 { epoch * 1_000_000 - start + 123_456_789 }

  @Test func theTrueOffsetLiesWithinTheUncertaintyWhateverTheWay() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var estimate = ClockEstimate()
      var at = start
      for _ in 0..<20 {
        let out = Int64.random(in: 10_000...400_000_000, using: &random)
        let back = Int64.random(in: 10_000...400_000_000, using: &random)
        let found = try #require(
          ask(&estimate, offset: trueOffset, at: at, out: out, back: back))
        #expect(abs(found.nanoseconds - trueOffset) <= found.uncertainty)
        at += out + back + Int64.random(in: 0...10_000_000_000, using: &random)
      }
    }
  }

  /// A lop-sided slow answer bounds loosely: it must not move what a fast one has bound.
  @Test func slowAnswersDoNoHarm() throws {
    var estimate = ClockEstimate()
    let fast = try #require(
      ask(&estimate, offset: trueOffset, at: start, out: 100_000, back: 100_000))
    let slow = try #require(
      ask(&estimate, offset: trueOffset, at: start + 1_000_000_000, out: 900_000_000, back: 1_000))
    #expect(abs(slow.nanoseconds - fast.nanoseconds) < 1_000_000)
    #expect(slow.uncertainty < 1_000_000)
  }

  @Test func clocksThatDriftAreFollowed() throws {
    var estimate = ClockEstimate()
    var offset = trueOffset
    var last: VenueClock.Offset?
    for step in 0..<1_000 {
      offset += 500_000  // 50 millionths of 10 s
      last = ask(
        &estimate, offset: offset, at: start + Int64(step) * 10_000_000_000, out: 200_000,
        back: 200_000)
    }
    let found = try #require(last)
    #expect(abs(found.nanoseconds - offset) <= found.uncertainty && found.uncertainty < 3_000_000)
  }

  /// One answer may be a cache's, or a stranger's.
  @Test func aClockThatIsSetCountsOnceASecondAnswerAgrees() throws {
    var estimate = ClockEstimate()
    for step in 0..<5 {
      _ = ask(
        &estimate, offset: trueOffset, at: start + Int64(step) * 1_000_000_000, out: 200_000,
        back: 200_000)
    }
    let stepped = trueOffset + 40_000_000_000
    func asked(_ offset: Int64, _ seconds: Int64) throws -> VenueClock.Offset {
      try #require(
        ask(
          &estimate, offset: offset, at: start + seconds * 1_000_000_000, out: 200_000,
          back: 200_000))
    }
    let contradictions: [(offset: Int64, seconds: Int64)] = [
      (stepped, 60), (stepped + 90_000_000_000, 61), (trueOffset, 62), (stepped, 63),
    ]
    for (offset, seconds) in contradictions {
      let found = try asked(offset, seconds)
      #expect(abs(found.nanoseconds - trueOffset) < 10_000_000, "no two answers agree on another")
    }
    let found = try asked(stepped, 64)
    #expect(abs(found.nanoseconds - stepped) <= found.uncertainty)
  }

  @Test(arguments: [0, 1, 1_796_000_000, 1_796_000_000_000_000, Int64.max, Int64.min])
  func whatIsNoTimeIsNotTaken(_ stamp: Int64) {
    var estimate = ClockEstimate()
    let taken = estimate.take(
      WallMilliseconds(milliseconds: stamp), sentAt: BootInstant(nanoseconds: start),
      receivedAt: BootInstant(nanoseconds: start + 1))
    #expect(taken == nil)
    let backwards = estimate.take(
      WallMilliseconds(milliseconds: epoch), sentAt: BootInstant(nanoseconds: start),
      receivedAt: BootInstant(nanoseconds: start - 1))
    #expect(backwards == nil)
  }
}
