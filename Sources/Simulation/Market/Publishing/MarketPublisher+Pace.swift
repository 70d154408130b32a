// Channels that tell each 100 ms what changed, and the signs of life of books that stay still; simulation.

extension MarketPublisher {
  /// What happened since a paced channel's last push.
  struct Pending: Sendable {
    var plan = FaultPlan()
    /// `prevSeqId` of the message that broke the chain: the push has it too, so that its readers see the gap.
    var previous: Int64?
  }

  /// OKX's time between two pushes of a paced channel, and after which a book that stays still says so.
  public static let paceNanoseconds: Int64 = 100_000_000
  public static let quietNanoseconds: Int64 = 60_000_000_000

  mutating func wait(for event: MarketEvent, _ plan: FaultPlan, _ place: Int) {
    if views[event.instrument][place].last == nil { return }
    var pending = views[event.instrument][place].pending ?? Pending()
    pending.plan.add(plan)
    let isBroken = event.kind == .update && event.prevSeqId != numbers[event.instrument]
    if isBroken && numbers[event.instrument] >= 0 { pending.previous = event.prevSeqId }
    views[event.instrument][place].pending = pending
  }

  /// What the paced channels of an instrument have not told yet: one push each, or none where all is as it was.
  public mutating func pushPaced(
    _ instrument: Int, book: ExchangeBook, subscribed: Set<PublicChannel>, now: Int64,
    into pushes: inout [Push]
  ) {
    for (place, channel) in PublicChannel.allCases.enumerated()
    where isPaced(channel) && subscribed.contains(channel) {
      let push = Push(instrument: instrument, channel: channel, bytes: [])
      tellPending(push, place, book, now, &pushes)
    }
  }

  mutating func tellPending(
    _ push: Push, _ place: Int, _ book: ExchangeBook, _ now: Int64, _ pushes: inout [Push]
  ) {
    guard let pending = views[push.instrument][place].pending else { return }
    views[push.instrument][place].pending = nil
    let text = change(
      of: push.instrument, push.channel, place, book, to: book.top(.buy, push.channel.depth),
      book.top(.sell, push.channel.depth), book.seqId, after: pending.previous)
    deliver(text, pending.plan, push, place, book, now, &pushes)
  }

  /// A sign of life for channels that told nothing for a minute: increments without levels (docs/OKX.md OKX-053),
  /// states once more (OKX-064).
  public mutating func pushQuiet(
    _ instrument: Int, book: ExchangeBook, subscribed: Set<PublicChannel>, now: Int64,
    into pushes: inout [Push]
  ) {
    for (place, channel) in PublicChannel.allCases.enumerated()
    where channel.depth > 0 && subscribed.contains(channel) {
      let view = views[instrument][place]
      guard let last = view.last, now - view.toldAt >= MarketPublisher.quietNanoseconds else {
        continue
      }
      let text =
        channel.isIncremental
        ? heartbeat(channel, book, view)
        : PushText.state(
          channel, book.specification, bids: view.bids, asks: view.asks, time: book.exchangeTime,
          seqId: last)
      let push = Push(instrument: instrument, channel: channel, bytes: [])
      deliver(text, .none, push, place, book, now, &pushes)
    }
  }
}

extension FaultPlan {
  fileprivate mutating func add(_ other: FaultPlan) {
    isDropped = isDropped || other.isDropped
    isDuplicated = isDuplicated || other.isDuplicated
    isHeldBack = isHeldBack || other.isHeldBack
    isFollowedByHeartbeat = isFollowedByHeartbeat || other.isFollowedByHeartbeat
    isFollowedByGarbage = isFollowedByGarbage || other.isFollowedByGarbage
  }
}
