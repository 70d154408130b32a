// The other side of the door: one blocking request at a time, with a time-out; the seam.

import CKernel

#if canImport(Glibc)
  import Glibc
#endif

/// A connection to the core. Control plane: blocks up to the given time.
public struct DoorClient: ~Copyable {
  let socket: DoorSocket
  var received: [UInt8] = []
  var nextID: UInt64 = 1

  /// Connects; `.notRunning` says how to start the core.
  public init(path: String) throws(DoorError) {
    socket = try DoorClient.connect(path)
  }

  static func connect(_ path: String) throws(DoorError) -> DoorSocket {
    let socket = try DoorSocket.open()
    let result = try socket.connect(path)
    switch result {
    case 0: return socket
    case ENOENT, ECONNREFUSED, ENOTSOCK: throw .notRunning(path: path)
    case EACCES, EPERM: throw .permission(path: path)
    // All of the listener's places to wait are taken.
    case EAGAIN: throw .timeout(milliseconds: 0)
    default: throw .system(call: "connect", errno: result)
    }
  }

  /// One request over a connection of its own.
  public static func send(_ request: DoorRequest, path: String, milliseconds: Int = 2_000)
    throws(DoorError) -> DoorReply
  {
    var client = try DoorClient(path: path)
    return try client.send(request, milliseconds: milliseconds)
  }

  /// Sends a request and waits for its reply. After an error the connection is of no more use.
  public mutating func send(_ request: DoorRequest, milliseconds: Int = 2_000)
    throws(DoorError) -> DoorReply
  {
    let id = nextID
    nextID += 1
    let deadline = ck_now_monotonic() + Int64(milliseconds) * 1_000_000
    var bytes = request.frame(id: id)
    while !bytes.isEmpty {
      switch socket.send(&bytes) {
      case .bytes: break
      case .later: try wait(POLLOUT, until: deadline, milliseconds)
      // The core may have said why before it closed.
      case .ended: return try reply(to: id, until: deadline, milliseconds)
      }
    }
    return try reply(to: id, until: deadline, milliseconds)
  }

  private mutating func reply(to id: UInt64, until deadline: Int64, _ milliseconds: Int)
    throws(DoorError) -> DoorReply
  {
    while true {
      if let reply = try takeReply() {
        // Id 0: said before any request was read (busy, not allowed).
        if reply.id == id || reply.id == 0 { return reply }
        continue
      }
      switch socket.receive(into: &received, room: DoorLayout.frameBytesMax) {
      case .bytes: break
      case .later: try wait(POLLIN, until: deadline, milliseconds)
      case .ended: throw .disconnected
      }
    }
  }

  private mutating func takeReply() throws(DoorError) -> DoorReply? {
    let header: DoorHeader?
    do throws(DoorCode) { header = try DoorHeader.parse(received[...]) } catch {
      throw .protocolError
    }
    guard let header else { return nil }
    if header.kind != DoorLayout.replyKind { throw .protocolError }
    if received.count < header.byteCount { return nil }
    let body = received[DoorLayout.headerBytes..<header.byteCount]
    guard let reply = DoorReply.decode(id: header.id, body: body) else { throw .protocolError }
    received.removeFirst(header.byteCount)
    return reply
  }

  private func wait(_ events: Int32, until deadline: Int64, _ milliseconds: Int) throws(DoorError) {
    let left = deadline - ck_now_monotonic()
    if left <= 0 { throw .timeout(milliseconds: milliseconds) }
    var watched = pollfd(fd: socket.descriptor, events: Int16(events), revents: 0)
    _ = unsafe Glibc.poll(&watched, 1, Int32(min(left / 1_000_000 + 1, 60_000)))
  }
}
