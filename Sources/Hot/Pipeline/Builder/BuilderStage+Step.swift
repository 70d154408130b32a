// Builder's step: answers, market entries, decisions; hot plane, proved free of locks and allocation.

import Book
import Channels
import Journal
import Quantities
import State
import Strategy

extension BuilderStage {
  /// Takes verdicts, reports and market entries, and lets the strategy decide. Returns the work done.
  @_noLocks
  public mutating func poll(_ given: Moment) -> Int {
    moment = ports.telemetry.settle(given)
    let now = moment.instant
    var work = takeAnswers(now)
    var entries = 0
    while entries < BuilderStage.entriesPerPollMax {
      guard let entry = unsafe ports.market.peek() else { break }
      unsafe take(entry)
      ports.market.release()
      entries &+= 1
    }
    work &+= entries
    if now >= sweepAt {
      sweep(now)
      ports.inputs.tellLossWhenIdle(at: now)
      polls &+= 1
      ports.state.beat(.builder, at: now, polls: polls)
    }
    return work
  }

  @_noLocks
  mutating func takeAnswers(_ now: Instant) -> Int {
    var taken = 0
    while taken < BuilderStage.answersPerPollMax, let verdict = ports.verdicts.pop() {
      working.apply(verdict)
      strategy.observe(verdict, now: now)
      if verdict.code != .approved { countRefusal(verdict.instrument, verdict.code) }
      taken &+= 1
    }
    while taken < BuilderStage.answersPerPollMax, let report = ports.reports.pop() {
      working.apply(report)
      strategy.observe(report, now: now)
      if report.kind == .instrument { change(report) }
      let at = Int(report.instrument.index)
      if at < instruments.count {
        unsafe tallies[at].count(report)
        let isOwnRefusal = report.kind == .rejected && report.code != .approved
        if isOwnRefusal { countRefusal(report.instrument, report.code) }
      }
      taken &+= 1
    }
    return taken
  }

  @_noLocks
  mutating func countRefusal(_ id: InstrumentID, _ code: RefusalCode) {
    let at = Int(id.index)
    if at >= instruments.count { return }
    unsafe tallies[at].refusals &+= 1
    ports.state.refusals(of: id).add(1, to: code)
    let row = at &* BuilderStage.refusalCodesMax
    unsafe refusals[row &+ (Int(code.rawValue) & (BuilderStage.refusalCodesMax &- 1))] &+= 1
  }

  /// One entry: one or more messages back to back, each saying its length.
  @_noLocks
  mutating func take(_ entry: UnsafeRawBufferPointer) {
    guard let base = entry.baseAddress else { return }
    let taken = ports.stamps.now()
    // On record before anything follows from it.
    _ = unsafe ports.inputs.recordOrLose(market: entry, at: moment.instant)
    var offset = 0
    while entry.count &- offset >= 64 {
      let message = unsafe (base + offset).assumingMemoryBound(to: MarketMessage.self)
      let length = unsafe Int(message.pointee.byteCount)
      if length < 64 || length > entry.count &- offset {
        counters.malformed &+= 1
        return
      }
      unsafe apply(message)
      offset &+= length
    }
    ports.latency.record(nanoseconds: ports.stamps.nanoseconds(from: taken, to: ports.stamps.now()))
  }

  /// Applies one message and decides on it. A book that breaks here, and not at the source, is fetched anew.
  @_noLocks
  mutating func apply(_ message: UnsafePointer<MarketMessage>) {
    counters.messages &+= 1
    let id = unsafe message.pointee.instrument
    if unsafe isOfOldTicks(message.pointee) { return }
    let result = unsafe views.apply(message)
    if Int(id.index) < instruments.count { noteCrossing(id, result) }
    if case .fault(let fault) = result, fault != .crossedBook {
      unsafe askResync(id, fault, message.pointee.seqId)
      return
    }
    if Int(id.index) < instruments.count, unsafe message.pointee.kind != .trade {
      // An end of the book was not received: its stamp would measure from nothing.
      let isReceived = unsafe message.pointee.kind != .invalid
      unsafe decide(id, followed: isReceived ? message.pointee.receivedStamp : nil)
    }
  }

