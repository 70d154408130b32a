// A socket pair between a stage and the venue: what the venue says waits until the test delivers or drops it.

import Glibc

/// The venue's end of one connection. The other end is a stage's: `coreEnd` is given away once.
public final class BenchWire {
  public let coreEnd: Int32
  private var venueEnd: Int32
  /// Frames that the venue sent and nobody delivered yet, oldest first.
  public private(set) var waiting: [[UInt8]] = []
  /// The rest of a frame that the socket did not take.
  private var rest: [UInt8] = []
  private var received: [UInt8] = []
  /// Every byte that came from the core, masked as it was sent.
  public private(set) var log: [UInt8] = []
  public var isOpen: Bool { venueEnd >= 0 }

  static let bufferBytes: Int32 = 1 << 20

  public init() {
    var ends: [Int32] = [-1, -1]
    let result = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
    precondition(result == 0, "Invariant: the machine has descriptors for a test")
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      var size = BenchWire.bufferBytes
      _ = unsafe setsockopt(end, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    coreEnd = ends[0]
    venueEnd = ends[1]
  }

  deinit { if venueEnd >= 0 { close(venueEnd) } }

  /// The venue says `text`; it waits for `deliver`.
  public func say(_ text: [UInt8]) { say(opcode: 0x1, text) }
  public func say(_ text: String) { say(Array(text.utf8)) }

  public func say(opcode: UInt8, _ payload: [UInt8]) {
    var frame: [UInt8] = [0x80 | opcode]
    if payload.count < 126 {
      frame.append(UInt8(payload.count))
    } else if payload.count <= 0xFFFF {
      frame += [126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    } else {
      frame.append(127)
      for shift in (0..<8).reversed() {
        frame.append(UInt8(truncatingIfNeeded: payload.count >> (shift * 8)))
      }
    }
    waiting.append(frame + payload)
  }

  /// Writes at most `limit` waiting frames into the socket; returns how many it took whole.
  @discardableResult
  public func deliver(_ limit: Int = .max) -> Int {
    var taken = 0
    if !flush() { return 0 }
    while taken < limit, !waiting.isEmpty {
      rest = waiting.removeFirst()
      taken += 1
      if !flush() { break }
    }
    return taken
  }

  /// Loses at most `limit` waiting frames.
  @discardableResult
  public func drop(_ limit: Int = .max) -> Int {
    let count = min(limit, waiting.count)
    waiting.removeFirst(count)
    return count
  }

  /// The next waiting frame comes twice, the second time `later` frames on.
  public func repeatNext(_ later: Int) {
    guard let next = waiting.first else { return }
    waiting.insert(next, at: min(waiting.count, 1 + later))
  }

  /// The next two waiting frames change places.
  public func swapNext() {
    if waiting.count > 1 { waiting.swapAt(0, 1) }
  }

  private func flush() -> Bool {
    if venueEnd < 0 {
      rest = []
      return true
    }
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe send(venueEnd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      rest.removeFirst(count)
    }
    return true
  }

  /// The texts that the core sent since the last call; pings, pongs and close frames are passed over.
  public func texts() -> [[UInt8]] {
    if venueEnd < 0 { return [] }
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe read(venueEnd, $0.baseAddress!, $0.count)
      }
      if count <= 0 { break }
      received += buffer[..<count]
      log += buffer[..<count]
    }
    var texts: [[UInt8]] = []
    while let text = nextFrame() { if let text = text.payload { texts.append(text) } }
    return texts
  }

  /// A client's frame is masked (RFC 6455 §5.3); nil where none is whole yet.
  private func nextFrame() -> (payload: [UInt8]?, Void)? {
    guard received.count >= 6 else { return nil }
    precondition(received[1] & 0x80 != 0, "Invariant: a client masks its frames")
    var count = Int(received[1] & 0x7F)
    var header = 2
    if count == 126 {
      guard received.count >= 8 else { return nil }
      count = Int(received[2]) << 8 | Int(received[3])
      header = 4
    }
    guard received.count >= header + 4 + count else { return nil }
    let key = Array(received[header..<(header + 4)])
    var payload = Array(received[(header + 4)..<(header + 4 + count)])
    for index in payload.indices { payload[index] ^= key[index & 3] }
    let opcode = received[0] & 0x0F
    received.removeFirst(header + 4 + count)
    return (opcode == 0x1 ? payload : nil, ())
  }

  /// The venue is gone: the core reads to the end of what was delivered and finds the stream ended.
  public func hangUp() {
    if venueEnd >= 0 { close(venueEnd) }
    venueEnd = -1
    waiting = []
    rest = []
  }
}
