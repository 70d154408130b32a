// Turns market events into the pushes of each public channel; simulation.

import Quantities

/// One push, ready to be sent to every subscriber of its channel and instrument.
public struct Push: Sendable, Equatable {
  public var instrument: Int
  public var channel: PublicChannel
  public var bytes: [UInt8]
  public init(instrument: Int, channel: PublicChannel, bytes: [UInt8]) {
    self.instrument = instrument
    self.channel = channel
    self.bytes = bytes
  }
}

/// Each channel's chain and view of the book. Call `publish` after the engine applied the event.
public struct MarketPublisher: Sendable {
  /// One channel of one instrument, as its subscribers see it.
  private struct View {
    /// `seqId` of the last push; nil while nobody follows the channel.
    var last: Int64?
    var bids: [BookLevel] = []
    var asks: [BookLevel] = []
    /// Pushes that a `reorder` fault holds until the next one is sent.
    var held: [[UInt8]] = []
  }

  public private(set) var catalogue: InstrumentCatalogue
  private var views: [[View]]
  /// Books that we make carry OKX's checksum of old (docs/OKX.md OKX-059); recorded ones have their own.
  public var signsBooks = false

  public init(_ catalogue: InstrumentCatalogue) {
    self.catalogue = catalogue
    let channels = [View](repeating: View(), count: PublicChannel.allCases.count)
    views = [[View]](repeating: channels, count: catalogue.count)
  }

  /// The instrument is another from now on: what its subscribers saw goes over to its grid.
  public mutating func change(
    _ instrument: Int, to specification: InstrumentSpecification, _ grid: GridChange
  ) {
    catalogue.replace(instrument, with: specification)
    if grid.isNone { return }
    for place in views[instrument].indices {
      for index in views[instrument][place].bids.indices {
        views[instrument][place].bids[index].change(to: grid)
      }
      for index in views[instrument][place].asks.indices {
        views[instrument][place].asks[index].change(to: grid)
      }
    }
  }

  /// Appends the pushes of `event` for the channels in `subscribed`, with the faults of `plan` done to each.
  /// A channel of the instrument that is not in `subscribed` forgets its chain: its next snapshot starts afresh.
  public mutating func publish(
    _ event: MarketEvent, book: ExchangeBook, subscribed: Set<PublicChannel>,
    plan: FaultPlan = .none, into pushes: inout [Push]
  ) {
    if !event.isBook {
      publishOther(event, subscribed, &pushes)
      return
    }
    for (place, channel) in PublicChannel.allCases.enumerated() where channel.depth > 0 {
      if !subscribed.contains(channel) {
        if views[event.instrument][place].last != nil { views[event.instrument][place] = View() }
        continue
      }
      let text = text(of: event, channel, place, book)
      deliver(
        text, plan, Push(instrument: event.instrument, channel: channel, bytes: []), place, book,
        &pushes)
    }
  }

  /// What a new subscriber of the channel gets first; nil before the book's own first snapshot, which
  /// then comes by `publish`, and for channels that begin without one.
  public mutating func snapshot(
    instrument: Int, channel: PublicChannel, book: ExchangeBook
  ) -> [UInt8]? {
    guard book.isReady, channel.depth > 0,
      let place = PublicChannel.allCases.firstIndex(of: channel)
    else { return nil }
    let isWhole = channel.depth >= 400
    if isWhole || views[instrument][place].last == nil {
      views[instrument][place].last = book.seqId
      if !isWhole {
        views[instrument][place].bids = book.top(.buy, channel.depth)
        views[instrument][place].asks = book.top(.sell, channel.depth)
      }
    }
    return snapshotText(instrument, channel, place, book)
  }

  private func snapshotText(
    _ instrument: Int, _ channel: PublicChannel, _ place: Int, _ book: ExchangeBook
  ) -> [UInt8] {
    let view = views[instrument][place]
    let isWhole = channel.depth >= 400
    let bids = isWhole ? book.top(.buy) : view.bids
    let asks = isWhole ? book.top(.sell) : view.asks
    let seqId = view.last ?? book.seqId
    if !channel.isIncremental {
      return PushText.state(
        channel, book.specification, bids: bids, asks: asks, time: book.exchangeTime, seqId: seqId)
    }
    return PushText.book(
      channel, book.specification, action: "snapshot", bids: bids, asks: asks,
      time: book.exchangeTime, checksum: checksum(channel, book, or: 0),
      seqId: seqId, prevSeqId: -1)
  }

