// No wake-up is lost between a thread about to sleep and one that just published.
import Channels
import Synchronization
import Testing

private func sleepUntilSomething(
  _ consumer: inout SlotConsumer<OneSlot>, _ waker: borrowing Waker
) -> (record: OneSlot?, lost: Bool) {
  if let record = consumer.pop() { return (record, false) }
  waker.prepareToSleep()
  if let record = consumer.pop() {
    waker.finishSleep()
    return (record, false)
  }
  let woken = waker.sleep(timeoutNanoseconds: 10_000_000_000)
  waker.finishSleep()
  return (consumer.pop(), !woken)
}

@Test func noWakeUpIsLost() throws {
  let there = SlotRing<OneSlot>(capacity: 2)
  let back = SlotRing<OneSlot>(capacity: 2)
  let thereWaker = try Waker()
  let backWaker = try Waker()
  let ends = (
    Box(there.makeProducer()), Box(there.makeConsumer()), Box(back.makeProducer()),
    Box(back.makeConsumer())
  )
  let rounds: UInt64 = 8_000
  onThreads([
    {
      var producer = ends.0.take()
      var consumer = ends.3.take()
      for number in 0..<rounds {
        if !producer.push(OneSlot(number: number)) { Issue.record("full") }
        thereWaker.wake()
        // Now and then both sides meet at other phases.
        if number % 7 == 0 { for _ in 0..<(number % 300) { _ = consumer.isEmpty } }
        while true {
          let (record, lost) = sleepUntilSomething(&consumer, backWaker)
          if lost && record == nil {
            Issue.record("wake-up \(number) lost on the way back")
            return
          }
          if record != nil { break }
        }
      }
    },
    {
      var consumer = ends.1.take()
      var producer = ends.2.take()
      for number in 0..<rounds {
        while true {
          let (record, lost) = sleepUntilSomething(&consumer, thereWaker)
          if lost && record == nil {
            Issue.record("wake-up \(number) lost on the way there")
            return
          }
          if record != nil { break }
        }
        _ = producer.push(OneSlot(number: number))
        backWaker.wake()
      }
    },
  ])
  thereWaker.close()
  backWaker.close()
}

/// Both sides act at the same moment, again and again: the sleeper sees what was published, or it is woken.
@Test func neitherSideMissesTheOther() throws {
  let waker = try Waker()
  defer { waker.close() }
  let words = Litmus()
  let rounds: UInt64 = 60_000
  onThreads([
    {
      for round in 1...rounds {
        words.await(words.sleeper, round - 1)
        words.start.store(round, ordering: .releasing)
        for _ in 0..<(round & 15) { words.spin.wrappingAdd(1, ordering: .relaxed) }
        words.published.store(round, ordering: .relaxed)
        waker.wake()
        words.publisher.store(round, ordering: .releasing)
      }
    },
    {
      for round in 1...rounds {
        words.await(words.start, round)
        for _ in 0..<(round >> 4 & 15) { words.spin.wrappingAdd(1, ordering: .relaxed) }
        waker.prepareToSleep()
        let seen = words.published.load(ordering: .relaxed) == round
        words.await(words.publisher, round)
        if !seen && !waker.sleep(timeoutNanoseconds: 0) {
          Issue.record("round \(round): nothing seen and nobody woke")
          words.sleeper.store(.max, ordering: .releasing)
          return
        }
        waker.finishSleep()
        words.sleeper.store(round, ordering: .releasing)
      }
    },
  ])
}

private final class Litmus: Sendable {
  let start = Atomic<UInt64>(0)
  let published = Atomic<UInt64>(0)
  let publisher = Atomic<UInt64>(0)
  let sleeper = Atomic<UInt64>(0)
  let spin = Atomic<UInt64>(0)
  func await(_ word: borrowing Atomic<UInt64>, _ value: UInt64) {
    var waiter = Waiter(.spinThenYield, spinsMax: 2_000)
    while word.load(ordering: .acquiring) < value { _ = waiter.shouldBlock(after: 0) }
  }
}

@Test func nobodyPaysForAThreadThatIsAwake() throws {
  let waker = try Waker()
  defer { waker.close() }
  for _ in 0..<10 { waker.wake() }
  check(!waker.sleep(timeoutNanoseconds: 0), "no token without a sleeper")
  waker.prepareToSleep()
  waker.wake()
  waker.wake()
  check(waker.sleep(timeoutNanoseconds: 0))
  waker.finishSleep()
  check(!waker.sleep(timeoutNanoseconds: 0), "tokens are drained")
  waker.prepareToSleep()
  waker.finishSleep()
  waker.wake()
  check(!waker.sleep(timeoutNanoseconds: 1_000_000), "an announcement taken back is gone")
}

@Test func strategiesBlockOnlyWhenToldTo() {
  var spin = Waiter(.spin, spinsMax: 3)
  var yield = Waiter(.spinThenYield, spinsMax: 3)
  var block = Waiter(.block, spinsMax: 3)
  for _ in 0..<10 {
    check(!spin.shouldBlock(after: 0))
    check(!yield.shouldBlock(after: 0))
  }
  for _ in 0..<3 { check(!block.shouldBlock(after: 0)) }
  check(block.shouldBlock(after: 0) && block.shouldBlock(after: 0))
  check(!block.shouldBlock(after: 1))
  for _ in 0..<3 { check(!block.shouldBlock(after: 0)) }
  check(block.shouldBlock(after: 0))
}
