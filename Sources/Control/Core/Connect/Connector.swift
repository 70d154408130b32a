// Makes connections off the hot path: dials, signs logins, hands over, frees what comes back; housekeeping thread.

import CKernel
import Channels
import Dialing
import OKX
import Pipeline
import Quantities
import Synchronization
import Transport

/// One Connector serves one hot stage: a request ring in, a hand-over ring out, one thread.
public final class Connector: @unchecked Sendable {
  // SAFETY: all mutable state is the thread's own once `run` is called; `stop` is an atomic.
  private let lines: [ConnectorLine]
  private let network: ConnectorNetwork
  private let venueClock: VenueClock
  private let report: @Sendable (CoreEvent) -> Void
  private var requests: SlotConsumer<ConnectorRequest>
  private var handovers: SlotProducer<SessionHandover>
  private let stageWaker: Waker?
  private let address: AddressPacer
  private var states: [LineState]
  private let isStopping = Atomic<Bool>(false)
  private let cancellation = DialCancellation()

  private struct LineState {
    var wantsConnection = true
    var failures = LineFailures()
    /// An hour's requests are one line's (docs/OKX.md OKX-005): a line in trouble leaves the others theirs.
    var pacer: ConnectPacer
    var generation: UInt32 = 0
    var notBefore = Instant.zero
    var connectedAt = Instant.zero
    var pending: SessionHandover?
  }

  /// How often the thread looks at its request ring.
  private static let pollNanoseconds: Int64 = 2_000_000

  public init(
    lines: [ConnectorLine], requests: consuming SlotConsumer<ConnectorRequest>,
    handovers: consuming SlotProducer<SessionHandover>, stageWaker: Waker?, seed: UInt64,
    network: ConnectorNetwork, address: AddressPacer, venueClock: VenueClock = VenueClock(),
    report: @escaping @Sendable (CoreEvent) -> Void
  ) {
    self.lines = lines
    self.requests = requests
    self.handovers = handovers
    self.stageWaker = stageWaker
    self.network = network
    self.venueClock = venueClock
    self.report = report
    self.address = address
    states = lines.indices.map { line in
      LineState(pacer: ConnectPacer(seed: seed &+ UInt64(line)))
    }
  }

  /// The thread's loop: returns after `stop`, with everything given back freed.
  public func run() {
    while !isStopping.load(ordering: .relaxed) {
      takeRequests()
      for line in lines.indices { serve(line) }
      ck_sleep(Connector.pollNanoseconds)
    }
    takeRequests()
    for line in lines.indices {
      if let pending = states[line].pending {
        pending.connection.release()
        Connector.freeLogin(pending.loginAddress)
      }
    }
  }

  /// Ends the loop, and a dial under way.
  public func stop() {
    isStopping.store(true, ordering: .relaxed)
    cancellation.cancel()
  }

  private func takeRequests() {
    while let request = requests.pop() {
      let line = Int(request.line)
      if let retired = request.retired {
        retired.release()
        Connector.freeLogin(request.loginAddress)
      }
      guard lines.indices.contains(line), request.kind != .retire else { continue }
      let wait = waitAfterEnd(line, request.cause)
      if request.kind == .replace {
        report(
          .lost(
            line: line, name: lines[line].name, cause: request.cause,
            closeCode: request.closeCode, retryMilliseconds: wait))
      }
      states[line].wantsConnection = true
      if request.cause == .loginRefused {
        report(
          .loginRefused(
            line: line, name: lines[line].name, times: states[line].failures.logins.inARow,
            retryMilliseconds: wait))
      }
    }
  }

  /// A connection that ended before it had proven itself is waited for longer than the one before; milliseconds.
  private func waitAfterEnd(_ line: Int, _ cause: FaultCode) -> Int64 {
    let now: Instant = .now()
    let lived = now.since(states[line].connectedAt)
    let failures = states[line].failures.ended(by: cause, lived: lived)
    let next = states[line].pacer.next(failures: failures, now: now)
    states[line].notBefore = next
    return next.since(now) / 1_000_000
  }

  /// Dials a line that wants a connection when its time has come, and hands over what is ready.
  private func serve(_ line: Int) {
    if let pending = states[line].pending {
      if handovers.push(pending) {
        states[line].pending = nil
        stageWaker?.wake()
      }
      return
    }
    guard states[line].wantsConnection else { return }
    let now: Instant = .now()
    guard now >= states[line].notBefore,
      address.take(&states[line].pacer, requests: lines[line].requestsOnConnect, now: now)
    else { return }
    connect(line)
  }

  private func connect(_ line: Int) {
    states[line].generation &+= 1
    let generation = states[line].generation
    do {
      let request = DialRequest(
        url: lines[line].url, tls: network.tls, proxy: network.proxy, headers: lines[line].headers,
        timeoutNanoseconds: network.timeoutNanoseconds)
      let dialed = try Dialer.dial(request, cancellation: cancellation)
      let (address, notes) = (dialed.remoteAddress, dialed.notes)
      let connection = dialed.handOver(connection: UInt32(line), generation: generation)
      var login: (address: UInt64, count: UInt32) = (0, 0)
      if let sign = lines[line].login {
        login = Connector.keep(sign(venueClock.now().milliseconds / 1_000))
      }
      states[line].wantsConnection = false
      states[line].connectedAt = .now()
      states[line].pending = SessionHandover(
        connection: connection, loginAddress: login.address, loginCount: login.count)
      report(
        .connected(
          line: line, name: lines[line].name, generation: generation, address: address,
          notes: notes))
      serve(line)
    } catch {
      let failures = states[line].failures.dialFailed()
      let now: Instant = .now()
      let next = states[line].pacer.next(failures: failures, now: now)
      states[line].notBefore = next
      report(
        .failed(
          line: line, name: lines[line].name, fault: error.code, detail: error.description,
          retryMilliseconds: next.since(now) / 1_000_000))
    }
  }

  /// Login text in memory of its own, freed when its connection comes back.
  private static func keep(_ text: [UInt8]) -> (address: UInt64, count: UInt32) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, text.count), alignment: 8)
    unsafe memory.copyMemory(from: text, byteCount: text.count)
    return (UInt64(UInt(bitPattern: memory)), UInt32(text.count))
  }

  private static func freeLogin(_ address: UInt64) {
    unsafe UnsafeMutableRawPointer(bitPattern: UInt(address))?.deallocate()
  }
}
