// A door in a folder of its own, with a thread that keeps it open, and a raw socket to be rude with.

import Door
import Glibc
import Quantities
import Synchronization

func temporaryPath() -> String {
  let template = Array("/tmp/door-XXXXXX".utf8CString)
  var bytes = template
  let made = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
    unsafe mkdtemp(buffer.baseAddress!) != nil
  }
  precondition(made)
  return String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/door"
}

func doorTable() -> InstrumentTable {
  var first = Instrument(
    id: .none, symbol: Symbol("BTC-USDT")!, type: .spot,
    tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 3))
  first.isTradable = true
  let second = Instrument(
    id: .none, symbol: Symbol("SHOWN-USDT")!, type: .unknown,
    tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 3))
  return InstrumentTable([first, second])
}

func doorRules() -> DoorRules {
  DoorRules(instruments: doorTable(), targetLotsMaximum: [1_000, 1_000])
}

let bitcoin = Symbol("BTC-USDT")!

func signal(_ edit: (inout DoorSignal) -> Void = { _ in }) -> DoorSignal {
  var signal = DoorSignal(
    instrument: bitcoin, source: .manual, target: 5, timeToLiveMilliseconds: 20_000,
    maximumDriftBasisPoints: 50, confidencePermille: 700, person: "ada")
  edit(&signal)
  return signal
}

/// Runs a listener on a thread of its own until it is stopped.
final class OpenDoor: Sendable {
  let path: String
  private let isStopping = Atomic<Bool>(false)
  private let isStopped = Atomic<Bool>(false)
  let commands = Mutex<[DoorCommand]>([])
  let peers = Mutex<[DoorPeer]>([])
  let counters = Mutex(DoorCounters())

  init(_ options: DoorOptions = DoorOptions(), path: String = temporaryPath()) throws {
    self.path = path
    let listener = try DoorListener(path: path, rules: doorRules(), options: options)
    start(Mutex(listener))
  }

  private func start(_ listener: consuming Mutex<DoorListener>) {
    let box = Box(listener)
    startThread { [self] in
      while !isStopping.load(ordering: .acquiring) {
        box.listener.withLock { door in
          door.poll(milliseconds: 5) { call in
            commands.withLock { $0.append(call.command) }
            peers.withLock { $0.append(call.peer) }
            var reply = DoorReply(.done, detail: "heard \(call.frame.count)")
            reply.first = 42
            reply.fourth = .min
            return reply
          }
          counters.withLock { $0 = door.counters }
        }
      }
      isStopped.store(true, ordering: .releasing)
    }
  }

  private final class Box: Sendable {
    let listener: Mutex<DoorListener>
    init(_ listener: consuming Mutex<DoorListener>) { self.listener = listener }
  }

  func stop() {
    isStopping.store(true, ordering: .releasing)
    while !isStopped.load(ordering: .acquiring) { usleep(1_000) }
  }

  /// Waits until `condition` holds, 5 s at most.
  func wait(_ condition: () -> Bool) -> Bool {
    for _ in 0..<5_000 {
      if condition() { return true }
      usleep(1_000)
    }
    return false
  }
}

private final class Work: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

func startThread(_ body: @escaping @Sendable () -> Void) {
  var thread = pthread_t()
  let work = unsafe Unmanaged.passRetained(Work(body)).toOpaque()
  let result = unsafe pthread_create(
    &thread, nil,
    { argument in
      let work = unsafe Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue()
      work.body()
      return nil
    }, work)
  precondition(result == 0)
  pthread_detach(thread)
}

/// A socket without manners.
struct RawClient: ~Copyable {
  let descriptor: Int32

  init(_ path: String) {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      for (index, byte) in path.utf8.enumerated() { unsafe room[index] = byte }
    }
    _ = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    var limit = timeval(tv_sec: 5, tv_usec: 0)
    _ = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { _ = close(descriptor) }

  /// Bytes sent, or -1 where the other side is gone.
  @discardableResult
  func send(_ bytes: [UInt8], blocking: Bool = true) -> Int {
    let flags = Int32(MSG_NOSIGNAL) | (blocking ? 0 : Int32(MSG_DONTWAIT))
    return unsafe bytes.withUnsafeBytes { buffer in
      unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, flags)
    }
  }

  /// What comes until the other side closes, or `count` bytes, or 5 s pass.
  func receive(_ count: Int = .max) -> [UInt8] {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while all.count < count {
      let got = unsafe chunk.withUnsafeMutableBytes { buffer in
        unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
      }
      if got <= 0 { break }
      all += chunk.prefix(got)
    }
    return all
  }
}

/// The code in the first reply of some bytes.
func code(in bytes: [UInt8]) -> DoorCode? {
  if bytes.count < 26 { return nil }
  return DoorCode(rawValue: UInt16(bytes[24]) | UInt16(bytes[25]) << 8)
}
