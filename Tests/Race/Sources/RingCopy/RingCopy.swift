// A copy of the slot ring's protocol, with its orderings and without: what ThreadSanitizer must tell apart.
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

/// 56 bytes, which the compiler copies by memcpy: TSan's default in Swift programs is blind to that
/// (`ignore_interceptors_accesses`), so this must be caught as well as single words.
struct Record: BitwiseCopyable {
  var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

  @inline(never)
  init(_ position: UInt64) {
    words = (
      position, position &* 2, position &* 3, position &* 4, position &* 5, position &* 6,
      position &* 7
    )
  }
}

/// How the producer works.
enum Mode: String {
  /// All orderings in place.
  case sound
  /// None, the payload written word by word.
  case words
  /// None, the payload written as one record.
  case record
}

let count: UInt64 = 20_000

func produce(_ ring: RingCopy, _ mode: Mode) {
  let sound = mode == .sound
  for position in 0..<count {
    while true {
      let freed =
        sound
        ? unsafe ring.credit.pointee.load(ordering: .acquiring)
        : unsafe ring.credit.pointee.load(ordering: .relaxed)
      if position - freed < RingCopy.capacity { break }
      sched_yield()
    }
    if mode == .words {
      for index in 0..<7 {
        unsafe ring.slot(position).storeBytes(
          of: position &* UInt64(index + 1), toByteOffset: index * 8, as: UInt64.self)
      }
    } else {
      unsafe ring.slot(position).assumingMemoryBound(to: Record.self).initialize(
        to: Record(position))
    }
    if sound {
      unsafe ring.sequence(position).pointee.store(position + 1, ordering: .releasing)
    } else {
      unsafe ring.sequence(position).pointee.store(position + 1, ordering: .relaxed)
    }
  }
}

func consume(_ ring: RingCopy, _ mode: Mode) -> UInt64 {
  let sound = mode == .sound
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
  let mode: Mode
  init(_ ring: RingCopy, _ mode: Mode) {
    self.ring = ring
    self.mode = mode
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
      produce(job.ring, job.mode)
      return nil
    }, Unmanaged.passRetained(job).toOpaque())
  return result == 0 ? thread : nil
}

@main
struct Main {
  static func main() {
    guard let mode = CommandLine.arguments.dropFirst().first.flatMap(Mode.init(rawValue:)) else {
      print("usage: RingCopy sound|words|record")
      exit(2)
    }
    let job = Job(RingCopy(), mode)
    guard let thread = start(job) else { exit(3) }
    let sum = consume(job.ring, job.mode)
    pthread_join(thread, nil)
    let expected = 28 &* (count &* (count - 1) / 2)
    print("\(mode.rawValue): \(sum == expected ? "every word arrived" : "words were damaged")")
    exit(sum == expected || mode != .sound ? 0 : 4)
  }
}
