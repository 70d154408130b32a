// A copy of the slot ring's protocol, once with its orderings and once without: what ThreadSanitizer must tell apart.
import Glibc
import Synchronization

/// 64 slots of 56 bytes and a sequence; positions and credit as in Channels.SlotRing.
@safe
final class RingCopy: @unchecked Sendable {
  // SAFETY: allocated by `init`, never freed; two threads use it as its producer and its consumer.
  let slots: UnsafeMutableRawPointer
  let credit: UnsafeMutablePointer<Atomic<UInt64>>
  static let capacity: UInt64 = 64

  init() {
    unsafe slots = .allocate(byteCount: 64 * Int(RingCopy.capacity), alignment: 128)
    unsafe slots.initializeMemory(
      as: UInt8.self, repeating: 0, count: 64 * Int(RingCopy.capacity))
    unsafe credit = .allocate(capacity: 1)
    unsafe credit.initialize(to: Atomic(0))
  }

  func slot(_ position: UInt64) -> UnsafeMutableRawPointer {
    unsafe slots + Int(position % RingCopy.capacity) * 64
  }
  func sequence(_ position: UInt64) -> UnsafeMutablePointer<Atomic<UInt64>> {
    unsafe (slot(position) + 56).assumingMemoryBound(to: Atomic<UInt64>.self)
  }
}

let count: UInt64 = 20_000

func produce(_ ring: RingCopy, sound: Bool) {
  for position in 0..<count {
    while true {
      let freed =
        sound
        ? unsafe ring.credit.pointee.load(ordering: .acquiring)
        : unsafe ring.credit.pointee.load(ordering: .relaxed)
      if position - freed < RingCopy.capacity { break }
      sched_yield()
    }
    for index in 0..<7 {
      unsafe ring.slot(position).storeBytes(
        of: position &* UInt64(index + 1), toByteOffset: index * 8, as: UInt64.self)
    }
    if sound {
      unsafe ring.sequence(position).pointee.store(position + 1, ordering: .releasing)
    } else {
      unsafe ring.sequence(position).pointee.store(position + 1, ordering: .relaxed)
    }
  }
}

func consume(_ ring: RingCopy, sound: Bool) -> UInt64 {
  var sum: UInt64 = 0
  for position in 0..<count {
    while true {
      let held =
        sound
        ? unsafe ring.sequence(position).pointee.load(ordering: .acquiring)
        : unsafe ring.sequence(position).pointee.load(ordering: .relaxed)
      if held == position + 1 { break }
      sched_yield()
    }
    for index in 0..<7 {
      sum &+= unsafe ring.slot(position).load(fromByteOffset: index * 8, as: UInt64.self)
    }
    if sound {
      unsafe ring.credit.pointee.store(position + 1, ordering: .releasing)
    } else {
      unsafe ring.credit.pointee.store(position + 1, ordering: .relaxed)
    }
  }
  return sum
}

final class Job {
  let ring: RingCopy
  let sound: Bool
  init(_ ring: RingCopy, sound: Bool) {
    self.ring = ring
    self.sound = sound
  }
}

/// Produces on a thread of its own.
func start(_ job: Job) -> pthread_t? {
  var thread = pthread_t()
  let result = unsafe pthread_create(
    &thread, nil,
    { argument in
      guard let argument = unsafe argument else { return nil }
      let job = unsafe Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
      produce(job.ring, sound: job.sound)
      return nil
    }, Unmanaged.passRetained(job).toOpaque())
  return result == 0 ? thread : nil
}

@main
struct Main {
  static func main() {
    let mode = CommandLine.arguments.dropFirst().first
    guard mode == "sound" || mode == "broken" else {
      print("usage: RingCopy sound|broken")
      exit(2)
    }
    let job = Job(RingCopy(), sound: mode == "sound")
    guard let thread = start(job) else { exit(3) }
    let sum = consume(job.ring, sound: job.sound)
    pthread_join(thread, nil)
    let expected = 28 &* (count &* (count - 1) / 2)
    print("\(mode ?? ""): \(sum == expected ? "every word arrived" : "words were damaged")")
    exit(sum == expected || mode == "broken" ? 0 : 4)
  }
}
