// The slot ring against a queue model: every short interleaving, longer random ones, wrap-around, limits.
import Channels
import Testing

/// Runs push (bit 1) and pop (bit 0) from the lowest bit up, against an array. Returns what went wrong.
private func run<Record: Numbered>(
  _ type: Record.Type, memory: MemoryRegion, capacity: Int, rotated: Int, script: UInt32,
  depth: Int
) -> String? {
  let ring = SlotRing<Record>(creatingIn: memory, capacity: capacity)
  var producer = ring.makeProducer()
  var consumer = ring.makeConsumer()
  for _ in 0..<rotated {
    guard producer.push(Record(number: 7)), consumer.pop()?.number == 7 else { return "rotation" }
  }
  var queue: [UInt64] = []
  var next: UInt64 = 1
  for step in 0..<depth {
    if script >> UInt32(step) & 1 == 1 {
      let pushed = producer.push(Record(number: next))
      if pushed != (queue.count < capacity) { return "push answered \(pushed) at \(step)" }
      if pushed { queue.append(next) }
      next += 1
    } else {
      let popped = consumer.pop()
      if popped?.number != queue.first {
        return "pop gave \(String(describing: popped)) at \(step)"
      }
      if popped?.isWhole == false { return "record damaged at \(step)" }
      if !queue.isEmpty { queue.removeFirst() }
    }
    if producer.backlog != queue.count { return "backlog \(producer.backlog) at \(step)" }
    if consumer.isEmpty != queue.isEmpty { return "isEmpty at \(step)" }
  }
  return nil
}

private func everyInterleaving<Record: Numbered>(of type: Record.Type, depth: Int) {
  let memory = region(SlotRing<Record>.byteCount(capacity: 8))
  defer { memory.unmap() }
  for capacity in [1, 2, 4, 8] {
    for rotated in [0, 1, capacity - 1] {
      for script in UInt32(0)..<(1 << UInt32(depth)) {
        if let wrong = run(
          type, memory: memory, capacity: capacity, rotated: rotated, script: script, depth: depth)
        {
          Issue.record("\(type) capacity \(capacity) rotated \(rotated) script \(script): \(wrong)")
          return
        }
      }
    }
  }
}

@Test func everyInterleavingOfOneSlotRecords() { everyInterleaving(of: OneSlot.self, depth: 12) }
@Test func everyInterleavingOfTwoSlotRecords() { everyInterleaving(of: TwoSlots.self, depth: 12) }
@Test func everyInterleavingOfTinyRecords() { everyInterleaving(of: Tiny.self, depth: 14) }

/// In larger rings credit comes in batches: a push may fail early, but never by more than an eighth.
@Test(arguments: [16, 64, 1024])
func randomRunsAgainstAQueue(capacity: Int) {
  var generator = Generator(seed: UInt64(capacity))
  let ring = SlotRing<TwoSlots>(capacity: capacity)
  defer { ring.unmap() }
  var producer = ring.makeProducer()
  var consumer = ring.makeConsumer()
  var head: UInt64 = 0
  var tail: UInt64 = 0
  var leaning = true
  for step in 0..<60_000 {
    if step % (capacity * 3) == 0 { leaning.toggle() }
    let held = Int(tail - head)
    if generator.next() % 8 < (leaning ? 5 : 3) {
      let pushed = producer.push(TwoSlots(number: tail))
      if pushed { check(held < capacity) }
      if !pushed { check(held > capacity - capacity / 8, "full too early") }
      if pushed { tail += 1 }
    } else {
      let popped = consumer.pop()
      check(popped?.number == (held == 0 ? nil : head))
      check(popped?.isWhole != false)
      if popped != nil { head += 1 }
    }
  }
  check(tail > UInt64(capacity * 2), "the ring wrapped")
  check(producer.pushedCount == tail && consumer.poppedCount == head)
}

@Test func roomIsPromisedOnlyWhenItIsThere() {
  let ring = SlotRing<OneSlot>(capacity: 8)
  defer { ring.unmap() }
  var producer = ring.makeProducer()
  var consumer = ring.makeConsumer()
  check(producer.hasRoom(for: 8) && !producer.hasRoom(for: 9))
  for number in 0..<8 { check(producer.push(OneSlot(number: UInt64(number)))) }
  check(!producer.hasRoom(for: 1) && producer.hasRoom(for: 0))
  check(!producer.push(OneSlot(number: 99)))
  for _ in 0..<3 { _ = consumer.pop() }
  check(producer.hasRoom(for: 3) && !producer.hasRoom(for: 4))
}

@Test func anEmptyPollGivesAllCreditBack() {
  let ring = SlotRing<OneSlot>(capacity: 64)
  defer { ring.unmap() }
  var producer = ring.makeProducer()
  var consumer = ring.makeConsumer()
  for number in 0..<64 { check(producer.push(OneSlot(number: UInt64(number)))) }
  for _ in 0..<64 { check(consumer.pop() != nil) }
  for number in 0..<3 { check(producer.push(OneSlot(number: UInt64(number)))) }
  for _ in 0..<3 { check(consumer.pop() != nil) }
  check(!producer.hasRoom(for: 64))
  check(consumer.pop() == nil)
  check(producer.hasRoom(for: 64))
}

@Test func peekingTakesNothingAndDroppingTakesWhatWasPeeked() {
  let ring = SlotRing<TwoSlots>(capacity: 4)
  defer { ring.unmap() }
  var producer = ring.makeProducer()
  var consumer = ring.makeConsumer()
  check(consumer.peek() == nil && consumer.peek(ahead: 3) == nil)
  for lap in 0..<5 {
    let first = UInt64(lap * 3)
    for number in first..<first + 3 { check(producer.push(TwoSlots(number: number))) }
    check(consumer.peek()?.number == first)
    check(consumer.peek(ahead: 2)?.number == first + 2)
    check(consumer.peek(ahead: 3) == nil)
    consumer.drop(2)
    check(consumer.pop()?.number == first + 2)
    check(consumer.pop() == nil)
  }
}

@Test func twoThreadsPassEveryRecordWholeAndInOrder() {
  passRecords(OneSlot.self, capacity: 8, count: 60_000)
  passRecords(TwoSlots.self, capacity: 64, count: 60_000)
  passRecords(TwoSlots.self, capacity: 1, count: 3_000)
}

private func passRecords<Record: Numbered>(_ type: Record.Type, capacity: Int, count: UInt64) {
  let ring = SlotRing<Record>(capacity: capacity)
  defer { ring.unmap() }
  let producing = Box(ring.makeProducer())
  let consuming = Box(ring.makeConsumer())
  onThreads([
    {
      var producer = producing.take()
      var waiter = Waiter(.spinThenYield, spinsMax: 50)
      var number: UInt64 = 0
      while number < count {
        let pushed = producer.push(Record(number: number))
        if pushed { number += 1 }
        _ = waiter.shouldBlock(after: pushed ? 1 : 0)
      }
    },
    {
      var consumer = consuming.take()
      var waiter = Waiter(.spinThenYield, spinsMax: 50)
      var expected: UInt64 = 0
      while expected < count {
        let popped = consumer.pop()
        if let popped {
          if popped.number != expected || !popped.isWhole {
            Issue.record("\(type): wanted \(expected), got \(popped)")
            return
          }
          expected += 1
        }
        _ = waiter.shouldBlock(after: popped == nil ? 0 : 1)
      }
    },
  ])
}
