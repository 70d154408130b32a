// The core's side of the door: a bounded, poll-based listener that one housekeeping thread owns; the seam.

import CKernel
import Quantities

#if canImport(Glibc)
  import Glibc
#endif

/// Bounds of the listener; each is a named limit that a hostile client meets.
public struct DoorOptions: Sendable {
  /// 0600, or 0660 when core and console run as two users of the desk's group.
  public var mode: UInt32 = 0o600
  /// Group of the socket file; nil leaves it.
  public var group: UInt32?
  /// Users that may ask, beside the core's own.
  public var users: [UInt32] = []
  /// False: not even a process of the core's own user may ask unless it is listed.
  public var admitsOwnUser = true
  public var clientsMax = 16
  /// A request that is not complete after this long ends its conversation.
  public var requestNanoseconds: Int64 = 2_000_000_000
  /// A reader that takes no reply for so long is dropped.
  public var replyNanoseconds: Int64 = 5_000_000_000
  /// With all places taken, whoever was silent for so long makes room.
  public var idleNanoseconds: Int64 = 30_000_000_000
  /// Requests of one client in any second; stops, cancels, flattens and withdrawals have as many again of their own.
  public var requestsPerSecond: Int64 = 50
  /// Requests of one client taken in one turn.
  public var requestsPerTurn = 8
  public init() {}
}

public struct DoorCounters: Hashable, Sendable {
  public var accepted: UInt64 = 0
  public var requests: UInt64 = 0
  public var refused: UInt64 = 0
  public var malformed: UInt64 = 0
  public var rateLimited: UInt64 = 0
  public var strangers: UInt64 = 0
  public var turnedAway: UInt64 = 0
  public var timedOut: UInt64 = 0
  public init() {}
}

/// One request on its way to the handler.
public struct DoorCall: Sendable {
  public var command: DoorCommand
  public var peer: DoorPeer
  /// The frame as received: what the journal keeps.
  public var frame: [UInt8]
}

/// Listens at a path, reads requests, checks them against `DoorRules`, and asks the handler for the reply.
///
/// `poll` never waits longer than told and does bounded work: no client, however it behaves, keeps another
/// from being served.
public struct DoorListener: ~Copyable, @unchecked Sendable {
  // SAFETY: the conversations are objects reached through this sole owner alone; it moves as a whole.
  let socket: DoorSocket
  let path: String
  /// The file that `init` made: only that one is removed at the end.
  let inode: UInt64
  let options: DoorOptions
  let rules: DoorRules
  let users: [UInt32]
  var clients: [DoorClientState] = []
  var turn = 0
  public private(set) var counters = DoorCounters()

  /// Makes the socket. A dead one at the path is replaced; a live one, or anything else there, is an error.
  public init(path: String, rules: DoorRules, options: DoorOptions = DoorOptions())
    throws(DoorError)
  {
    socket = try DoorListener.open(path, options)
    self.path = path
    self.rules = rules
    self.options = options
    users = options.users + (options.admitsOwnUser ? [UInt32(geteuid())] : [])
    inode = DoorListener.inode(path) ?? 0
  }

  static func open(_ path: String, _ options: DoorOptions) throws(DoorError) -> DoorSocket {
    try clear(path)
    let socket = try DoorSocket.open()
    // Nobody can connect before listen(2), and the mode is set by then. Not by a mask: that is the whole
    // process's, and files that other threads make meanwhile would lose bits.
    let bound = try socket.bind(path)
    if bound == EADDRINUSE { throw .inUse(path: path) }
    if bound != 0 { throw .system(call: "bind", errno: bound) }
    if let group = options.group, unsafe chown(path, uid_t.max, gid_t(group)) != 0 {
      throw .system(call: "chown", errno: errno)
    }
    if unsafe chmod(path, mode_t(options.mode)) != 0 {
      throw .system(call: "chmod", errno: errno)
    }
    if listen(socket.descriptor, 16) != 0 { throw .system(call: "listen", errno: errno) }
    return socket
  }

  deinit {
    if DoorListener.inode(path) == inode { _ = unsafe unlink(path) }
  }

  static func inode(_ path: String) -> UInt64? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  /// Removes a socket that nobody listens at.
  static func clear(_ path: String) throws(DoorError) {
    var status = stat()
    _ = try DoorSocket.address(path)
    if unsafe lstat(path, &status) != 0 { return }
    if status.st_mode & S_IFMT != S_IFSOCK { throw .notASocket(path: path) }
    let probe = try DoorSocket.open()
    let result = try probe.connect(path)
    if result != ECONNREFUSED { throw .inUse(path: path) }
    _ = unsafe unlink(path)
  }

  public var clientCount: Int { clients.count }

