// The few socket calls the door makes, each a result instead of an errno; the seam.

#if canImport(Glibc)
  import Glibc
#endif

/// An open descriptor, closed with its owner.
struct DoorSocket: ~Copyable {
  let descriptor: Int32

  deinit { _ = close(descriptor) }

  /// A stream socket of the Unix domain: non-blocking, not inherited.
  static func open() throws(DoorError) -> DoorSocket {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let made = socket(AF_UNIX, kind | Int32(SOCK_NONBLOCK.rawValue), 0)
    if made < 0 { throw .system(call: "socket", errno: errno) }
    return DoorSocket(descriptor: made)
  }

  static func address(_ path: String) throws(DoorError) -> sockaddr_un {
    let bytes = Array(path.utf8)
    if bytes.isEmpty || bytes.count > DoorLayout.pathBytesMax || bytes.contains(0) {
      throw .pathTooLong(path: path, bytesMax: DoorLayout.pathBytesMax)
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      for (index, byte) in bytes.enumerated() { unsafe room[index] = byte }
    }
    return address
  }

  /// 0, or errno.
  func connect(_ path: String) throws(DoorError) -> Int32 {
    var address = try DoorSocket.address(path)
    // SAFETY: the address outlives the call, and its size is the struct's.
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe Glibc.connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return result == 0 ? 0 : errno
  }

  /// 0, or errno.
  func bind(_ path: String) throws(DoorError) -> Int32 {
    var address = try DoorSocket.address(path)
    // SAFETY: as `connect`.
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe Glibc.bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return result == 0 ? 0 : errno
  }

  /// A waiting connection, or nil when there is none (or it went away again).
  func accept() -> DoorSocket? {
    let made = Glibc.accept(descriptor, nil, nil)
    if made < 0 { return nil }
    let connection = DoorSocket(descriptor: made)
    let isClosedOnExec = fcntl(made, F_SETFD, FD_CLOEXEC) == 0
    let isNonBlocking = fcntl(made, F_SETFL, O_NONBLOCK) == 0
    if !isClosedOnExec || !isNonBlocking { return nil }
    return consume connection
  }

  /// Who is on the other side, as the kernel knows it (SO_PEERCRED); nil when it does not say.
  func peer() -> DoorPeer? {
    // struct ucred: pid, uid, gid, 32 bits each.
    var credentials: (Int32, UInt32, UInt32) = (0, 0, 0)
    var size = socklen_t(12)
    // SAFETY: the tuple is 12 bytes in the kernel's order and outlives the call.
    let result = unsafe getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size)
    if result != 0 || size != 12 { return nil }
    return DoorPeer(process: credentials.0, user: credentials.1, group: credentials.2)
  }

  enum Transfer: Equatable {
    case bytes(Int)
    /// Nothing now.
    case later
    case ended
  }

  /// Reads what is there, at most `room` bytes, behind `bytes`.
  func receive(into bytes: inout [UInt8], room: Int) -> Transfer {
    var chunk = [UInt8](repeating: 0, count: room)
    let got = unsafe chunk.withUnsafeMutableBytes { buffer in
      unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
    }
    if got > 0 {
      bytes += chunk.prefix(got)
      return .bytes(got)
    }
    if got == 0 { return .ended }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? .later : .ended
  }

  /// Sends from the front of `bytes` and removes what went. No SIGPIPE.
  func send(_ bytes: inout [UInt8]) -> Transfer {
    if bytes.isEmpty { return .bytes(0) }
    let went = unsafe bytes.withUnsafeBytes { buffer in
      unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
    }
    if went >= 0 {
      bytes.removeFirst(went)
      return .bytes(went)
    }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? .later : .ended
  }
}

/// The process on the other side of a connection.
public struct DoorPeer: Hashable, Sendable {
  public var process: Int32
  public var user: UInt32
  public var group: UInt32
  public init(process: Int32, user: UInt32, group: UInt32) {
    self.process = process
    self.user = user
    self.group = group
  }
}