  /// The channel's push for a book event, or nil where it shows no change.
  private mutating func text(
    of event: MarketEvent, _ channel: PublicChannel, _ place: Int, _ book: ExchangeBook
  ) -> [UInt8]? {
    if channel.depth >= 400 {
      views[event.instrument][place].last = event.seqId
      if var recorded = event.recorded {
        if channel.isRetail { return nil }
        if recorded.channel != channel.rawValue {
          recorded.bytes.replaceSubrange(recorded.channelRange, with: Array(channel.rawValue.utf8))
        }
        return recorded.bytes
      }
      return PushText.book(
        channel, book.specification, action: event.kind == .snapshot ? "snapshot" : "update",
        bids: event.bids, asks: event.asks, time: event.exchangeTime,
        checksum: checksum(channel, book, or: event.checksum),
        seqId: event.seqId, prevSeqId: event.prevSeqId)
    }
    let bids = book.top(.buy, channel.depth)
    let asks = book.top(.sell, channel.depth)
    let before = views[event.instrument][place]
    if event.kind == .snapshot {
      views[event.instrument][place].bids = bids
      views[event.instrument][place].asks = asks
      views[event.instrument][place].last = event.seqId
      return snapshotText(event.instrument, channel, place, book)
    }
    guard let last = before.last else { return nil }
    if event.kind == .heartbeat {
      return channel.isIncremental ? heartbeat(channel, book, last) : nil
    }
    if bids == before.bids && asks == before.asks { return nil }
    views[event.instrument][place].bids = bids
    views[event.instrument][place].asks = asks
    views[event.instrument][place].last = event.seqId
    if !channel.isIncremental {
      return PushText.state(
        channel, book.specification, bids: bids, asks: asks, time: event.exchangeTime,
        seqId: event.seqId)
    }
    return PushText.book(
      channel, book.specification, action: "update",
      bids: difference(from: before.bids, to: bids, .buy),
      asks: difference(from: before.asks, to: asks, .sell), time: event.exchangeTime,
      checksum: checksum(channel, book, or: event.checksum), seqId: event.seqId, prevSeqId: last)
  }

  private func heartbeat(_ channel: PublicChannel, _ book: ExchangeBook, _ seqId: Int64) -> [UInt8]
  {
    PushText.book(
      channel, book.specification, action: "update", bids: [], asks: [], time: book.exchangeTime,
      checksum: checksum(channel, book, or: 0), seqId: seqId, prevSeqId: seqId)
  }

  /// Of the book as it stands, in frames that we make. A heartbeat has it as well: it tells of the same levels.
  private func checksum(_ channel: PublicChannel, _ book: ExchangeBook, or given: Int32) -> Int32 {
    if channel.isRetail { return 0 }
    let isWhole = channel.depth >= 400
    return signsBooks || book.hasChecksums && isWhole ? book.checksum : given
  }

  private mutating func deliver(
    _ text: [UInt8]?, _ plan: FaultPlan, _ push: Push, _ place: Int, _ book: ExchangeBook,
    _ pushes: inout [Push]
  ) {
    func send(_ bytes: [UInt8], _ pushes: inout [Push]) {
      pushes.append(Push(instrument: push.instrument, channel: push.channel, bytes: bytes))
    }
    if let text, !plan.isDropped {
      if plan.isHeldBack {
        views[push.instrument][place].held.append(text)
      } else {
        send(text, &pushes)
        if plan.isDuplicated { send(text, &pushes) }
        for late in views[push.instrument][place].held { send(late, &pushes) }
        views[push.instrument][place].held.removeAll()
      }
    }
    if plan.isFollowedByHeartbeat, push.channel.isIncremental,
      let last = views[push.instrument][place].last
    {
      send(heartbeat(push.channel, book, last), &pushes)
    }
    if plan.isFollowedByGarbage { send(FaultInjector.garbage, &pushes) }
  }

  private func publishOther(
    _ event: MarketEvent, _ subscribed: Set<PublicChannel>, _ pushes: inout [Push]
  ) {
    if let recorded = event.recorded {
      guard let channel = PublicChannel(rawValue: recorded.channel), subscribed.contains(channel)
      else { return }
      pushes.append(Push(instrument: event.instrument, channel: channel, bytes: recorded.bytes))
    } else if let trade = event.trade, subscribed.contains(.trades) {
      let text = PushText.trade(
        catalogue[event.instrument], trade, time: event.exchangeTime, seqId: event.seqId)
      pushes.append(Push(instrument: event.instrument, channel: .trades, bytes: text))
    }
  }
}

/// The levels that turn one view into the other, best first: absolute sizes, 0 for those that left.
private func difference(from old: [BookLevel], to new: [BookLevel], _ side: Side) -> [BookLevel] {
  var output: [BookLevel] = []
  var index = 0
  var other = 0
  while index < old.count || other < new.count {
    let isOld =
      other == new.count
      || index < old.count
        && (side == .buy
          ? new[other].price < old[index].price : old[index].price < new[other].price)
    if isOld {
      var gone = old[index]
      gone.quantity = .zero
      gone.orders = 0
      gone.quantityDigits = 0
      output.append(gone)
      index += 1
    } else if index < old.count && old[index].price == new[other].price {
      if old[index] != new[other] { output.append(new[other]) }
      index += 1
      other += 1
    } else {
      output.append(new[other])
      other += 1
    }
  }
  return output
}
