// One instrument as the Builder sees it: book, indicators, last trade, validity, counters; hot plane.

import Quantities

/// The book that the product runs; a second implementation is swapped in here.
public typealias MarketBook = LadderBook

/// The last trade of an instrument.
@frozen
public struct LastTrade: Sendable, BitwiseCopyable {
  public var body: TradeBody
  public var receivedAt: Instant
  public var exchangeTime: WallMilliseconds

  @inlinable
  public init(body: TradeBody, receivedAt: Instant, exchangeTime: WallMilliseconds) {
    self.body = body
    self.receivedAt = receivedAt
    self.exchangeTime = exchangeTime
  }
}

/// Owned by one Builder; fed one `MarketMessage` after another of its instrument.
///
/// * The Feed has judged the sequence already; the view checks the chain once more (`prevSeqId` equals
///   the last `seqId`), because an intent made from a broken book costs money.
/// * A crossed book (legal before opening: docs/OKX.md OKX-056) keeps its levels and its chain, yet is
///   invalid with `.crossedBook` until a message uncrosses it: no resubscription helps there. Every
///   other fault empties the book until the next snapshot.
/// * Only messages of the channel that sent the snapshot touch the book.
/// * `bbo-tbt` makes a one-level book while no depth channel has ever spoken for this instrument; after
///   the first depth message it is counted and kept as `bestOffer`, without effect on the book.
public struct MarketView: ~Copyable {
  public private(set) var instrument: Instrument
  public private(set) var book: MarketBook
  public private(set) var validity = Validity()
  public private(set) var counters = MarketCounters()
  public private(set) var lastTrade: LastTrade?
  /// The last `bbo-tbt` message's header and levels (`.none` where a side is empty).
  public private(set) var bestOffer: BestOffer?
  private var channel = MarketChannel.none
  private var hasDepth = false
  private var orderFlow: OrderFlowImbalance
  private var tradeWindow: TradeWindow
  private var volatility: RealisedVolatility

  /// Allocates all the view will ever use.
  public init(
    instrument: Instrument, checksum: BookChecksum,
    settings: IndicatorSettings = IndicatorSettings()
  ) {
    self.instrument = instrument
    book = MarketBook(instrument: instrument, checksum: checksum)
    orderFlow = OrderFlowImbalance(
      windowNanoseconds: settings.windowNanoseconds, eventsMax: settings.eventsMax)
    tradeWindow = TradeWindow(
      windowNanoseconds: settings.windowNanoseconds, eventsMax: settings.eventsMax)
    volatility = RealisedVolatility(
      intervalNanoseconds: settings.volatilityIntervalNanoseconds,
      samples: settings.volatilitySamples)
  }

  /// Applies one message of this instrument. Afterwards `validity` says whether to act on the book.
  @_noLocks
  public mutating func apply(_ message: UnsafePointer<MarketMessage>) -> BookResult {
    let header = unsafe message.pointee
    switch header.kind {
    case .snapshot:
      counters.snapshots &+= 1
      channel = header.channel
      hasDepth = true
      resetBookIndicators()
      return unsafe finish(book.apply(message), header)
    case .update:
      counters.updates &+= 1
      return unsafe chain(message, header)
    case .reset:
      counters.resets &+= 1
      return unsafe chain(message, header)
    case .heartbeat:
      counters.heartbeats &+= 1
      return unsafe chain(message, header)
    case .invalid:
      counters.invalids &+= 1
      invalidate(header)
      return .applied
    case .trade:
      return unsafe trade(message, header)
    case .bestBidOffer:
      return unsafe offer(message, header)
    }
  }

  /// An update, reset or heartbeat: in sequence or a fault.
  private mutating func chain(_ message: UnsafePointer<MarketMessage>, _ header: MarketMessage)
    -> BookResult
  {
    hasDepth = true
    if !book.hasSnapshot || header.channel != channel {
      counters.ignored &+= 1
      return .ignored
    }
    if header.prevSeqId != validity.seqId {
      counters.gaps &+= 1
      breakBook(.sequenceGap, header)
      return .fault(.sequenceGap)
    }
    if header.kind == .heartbeat {
      validity.receivedAt = header.receivedAt
      validity.exchangeTime = header.exchangeTime
      return .applied
    }
    return unsafe finish(book.apply(message), header)
  }

  /// Takes a book message's outcome into validity, counters and indicators.
  private mutating func finish(_ result: BookResult, _ header: MarketMessage) -> BookResult {
    if header.flags.contains(.hasChecksum) {
      if result == .fault(.checksumMismatch) {
        counters.checksumsFailed &+= 1
      } else if result == .applied || result == .fault(.crossedBook) {
        counters.checksumsVerified &+= 1
      }
    }
    switch result {
    case .applied:
      adopt(header, .none)
      record(header.receivedAt)
    case .fault(.crossedBook):
      counters.crossed &+= 1
      adopt(header, .crossedBook)
      orderFlow.unpair()
    case .fault(let fault):
      counters.faults &+= 1
      breakBook(fault, header)
    case .ignored:
      counters.ignored &+= 1
    }
    return result
  }

  private mutating func adopt(_ header: MarketMessage, _ fault: FaultCode) {
    validity.isValid = fault == .none
    validity.fault = fault
    validity.seqId = header.seqId
    validity.receivedAt = header.receivedAt
    validity.exchangeTime = header.exchangeTime
  }

