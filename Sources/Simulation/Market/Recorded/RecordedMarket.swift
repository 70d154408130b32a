// A recording as a market source: sequence numbers derived where the frames predate them; simulation.

import Quantities

/// Plays the frames in file order, then one heartbeat per instrument, then ends.
public struct RecordedMarket: MarketSource {
  public let catalogue: InstrumentCatalogue
  /// The depth channel that is played: the first in the file. Others of the file are left out.
  public let channel: PublicChannel
  /// Book messages to come in all, heartbeats at the end not counted.
  public let bookMessages: Int
  private let recording: RecordingFile
  private var index = 0
  private var heartbeats = 0
  private var chains: [DerivedSequence]
  private var last: [Int64]
  private var lastTime: [Int64]
  private let start: Int64
  private var lastDue: Int64 = 0
  /// Each instrument's first book frame, and which of them were taken out of turn.
  private let openings: [Int?]
  private var isOpened: [Bool]

  /// Refuses a file with a malformed book frame before anything of it is played.
  public init(_ recording: RecordingFile, instruments: [UInt8]? = nil) throws(RecordingError) {
    self.recording = recording
    guard let channel = recording.depthInstruments.first?.channel else { throw .noBooks }
    self.channel = channel
    catalogue = try InstrumentCatalogue(recording: recording, instruments: instruments)
    chains = catalogue.list.map { DerivedSequence($0.id) }
    last = chains.map(\.last)
    lastTime = catalogue.list.map { _ in 0 }
    let books = recording.frames.filter { $0.kind == .push && $0.channel == channel.rawValue }
    bookMessages = books.count
    start = books.first?.time ?? 0
    var openings = [Int?](repeating: nil, count: catalogue.count)
    for (place, frame) in recording.frames.enumerated()
    where frame.kind == .push && frame.channel == channel.rawValue {
      guard let instrument = catalogue.index(of: frame.instrument) else { continue }
      if openings[instrument] == nil { openings[instrument] = place }
    }
    self.openings = openings
    isOpened = catalogue.list.map { _ in false }
  }

  public mutating func opening(_ instrument: Int) -> MarketEvent? {
    guard let place = openings[instrument], place >= index, !isOpened[instrument],
      recording.frames[place].action == "snapshot"
    else { return nil }
    isOpened[instrument] = true
    return book(recording.frames[place], instrument)
  }

  public mutating func next() -> MarketEvent? {
    while index < recording.frames.count {
      let frame = recording.frames[index]
      index += 1
      guard frame.kind == .push, let instrument = catalogue.index(of: frame.instrument) else {
        continue
      }
      lastDue = max(lastDue, frame.time - start)
      if isOpened[instrument] && openings[instrument] == index - 1 { continue }
      if frame.channel == channel.rawValue {
        if let event = book(frame, instrument) { return event }
      } else if PublicChannel(rawValue: frame.channel)?.isIncremental != true {
        return other(frame, instrument)
      }
    }
    if heartbeats == catalogue.count { return nil }
    defer { heartbeats += 1 }
    return MarketEvent(
      instrument: heartbeats, kind: .heartbeat, due: lastDue, exchangeTime: lastTime[heartbeats],
      seqId: last[heartbeats], prevSeqId: last[heartbeats])
  }

  private mutating func book(_ frame: RecordedFrame, _ instrument: Int) -> MarketEvent? {
    let specification = catalogue[instrument]
    guard let data = BookData(recording.bytes, frame.dataRange) else { return nil }
    let isSnapshot = frame.action == "snapshot"
    let isRecorded = data.seqId != nil && data.prevSeqId != nil
    let derived = isRecorded ? (0, 0) : chains[instrument].next(isSnapshot: isSnapshot)
    let seqId = data.seqId ?? derived.0
    let prevSeqId = data.prevSeqId ?? derived.1
    var kind = MarketEvent.Kind.update
    if isSnapshot {
      kind = .snapshot
    } else if seqId == prevSeqId && data.bids.isEmpty && data.asks.isEmpty {
      kind = .heartbeat
    } else if seqId < prevSeqId {
      kind = .reset
    }
    var event = MarketEvent(
      instrument: instrument, kind: kind, due: lastDue, exchangeTime: data.time, seqId: seqId,
      prevSeqId: prevSeqId)
    event.checksum = data.checksum
    event.bids = data.bids.compactMap { specification.level($0) }
    event.asks = data.asks.compactMap { specification.level($0) }
    var push = recorded(frame)
    if !isRecorded {
      let offset = frame.range.lowerBound
      let place = (frame.dataRange.lowerBound - offset)..<(frame.dataRange.upperBound - offset)
      push.bytes =
        SequenceText.setting(push.bytes, data: place, seqId: seqId, prevSeqId: prevSeqId)
        ?? push.bytes
    }
    event.recorded = push
    last[instrument] = seqId
    lastTime[instrument] = data.time
    return event
  }

  private func other(_ frame: RecordedFrame, _ instrument: Int) -> MarketEvent {
    var event = MarketEvent(
      instrument: instrument, kind: .other, due: lastDue, exchangeTime: lastTime[instrument],
      seqId: last[instrument], prevSeqId: last[instrument])
    event.recorded = recorded(frame)
    let specification = catalogue[instrument]
    if frame.channel == PublicChannel.trades.rawValue,
      let data = TradeData(recording.bytes, frame.dataRange),
      let price = try? data.price.units(of: specification.tick),
      let lots = try? data.quantity.units(of: specification.lot)
    {
      event.kind = .trade
      event.exchangeTime = data.time
      event.trade = TradePrint(
        id: data.id, price: Price(ticks: price), quantity: Quantity(lots: lots), side: data.side,
        count: data.count)
    }
    return event
  }

  private func recorded(_ frame: RecordedFrame) -> RecordedPush {
    let offset = frame.range.lowerBound
    return RecordedPush(
      channel: frame.channel, bytes: recording.bytes(of: frame),
      channelRange: (frame.channelRange.lowerBound - offset)..<(frame.channelRange.upperBound
        - offset))
  }
}

extension InstrumentSpecification {
  func level(_ text: LevelText) -> BookLevel? {
    guard let price = try? text.price.units(of: tick), let lots = try? text.quantity.units(of: lot)
    else { return nil }
    return BookLevel(
      price: Price(ticks: price), quantity: Quantity(lots: lots), orders: text.orders,
      priceDigits: text.price.decimals, quantityDigits: text.quantity.decimals)
  }
}
