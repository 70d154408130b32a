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
  private let address: AddressPacer
  private let kind: TransportKind
  private let context: MarketContext
  private let decoder: ContextDecoder
  private let state: StateWriter
  private let report: @Sendable (CoreEvent) -> Void
  /// How often each subscription was refused, whichever connection asked.
  private let refusals = Mutex<[String: Int]>([:])
  private let isStopping = Atomic<Bool>(false)
  /// New names by old ones, and how many there are.
  private let names = Mutex<[String: String]>([:])
  private let renames = Atomic<Int>(0)
  private let cancellation = DialCancellation()

  /// Largest push: `liquidation-orders` of a wild minute.
  static let messageBytesMax = 1 << 20
  private static let startNanoseconds: Int64 = 1_100_000_000
  private static let restNanoseconds: Int64 = 50_000_000

  init(
    _ connection: ContextConnection, network: ConnectorNetwork, address: AddressPacer,
    kind: TransportKind,
    _ context: MarketContext, _ state: StateWriter,
    report: @escaping @Sendable (CoreEvent) -> Void
  ) {
    self.connection = connection
    self.network = network
    self.address = address
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

  /// From any thread: the connection is made anew, and asks for the instrument by its new name.
  func rename(_ old: String, to new: String) {
    names.withLock { names in
      for (first, last) in names where last == old { names[first] = new }
      names[old] = new
    }
    renames.add(1, ordering: .releasing)
  }

  private var channels: [PublicTap.Channel] {
    names.withLock { names in
      connection.channels.map { channel in
        var channel = channel
        channel.instrument = channel.instrument.map { names[$0] ?? $0 }
        return channel
      }
    }
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
    var failures = LineFailures()
    var generation: UInt32 = 0
    // The trading connections go first: an address may make three connections a second.
    rest(ContextReader.startNanoseconds)
    while !isStopping.load(ordering: .relaxed) {
      let renamed = renames.load(ordering: .acquiring)
      var tap = Tap(self, PublicTap(channels: channels), renames: renamed)
      if !address.take(&pacer, requests: tap.requestsOnConnect, now: .now()) {
        rest(ContextReader.restNanoseconds)
        continue
      }
      var wait: Int64 = 0
      do throws(DialError) {
        generation &+= 1
        tap.generation = generation
        let outcome = try session.connect(request, &tap, cancellation: cancellation)
        if isStopping.load(ordering: .relaxed) { break }
        let isTheirs = outcome.fault == .closedByPeer
        let code = WebSocketCloseCode(rawValue: outcome.closeCode)
        wait = pacer.backoffNanoseconds(
          failures: failures.ended(by: outcome.fault, lived: Instant.now().since(tap.openedAt)))
        report(
          .lost(
            line: -1, name: name, cause: outcome.fault,
            closeCode: isTheirs && code.mayTravel ? code.rawValue : 0,
            retryMilliseconds: wait / 1_000_000))
      } catch {
        if isStopping.load(ordering: .relaxed) { break }
        wait = pacer.backoffNanoseconds(failures: failures.dialFailed())
        report(
          .failed(
            line: -1, name: name, fault: error.code, detail: "\(error)",
            retryMilliseconds: wait / 1_000_000))
      }
      rest(wait)
    }
  }

  /// Told at the first time and then ever more seldom: a channel that this region lacks is refused for ever.
  private func tell(_ channel: PublicTap.Channel?, _ code: String, _ message: String) {
    let name = [channel?.name, channel?.instrumentType, channel?.instrument]
      .compactMap { $0 }.joined(separator: " ")
    let times = refusals.withLock { held in
      held[name, default: 0] += 1
      return held[name] ?? 1
    }
    if times & (times - 1) != 0 { return }
    report(
      .subscriptionRefused(
        name: connection.name, channel: name, code: code, text: message, times: times))
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
    private var asks: SubscriptionAsks
    private var wereLive = false
    private(set) var openedAt = Instant.zero
    private var advancedAt = Instant.zero
    var generation: UInt32 = 0
    var requestsOnConnect: Int { tap.requestsOnConnect }

    static let advanceNanoseconds: Int64 = 200_000_000

    /// Names of before that number of renames are asked for.
    private let renames: Int

    init(_ reader: ContextReader, _ tap: PublicTap, renames: Int) {
      self.renames = renames
      self.reader = reader
      self.tap = tap
      asks = SubscriptionAsks(tap.channels, now: .zero)
    }

    mutating func opened(now: Instant) -> MessageReply {
      reader.report(
        .connected(
          line: -1, name: reader.connection.name, generation: generation, address: "", notes: []))
      // Before anything is asked for, and whatever of it is refused: an acknowledgement may never come.
      if tap.channels.contains(where: { $0.name == ContextChannel.trades.okxName() }) {
        reader.context.lost()
      }
      openedAt = now
      asks = SubscriptionAsks(tap.channels, now: now)
      wereLive = false
      return .texts(tap.opened(now: now, login: nil))
    }

    /// The connection does its work once all of its subscriptions are live.
    private mutating func showLive() {
      if asks.areLive == wereLive { return }
      wereLive.toggle()
      reader.report(.subscriptions(name: reader.connection.name, areLive: wereLive))
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
      case .refused(let code, let message, let request):
        reader.state.count(.subscribeRefused, code: Int32(code) ?? 0)
        let channels = asks.refused(request, of: tap, now: receivedAt)
        reader.tell(channels.count == 1 ? channels.first : nil, code, message)
      case .upgrade: return .end(.notice)
      case .subscribed(let channel):
        asks.live(channel)
        showLive()
        if channel?.name == ContextChannel.instruments.okxName() {
          reader.context.instrumentPushes.begin()
        }
      case .unsubscribed(let channel):
        reader.state.count(.subscribeRefused)
        asks.ended(channel, now: receivedAt)
        showLive()
        reader.tell(channel, "", "ended by the exchange")
      case .loggedIn, .pong: break
      }
      return reader.isStopping.load(ordering: .relaxed) ? .end(.none) : .none
    }

    mutating func tick(now: Instant) -> MessageReply {
      if reader.isStopping.load(ordering: .relaxed) { return .end(.none) }
      if reader.renames.load(ordering: .acquiring) != renames { return .end(.instrumentChanged) }
      if now.since(advancedAt) >= Tap.advanceNanoseconds {
        advancedAt = now
        reader.context.advance()
      }
      var texts = tap.tick(now: now).map { [$0] } ?? []
      switch asks.next(now: now) {
      case .nothing: break
      case .ask(let text): texts.append(text)
      case .giveUp: return .end(.subscribeRefused)
      }
      return texts.isEmpty ? .none : .texts(texts)
    }
  }
}
