// Drives the market: paces the source, lets the engine see each event, hands its pushes out; simulation.

import Market
import Matching

extension SimulatedExchange {
  /// Events in one turn of the event loop; then requests get theirs.
  static let eventsPerTurnMax = 128
  /// How often an unbounded turn looks at what the sockets take.
  static let eventsPerFlush = 16
  /// Timed events this close together go out in one turn.
  static let coalescingNanoseconds: Int64 = 500_000
  /// A timed market that fell further behind than this drops its lag instead of bursting.
  static let lagNanosecondsMax: Int64 = 1_000_000_000
  /// An unbounded playback waits so long for an instrument's reader who left, so that what follows
  /// a disconnect or a resubscription is seen by somebody.
  static let absenceNanosecondsMax: Int64 = 10_000_000_000
  /// A pause after a fault ends at the latest then: a reader may see no harm in a duplicate.
  static let breakNanosecondsMax: Int64 = 5_000_000_000
  /// How often it is looked whose book has told nothing for a minute.
  static let quietLookNanoseconds: Int64 = 1_000_000_000

  /// A generated market runs at once, a recording waits for its subscribers.
  func startMarket() {
    if market.isRecording { return startPlaybackIfComplete() }
    begin()
  }

  func startPlaybackIfComplete() {
    if !market.isRecording || !market.isFullySubscribed { return }
    market.abandonedSince = nil
    if market.isStarted { return resumeMarket() }
    logger.info("playback starts", metadata: ["instruments": "\(catalogue.count)"])
    begin()
  }

  private func begin() {
    market.isStarted = true
    market.origin = clock.monotonic() - (market.nextDue() ?? 0)
    schedule(after: 0)
  }

  private func schedule(after nanoseconds: Int64) {
    if market.isScheduled || market.isDone || isStopping { return }
    market.isScheduled = true
    later(nanoseconds) { $0.turn() }
  }

  private func turn() {
    market.isScheduled = false
    if isStopping || market.isDone { return }
    switch market.pace {
    case .timed: timedTurn()
    case .unbounded: unboundedTurn()
    }
    tell()
    flush()
  }

  private func timedTurn() {
    let now = clock.monotonic()
    var elapsed = now - market.origin
    for _ in 0..<SimulatedExchange.eventsPerTurnMax {
      guard let due = market.nextDue() else { return finishMarket() }
      if elapsed - due > SimulatedExchange.lagNanosecondsMax {
        market.origin = now - due
        elapsed = due
      }
      if due > elapsed {
        return schedule(after: max(due - elapsed, SimulatedExchange.coalescingNanoseconds))
      }
      step()
    }
    schedule(after: 0)
  }

  /// One step at a time while every subscriber's socket takes bytes: nothing is dropped, and what
  /// the slowest holds back is bounded by its watermark and ended by `slowReaderSeconds`.
  private func unboundedTurn() {
    for index in 0..<SimulatedExchange.eventsPerTurnMax {
      if isAnyReaderBlocked || isAwaitingReader || isAwaitingRepair {
        market.isWaiting = true
        return
      }
      if market.nextDue() == nil { return finishMarket() }
      step()
      // The watermark moves with a flush, not with a write.
      if index % SimulatedExchange.eventsPerFlush == 0 { flush() }
    }
    schedule(after: 0)
  }

  private var isAwaitingReader: Bool {
    if market.isFullySubscribed { return false }
    let now = clock.monotonic()
    let since = market.abandonedSince ?? now
    if market.abandonedSince == nil {
      market.abandonedSince = now
      resumeMarket(after: SimulatedExchange.absenceNanosecondsMax)
    }
    return now - since < SimulatedExchange.absenceNanosecondsMax
  }

  private var isAwaitingRepair: Bool {
    let now = clock.monotonic()
    for (instrument, fault) in market.breaks where fault.messagesLeft <= 0 {
      guard let since = fault.pausedSince else {
        market.breaks[instrument]?.pausedSince = now
        resumeMarket(after: SimulatedExchange.breakNanosecondsMax)
        return true
      }
      if now - since < SimulatedExchange.breakNanosecondsMax { return true }
      market.breaks[instrument] = nil
    }
    return false
  }

  private func resumeMarket(after nanoseconds: Int64) {
    later(nanoseconds) { $0.resumeMarket() }
  }

  /// A subscription of the instrument's incremental book was answered.
  func repaired(_ instrument: Int) {
    if market.breaks.removeValue(forKey: instrument) != nil { resumeMarket() }
  }

  private var isAnyReaderBlocked: Bool {
    sessions.contains {
      $0.connection.isOpen && $0.connection.blockedSince != nil && $0.receivesMarket
    }
  }

  func resumeMarket() {
    if !market.isWaiting { return }
    market.isWaiting = false
    schedule(after: 0)
  }

