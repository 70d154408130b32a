// Lines that do not live: how long they wait, what they may spend, and what a close code says.

import Core
import OKX
import Quantities
import Testing

@Suite struct LineLifeTests {
  private static let proven = LineFailures.provenNanoseconds + 1

  /// An edge that takes the upgrade and resets: each life is short, and each pause longer than the one before.
  @Test func aLineThatDiesYoungWaitsLongerEachTime() {
    var failures = LineFailures()
    var pacer = ConnectPacer(seed: 11)
    var waits: [Int64] = []
    for _ in 0..<12 {
      let count = failures.ended(by: .connectionLost, lived: 40_000_000)
      waits.append(pacer.next(failures: count, now: .zero).nanoseconds)
    }
    #expect(waits[0] <= ConnectPacer.backoffNanosecondsMin)
    #expect(zip(waits, waits.dropFirst(2)).allSatisfy { $0 < $1 || $1 >= 15_000_000_000 })
    // 480 requests an hour are enough for two on each connect of a line that never lives.
    #expect(waits.suffix(3).allSatisfy { $0 >= ConnectPacer.backoffNanosecondsMax / 2 })
    #expect(failures.dialFailed() == 13, "a dial that fails goes on from there")
    let atOnce = failures.ended(by: .connectionLost, lived: LineLifeTests.proven)
    #expect(atOnce == 0, "dialled at once")
    #expect(failures.inARow == 0 && failures.dialFailed() == 1)
  }

  /// Cut again and again while it works: never away for longer than a second.
  @Test func aLineThatWorkedIsBackWithinASecond() {
    var failures = LineFailures()
    for _ in 0..<20 { _ = failures.ended(by: .connectionLost, lived: 40_000_000) }
    var pacer = ConnectPacer(seed: 5)
    for _ in 0..<20 {
      let count = failures.ended(
        by: .connectionLost, lived: LineFailures.workedNanoseconds)
      #expect(pacer.backoffNanoseconds(failures: count) <= 1_000_000_000)
    }
    #expect(failures.ended(by: .connectionLost, lived: 40_000_000) == 4, "and then it grows again")
  }

  @Test func aRefusedLoginWaitsAtLeastAsLong() {
    var failures = LineFailures()
    #expect(failures.ended(by: .loginRefused, lived: 1) == 3)
    #expect(failures.ended(by: .connectionLost, lived: 1) == 2)
    #expect(failures.ended(by: .loginRefused, lived: 1) == 4)
    #expect(failures.logins.inARow == 2)
  }

  /// Three lines, each with a pacer of its own: the address has one limit (docs/OKX.md OKX-004).
  @Test func anAddressConnectsThreeTimesASecondWhoeverDials() {
    let address = AddressPacer()
    var lines = (0..<3).map { ConnectPacer(seed: UInt64($0 + 1)) }
    var taken: [Int64] = []
    for step in 0..<2_000 {
      let at = Int64(step) * 5_000_000
      for line in lines.indices
      where address.take(&lines[line], requests: 1, now: Instant(nanoseconds: at)) {
        taken.append(at)
      }
    }
    #expect(taken.count >= 16, "and goes on: \(taken.count) in ten seconds")
    for first in taken.indices {
      let second = taken[first...].prefix { $0 - taken[first] <= 1_100_000_000 }
      #expect(second.count <= 3, "\(second)")
    }
  }

  /// An hour's requests are a line's own: one that has spent them keeps no other waiting.
  @Test func aLineWithoutRequestsLeavesTheOthersTheirs() {
    let address = AddressPacer()
    var spent = ConnectPacer(seed: 1, requestsPerHour: 1)
    var healthy = ConnectPacer(seed: 2)
    #expect(address.take(&spent, requests: 1, now: .zero))
    let later = Instant(nanoseconds: 5_000_000_000)
    #expect(!address.take(&spent, requests: 1, now: later))
    #expect(address.take(&healthy, requests: 1, now: later))
    #expect(address.take(&healthy, requests: 1, now: later), "the refusal has spent nothing")
  }

  @Test func ownCodesSayWhatTheyMean() {
    for code in [4001, 4002, 4003, 4004, 4005, 4006, 4007, 4008, 4009, 1009] as [UInt16] {
      #expect(CloseReason.text(code) != nil, "\(code)")
    }
    #expect(CloseReason.text(1000) == nil && CloseReason.text(0) == nil)
  }
}
