// The first step of a dial: a host's addresses raced against each other (RFC 8305); a housekeeping thread's work.
import CDialing
import CUring
import Quantities
import Synchronization

extension Dialer {
  /// What this process learnt of addresses, over all dials.
  private static let book = Mutex(AddressBook<DialAddress>())
  /// How long the resolver is waited for where the addresses of an earlier dial are known.
  private static let resolverPatienceNanoseconds: Int64 = 1_000_000_000

  /// Where a dial goes, and whatever bounds it.
  struct Target {
    var host: String
    var port: UInt16
    var loopbackOnly: Bool
    var deadline: Instant
    var cancellation: DialCancellation?
    /// The code of a connection that could not be made.
    var failure: FaultCode

    var name: String { "\(host):\(port)" }
  }

  /// Attempts under way, closed when they are given up.
  private struct Attempts: ~Copyable {
    var descriptors: [Int32] = []
    var addresses: [DialAddress] = []

    mutating func take(_ place: Int) -> (Int32, DialAddress) {
      (descriptors.remove(at: place), addresses.remove(at: place))
    }

    deinit { for descriptor in descriptors { csocket_close(descriptor) } }
  }

  /// The first address that connects, with its connection. The attempts at the others are closed.
  static func connect(_ target: Target) throws(DialError) -> DialedConnection {
    let started = DialedConnection.now
    let (found, note) = try resolve(target)
    let addresses = book.withLock { $0.order(found, of: target.name) }
    var race = AddressRace(count: addresses.count)
    var attempts = Attempts()
    var failures: [String] = []
    func failed(_ address: DialAddress, _ status: Int32) {
      failures.append("\(address): \(DialError.system(target.failure, .connect, status).detail)")
      race.failed(now: DialedConnection.now)
      book.withLock { $0.failed(address, target.name) }
    }
    while true {
      let now = DialedConnection.now
      if target.deadline <= now { break }
      switch race.step(now: now) {
      case .begin(let index):
        let descriptor = addresses[index].connect()
        if descriptor < 0 {
          failed(addresses[index], descriptor)
        } else {
          attempts.descriptors.append(descriptor)
          attempts.addresses.append(addresses[index])
        }
      case .lost:
        throw DialError(target.failure, .connect, (note + failures).joined(separator: "; "))
      case .wait(let until):
        let left = min(until ?? target.deadline, target.deadline).since(now)
        let ready = unsafe cdial_wait_any(
          attempts.descriptors, Int32(attempts.descriptors.count),
          target.cancellation?.event ?? -1, left)
        if ready == -125 { throw .cancelled(.connect) }
        if ready < 0 { throw .system(target.failure, .connect, ready) }
        if ready == 0 { continue }
        let (descriptor, address) = attempts.take(Int(ready) - 1)
        let status = cdial_connected(descriptor)
        if status != 0 {
          csocket_close(descriptor)
          failed(address, status)
          continue
        }
        return DialedConnection(
          descriptor: descriptor, address: address, notes: note,
          cancellation: target.cancellation, startedAt: started)
      }
    }
    for address in attempts.addresses { book.withLock { $0.failed(address, target.name) } }
    var error = DialError.timeout(.connect)
    let silent = attempts.addresses.map { "\($0): no answer" }
    error.detail = (note + failures + silent + [error.detail]).joined(separator: "; ")
    throw error
  }

  /// What became of the rest of a dial decides whether its address is tried first next time.
  static func remember(_ address: DialAddress, of target: Target, served: Bool) {
    book.withLock { book in
      if served {
        book.served(address, target.name)
      } else {
        book.failed(address, target.name)
      }
    }
  }

  /// A resolver that is down, or slow, does not keep a line down whose addresses are known: TLS proves who answers.
  private static func resolve(_ target: Target) throws(DialError) -> ([DialAddress], [String]) {
    let known = book.withLock { $0.latest(of: target.name) }
    var addresses = [cdial_address](repeating: cdial_address(), count: Int(CDIAL_ADDRESSES_MAX))
    var left = target.deadline.since(DialedConnection.now)
    if !known.isEmpty { left = min(left, resolverPatienceNanoseconds) }
    let count = unsafe cdial_resolve(
      target.host, target.port, &addresses, target.cancellation?.event ?? -1, left)
    if count == -125 { throw .cancelled(.resolve) }
    var failure = DialError.timeout(.resolve)
    if count < 0 {
      failure = unsafe DialError(
        .resolveFailure, .resolve,
        "\(target.host): \(String(cString: cdial_resolve_failure(count)))")
    } else if count == 0 {
      failure.detail = "\(target.host): the resolver does not answer"
    }
    if count <= 0 && !known.isEmpty {
      return (known, ["\(failure.detail); the addresses of before are tried"])
    }
    if count <= 0 { throw failure }
    let found = addresses.prefix(Int(count)).map(DialAddress.init)
      .filter { !target.loopbackOnly || $0.isLoopback }
    if found.isEmpty {
      throw DialError(.tlsFailure, .resolve, "ws:// is for this machine alone: \(target.host)")
    }
    return (found, [])
  }
}