  private mutating func breakBook(_ fault: FaultCode, _ header: MarketMessage) {
    book.reset()
    adopt(header, fault)
    validity.isValid = false
    resetBookIndicators()
  }

  /// The Feed says that what was is not to be believed: the book's channel, the trades', or all.
  private mutating func invalidate(_ header: MarketMessage) {
    if header.channel == .trades || header.channel == .none { tradeWindow.reset() }
    if header.channel == .trades { return }
    if header.channel == .bestBidOffer && hasDepth { return }
    if header.fault == .sequenceGap { counters.gaps &+= 1 }
    breakBook(header.fault, header)
  }

  private mutating func resetBookIndicators() {
    orderFlow.reset()
    volatility.reset()
  }

  mutating func take(_ change: InstrumentChange) {
    instrument = change.instrument
    book.begin(change.instrument)
    validity.isValid = false
    validity.fault = .instrumentChanged
    bestOffer = nil
    if var trade = lastTrade {
      trade.body.price = change.price(trade.body.price)
      trade.body.quantity = change.quantity(trade.body.quantity)
      lastTrade = trade
    }
    tradeWindow.reset()
    tradeWindow.startSession()
    resetBookIndicators()
  }

  /// The book is valid: its best prices are an event.
  private mutating func record(_ now: Instant) {
    guard let bid = book.bestBid, let ask = book.bestAsk else {
      orderFlow.unpair()
      return
    }
    orderFlow.record(bid: bid, ask: ask, at: now)
    volatility.record(midHalfTicks: bid.price.ticks &+ ask.price.ticks, at: now)
  }

  private mutating func trade(_ message: UnsafePointer<MarketMessage>, _ header: MarketMessage)
    -> BookResult
  {
    counters.trades &+= 1
    if !header.isConsistent {
      counters.ignored &+= 1
      return .ignored
    }
    let body = unsafe message.trade.pointee
    let isInRange =
      body.price.ticks > 0 && body.price.ticks <= BookLimits.ticksMax && body.quantity.lots > 0
      && body.quantity.lots <= BookLimits.lotsMax
    if !isInRange {
      counters.faults &+= 1
      return .fault(.numberRange)
    }
    lastTrade = LastTrade(
      body: body, receivedAt: header.receivedAt, exchangeTime: header.exchangeTime)
    tradeWindow.record(
      price: body.price, quantity: body.quantity, side: body.side, at: header.receivedAt)
    return .applied
  }

  private mutating func offer(_ message: UnsafePointer<MarketMessage>, _ header: MarketMessage)
    -> BookResult
  {
    counters.bestBidOffers &+= 1
    if !header.isConsistent || header.bidCount > 1 || header.askCount > 1 {
      counters.ignored &+= 1
      return .ignored
    }
    let none = MarketLevel(price: .none, quantity: .zero)
    bestOffer = unsafe BestOffer(
      bid: header.bidCount == 1 ? message.bids[0] : none,
      ask: header.askCount == 1 ? message.asks[0] : none, seqId: header.seqId,
      receivedAt: header.receivedAt)
    if hasDepth { return .applied }
    channel = .bestBidOffer
    return unsafe finish(book.replaceTop(message), header)
  }
}

/// What `bbo-tbt` last said; a side without a level has `Price.none`.
@frozen
public struct BestOffer: Sendable, BitwiseCopyable {
  public var bid: MarketLevel
  public var ask: MarketLevel
  public var seqId: Int64
  public var receivedAt: Instant

  @inlinable
  public init(bid: MarketLevel, ask: MarketLevel, seqId: Int64, receivedAt: Instant) {
    self.bid = bid
    self.ask = ask
    self.seqId = seqId
    self.receivedAt = receivedAt
  }
}

extension MarketView {
  /// What an intent decided now carries for the gate.
  public var reference: DecisionReference {
    @_noLocks get {
      DecisionReference(
        bid: book.bestBid?.price ?? .none, ask: book.bestAsk?.price ?? .none,
        seqId: validity.seqId, receivedAt: validity.receivedAt,
        exchangeTime: validity.exchangeTime)
    }
  }

  /// All indicators as of `now`: at or after the last message's receipt. Expires what left the windows.
  @_noLocks
  public mutating func indicators(at now: Instant) -> IndicatorValues {
    var values = IndicatorValues()
    values.tradeFlow = tradeWindow.flow(at: now)
    values.windowVWAP = tradeWindow.windowVWAP(at: now)
    values.sessionVWAP = tradeWindow.sessionVWAP
    if !validity.isValid { return values }
    values.orderFlowImbalance = orderFlow.value(at: now)
    values.realisedVolatility = volatility.value(at: now)
    guard let bid = book.bestBid, let ask = book.bestAsk else { return values }
    values.midHalfTicks = bid.price.ticks &+ ask.price.ticks
    values.spreadTicks = ask.price.ticks &- bid.price.ticks
    values.microprice = BookIndicators.microprice(bid: bid, ask: ask)
    values.imbalance1 = BookIndicators.imbalance(book, levels: 1)
    values.imbalance5 = BookIndicators.imbalance(book, levels: 5)
    values.imbalance25 = BookIndicators.imbalance(book, levels: 25)
    return values
  }

  /// Starts a new session for `sessionVWAP`.
  @_noLocks
  public mutating func startSession() { tradeWindow.startSession() }
}
