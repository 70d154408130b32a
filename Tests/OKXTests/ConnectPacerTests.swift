// Connects stay inside the exchange's limits, whoever asks and how often.

import OKX
import Quantities
import Testing

@Test func noSecondSeesMoreThanThreeConnects() {
  var pacer = ConnectPacer(seed: 1, requestsPerHour: 1_000_000)
  var taken: [Int64] = []
  for millisecond in 0..<20_000 {
    let now = Instant(nanoseconds: Int64(millisecond) * 1_000_000)
    if pacer.take(now: now) { taken.append(now.nanoseconds) }
  }
  #expect(taken.count > 30)
  for (index, at) in taken.enumerated() {
    #expect(taken[index...].prefix { $0 < at + 1_000_000_000 }.count <= 3)
  }
}

@Test func noHourSeesMoreThanItsRequests() {
  var pacer = ConnectPacer(seed: 1)
  var taken: [Int64] = []
  for second in 0..<(3 * 3600) {
    let now = Instant(nanoseconds: Int64(second) * 1_000_000_000)
    if pacer.take(requests: 4, now: now) { taken.append(now.nanoseconds) }
  }
  for (index, at) in taken.enumerated() {
    #expect(taken[index...].prefix { $0 < at + 3_600_000_000_000 }.count * 4 <= 480)
  }
  #expect(taken.count > 200)
}

@Test func backOffDoublesWithJitterAndEnds() {
  var pacer = ConnectPacer(seed: 9)
  #expect(pacer.backoffNanoseconds(failures: 0) == 0)
  for failures in [1, 2, 3, 4, 8, 20, 1_000_000] {
    let ceiling = min(
      ConnectPacer.backoffNanosecondsMin << Int64(min(failures - 1, 20)),
      ConnectPacer.backoffNanosecondsMax)
    var seen: Set<Int64> = []
    for _ in 0..<200 {
      let wait = pacer.backoffNanoseconds(failures: failures)
      #expect(wait >= ceiling / 2 && wait <= ceiling)
      seen.insert(wait)
    }
    #expect(seen.count > 100)
  }
  var same = ConnectPacer(seed: 9)
  var other = ConnectPacer(seed: 10)
  let now = Instant(nanoseconds: 5)
  var again = ConnectPacer(seed: 9)
  #expect(same.next(failures: 3, now: now) == again.next(failures: 3, now: now))
  #expect(same.next(failures: 3, now: now) != other.next(failures: 3, now: now))
}