  /// One turn: waits up to `milliseconds` for anything, then accepts, reads, answers. The handler's reply goes
  /// to the client with the request's id.
  public mutating func poll(
    milliseconds: Int32, _ handler: (borrowing DoorCall) -> DoorReply
  ) {
    var watched: [pollfd] = [
      pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
    ]
    for client in clients {
      let events = client.pending.isEmpty ? POLLIN : POLLOUT
      watched.append(pollfd(fd: client.socket.descriptor, events: Int16(events), revents: 0))
    }
    // Whoever has a whole request waiting already is served without waiting.
    let wait = clients.contains { $0.hasRequest } ? 0 : milliseconds
    _ = unsafe watched.withUnsafeMutableBufferPointer { list in
      unsafe Glibc.poll(list.baseAddress, nfds_t(list.count), wait)
    }
    let now = Instant(nanoseconds: ck_now_monotonic())
    for index in clients.indices { serve(index, now, handler) }
    clients.removeAll { $0.isOver }
    if watched[0].revents != 0 { acceptAll(now) }
  }

  private mutating func acceptAll(_ now: Instant) {
    // At most as many as there are places, so that a flood of connections ends each turn.
    for attempt in 0..<options.clientsMax {
      guard let connection = socket.accept() else {
        // Out of descriptors, say: the connection stays waiting, and this must not spin on it.
        if attempt == 0 { ck_sleep(1_000_000) }
        return
      }
      guard let peer = connection.peer(), users.contains(peer.user) else {
        counters.strangers += 1
        DoorListener.dismiss(connection, .notAllowed)
        continue
      }
      if clients.count >= options.clientsMax {
        makeRoom(now)
        if clients.count >= options.clientsMax {
          counters.turnedAway += 1
          DoorListener.dismiss(connection, .busy)
          continue
        }
      }
      counters.accepted += 1
      clients.append(DoorClientState(connection, peer, now, options.requestsPerSecond))
    }
  }

  private static func dismiss(_ connection: consuming DoorSocket, _ code: DoorCode) {
    var bytes = DoorReply(code, detail: code.meaning).frame()
    _ = connection.send(&bytes)
  }

  /// Drops the client that was silent longest, if long enough.
  private mutating func makeRoom(_ now: Instant) {
    guard let index = clients.indices.min(by: { clients[$0].heardAt < clients[$1].heardAt }) else {
      return
    }
    if now.since(clients[index].heardAt) > options.idleNanoseconds { clients.remove(at: index) }
  }

  private mutating func serve(
    _ index: Int, _ now: Instant, _ handler: (borrowing DoorCall) -> DoorReply
  ) {
    let client = clients[index]
    client.flush(now)
    if !client.pending.isEmpty {
      // It reads no replies: it may not ask either.
      if now.since(client.stalledSince) > options.replyNanoseconds { end(client) }
      return
    }
    client.read(now)
    var left = options.requestsPerTurn
    while left > 0 && !client.isOver && client.pending.isEmpty && client.hasRequest {
      left -= 1
      answer(client, now, handler)
      client.flush(now)
    }
    if client.isClosedByPeer && !client.hasRequest { client.isOver = true }
    if !client.isOver && client.isPartial && !client.hasRequest
      && now.since(client.partialSince) > options.requestNanoseconds
    {
      end(client)
    }
  }

  private mutating func end(_ client: DoorClientState) {
    counters.timedOut += 1
    client.isOver = true
  }

  /// Takes the request at the front of the client's bytes.
  private mutating func answer(
    _ client: DoorClientState, _ now: Instant, _ handler: (borrowing DoorCall) -> DoorReply
  ) {
    var id: UInt64 = 0
    do throws(DoorCode) {
      guard let header = try DoorHeader.parse(client.received[...]) else { return }
      id = header.id
      let frame = Array(client.received.prefix(header.byteCount))
      client.consume(header.byteCount, now)
      guard let kind = DoorKind(rawValue: header.kind) else { throw .unknownKind }
      let request = try DoorRequest.decode(kind, body: frame[DoorLayout.headerBytes...])
      if !client.take(request, now) {
        counters.rateLimited += 1
        client.reply(DoorReply(.rateLimited, detail: DoorCode.rateLimited.meaning, id: id), now)
        return
      }
      let command = try rules.command(for: request.standingIn(user: client.peer.user))
      counters.requests += 1
      var reply = handler(DoorCall(command: command, peer: client.peer, frame: frame))
      reply.id = id
      client.reply(reply, now)
    } catch {
      let isFrame = error == .malformed || error == .tooLarge || error == .unsupportedVersion
      if isFrame || error == .unknownKind || error == .badText {
        counters.malformed += 1
      } else {
        counters.refused += 1
      }
      client.reply(DoorReply(error, detail: error.meaning, id: id), now)
      // A stream that lost its frames cannot be trusted to find them again.
      if isFrame {
        client.flush(now)
        client.isOver = true
      }
    }
  }
}
