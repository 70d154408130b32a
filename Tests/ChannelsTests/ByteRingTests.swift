// The byte ring against a queue of byte strings: every short script, wrap by padding, claims that shrink or vanish.
import Channels
import Testing

private func fill(_ bytes: UnsafeMutableRawBufferPointer, number: UInt64) {
  for index in 0..<bytes.count {
    unsafe bytes[index] = UInt8(truncatingIfNeeded: number &* 31 &+ UInt64(index) &* 7)
  }
}

private func matches(_ bytes: UnsafeRawBufferPointer, number: UInt64, count: Int) -> Bool {
  if bytes.count != count { return false }
  for index in 0..<count
  where unsafe bytes[index] != UInt8(truncatingIfNeeded: number &* 31 &+ UInt64(index) &* 7) {
    return false
  }
  return true
}

private struct Pending {
  var number: UInt64
  var count: Int
}

/// Three-valued scripts: push small, push large, pop. 256 bytes of capacity: padding comes at once.
@Test(arguments: [(20, 100), (56, 57), (0, 120), (8, 119), (1, 64)])
func everyShortScript(sizes: (Int, Int)) {
  let memory = region(ByteRing.byteCount(capacity: 256))
  defer { memory.unmap() }
  let depth = 9
  var script = 0
  let scripts = (0..<depth).reduce(1) { product, _ in product * 3 }
  var refusedOnce = false
  while script < scripts {
    let ring = ByteRing(creatingIn: memory, capacity: 256)
    var producer = ring.makeProducer()
    var consumer = ring.makeConsumer()
    var queue: [Pending] = []
    var rest = script
    for step in 0..<depth {
      let operation = rest % 3
      rest /= 3
      if operation < 2 {
        let count = operation == 0 ? sizes.0 : sizes.1
        if let bytes = unsafe producer.claim(byteCount: count) {
          unsafe fill(bytes, number: UInt64(step))
          producer.commit(count)
          queue.append(Pending(number: UInt64(step), count: count))
        } else {
          refusedOnce = true
          if queue.isEmpty {
            // An empty poll returns all credit; then every legal claim is granted.
            if unsafe consumer.peek() != nil { Issue.record("script \(script): not empty") }
            guard unsafe producer.claim(byteCount: count) != nil else {
              Issue.record("script \(script) step \(step): an empty ring refused \(count)")
              return
            }
            producer.abort()
          }
        }
      } else {
        let shown = unsafe consumer.peek()
        guard let first = queue.first else {
          if unsafe shown != nil { Issue.record("script \(script): phantom entry") }
          continue
        }
        guard let shown = unsafe shown,
          unsafe matches(shown, number: first.number, count: first.count)
        else {
          Issue.record("script \(script) step \(step): entry lost or damaged")
          return
        }
        consumer.release()
        queue.removeFirst()
      }
      let live = queue.reduce(0) { $0 + ByteRing.entryByteCount(payload: $1.count) }
      if consumer.backlogByteCount != producer.backlogByteCount
        || !(live...192).contains(producer.backlogByteCount)
      {
        Issue.record("script \(script) step \(step): backlog \(producer.backlogByteCount)")
        return
      }
    }
    script += 1
  }
  check(refusedOnce, "the ring was full at least once")
}

