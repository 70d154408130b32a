// Pushing tickers, bars, funding, marks and the rest at OKX's cadence; simulation.

import Market
import Quantities

extension SimulatedExchange {
  static let contextNanoseconds: Int64 = 100_000_000
  /// Bars closed between two looks that are still told one by one.
  static let closedBarsMax = 30
  /// A timer that is a little early must not skip a turn.
  static let cadenceSlack: Int64 = 20_000_000

  func contextSubscribed(_ subscription: Subscription) {
    context.add(subscription)
    let key = ContextKey(subscription.argument)
    switch key.channel {
    case .liquidationOrders: return
    case .status:
      // The latest alone (docs/OKX.md OKX-086).
      guard let latest = context.notices.first else { return }
      sendContext(rows: latest.row, to: [subscription])
    case .candle:
      guard let bar = openBar(key) else { return }
      if context.topics[key]?.bar == nil { context.topics[key]?.bar = bar.time }
      sendContext(rows: bar.row, to: [subscription])
    default:
      guard let row = contextRow(key) else { return }
      sendContext(rows: row.whole, to: [subscription])
      if context.topics[key]?.shown.isEmpty == true { note(key, row.figures) }
    }
  }

  /// Looks at every topic that somebody follows.
  func pushContext() {
    if context.topics.isEmpty { return }
    let now = clock.monotonic()
    for key in context.keys {
      guard let topic = context.topics[key] else { continue }
      switch key.channel {
      case .candle: pushCandles(key, topic, now)
      case .status, .liquidationOrders: break
      default:
        let isWarned = key.channel == .adlWarning && !context.warnings.isEmpty
        let cadence = isWarned ? ChannelName.warnedCadence : key.channel.cadence
        let age = now - topic.pushedAt + SimulatedExchange.cadenceSlack
        if age < cadence.change { continue }
        guard let row = contextRow(key) else { continue }
        let isDue = cadence.repeat.map { age >= $0 } ?? false
        if row.figures.utf8.elementsEqual(topic.shown) && !isDue { continue }
        sendContext(rows: row.whole, to: topic.subscriptions)
        note(key, row.figures)
      }
    }
    flush()
  }

  private func note(_ key: ContextKey, _ figures: String) {
    context.topics[key]?.shown = Array(figures.utf8)
    context.topics[key]?.pushedAt = clock.monotonic()
  }

  // MARK: - Bars

  private func openBar(_ key: ContextKey) -> (time: Int64, row: String)? {
    guard let interval = key.interval, let index = catalogue.index(of: key.subject),
      let now = context.settle(index)
    else { return nil }
    let time = interval.start(of: now)
    guard let row = barRow(index, interval, time, isClosed: false) else { return nil }
    return (time, row)
  }

  private func barRow(_ index: Int, _ interval: CandleInterval, _ time: Int64, isClosed: Bool)
    -> String?
  {
    guard let bar = context.candles[index].candle(interval, at: time) else { return nil }
    var row: [UInt8] = []
    bar.appendRow(to: &row, catalogue[index], isClosed: isClosed)
    return String(decoding: row, as: UTF8.self)
  }

  /// At most once a second: what closed since the last look with `confirm` 1, then the open bar if it changed.
  private func pushCandles(_ key: ContextKey, _ topic: ContextTopic, _ now: Int64) {
    guard let interval = key.interval, let index = catalogue.index(of: key.subject),
      let open = openBar(key)
    else { return }
    if let last = topic.bar, last < open.time {
      var time = max(
        last, open.time - Int64(SimulatedExchange.closedBarsMax) * interval.milliseconds)
      while time < open.time {
        if let row = barRow(index, interval, time, isClosed: true) {
          sendContext(rows: row, to: topic.subscriptions)
        }
        time += interval.milliseconds
      }
    } else if now - topic.pushedAt + SimulatedExchange.cadenceSlack < key.channel.cadence.change
      || open.row.utf8.elementsEqual(topic.shown)
    {
      return
    }
    context.topics[key]?.bar = open.time
    sendContext(rows: open.row, to: topic.subscriptions)
    note(key, open.row)
  }

  // MARK: - Events

  /// A trade that liquidated somebody is told to those who follow `liquidation-orders` of its type.
  func pushLiquidation(_ event: MarketEvent) {
    let specification = catalogue[event.instrument]
    guard let trade = event.trade, specification.type != .spot,
      context.squeezes.remove(event.instrument) != nil
        || context.figures[event.instrument].isLiquidation(trade)
    else { return }
    let row =
      "{\"instType\":\"\(specification.typeName)\",\"instId\":\"\(specification.id)\","
      + "\"instFamily\":\"\(specification.family)\",\"uly\":\"\(specification.family)\","
      + "\"details\":[{\"side\":\"\(trade.side == .buy ? "buy" : "sell")\","
      + "\"posSide\":\"\(trade.side == .buy ? "short" : "long")\","
      + "\"bkPx\":\"\(specification.text(price: trade.price))\","
      + "\"sz\":\"\(specification.text(quantity: trade.quantity))\",\"bkLoss\":\"0\",\"ccy\":\"\","
      + "\"ts\":\"\(event.exchangeTime)\"}]}"
    for key in context.keys
    where key.channel == .liquidationOrders
      && (key.subject == "ANY" || key.subject == specification.typeName)
    {
      sendContext(rows: row, to: context.topics[key]?.subscriptions ?? [])
    }
  }

  /// Announces maintenance, or what became of it.
  func announce(_ notice: SystemNotice) {
    context.notices.removeAll { $0.isAbout(notice) }
    context.notices.insert(notice, at: 0)
    if context.notices.count > ContextBoard.noticesMax { context.notices.removeLast() }
    for key in context.keys where key.channel == .status {
      sendContext(rows: notice.row, to: context.topics[key]?.subscriptions ?? [])
    }
    flush()
  }

  func sendContext(rows: String, to subscriptions: [Subscription]) {
    for subscription in subscriptions {
      let connection = subscription.session.connection
      if !connection.isOpen { continue }
      connection.send(
        .text("{\"arg\":\(subscription.argument.rendered),\"data\":[\(rows)]}"))
    }
  }
}
