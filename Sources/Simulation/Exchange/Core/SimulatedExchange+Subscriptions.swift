// Who receives which channel, and what a new subscriber gets first; simulation.

import Market
import Matching

extension SimulatedExchange {
  func subscribed(_ subscription: Subscription) {
    let argument = subscription.argument
    if let channel = argument.channel.published {
      guard let instrument = catalogue.index(of: argument.instrument) else { return }
      market.add(subscription, instrument: instrument, channel: channel)
      subscription.market = instrument
      // A playback waits for all of its readers; the first book of each does not.
      if channel.depth > 0, let opening = market.opening(instrument) {
        publish(opening)
        startPlaybackIfComplete()
        return
      }
      sendSnapshot(to: subscription, instrument: instrument, channel: channel)
      if channel == .tickers && !market.isRecording { contextSubscribed(subscription) }
      startPlaybackIfComplete()
      return
    }
    if argument.channel.isContext { return contextSubscribed(subscription) }
    let session = subscription.session
    if argument.channel.isCounted && !countConnection(subscription) { return }
    switch argument.channel {
    case .instruments: listInstruments(to: subscription)
    case .account: session.push(accountFrame(.snapshot, argument, currencies: nil))
    case .positions:
      let rows = positionRows(argument, instruments: nil)
      for frame in positionsFrames(.snapshot, argument, rows) { session.push(frame) }
    case .balanceAndPosition: session.push(holdingsSnapshot(argument))
    case .algoAdvance: pushWaitingAlgos(to: subscription)
    default: break
    }
  }

  func unsubscribed(_ subscription: Subscription) {
    context.remove(subscription)
    guard let channel = subscription.argument.channel.published,
      let instrument = subscription.market
    else { return }
    market.remove(subscription, instrument: instrument, channel: channel)
  }

  private func sendSnapshot(to subscription: Subscription, instrument: Int, channel: PublicChannel)
  {
    let book = engine.books[instrument]
    guard
      let bytes = market.publisher.snapshot(
        instrument: instrument, channel: channel, book: book, now: clock.monotonic())
    else { return }
    if channel.isIncremental && faults.takesSnapshot(instrument: instrument) {
      logFault(.dropSnapshot, instrument: catalogue[instrument].id)
      broken(instrument, by: .dropSnapshot)
      return
    }
    if channel.isIncremental { repaired(instrument) }
    subscription.session.connection.send(.text(bytes))
  }

  /// OKX tells how many connections of the account have the channel, and drops those past its limit.
  private func countConnection(_ subscription: Subscription) -> Bool {
    let name = subscription.argument.channel
    let session = subscription.session
    let count = sessions.count { $0.subscriptions.contains { $0.argument.channel == name } }
    let isTooMany = count > SimulatedExchange.connectionsPerChannelMax
    session.send(
      "{\"event\":\"channel-conn-count\(isTooMany ? "-error" : "")\",\"channel\":\"\(name.rawValue)\","
        + "\"connCount\":\"\(min(count, SimulatedExchange.connectionsPerChannelMax))\","
        + "\"connId\":\"\(session.identifier)\"}")
    if isTooMany { _ = session.removeSubscription(of: subscription.argument) }
    return !isTooMany
  }

  func logFault(_ kind: FaultKind, instrument: String) {
    logger.warning(
      "fault injected", metadata: ["kind": "\(kind.rawValue)", "instrument": "\(instrument)"])
  }
}
