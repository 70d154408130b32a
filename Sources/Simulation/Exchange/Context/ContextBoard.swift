// What the exchange says about markets beside books and trades, and who listens; simulation.

import Market

/// One channel of one subject, as its subscribers share it. State only: `Exchange+Context.swift` drives it.
struct ContextTopic {
  var subscriptions: [Subscription] = []
  /// The row that was pushed last, without its time: OKX pushes what changed.
  var shown: [UInt8] = []
  /// When, monotonic nanoseconds.
  var pushedAt: Int64 = 0
  /// Opening time of the bar pushed last; candles only.
  var bar: Int64?
}

/// Names a topic: an instrument, an index or an instrument type, with the interval of a bar.
struct ContextKey: Hashable {
  var channel: ChannelName
  var interval: CandleInterval?
  var subject: String
  /// Of `adl-warning`; empty for all others.
  var family: String

  init(_ argument: ChannelArgument) {
    channel = argument.channel
    interval = argument.interval
    subject = argument.channel.isOfInstrument ? argument.instrument : argument.instrumentType
    family = argument.channel == .adlWarning ? argument.family : ""
  }
}

struct ContextBoard {
  var topics: [ContextKey: ContextTopic] = [:]
  /// Of `topics`, in the order in which somebody first followed them.
  private(set) var keys: [ContextKey] = []
  /// By instrument.
  var candles: [CandleSeries]
  let figures: [ReferenceFigures]
  /// Index name (`BTC-USDT`) to the instrument whose middle it is: the spot pair where there is one.
  private(set) var indices: [String: Int]
  /// Latest time that a market event showed, milliseconds.
  var time: Int64 = 0
  /// Announced maintenance, newest first, as rows of `system/status`.
  var notices: [SystemNotice] = []
  /// Instruments whose next trade liquidates somebody.
  var squeezes: Set<Int> = []
  /// Families near auto-deleveraging.
  var warnings: Set<String> = []

  static let noticesMax = 20

  init(_ source: any MarketSource) {
    candles = source.candles
    figures = source.catalogue.list.map(ReferenceFigures.init)
    var indices: [String: Int] = [:]
    for (index, item) in source.catalogue.list.enumerated() {
      switch item.type {
      case .spot: indices[item.id] = index
      default:
        if !item.family.isEmpty && indices[item.family] == nil { indices[item.family] = index }
      }
    }
    self.indices = indices
  }

  /// A contract has another name: its index has too, where no spot pair is listed under that.
  mutating func nameIndex(_ name: String, after instrument: Int) {
    if indices[name] == nil { indices[name] = instrument }
  }

  /// Takes what the market did; candles are made of the trades that the exchange publishes.
  mutating func take(_ event: MarketEvent) {
    if event.kind == .heartbeat || event.kind == .other { return }
    time = max(time, event.exchangeTime)
    if let trade = event.trade {
      candles[event.instrument].take(trade, at: event.exchangeTime)
    }
  }

  /// Closes the instrument's bars that are over and returns the time they stand at, milliseconds; nil before
  /// the first bar. Look at them only after this.
  mutating func settle(_ instrument: Int) -> Int64? {
    candles[instrument].advance(to: time)
    return candles[instrument].now
  }

  mutating func add(_ subscription: Subscription) {
    let key = ContextKey(subscription.argument)
    if topics[key] == nil { keys.append(key) }
    topics[key, default: ContextTopic()].subscriptions.append(subscription)
  }

  mutating func remove(_ subscription: Subscription) {
    let key = ContextKey(subscription.argument)
    topics[key]?.subscriptions.removeAll { $0 === subscription }
    if topics[key]?.subscriptions.isEmpty == true {
      topics[key] = nil
      keys.removeAll { $0 == key }
    }
  }
}

/// One announcement of maintenance (OKX `status`).
struct SystemNotice {
  var title: String
  /// scheduled, ongoing, pre_open, completed or canceled.
  var state: String
  var begin: Int64
  var end: Int64
  /// 0: it opens in one step.
  var preOpenBegin: Int64 = 0
  var time: Int64

  static let states: Set<String> = ["scheduled", "ongoing", "pre_open", "completed", "canceled"]

  /// What `system/status` lists unless it is asked for another state.
  var isPending: Bool { state != "completed" && state != "canceled" }

  /// Whether both tell of one maintenance.
  func isAbout(_ other: SystemNotice) -> Bool { title == other.title && begin == other.begin }

  var row: String {
    let opening = preOpenBegin == 0 ? "" : String(preOpenBegin)
    return
      "{\"title\":\(quoted(title)),\"state\":\(quoted(state)),\"begin\":\"\(begin)\",\"end\":\"\(end)\","
      + "\"preOpenBegin\":\"\(opening)\",\"href\":\"\",\"serviceType\":\"5\",\"system\":\"unified\","
      + "\"scheDesc\":\"\",\"maintType\":\"1\",\"env\":\"2\",\"ts\":\"\(time)\"}"
  }
}
