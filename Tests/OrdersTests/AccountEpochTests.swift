// When the desk may trade: from a start or a lost line until REST has told what may have been missed.

import Orders
import Quantities
import Testing

@Suite struct AccountEpochTests {
  private func at(_ milliseconds: Int64) -> Instant {
    Instant(nanoseconds: milliseconds * 1_000_000)
  }

  @Test func aStartHoldsUntilItIsRead() {
    var epoch = AccountEpoch(now: at(0))
    #expect(epoch.isHolding && !epoch.isOpen)
    // At a start orders at work go at once.
    #expect(epoch.mustCancel(at(0)) == true)
    #expect(epoch.mustCancel(at(1)) == false)
    #expect(epoch.close(unanswered: 0) == false, "no line")
    epoch.read(1)
    #expect(epoch.lineIsUp(at(5)) == 1)
    #expect(epoch.close(unanswered: 0) == false, "what was read before the line is no answer")
    epoch.read(1)
    #expect(epoch.close(unanswered: 2) == false)
    #expect(epoch.close(unanswered: 0) == true)
    #expect(!epoch.isHolding)
    #expect(epoch.close(unanswered: 0) == false, "said once")
  }

  @Test func aLostLineHoldsAndItsOrdersStayForTheGrace() {
    var epoch = AccountEpoch(now: at(0))
    _ = epoch.mustCancel(at(0))
    _ = epoch.lineIsUp(at(1))
    epoch.read(1)
    _ = epoch.close(unanswered: 0)
    #expect(epoch.mustCancel(at(50_000)) == false)
    #expect(epoch.lineIsDown(at(60_000)) == true)
    #expect(epoch.lineIsDown(at(60_001)) == false)
    #expect(epoch.mustCancel(at(62_999)) == false)
    // A second loss does not begin the grace anew.
    _ = epoch.lineIsUp(at(61_000))
    _ = epoch.lineIsDown(at(62_000))
    #expect(epoch.mustCancel(at(63_000)) == true)
    #expect(epoch.mustCancel(at(64_000)) == false)
    // An older epoch's reading closes nothing.
    #expect(epoch.lineIsUp(at(64_500)) == 3)
    epoch.read(2)
    #expect(epoch.close(unanswered: 0) == false)
    epoch.read(3)
    #expect(epoch.close(unanswered: 0) == true)
  }
}
