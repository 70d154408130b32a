// One context connection: dials, reads, dials again; a housekeeping thread.

import CKernel
import Dialing
import OKX
import Quantities
import State
import Synchronization
import Transport
import Wire

final class ContextReader: Sendable {
  private let connection: ContextConnection
  private let network: ConnectorNetwork
  private let kind: TransportKind
  private let context: MarketContext
  private let decoder: ContextDecoder
  private let state: StateWriter
  private let report: @Sendable (CoreEvent) -> Void
  private let isStopping = Atomic<Bool>(false)
  private let cancellation = DialCancellation()

  /// Largest push: `liquidation-orders` of a wild minute.
  static let messageBytesMax = 1 << 20
  private static let startNanoseconds: Int64 = 1_100_000_000
  private static let restNanoseconds: Int64 = 50_000_000

  init(
    _ connection: ContextConnection, network: ConnectorNetwork, kind: TransportKind,
    _ context: MarketContext, _ state: StateWriter,
    report: @escaping @Sendable (CoreEvent) -> Void
  ) {
    self.connection = connection
    self.network = network
    self.kind = kind
    self.context = context
    decoder = ContextDecoder(instruments: context.instruments)
    self.state = state
    self.report = report
  }

  /// From any thread; a dial in progress ends at once.
  func stop() {
    isStopping.store(true, ordering: .relaxed)
    cancellation.cancel()
  }

  func run() {
    let name = connection.name
    var pacer = ConnectPacer(seed: .random(in: .min ... .max))
    guard
      var session = try? MessageSession(kind: kind, messageBytesMax: ContextReader.messageBytesMax)
    else {
      report(
        .failed(
          line: -1, name: name, fault: .connectionLost, detail: "no reactor", retryMilliseconds: 0))
      return
    }
    let request = DialRequest(
      url: connection.url, tls: connection.url.isSecure ? network.tls : nil,
      proxy: network.proxy, headers: connection.headers)
    var failures = 0
    var generation: UInt32 = 0
    // The trading connections go first: an address may make three connections a second.
    rest(ContextReader.startNanoseconds)
    while !isStopping.load(ordering: .relaxed) {
      var tap = Tap(self, PublicTap(channels: connection.channels))
      if !pacer.take(requests: tap.requestsOnConnect, now: .now()) {
        rest(ContextReader.restNanoseconds)
        continue
      }
      do throws(DialError) {
        generation &+= 1
        tap.generation = generation
        let outcome = try session.connect(request, &tap, cancellation: cancellation)
        if isStopping.load(ordering: .relaxed) { break }
        report(.lost(line: -1, name: name, cause: outcome.fault))
        failures = tap.isLive ? 1 : failures + 1
      } catch {
        if isStopping.load(ordering: .relaxed) { break }
        failures += 1
        report(
          .failed(
            line: -1, name: name, fault: error.code, detail: "\(error)",
            retryMilliseconds: Int64(failures)))
      }
      rest(pacer.backoffNanoseconds(failures: failures))
    }
  }

  /// In pieces, so that a stop is seen.
  private func rest(_ nanoseconds: Int64) {
    let until = Instant.now().advanced(byNanoseconds: nanoseconds)
    while !isStopping.load(ordering: .relaxed) && Instant.now() < until {
      ck_sleep(ContextReader.restNanoseconds)
    }
  }

  /// What the connection's messages do.
  private struct Tap: MessageHandler, ~Copyable {
    private let reader: ContextReader
    private var tap: PublicTap
    private var advancedAt = Instant.zero
    var generation: UInt32 = 0
    var isLive: Bool { tap.live > 0 }
    var requestsOnConnect: Int { tap.requestsOnConnect }

    static let advanceNanoseconds: Int64 = 200_000_000

    init(_ reader: ContextReader, _ tap: PublicTap) {
      self.reader = reader
      self.tap = tap
    }

    mutating func opened(now: Instant) -> MessageReply {
      reader.report(
        .connected(
          line: -1, name: reader.connection.name, generation: generation, address: "", notes: []))
      // Before anything is asked for, and whatever of it is refused: an acknowledgement may never come.
      if tap.channels.contains(where: { $0.name == ContextChannel.trades.okxName() }) {
        reader.context.lost()
      }
      return .texts(tap.opened(now: now, login: nil))
    }

    mutating func take(
      isText: Bool, _ payload: UnsafeRawBufferPointer, receivedAt: Instant
    ) -> MessageReply {
      if !isText { return .none }
      switch unsafe tap.take(payload, receivedAt: receivedAt) {
      case .push:
        do throws(FaultCode) {
          let reads = reader.context.reads
          reader.context.take(
            try unsafe reader.decoder.decode(payload, receivedAt: receivedAt), reads: reads)
        } catch { reader.state.count(error) }
      case .refused: reader.state.count(.subscribeRefused)
      case .upgrade: return .end(.notice)
      case .subscribed:
        if tap.channels.contains(where: { $0.name == ContextChannel.instruments.okxName() }) {
          reader.context.instrumentPushes.begin()
        }
      case .loggedIn, .pong: break
      }
      return reader.isStopping.load(ordering: .relaxed) ? .end(.none) : .none
    }

    mutating func tick(now: Instant) -> MessageReply {
      if reader.isStopping.load(ordering: .relaxed) { return .end(.none) }
      if now.since(advancedAt) >= Tap.advanceNanoseconds {
        advancedAt = now
        reader.context.advance()
      }
      return tap.tick(now: now).map { .texts([$0]) } ?? .none
    }
  }
}