@Test(arguments: [256, 4096, 65536])
func randomEntriesAgainstAQueue(capacity: Int) {
  var generator = Generator(seed: UInt64(capacity) + 1)
  let ring = ByteRing(capacity: capacity)
  defer { ring.unmap() }
  var producer = ring.makeProducer()
  var consumer = ring.makeConsumer()
  var queue: [Pending] = []
  var number: UInt64 = 0
  var padded = false
  for _ in 0..<40_000 {
    if generator.next() % 2 == 0 {
      let count = Int(generator.next() % UInt64(producer.claimBytesMax + 1))
      if let bytes = unsafe producer.claim(byteCount: count) {
        check(bytes.count == count)
        check(UInt(bitPattern: bytes.baseAddress) % 8 == 0)
        if generator.next() % 8 == 0 {
          unsafe fill(bytes, number: 0xDEAD)
          producer.abort()
        } else {
          let used = generator.next() % 4 == 0 ? count / 2 : count
          unsafe fill(UnsafeMutableRawBufferPointer(rebasing: bytes[..<used]), number: number)
          producer.commit(used)
          queue.append(Pending(number: number, count: used))
          number += 1
        }
      }
    } else if let shown = unsafe consumer.peek() {
      let first = queue.isEmpty ? nil : queue.removeFirst()
      let sound = unsafe matches(
        shown, number: first?.number ?? .max, count: first?.count ?? -1)
      check(sound)
      // Peeking again shows the same entry.
      let again = unsafe consumer.peek()
      check(unsafe again?.baseAddress == shown.baseAddress)
      consumer.release()
    } else {
      check(queue.isEmpty)
    }
    let live = queue.reduce(0) { $0 + ByteRing.entryByteCount(payload: $1.count) }
    padded = padded || producer.backlogByteCount > live
    check(producer.backlogByteCount >= live)
    check(consumer.backlogByteCount == producer.backlogByteCount)
  }
  check(padded, "an entry was moved to the start by padding")
  check(number > 1000)
}

@Test func aClaimThatCanNeverBeGrantedIsRefused() {
  let ring = ByteRing(capacity: 4096)
  defer { ring.unmap() }
  var producer = ring.makeProducer()
  let tooLarge = unsafe producer.claim(byteCount: producer.claimBytesMax + 1) == nil
  let negative = unsafe producer.claim(byteCount: -1) == nil
  let largest = unsafe producer.claim(byteCount: producer.claimBytesMax) != nil
  check(tooLarge && negative && largest)
}

@Test func nobodySeesAClaimBeforeItsCommit() {
  let ring = ByteRing(capacity: 1024)
  defer { ring.unmap() }
  var producer = ring.makeProducer()
  var consumer = ring.makeConsumer()
  for _ in 0..<50 {
    if let bytes = unsafe producer.claim(byteCount: 300) { unsafe fill(bytes, number: ~0) }
    check(unsafe consumer.peek() == nil)
    producer.abort()
    check(unsafe consumer.peek() == nil)
    if let bytes = unsafe producer.claim(byteCount: 200) { unsafe fill(bytes, number: 5) }
    producer.commit(150)
    let sound = unsafe consumer.peek().map { unsafe matches($0, number: 5, count: 150) }
    check(sound == true)
    consumer.release()
  }
}

@Test func twoThreadsPassEveryEntryWholeAndInOrder() {
  for (capacity, count) in [(256, 4_000), (8_192, 20_000)] as [(Int, UInt64)] {
    let ring = ByteRing(capacity: capacity)
    defer { ring.unmap() }
    let producing = Box(ring.makeProducer())
    let consuming = Box(ring.makeConsumer())
    @Sendable func length(_ number: UInt64) -> Int {
      Int(mixed(number) % UInt64(ByteRing.claimBytesMax(capacity: capacity) / 4 + 1))
    }
    onThreads([
      {
        var producer = producing.take()
        var waiter = Waiter(.spinThenYield, spinsMax: 50)
        var number: UInt64 = 0
        while number < count {
          let bytes = unsafe producer.claim(byteCount: length(number))
          if let bytes = unsafe bytes {
            unsafe fill(bytes, number: number)
            producer.commit(bytes.count)
            number += 1
          }
          _ = waiter.shouldBlock(after: unsafe bytes == nil ? 0 : 1)
        }
      },
      {
        var consumer = consuming.take()
        var waiter = Waiter(.spinThenYield, spinsMax: 50)
        var expected: UInt64 = 0
        while expected < count {
          let shown = unsafe consumer.peek()
          if let shown = unsafe shown {
            let sound = unsafe matches(shown, number: expected, count: length(expected))
            if !sound {
              Issue.record("entry \(expected) of \(capacity): damaged")
              return
            }
            consumer.release()
            expected += 1
          }
          _ = waiter.shouldBlock(after: unsafe shown == nil ? 0 : 1)
        }
      },
    ])
  }
}