  /// Nothing moves from here on: one heartbeat each shows a reader what it missed, and the books stay.
  func pauseMarket() {
    if market.isDone { return }
    finishMarket()
    pushPaced()
    heartbeats()
  }

  /// Each 100 ms: what paced channels have to tell, book by book.
  func pushPaced() {
    if !market.publisher.paces { return }
    pushMarket { publisher, instrument, book, subscribed, now, pushes in
      publisher.pushPaced(
        instrument, book: book, subscribed: subscribed, now: now, into: &pushes)
    }
  }

  /// Books that stay still say that they are there.
  func pushQuiet() {
    pushMarket { publisher, instrument, book, subscribed, now, pushes in
      publisher.pushQuiet(
        instrument, book: book, subscribed: subscribed, now: now, into: &pushes)
    }
  }

  private func pushMarket(
    _ body: (
      inout MarketPublisher, Int, ExchangeBook, Set<PublicChannel>, Int64, inout [Push]
    ) -> Void
  ) {
    let now = clock.monotonic()
    var pushes: [Push] = []
    for index in catalogue.listed
    where !market.channels[index].isEmpty && engine.books[index].isReady {
      let (book, subscribed) = (engine.books[index], market.channels[index])
      body(&market.publisher, index, book, subscribed, now, &pushes)
    }
    if pushes.isEmpty { return }
    for push in pushes { deliver(push) }
    flush()
  }

  private func finishMarket() {
    market.isDone = true
    logger.info("playback is over", metadata: ["sent": "\(market.sent)"])
  }

  private func heartbeats() {
    for index in engine.books.indices where engine.books[index].isReady { heartbeat(index) }
    tell()
    flush()
  }

  private func heartbeat(_ instrument: Int) {
    let book = engine.books[instrument]
    publish(
      MarketEvent(
        instrument: instrument, kind: .heartbeat, due: 0,
        exchangeTime: clock.wallMilliseconds(), seqId: book.seqId, prevSeqId: book.seqId))
  }

  private func step() {
    guard let event = market.take() else { return }
    publish(event)
  }

  func publish(_ original: MarketEvent) {
    var event = original
    let before = faults.injected
    let plan = faults.plan(&event)
    if event.isBook { market.breaks[event.instrument]?.messagesLeft -= 1 }
    if faults.injected != before { meet(faultsSince: before, event) }
    engine.apply(event, at: now(), into: &engineEvents)
    context.take(event)
    recentTrades.take(event)
    if event.trade != nil { pushLiquidation(event) }
    var pushes: [Push] = []
    market.publisher.publish(
      event, book: engine.books[event.instrument], subscribed: market.channels[event.instrument],
      plan: plan, now: clock.monotonic(), into: &pushes)
    for push in pushes { deliver(push) }
    if plan.isFollowedByDisconnect { disconnectReaders(of: event.instrument) }
  }

  private func meet(faultsSince before: [FaultKind: Int], _ event: MarketEvent) {
    for (kind, count) in faults.injected where count != before[kind] {
      logFault(kind, instrument: catalogue[event.instrument].id)
      broken(event.instrument, by: kind)
    }
  }

  /// Remembers a fault that a reader must answer with a resubscription.
  func broken(_ instrument: Int, by kind: FaultKind) {
    let breaks: Set<FaultKind> = [.drop, .duplicate, .reorder, .gap, .dropSnapshot]
    if market.pace == .unbounded && breaks.contains(kind) {
      market.breaks[instrument] = MarketBoard.Break()
    }
  }

  private func deliver(_ push: Push) {
    let readers = market.subscribers(of: push.instrument, push.channel)
    if readers.isEmpty { return }
    let frame = ServerFrame.text(push.bytes)
    for reader in readers {
      let session = reader.session
      if !session.connection.isOpen { continue }
      if faultsConnections && meetsFault(session, frame) { continue }
      session.connection.send(frame)
      market.sent += 1
    }
  }

  /// True when the faults took the push's place.
  private func meetsFault(_ session: Session, _ frame: ServerFrame) -> Bool {
    session.pushes += 1
    let kinds = faults.connectionFaults(message: session.pushes)
    if kinds.isEmpty { return false }
    let connection = session.connection
    for kind in kinds { logFault(kind, instrument: "connection \(session.number)") }
    if !kinds.contains(.drop) { connection.send(frame) }
    if kinds.contains(.duplicate) { connection.send(frame) }
    if kinds.contains(.garbage) {
      connection.send(.text(FaultInjector.garbage))
    }
    if kinds.contains(.disconnect) {
      connection.flush()
      connection.abort()
    }
    return true
  }

  private func disconnectReaders(of instrument: Int) {
    flush()
    for session in sessions
    where session.receives(instrument: catalogue[instrument].id) {
      session.connection.abort()
    }
  }
}
