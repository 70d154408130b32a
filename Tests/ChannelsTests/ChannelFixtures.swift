// Records, a seeded generator and threads for the channel tests.
import Channels
import Foundation
import Synchronization
import Testing

/// SplitMix64: the seed is the bug report.
struct Generator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

func mixed(_ value: UInt64) -> UInt64 {
  var generator = Generator(seed: value)
  return generator.next()
}

protocol Numbered: BitwiseCopyable, Sendable {
  init(number: UInt64)
  var number: UInt64 { get }
  /// Every word is what `init(number:)` put there.
  var isWhole: Bool { get }
}

/// 56 bytes: one slot.
struct OneSlot: Numbered {
  var number: UInt64
  var a: UInt64, b: UInt64, c: UInt64, d: UInt64, e: UInt64, f: UInt64
  init(number: UInt64) {
    self.number = number
    a = mixed(number)
    b = mixed(number &+ 1)
    c = mixed(number &+ 2)
    d = mixed(number &+ 3)
    e = mixed(number &+ 4)
    f = a ^ b ^ c ^ d ^ e
  }
  var isWhole: Bool {
    a == mixed(number) && e == mixed(number &+ 4) && f == a ^ b ^ c ^ d ^ e
  }
}

/// 112 bytes: two slots.
struct TwoSlots: Numbered {
  var first: OneSlot
  var second: OneSlot
  init(number: UInt64) {
    first = OneSlot(number: number)
    second = OneSlot(number: ~number)
  }
  var number: UInt64 { first.number }
  var isWhole: Bool { first.isWhole && second.isWhole && second.number == ~first.number }
}

/// 4 bytes: the smallest that is used.
struct Tiny: Numbered {
  var held: UInt32
  init(number: UInt64) { held = UInt32(truncatingIfNeeded: number) }
  var number: UInt64 { UInt64(held) }
  var isWhole: Bool { true }
}

/// Carries a noncopyable end into a thread.
final class Box<Value: ~Copyable>: @unchecked Sendable {
  private var value: Value?
  init(_ value: consuming Value) { self.value = consume value }
  func take() -> Value { value.take()! }
}

/// What threads shared stays alive to the end of the process: a thread lets go of it only after it has left
/// its group, and ThreadSanitizer sees no order in reference counts.
private let shared = Mutex<[@Sendable () -> Void]>([])

/// Runs all of `bodies` at once, each on a thread of its own, and waits for all.
func onThreads(_ bodies: [@Sendable () -> Void]) {
  shared.withLock { $0 += bodies }
  let group = DispatchGroup()
  for body in bodies {
    group.enter()
    let thread = Thread {
      body()
      group.leave()
    }
    thread.start()
  }
  group.wait()
}

func temporaryPath(_ name: String) -> String {
  FileManager.default.temporaryDirectory.appendingPathComponent(
    "channels-\(ProcessInfo.processInfo.processIdentifier)-\(UInt64.random(in: 0 ... .max))-\(name)"
  ).path
}

func region(_ byteCount: Int) -> MemoryRegion {
  do { return try MemoryRegion.anonymous(byteCount: byteCount) } catch { fatalError("\(error)") }
}

/// `#expect` for expressions that the macro cannot take apart: calls on noncopyable values.
func check(
  _ isTrue: Bool, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation
) {
  #expect(isTrue, comment, sourceLocation: location)
}

/// A word of shared memory as another process left it.
struct SharedWord {
  private let counters: Counters<One>
  private enum One: CounterName {
    case only
    var index: Int { 0 }
    static var indexCount: Int { 1 }
  }
  init(_ memory: MemoryRegion, at offset: Int) {
    counters = unsafe Counters(at: memory.base + offset)
  }
  var value: UInt64 { counters[.only] }
}
