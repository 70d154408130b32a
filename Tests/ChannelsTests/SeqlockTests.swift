// A seqlock's readers see whole values only, also through a read-only mapping and beside a busy writer.
import Channels
import Foundation
import MappedFile
import Quantities
import Synchronization
import Testing

private struct Wide: BitwiseCopyable, Sendable {
  var a: TwoSlots
  var b: TwoSlots
  init(number: UInt64) {
    a = TwoSlots(number: number)
    b = TwoSlots(number: number)
  }
  var isWhole: Bool { a.isWhole && b.isWhole && a.number == b.number }
}

@Test func whatIsStoredIsLoaded() {
  let memory = region(4096)
  defer { memory.unmap() }
  let slot = unsafe Seqlock<OneSlot>(at: memory.base)
  check(slot.load() == nil && slot.version == 0)
  var writer = slot.makeWriter()
  for number in 1...50 as ClosedRange<UInt64> {
    writer.store(OneSlot(number: number))
    let held = slot.load()
    check(held?.number == number && held?.isWhole == true)
    check(slot.version == number)
  }
  check(Seqlock<OneSlot>.byteCount == 64 && Seqlock<Wide>.byteCount == 256)
}

@Test func aWriterThatDiedInsideIsTornUntilTheNextStore() {
  let memory = region(4096)
  defer { memory.unmap() }
  let slot = unsafe Seqlock<OneSlot>(at: memory.base)
  var writer = slot.makeWriter()
  writer.store(OneSlot(number: 1))
  unsafe memory.base.storeBytes(of: 3, as: UInt64.self)
  check(slot.load() == nil)
  var successor = slot.makeWriter()
  successor.store(OneSlot(number: 2))
  check(slot.load()?.number == 2 && slot.version == 2)
}

@Test func readersBesideABusyWriterSeeWholeValuesThatNeverGoBack() {
  let slot = Seqlock(Wide(number: 0))
  let rounds: UInt64 = 400_000
  let ready = (Flag(), Flag())
  let finished = Flag()
  @Sendable func read(_ begun: Flag) {
    var last: UInt64 = 0
    while !finished.isRaised {
      begun.raise()
      guard let value = slot.load() else { continue }
      if !value.isWhole || value.a.number < last {
        Issue.record("torn or old: \(value.a.number) after \(last)")
        return
      }
      last = value.a.number
    }
  }
  onThreads([
    {
      var writer = slot.makeWriter()
      var waiter = Waiter(.spinThenYield, spinsMax: 100)
      while !ready.0.isRaised || !ready.1.isRaised { _ = waiter.shouldBlock(after: 0) }
      for number in 1...rounds { writer.store(Wide(number: number)) }
      finished.raise()
    }, { read(ready.0) }, { read(ready.1) },
  ])
  check(slot.load()?.a.number == rounds && slot.version == rounds + 1)
}

@Test func aReadOnlyMappingServes() throws {
  let path = temporaryPath("seqlock")
  defer { unsafe _ = unlink(path) }
  let shared = try MemoryRegion.create(file: path, byteCount: 4096)
  var writer = unsafe Seqlock<SignalLease>(at: shared.base).makeWriter()
  let (memory, identity) = try MemoryRegion.open(file: path, writable: false)
  let reader = unsafe Seqlock<SignalLease>(at: memory.base)
  check(reader.load() == nil)
  var lease = SignalLease.absent
  lease.target = Quantity(lots: -5)
  lease.source = .manual
  writer.store(lease)
  let held = reader.load()
  check(held?.target.lots == -5 && held?.source == .manual)
  let now = try FileIdentity.of(path: path)
  check(now == identity && !memory.isWritable)
  // The kernel itself may not write there: EFAULT instead of a signal.
  let zeros = unsafe open("/dev/zero", O_RDONLY)
  let forbidden = unsafe read(zeros, memory.base, 1)
  let reason = errno
  let allowed = unsafe read(zeros, shared.base + 2048, 1)
  check(forbidden == -1 && reason == EFAULT && allowed == 1)
  close(zeros)
  memory.unmap()
  shared.unmap()
}

final class Flag: Sendable {
  private let word = Atomic<Bool>(false)
  func raise() { word.store(true, ordering: .releasing) }
  var isRaised: Bool { word.load(ordering: .acquiring) }
}
