// The reading a loop makes, and the stamps that latencies are measured with.
import CKernel
import Channels
import Quantities
import Testing

@Suite struct ClockTests {
  @Test func aMomentNamesAllClocks() {
    let moment = Moment(
      Instant(nanoseconds: 7_000_000),
      ClockOffsets(
        boot: 5, wall: 1_780_000_000_000_000_000, exchange: 1_780_000_040_000_000_000))
    #expect(moment.exchange.milliseconds == 1_780_000_040_007)
    #expect(moment.boot.nanoseconds == 7_000_005)
    #expect(moment.wall.milliseconds == 1_780_000_000_007)
    #expect(Moment(Instant(nanoseconds: .max), ClockOffsets(boot: 1)).boot.nanoseconds == .max)
  }

  @Test func aLoopsReadingsFollowTheClocks() {
    var clock = MomentClock(VenueClock())
    var last = Instant.zero
    for _ in 0..<1_000 {
      let before = Instant.now()
      let moment = clock.read()
      #expect(moment.instant >= before && moment.instant >= last)
      last = moment.instant
    }
    let tolerance = MomentClock.toleranceNanoseconds
    let moment = clock.read()
    #expect(abs(moment.boot.nanoseconds - BootInstant.now().nanoseconds) < tolerance + 50_000_000)
    #expect(abs(moment.wall.milliseconds - WallMilliseconds.now().milliseconds) < 100)
  }

  /// What is measured while the loop runs counts from the next measurement on; before, the exchange shares our clock.
  @Test func aLoopGoesByTheExchangesClock() {
    let exchange = VenueClock()
    var clock = MomentClock(exchange)
    let before = clock.read()
    #expect(before.exchange == before.wall && exchange.offset == nil)
    #expect(abs(exchange.now().milliseconds - WallMilliseconds.now().milliseconds) < 1_000)
    let ahead: Int64 = 40_000_000_000
    let offset = VenueClock.Offset(
      nanoseconds: ck_now_wall_ns() - ck_now_boottime() + ahead, uncertainty: 1_000,
      measuredAt: .now())
    exchange.set(offset)
    #expect(exchange.offset == offset)
    #expect(abs(offset.aheadOfWall - ahead) < 1_000_000_000)
    ck_sleep(MomentClock.measureNanoseconds * 2)
    let after = clock.read()
    #expect(abs(after.exchange.milliseconds - after.wall.milliseconds - 40_000) < 1_000)
    #expect(abs(exchange.now().milliseconds - after.exchange.milliseconds) < 1_000)
  }

  /// A wall clock that is slewed by less than the tolerance changes no offset: no record is made of it.
  @Test func offsetsRestWhileTheClocksDo() {
    var clock = MomentClock(VenueClock())
    let offsets = clock.read().offsets
    ck_sleep(MomentClock.measureNanoseconds * 2)
    let later = clock.read().offsets
    #expect(later.boot == offsets.boot)
  }

  @Test func stampsMeasureWhatTheClockMeasures() {
    let stamps = StampClock.calibrated()
    var best = Int64.max
    // The best of a few: a machine that is shared sleeps longer than it was told between the readings.
    for _ in 0..<20 {
      let begin = Instant.now()
      let first = stamps.now()
      ck_sleep(2_000_000)
      let last = stamps.now()
      let elapsed = Instant.now().since(begin)
      best = min(best, abs(stamps.nanoseconds(from: first, to: last) - elapsed))
    }
    #expect(best < 200_000, "2 ms are known to a tenth: off by \(best) ns")
  }

  @Test func aStampBehindCountsAsNothing() {
    let stamps = StampClock.monotonic
    #expect(stamps.nanoseconds(from: Stamp(ticks: 9), to: Stamp(ticks: 4)) == 0)
    #expect(stamps.nanoseconds(from: Stamp(ticks: 4), to: Stamp(ticks: 9)) == 5)
    #expect(StampClock.fixed.now().ticks == 0)
  }

  @Test func anIntentKeepsItsTwoStamps() {
    let reference = DecisionReference(
      bid: .none, ask: .none, seqId: 0, receivedAt: .zero,
      exchangeTime: WallMilliseconds(milliseconds: 0))
    var intent = Intent(
      number: .none, instrument: .none, kind: .place, side: .buy, type: .limit, source: .none,
      isBookValid: false, isReduceOnly: false, price: .none, quantity: .zero, targetIntent: .none,
      decision: .none, reference: reference, madeAt: .zero)
    intent.stamp(received: Stamp(ticks: 1_000), made: Stamp(ticks: 1_250))
    #expect(intent.receivedStamp.ticks == 1_000 && intent.madeStamp.ticks == 1_250)
    intent.stamp(received: nil, made: Stamp(ticks: 1_250))
    #expect(intent.receivedStamp.ticks == 1_250 && intent.madeStamp.ticks == 1_250)
    intent.stamp(received: Stamp(ticks: 0), made: Stamp(ticks: 1 << 40))
    #expect(intent.madeAfterTicks == .max, "a second late is late enough")
    #expect(MemoryLayout<Intent>.size == 112)
  }
}
