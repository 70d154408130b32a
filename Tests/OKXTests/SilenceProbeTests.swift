// One timer of silence: it asks once, any message ends the silence, no answer is the end.
import OKX
import Quantities
import Testing

private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

@Test func silenceIsAskedAboutOnceAndThenIsTheEnd() {
  var probe = SilenceProbe()
  probe.heard(at(100))
  #expect(probe.deadline == at(115))
  #expect(probe.need(at(114)) == .nothing)
  #expect(probe.need(at(115)) == .ping)
  #expect(probe.deadline == at(123))
  #expect(probe.need(at(116)) == .nothing, "asked once per silence")
  #expect(probe.need(at(123)) == .dead)
}

@Test func anyMessageEndsASilence() {
  var probe = SilenceProbe()
  probe.heard(at(0))
  #expect(probe.need(at(15)) == .ping)
  probe.heard(at(16))
  #expect(probe.deadline == at(31))
  #expect(probe.need(at(23)) == .nothing, "the ping was answered")
  #expect(probe.need(at(31)) == .ping)
}

@Test func limitsAreTheCallersAndEndBeforeTheExchangeHangsUp() {
  var limits = SilenceLimits()
  #expect(limits.pingNanoseconds + limits.pongNanoseconds < 30_000_000_000)
  limits.pingNanoseconds = 5
  limits.pongNanoseconds = 2
  var probe = SilenceProbe(limits)
  probe.heard(Instant(nanoseconds: 10))
  #expect(probe.need(Instant(nanoseconds: 15)) == .ping)
  #expect(probe.need(Instant(nanoseconds: 17)) == .dead)
}
