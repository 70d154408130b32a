// The market's source, its subscribers and its clock; simulation.

import Market

/// State only: `Exchange+Market.swift` drives it.
struct MarketBoard {
  enum Pace: Equatable {
    /// By the events' own times.
    case timed
    /// As fast as every subscriber takes it.
    case unbounded
  }

  private var source: any MarketSource
  private var following: MarketEvent?
  var publisher: MarketPublisher
  let pace: Pace
  /// A recording: it waits for subscribers and it ends.
  let isRecording: Bool
  /// By instrument, then channel.
  private var subscribers: [[PublicChannel: [Subscription]]]
  private(set) var channels: [Set<PublicChannel>]
  /// Instruments whose incremental book has a subscriber.
  private var followed = 0

  var isStarted = false
  var isDone = false
  /// True while a step is on the event loop or a timer runs.
  var isScheduled = false
  /// True while a reader holds an unbounded playback back, or one that left is waited for.
  var isWaiting = false
  /// Since when an instrument of a running playback has nobody to follow it, monotonic nanoseconds.
  var abandonedSince: Int64?
  /// Instruments whose chain a fault broke in an unbounded playback, until somebody resubscribes.
  var breaks: [Int: Break] = [:]
  /// Monotonic nanoseconds at which `due` 0 lay.
  var origin: Int64 = 0
  /// Pushes handed to connections.
  var sent: Int64 = 0

  init(_ source: any MarketSource, options: ExchangeOptions) {
    self.source = source
    publisher = MarketPublisher(source.catalogue)
    switch options.market {
    case .generated:
      pace = .timed
      isRecording = false
    case .recording(_, let speed):
      pace = speed == .max ? .unbounded : .timed
      isRecording = true
    }
    subscribers = Array(repeating: [:], count: source.catalogue.count)
    channels = Array(repeating: [], count: source.catalogue.count)
  }

  /// An unbounded playback is far ahead of its readers: without a pause, a second fault of the same
  /// instrument would be among the messages that they skip after the first.
  struct Break {
    /// Messages of the instrument that still go out: the one that shows the fault, and some to ignore.
    var messagesLeft = 4
    /// When the pause began, monotonic nanoseconds.
    var pausedSince: Int64?
  }

  /// When the next event is due; nil at the end.
  mutating func nextDue() -> Int64? {
    if following == nil { following = source.next() }
    return following?.due
  }

  mutating func take() -> MarketEvent? {
    defer { following = nil }
    return following ?? source.next()
  }

  /// The instrument is another from now on; false where the source cannot go on with it.
  mutating func change(
    _ instrument: Int, to specification: InstrumentSpecification, _ grid: GridChange
  ) -> Bool {
    if !source.change(instrument, to: specification, grid) { return false }
    if following?.instrument == instrument { following?.change(to: grid) }
    publisher.change(instrument, to: specification, grid)
    return true
  }

  mutating func halt(_ instrument: Int, _ isHalted: Bool) { source.halt(instrument, isHalted) }

  /// Of a playback that waits: what the instrument begins with.
  mutating func opening(_ instrument: Int) -> MarketEvent? {
    isRecording && !isStarted ? source.opening(instrument) : nil
  }

  mutating func add(_ subscription: Subscription, instrument: Int, channel: PublicChannel) {
    subscribers[instrument][channel, default: []].append(subscription)
    change(instrument) { $0.insert(channel) }
  }

  mutating func remove(_ subscription: Subscription, instrument: Int, channel: PublicChannel) {
    subscribers[instrument][channel]?.removeAll { $0 === subscription }
    if subscribers[instrument][channel]?.isEmpty ?? true {
      subscribers[instrument][channel] = nil
      change(instrument) { $0.remove(channel) }
    }
  }

  private mutating func change(_ instrument: Int, _ body: (inout Set<PublicChannel>) -> Void) {
    let before = channels[instrument].contains(where: \.isIncremental)
    body(&channels[instrument])
    let after = channels[instrument].contains(where: \.isIncremental)
    followed += (after ? 1 : 0) - (before ? 1 : 0)
  }

  func subscribers(of instrument: Int, _ channel: PublicChannel) -> [Subscription] {
    subscribers[instrument][channel] ?? []
  }

  /// Every instrument has a subscriber of its incremental book.
  var isFullySubscribed: Bool { followed == channels.count }
}
