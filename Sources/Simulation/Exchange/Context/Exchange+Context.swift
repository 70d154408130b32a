// Pushing tickers, bars, funding, marks and the rest at OKX's cadence; simulation.

import Market
import NIOCore
import Quantities

extension ChannelName {
  /// Served from the exchange's figures rather than from the market's own events.
  var isContext: Bool {
    switch self {
    case .candle, .fundingRate, .markPrice, .indexTickers, .openInterest, .priceLimit,
      .liquidationOrders, .status:
      true
    default: false
    }
  }

  /// Nanoseconds between pushes of a change, and after which an unchanged row comes again; nil: never.
  var cadence: (change: Int64, repeat: Int64?) {
    let millisecond: Int64 = 1_000_000
    return switch self {
    case .tickers: (100 * millisecond, nil)
    case .indexTickers: (100 * millisecond, 60_000 * millisecond)
    case .markPrice: (200 * millisecond, 10_000 * millisecond)
    case .priceLimit: (200 * millisecond, nil)
    case .openInterest: (3_000 * millisecond, 3_000 * millisecond)
    case .fundingRate: (30_000 * millisecond, 60_000 * millisecond)
    default: (1_000 * millisecond, nil)
    }
  }
}

extension Exchange {
  static let contextMilliseconds: Int64 = 100
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
      if context.notices.isEmpty { return }
      sendContext(rows: context.notices.map(\.row).joined(separator: ","), to: [subscription])
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
    for (key, topic) in context.topics {
      switch key.channel {
      case .candle: pushCandles(key, topic, now)
      case .status, .liquidationOrders: break
      default:
        let cadence = key.channel.cadence
        let age = now - topic.pushedAt + Exchange.cadenceSlack
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
      var time = max(last, open.time - Int64(Exchange.closedBarsMax) * interval.milliseconds)
      while time < open.time {
        if let row = barRow(index, interval, time, isClosed: true) {
          sendContext(rows: row, to: topic.subscriptions)
        }
        time += interval.milliseconds
      }
    } else if now - topic.pushedAt + Exchange.cadenceSlack < key.channel.cadence.change
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
      context.figures[event.instrument].isLiquidation(trade)
    else { return }
    let row =
      "{\"instType\":\"\(specification.typeName)\",\"instId\":\"\(specification.id)\","
      + "\"instFamily\":\"\(specification.family)\",\"uly\":\"\(specification.family)\","
      + "\"details\":[{\"side\":\"\(trade.side == .buy ? "buy" : "sell")\","
      + "\"posSide\":\"\(trade.side == .buy ? "short" : "long")\","
      + "\"bkPx\":\"\(specification.text(price: trade.price))\","
      + "\"sz\":\"\(specification.text(quantity: trade.quantity))\",\"bkLoss\":\"0\",\"ccy\":\"\","
      + "\"ts\":\"\(event.exchangeTime)\"}]}"
    for (key, topic) in context.topics
    where key.channel == .liquidationOrders
      && (key.subject == "ANY" || key.subject == specification.typeName)
    {
      sendContext(rows: row, to: topic.subscriptions)
    }
  }

  /// Announces maintenance, as a test or a demo asks for it.
  func announce(_ notice: SystemNotice) {
    context.notices.insert(notice, at: 0)
    if context.notices.count > ContextBoard.noticesMax { context.notices.removeLast() }
    for (key, topic) in context.topics where key.channel == .status {
      sendContext(rows: notice.row, to: topic.subscriptions)
    }
    flush()
  }

  func sendContext(rows: String, to subscriptions: [Subscription]) {
    for subscription in subscriptions {
      let connection = subscription.session.connection
      if !connection.isOpen { continue }
      let text = "{\"arg\":\(subscription.argument.rendered),\"data\":[\(rows)]}"
      connection.send(RenderedFrame.text(text, allocator: connection.allocator))
    }
  }
}
