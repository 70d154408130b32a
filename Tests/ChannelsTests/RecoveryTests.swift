// Rings in a mapped file outlive their process: whatever was committed is there for the next one.
import Channels
import Foundation
import MappedFile
import Testing

@Test func attachingAfterEveryPrefixFindsWhatWasCommitted() throws {
  for capacity in [1, 2, 4, 8, 64] {
    let memory = region(SlotRing<TwoSlots>.byteCount(capacity: capacity))
    defer { memory.unmap() }
    var generator = Generator(seed: UInt64(capacity) &* 77)
    var ring = SlotRing<TwoSlots>(creatingIn: memory, capacity: capacity, tag: 9)
    var head: UInt64 = 0
    var tail: UInt64 = 0
    for _ in 0..<400 {
      var producer = ring.makeProducer()
      var consumer = ring.makeConsumer()
      for _ in 0..<(generator.next() % UInt64(2 * capacity + 2)) {
        if generator.next() % 2 == 0 {
          if producer.push(TwoSlots(number: tail)) { tail += 1 }
        } else if let popped = consumer.pop() {
          check(popped.number == head && popped.isWhole)
          head += 1
        }
      }
      // The old ends are simply forgotten, as a kill forgets them.
      ring = try SlotRing<TwoSlots>(attachingTo: memory, tag: 9)
      check(ring.capacity == capacity)
    }
    var consumer = ring.makeConsumer()
    while let popped = consumer.pop() {
      check(popped.number == head && popped.isWhole)
      head += 1
    }
    check(head == tail && tail > UInt64(capacity))
  }
}

@Test func attachingToAByteRingAfterEveryPrefix() throws {
  let memory = region(ByteRing.byteCount(capacity: 512))
  defer { memory.unmap() }
  var generator = Generator(seed: 5)
  var ring = ByteRing(creatingIn: memory, capacity: 512)
  var queue: [UInt64] = []
  var next: UInt64 = 1
  for _ in 0..<2_000 {
    var producer = ring.makeProducer()
    var consumer = ring.makeConsumer()
    for _ in 0..<(generator.next() % 8) {
      if generator.next() % 2 == 0 {
        let count = 8 + Int(generator.next() % 180)
        if let bytes = unsafe producer.claim(byteCount: count) {
          unsafe bytes.storeBytes(of: next, as: UInt64.self)
          producer.commit(count)
          queue.append(next)
          next += 1
        }
      } else if let shown = unsafe consumer.peek() {
        let held = unsafe shown.load(as: UInt64.self)
        check(held == queue.removeFirst())
        consumer.release()
      }
    }
    // A claim that is open at the kill, scribbled over its whole length, must not be seen.
    if let bytes = unsafe producer.claim(byteCount: 100) {
      unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0xFF)
    }
    ring = try ByteRing(attachingTo: memory)
  }
  var consumer = ring.makeConsumer()
  while let shown = unsafe consumer.peek() {
    let held = unsafe shown.load(as: UInt64.self)
    check(held == queue.removeFirst())
    consumer.release()
  }
  check(queue.isEmpty && next > 2_000)
}

/// A process of its own pushes into a file until it is killed; this one finds an unbroken run of whole records.
@Test func aKilledProducerLeavesOnlyWholeRecords() throws {
  let path = temporaryPath("killed")
  defer { unsafe _ = unlink(path) }
  let capacity = 1 << 15
  let slotBytes = SlotRing<TwoSlots>.byteCount(capacity: capacity)
  for delay in [200, 900, 2_500] as [UInt32] {
    let shared = try MemoryRegion.create(file: path, byteCount: slotBytes)
    let ring = SlotRing<TwoSlots>(creatingIn: shared, capacity: capacity, tag: 3)
    let forked = forkedChild {
      var producer = ring.makeProducer()
      var number: UInt64 = 0
      // Its own consumer keeps the ring turning; the last capacity-full stays.
      var consumer = ring.makeConsumer()
      while true {
        if !producer.push(TwoSlots(number: number)) {
          for _ in 0..<1000 { _ = consumer.pop() }
          continue
        }
        number &+= 1
      }
    }
    let child = try #require(forked)
    // It is killed in full flight: after the ring has turned once, at some odd moment.
    let turned = SharedWord(shared, at: RingLayout.consumerPositionOffset)
    for _ in 0..<10_000 where turned.value < UInt64(capacity) { usleep(500) }
    check(turned.value >= UInt64(capacity))
    usleep(delay)
    kill(child, SIGKILL)
    var status: Int32 = 0
    check(unsafe waitpid(child, &status, 0) == child)
    shared.unmap()

    let (memory, _) = try MemoryRegion.open(file: path, writable: true)
    let attached = try SlotRing<TwoSlots>(attachingTo: memory, tag: 3)
    var consumer = attached.makeConsumer()
    var expected = consumer.poppedCount
    var sound = true
    while let popped = consumer.pop() {
      sound = sound && popped.number == expected && popped.isWhole
      expected += 1
    }
    check(sound)
    var producer = attached.makeProducer()
    check(producer.pushedCount == expected)
    check(producer.push(TwoSlots(number: expected)))
    check(consumer.pop()?.number == expected)
    memory.unmap()
  }
}

