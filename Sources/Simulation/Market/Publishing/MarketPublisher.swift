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
  struct View {
    /// `seqId` of the last push; nil while nobody follows the channel.
    var last: Int64?
    /// When that was, monotonic nanoseconds.
    var toldAt: Int64 = 0
    /// What a paced channel has not told yet.
    var pending: Pending?
    var bids: [BookLevel] = []
    var asks: [BookLevel] = []
    /// Pushes that a `reorder` fault holds until the next one is sent.
    var held: [[UInt8]] = []
  }

  public private(set) var catalogue: InstrumentCatalogue
  var views: [[View]]
  /// Books that we make carry OKX's checksum of old (docs/OKX.md OKX-059); recorded ones have their own.
  public var signsBooks = false
  /// Paced channels wait for `pushPaced`. A playback's do not: what was recorded has its own times.
  public var paces = false
  /// `seqId` of each instrument's last book message.
  var numbers: [Int64]

  public init(_ catalogue: InstrumentCatalogue) {
    self.catalogue = catalogue
    let channels = [View](repeating: View(), count: PublicChannel.allCases.count)
    views = [[View]](repeating: channels, count: catalogue.count)
    numbers = [Int64](repeating: -1, count: catalogue.count)
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
    plan: FaultPlan = .none, now: Int64 = 0, into pushes: inout [Push]
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
      let push = Push(instrument: event.instrument, channel: channel, bytes: [])
      if isPaced(channel) && event.kind != .snapshot {
        if event.kind != .heartbeat {
          wait(for: event, plan, place)
          continue
        }
        tellPending(push, place, book, now, &pushes)
      }
      let text = text(of: event, channel, place, book)
      deliver(text, plan, push, place, book, now, &pushes)
    }
    numbers[event.instrument] = event.seqId
  }

  func isPaced(_ channel: PublicChannel) -> Bool { paces && channel.isPaced }

  /// Whether its subscribers see the book as it stands. Others see their view of it.
  private func isWhole(_ channel: PublicChannel) -> Bool {
    channel.depth >= 400 && !isPaced(channel)
  }

  /// What a new subscriber of the channel gets first; nil before the book's own first snapshot, which
  /// then comes by `publish`, and for channels that begin without one.
  public mutating func snapshot(
    instrument: Int, channel: PublicChannel, book: ExchangeBook, now: Int64 = 0
  ) -> [UInt8]? {
    guard book.isReady, channel.depth > 0,
      let place = PublicChannel.allCases.firstIndex(of: channel)
    else { return nil }
    if isWhole(channel) || views[instrument][place].last == nil {
      views[instrument][place].last = book.seqId
      views[instrument][place].toldAt = now
      if !isWhole(channel) {
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
    let isWhole = isWhole(channel)
    let bids = isWhole ? book.top(.buy) : view.bids
    let asks = isWhole ? book.top(.sell) : view.asks
    let seqId = view.last ?? book.seqId
    if !channel.isIncremental {
      return PushText.state(
        channel, book.specification, bids: bids, asks: asks, time: book.exchangeTime, seqId: seqId)
    }
    return PushText.book(
      channel, book.specification, action: "snapshot", bids: bids, asks: asks,
      time: book.exchangeTime, checksum: checksum(channel, book, bids, asks),
      seqId: seqId, prevSeqId: -1)
  }

  /// The channel's push for a book event, or nil where it shows no change.
  private mutating func text(
    of event: MarketEvent, _ channel: PublicChannel, _ place: Int, _ book: ExchangeBook
  ) -> [UInt8]? {
    if isWhole(channel) {
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
        checksum: event.checksum != 0
          ? event.checksum : checksum(channel, book, book.top(.buy, 25), book.top(.sell, 25)),
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
    guard before.last != nil else { return nil }
    if event.kind == .heartbeat {
      return channel.isIncremental ? heartbeat(channel, book, before) : nil
    }
    return change(of: event.instrument, channel, place, book, to: bids, asks, event.seqId)
  }

  /// What leads from the view to these levels, which are the view from now on; nil where nothing does.
  mutating func change(
    of instrument: Int, _ channel: PublicChannel, _ place: Int, _ book: ExchangeBook,
    to bids: [BookLevel], _ asks: [BookLevel], _ seqId: Int64, after previous: Int64? = nil
  ) -> [UInt8]? {
    let before = views[instrument][place]
    guard let last = before.last, bids != before.bids || asks != before.asks else { return nil }
    views[instrument][place].bids = bids
    views[instrument][place].asks = asks
    views[instrument][place].last = seqId
    if !channel.isIncremental {
      return PushText.state(
        channel, book.specification, bids: bids, asks: asks, time: book.exchangeTime, seqId: seqId)
    }
    return PushText.book(
      channel, book.specification, action: "update",
      bids: difference(from: before.bids, to: bids, .buy),
      asks: difference(from: before.asks, to: asks, .sell), time: book.exchangeTime,
      checksum: checksum(channel, book, bids, asks), seqId: seqId, prevSeqId: previous ?? last)
  }

  func heartbeat(_ channel: PublicChannel, _ book: ExchangeBook, _ view: View) -> [UInt8] {
    let isWhole = isWhole(channel)
    let seqId = view.last ?? book.seqId
    return PushText.book(
      channel, book.specification, action: "update", bids: [], asks: [], time: book.exchangeTime,
      checksum: checksum(
        channel, book, isWhole ? book.top(.buy, 25) : view.bids,
        isWhole ? book.top(.sell, 25) : view.asks), seqId: seqId, prevSeqId: seqId)
  }

  /// Of the levels that its subscribers have, in frames that we make; a recording that has checksums gets them in
  /// ours too. A heartbeat has it as well: it tells of the same levels.
  private func checksum(
    _ channel: PublicChannel, _ book: ExchangeBook, _ bids: @autoclosure () -> [BookLevel],
    _ asks: @autoclosure () -> [BookLevel]
  ) -> Int32 {
    if channel.isRetail || !(signsBooks || book.hasChecksums && channel.depth >= 400) { return 0 }
    return book.checksum(of: bids(), asks())
  }

  mutating func deliver(
    _ text: [UInt8]?, _ plan: FaultPlan, _ push: Push, _ place: Int, _ book: ExchangeBook,
    _ now: Int64, _ pushes: inout [Push]
  ) {
    func send(_ bytes: [UInt8], _ pushes: inout [Push]) {
      pushes.append(Push(instrument: push.instrument, channel: push.channel, bytes: bytes))
    }
    if let text, !plan.isDropped {
      views[push.instrument][place].toldAt = now
      if plan.isHeldBack {
        views[push.instrument][place].held.append(text)
      } else {
        send(text, &pushes)
        if plan.isDuplicated { send(text, &pushes) }
        for late in views[push.instrument][place].held { send(late, &pushes) }
        views[push.instrument][place].held.removeAll()
      }
    }
    let view = views[push.instrument][place]
    if plan.isFollowedByHeartbeat && push.channel.isIncremental && view.last != nil {
      send(heartbeat(push.channel, book, view), &pushes)
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
