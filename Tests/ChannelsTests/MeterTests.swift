// Counters and the latency histogram, against plain arithmetic and a sorted array.
import Channels
import Testing

private enum Meter: Int, CounterName {
  case messages, bytes, faults
  var index: Int { rawValue }
  static var indexCount: Int { 3 }
}

@Test func countersCountByName() {
  let counters = Counters<Meter>()
  counters.add(to: .messages)
  counters.add(41, to: .messages)
  counters.add(.max, to: .bytes)
  counters.add(2, to: .bytes)
  check(counters[.messages] == 42 && counters[.bytes] == 1 && counters[.faults] == 0)
  onThreads(
    (0..<4).map { _ in { for _ in 0..<5_000 { counters.addShared(to: .faults) } } })
  check(counters[.faults] == 20_000)
  check(Counters<Meter>.byteCount == 64)
}

@Test func bucketsTileTheRange() {
  var expected: UInt64 = 0
  for bucket in 0..<LatencyHistogram.bucketCount {
    let highest = LatencyHistogram.highest(in: bucket)
    check(LatencyHistogram.bucket(of: expected) == bucket)
    check(LatencyHistogram.bucket(of: highest) == bucket)
    check(bucket < 64 ? highest == expected : (highest - expected + 1) * 32 <= expected)
    expected = highest + 1
  }
  check(expected == 1 << 37 && expected > 100_000_000_000)
  check(LatencyHistogram.bucket(of: .max) == LatencyHistogram.bucketCount - 1)
}

@Test(arguments: [1, 7, 1000, 20_000])
func quantilesAgreeWithASortedArray(count: Int) {
  var generator = Generator(seed: UInt64(count))
  let histogram = LatencyHistogram()
  var values: [UInt64] = []
  for _ in 0..<count {
    // Spread over all magnitudes up to 100 s.
    let value = generator.next() % (1 << (generator.next() % 37))
    values.append(value)
    histogram.record(nanoseconds: Int64(value))
  }
  values.sort()
  let snapshot = histogram.snapshot()
  check(snapshot.count == UInt64(count) && snapshot.maximum == values.last)
  check(snapshot.sum == values.reduce(0, +))
  for p in [0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1] {
    let rank = max(1, Int((p * Double(count)).rounded(.up)))
    let exact = values[rank - 1]
    let told = snapshot.quantile(p) ?? 0
    check(told >= exact && told - exact <= exact / 32, "p\(p): \(told) for \(exact)")
  }
  check(snapshot.quantile(1) == values.last)
}

@Test func oddTimesAreCountedToo() {
  let histogram = LatencyHistogram()
  check(histogram.snapshot().quantile(0.5) == nil && histogram.snapshot().mean == nil)
  check(histogram.snapshot() == .empty)
  histogram.record(nanoseconds: -5)
  histogram.record(nanoseconds: .max)
  let snapshot = histogram.snapshot()
  check(snapshot.count == 2 && snapshot.quantile(0) == 0)
  check(snapshot.quantile(1) == UInt64(Int64.max) && snapshot.quantile(.nan) == UInt64(Int64.max))
}

@Test func snapshotsAddUpAndSubtract() {
  let histogram = LatencyHistogram()
  for value in 1...10 { histogram.record(nanoseconds: Int64(value)) }
  let early = histogram.snapshot()
  for value in 11...20 { histogram.record(nanoseconds: Int64(value)) }
  let late = histogram.snapshot()
  let between = late.since(early)
  check(between.count == 10 && between.quantile(0) == 11 && between.sum == 155)
  let both = early + between
  check(both == late && both.mean == 10.5 && both.quantile(0.5) == 10)
}