/// fork(2), which Glibc's overlay hides; the child runs `body`, which allocates nothing, until it is killed.
private func forkedChild(_ body: () -> Never) -> pid_t? {
  guard let symbol = unsafe dlsym(nil, "fork") else { return nil }
  let fork = unsafe unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)
  let child = fork()
  if child == 0 { body() }
  return child > 0 ? child : nil
}

@Test func memoryThatIsNoSuchRingIsRefused() throws {
  let memory = region(SlotRing<OneSlot>.byteCount(capacity: 8))
  defer { memory.unmap() }
  func refusal(_ memory: MemoryRegion, tag: UInt64 = 1) -> ChannelError? {
    do {
      _ = try SlotRing<OneSlot>(attachingTo: memory, tag: tag)
      return nil
    } catch {
      return error
    }
  }
  func put(_ value: UInt64, _ offset: Int) {
    unsafe memory.base.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
  }
  func fresh() {
    let ring = SlotRing<OneSlot>(creatingIn: memory, capacity: 8, tag: 1)
    var producer = ring.makeProducer()
    for number in 0..<3 { _ = producer.push(OneSlot(number: UInt64(number))) }
  }
  check(refusal(memory) == .magic(0))
  fresh()
  check(refusal(memory) == nil)
  check(refusal(memory, tag: 2) == .tag(held: 1, expected: 2))
  check(
    refusal(memory.slice(at: 0, byteCount: 600)) == .tooSmall(byteCount: 600, needed: 1024))
  check(
    refusal(memory.slice(at: 0, byteCount: 100)) == .tooSmall(byteCount: 100, needed: 512))
  check(refusal(memory.slice(at: 64, byteCount: 1024)) == .misaligned)
  for capacity in [0, 3, 12, 1 << 50, UInt64.max] {
    fresh()
    put(capacity, RingLayout.capacityOffset)
    check(refusal(memory) == .capacity(capacity))
  }
  fresh()
  put(1024, RingLayout.capacityOffset)
  check(refusal(memory) == .tooSmall(byteCount: memory.byteCount, needed: 512 + 1024 * 64))
  fresh()
  unsafe memory.base.storeBytes(of: 7, toByteOffset: RingLayout.versionOffset, as: UInt32.self)
  check(refusal(memory) == .version(7))
  fresh()
  do {
    _ = try SlotRing<TwoSlots>(attachingTo: memory, tag: 1)
    Issue.record("another record's ring was taken")
  } catch {
    check(error == .entrySize(held: 56, expected: 112))
  }
  fresh()
  // Slot 3 holds a number that neither this lap nor the last can have put there.
  put(77, RingLayout.entriesOffset + 3 * 64 + 56)
  check(refusal(memory) == .corrupt(position: 3))
  fresh()
  do {
    _ = try ByteRing(attachingTo: memory, tag: 1)
    Issue.record("a slot ring was taken for a byte ring")
  } catch {
    check(error == .magic(RingLayout.slotMagic))
  }
}

@Test func damagedByteEntriesAreRefused() throws {
  let memory = region(ByteRing.byteCount(capacity: 1024))
  defer { memory.unmap() }
  let damages: [(Int, UInt64)] = [
    (0, 5), (0, .max), (0, 1 << 63 | 2000), (64, 1), (0, 1 << 63 | 1 << 62 | 64),
    (64, 1 << 63 | 1 << 32 | 1_000_000),
  ]
  for (offset, value) in damages {
    let ring = ByteRing(creatingIn: memory, capacity: 1024)
    var producer = ring.makeProducer()
    for _ in 0..<3 where unsafe producer.claim(byteCount: 40) != nil { producer.commit(40) }
    unsafe memory.base.storeBytes(
      of: value, toByteOffset: RingLayout.entriesOffset + offset, as: UInt64.self)
    #expect(throws: ChannelError.self) { _ = try ByteRing(attachingTo: memory) }
  }
}
