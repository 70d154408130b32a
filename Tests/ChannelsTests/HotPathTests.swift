// What the hot plane calls on channels takes no lock and allocates nothing: the compiler checks these functions.
import Channels
import Quantities
import Testing

private struct Ends: ~Copyable {
  var producer: SlotProducer<Intent>
  var consumer: SlotConsumer<Intent>
  var bytes: ByteProducer
  var reading: ByteConsumer
}

private enum Hop: Int, CounterName {
  case one
  var index: Int { rawValue }
  static var indexCount: Int { 1 }
}

@_noLocks
private func passAnIntent(_ ends: inout Ends, _ intent: borrowing Intent) -> Bool {
  if !ends.producer.hasRoom(for: 2) { return false }
  if !ends.producer.push(copy intent) { return false }
  guard let seen = ends.consumer.peek() else { return false }
  guard let popped = ends.consumer.pop() else { return false }
  return seen.number == popped.number && ends.producer.backlog == 0 && ends.consumer.isEmpty
}

@_noLocks
private func passBytes(_ ends: inout Ends) -> Int {
  guard let claimed = unsafe ends.bytes.claim(byteCount: 64) else { return -1 }
  unsafe claimed.storeBytes(of: 42, as: Int64.self)
  ends.bytes.commit(8)
  guard let seen = unsafe ends.reading.peek() else { return -2 }
  let value = unsafe seen.load(as: Int64.self)
  ends.reading.release()
  return Int(value) + ends.bytes.backlogByteCount
}

@_noLocks
private func meter(
  _ counters: borrowing Counters<Hop>, _ histogram: borrowing LatencyHistogram,
  _ waker: borrowing Waker, _ waiter: inout Waiter, _ slot: borrowing Seqlock<SignalLease>,
  _ writer: inout SeqlockWriter<SignalLease>
) -> Bool {
  let begin = Instant.now()
  counters.add(3, to: .one)
  counters.addShared(to: .one)
  writer.store(.absent)
  waker.wake()
  waker.prepareToSleep()
  waker.finishSleep()
  let blocks = waiter.shouldBlock(after: 0)
  histogram.record(nanoseconds: Instant.now().since(begin))
  guard let lease = slot.load() else { return false }
  let counted = counters[.one]
  return !blocks && !lease.isLive(at: .now()) && counted == 4
}

@Test func hotCallsAreLockFree() throws {
  let slots = SlotRing<Intent>(capacity: 4)
  let entries = ByteRing(capacity: 1024)
  var ends = Ends(
    producer: slots.makeProducer(), consumer: slots.makeConsumer(), bytes: entries.makeProducer(),
    reading: entries.makeConsumer())
  let reference = DecisionReference(
    bid: .none, ask: .none, seqId: 1, receivedAt: .zero,
    exchangeTime: WallMilliseconds(milliseconds: 0))
  let intent = Intent(
    number: IntentNumber(rawValue: 7), instrument: .none, kind: .place, side: .buy, type: .limit,
    source: .manual, isBookValid: true, isReduceOnly: false, price: .none, quantity: .zero,
    targetIntent: .none, decision: .none, reference: reference, madeAt: .zero)
  check(passAnIntent(&ends, intent))
  check(passBytes(&ends) == 42)
  let slot = Seqlock(SignalLease.absent)
  var writer = slot.makeWriter()
  var waiter = Waiter(.spin)
  check(
    meter(Counters<Hop>(), LatencyHistogram(), try Waker(), &waiter, slot, &writer))
}

@Test func recordsFitTheirSlots() {
  check(SlotRing<Verdict>.stride == 64)
  check(SlotRing<Intent>.stride == 128)
  check(SlotRing<Report>.stride == 128)
  check(SlotRing<Verdict>.byteCount(capacity: 8) == 512 + 512)
  for offset in [
    RingLayout.producerPositionOffset, RingLayout.consumerPositionOffset, RingLayout.creditOffset,
    RingLayout.entriesOffset,
  ] {
    check(offset % 128 == 0, "words of two threads share no pair of cache lines")
  }
}