  /// The Feed drops the book's chain and fetches a snapshot. It holds the book for valid until it hears of
  /// this: what finds no room now is asked by the sweep.
  @_noLocks
  mutating func askResync(_ id: InstrumentID, _ fault: FaultCode, _ seqId: Int64) {
    let at = Int(id.index)
    counters.resyncsAsked &+= 1
    if ports.resyncs.push(ResyncRequest(instrument: id, fault: fault, seqId: seqId)) {
      if unsafe fault == .instrumentChanged || tallies[at].owedResync != .instrumentChanged {
        unsafe tallies[at].owedResync = .none
      }
    } else {
      counters.resyncRingFull &+= 1
      // No other fault tells the Feed of a change.
      if unsafe tallies[at].owedResync != .instrumentChanged {
        unsafe tallies[at].owedResync = fault
      }
    }
  }

  /// Time passes in a quiet market too: every instrument is shown and decides now and then.
  @_noLocks
  mutating func sweep(_ now: Instant) {
    var done = 0
    while done < BuilderStage.sweepPerPollMax {
      if sweepCursor >= instruments.count {
        sweepCursor = 0
        sweepAt = now.advanced(byNanoseconds: BuilderStage.sweepNanoseconds)
        return
      }
      let id = InstrumentID(index: UInt16(truncatingIfNeeded: sweepCursor))
      if let limits = ports.state.limits(of: id) {
        unsafe tallies[sweepCursor].orderLotsMaximum = limits.orderLotsMaximum
        unsafe tallies[sweepCursor].positionLotsMaximum = limits.positionLotsMaximum
      }
      let age = unsafe now.since(tallies[sweepCursor].decidedAt)
      if age >= BuilderStage.decideNanosecondsMax { decide(id, followed: nil) }
      show(id)
      refetchIfCrossed(id)
      let owed = unsafe tallies[sweepCursor].owedResync
      if owed != .none {
        let validity = views[id].validity
        if validity.isValid && owed != .instrumentChanged {
          unsafe tallies[sweepCursor].owedResync = .none
        } else {
          let number = unsafe Int64(tallies[sweepCursor].change)
          askResync(id, owed, owed == .instrumentChanged ? number : validity.seqId)
        }
      }
      sweepCursor &+= 1
      done &+= 1
    }
  }

  /// Runs the strategy for one instrument and publishes what it wants, all or nothing. `received`: when the
  /// message came that it follows; nil: time brought it about.
  @_noLocks
  mutating func decide(_ id: InstrumentID, followed received: Stamp?) {
    let at = Int(id.index)
    unsafe tallies[at].decidedAt = moment.instant
    if !ports.intents.hasRoom(for: IntentBuffer.capacity) || working.room < IntentBuffer.capacity {
      counters.intentsWithoutRoom &+= 1
      return
    }
    let validity = views[id].validity
    var context = StrategyContext(
      instrument: instruments[id], reference: views[id].reference, isBookValid: validity.isValid,
      moment: moment)
    if let bid = views[id].book.bestBid { context.bidQuantity = bid.quantity }
    if let ask = views[id].book.bestAsk { context.askQuantity = ask.quantity }
    if strategy.readsIndicators {
      context.indicators = views.indicators(of: id, at: moment.instant)
    }
    context.lease = lease(id)
    context.position = working.position(id)
    context.sellable = working.sellable(id)
    context.tradingState = working.tradingState(id)
    context.orderLotsMaximum = unsafe tallies[at].orderLotsMaximum
    context.positionLotsMaximum = unsafe tallies[at].positionLotsMaximum
    context.isMuted = ports.control.isMuted
    context.isFlattening = ports.board.isFlattening(id)
    countSignal(at, context.lease)
    decided.removeAll()
    strategy.decide(context, working: working, into: &decided)
    publish(at, received)
  }

  @_noLocks
  mutating func countSignal(_ at: Int, _ lease: SignalLease) {
    guard lease.isPresent, unsafe lease.request != tallies[at].lastRequest else { return }
    unsafe tallies[at].lastRequest = lease.request
    unsafe tallies[at].signals &+= 1
  }

  @_noLocks
  mutating func publish(_ at: Int, _ received: Stamp?) {
    var index = 0
    while index < decided.count {
      var intent = decided[index]
      intent.isTickDriven = received != nil
      intent.stamp(received: received, made: ports.stamps.now())
      // On record first: an intent that nobody can read of is not made.
      let cause =
        ports.inputs.number == 0 ? Cause.none : Cause(ports.inputs.stage, ports.inputs.number)
      guard ports.telemetry.record(intent: intent, cause: cause, at: intent.madeAt) != nil else {
        counters.intentsWithoutRoom &+= 1
        return
      }
      if ports.intents.push(intent) {
        working.publish(intent)
        unsafe tallies[at].intents &+= 1
        counters.intents &+= 1
      }
      index &+= 1
    }
  }
}
