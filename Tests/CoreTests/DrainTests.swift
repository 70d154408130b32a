// A core waits for its last order, and no longer than it may.

import Core
import Pipeline
import Testing

@Suite struct DrainTests {
  @Test func itReturnsWhenTheLastOrderIsGone() async {
    let control = RunControl()
    control.noteWorkingOrders(2)
    let begin = ContinuousClock.now
    let last = Task {
      for left in [1, 0] {
        try? await Task.sleep(for: .milliseconds(150))
        control.noteWorkingOrders(left)
      }
    }
    #expect(await control.drainOrders(timeoutMilliseconds: 30_000))
    await last.value
    let took = ContinuousClock.now - begin
    #expect(took >= .milliseconds(300) && took < .seconds(15))
  }

  @Test func anOrderThatStaysCostsTheTimeAndNoMore() async {
    let control = RunControl()
    control.noteWorkingOrders(1)
    let begin = ContinuousClock.now
    #expect(await !control.drainOrders(timeoutMilliseconds: 200))
    let took = ContinuousClock.now - begin
    #expect(took >= .milliseconds(200) && took < .seconds(15))
  }

  @Test func withoutALineToHearByItGivesUpSoon() async {
    let control = RunControl()
    control.noteWorkingOrders(1)
    let begin = ContinuousClock.now
    #expect(await !control.drainOrders(timeoutMilliseconds: 30_000, isHopeless: { true }))
    let took = ContinuousClock.now - begin
    #expect(took >= .milliseconds(500) && took < .seconds(15))
    control.noteWorkingOrders(0)
    #expect(await control.drainOrders(timeoutMilliseconds: 30_000, isHopeless: { true }))
  }
}
