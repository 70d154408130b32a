// A journal of earlier starts, written record by record.

import Channels
import Core
import Foundation
import Journal
import Quantities

/// A trade journal written record by record, start by start.
final class History {
  let folder: String
  private var clock: Int64 = 1_000

  init() throws {
    folder = "/dev/shm/core-memory-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// One start's segment.
  func start(_ number: UInt32, _ body: (inout Segment) throws -> Void) throws {
    var settings = JournalSettings()
    settings.segmentBytes = 1 << 20
    settings.durability = .none
    let writer = try JournalWriter(
      JournalFolder(path: folder, stream: .trade),
      identity: JournalIdentity(
        build: Digest32([1]), configuration: Digest32([2]), environment: .simulated,
        start: number), settings: settings)
    var segment = Segment(writer: writer, clock: clock)
    try body(&segment)
    clock = segment.clock
    try segment.close()
  }

  /// A bill of nothing but its id and time.
  static func bill(_ id: UInt64, at time: Int64) -> BillRecord {
    BillRecord(
      bill: id, type: 8, subType: 173, currency: Symbol(), change: .zero, balance: .zero,
      profit: .zero, fee: .zero, size: .zero, instrument: Symbol(), exchangeOrder: .none,
      tradeID: 0, exchangeTime: WallMilliseconds(milliseconds: time))
  }

  var memory: JournalMemory { get throws { try JournalMemory(folder: folder) } }

  struct Segment: ~Copyable {
    private var writer: JournalWriter
    private(set) var clock: Int64
    private var numbers: [UInt8: UInt64] = [:]

    init(writer: consuming JournalWriter, clock: Int64) {
      self.writer = writer
      self.clock = clock
    }

    mutating func put<Payload: BitwiseCopyable>(
      _ kind: JournalKind, _ payload: Payload, by stage: StageID = .sender
    ) throws {
      clock += 1
      let number = (numbers[stage.rawValue] ?? 0) + 1
      numbers[stage.rawValue] = number
      let bytes = unsafe withUnsafeBytes(of: payload) { unsafe [UInt8]($0) }
      let header = RecordHeader(
        kind, stage: stage, number: number, at: Instant(nanoseconds: clock),
        payloadByteCount: bytes.count)
      try unsafe writer.append(header, bytes.span.bytes)
    }

    /// Names, in this start's own order.
    mutating func name(_ names: [String]) throws {
      for (index, name) in names.enumerated() {
        let item = Instrument(
          id: InstrumentID(index: UInt16(index)), symbol: Symbol(name) ?? Symbol(), type: .spot,
          tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 3))
        try put(.instrument, InstrumentRecord(item), by: .door)
      }
    }

    mutating func fill(
      _ index: UInt16, _ side: Side, _ lots: Int64, trade: UInt64, order: UInt64, at time: Int64
    ) throws {
      var report = Report(kind: .fill, instrument: InstrumentID(index: index), side: side)
      report.lastQuantity = Quantity(lots: lots)
      report.tradeID = trade
      report.exchangeOrder = ExchangeOrderID(rawValue: order)
      report.exchangeTime = WallMilliseconds(milliseconds: time)
      try put(.report, report)
    }

    mutating func order(
      _ index: UInt16, _ client: ClientOrderID, lots: Int64, expires: Int64
    ) throws {
      let intent = Intent(
        number: IntentNumber(rawValue: client.number), instrument: InstrumentID(index: index),
        kind: .place, side: .buy, type: .limit, source: .manual, isBookValid: true,
        isReduceOnly: false, price: Price(ticks: 100), quantity: Quantity(lots: lots),
        targetIntent: .none, decision: .none,
        reference: DecisionReference(
          bid: Price(ticks: 99), ask: Price(ticks: 101), seqId: 1, receivedAt: .zero,
          exchangeTime: WallMilliseconds(milliseconds: 1)), madeAt: .zero)
      try put(
        .order,
        OrderRecord(
          intent, clientOrder: client, judgedAt: .zero, encodedAt: .zero,
          expiresAt: WallMilliseconds(milliseconds: expires), connection: 0, request: 1))
    }

    /// Something that became of an order.
    mutating func report(
      _ kind: ReportKind, _ index: UInt16, _ client: ClientOrderID, lots: Int64 = 0,
      trade: UInt64 = 0, order: UInt64 = 0
    ) throws {
      var report = Report(kind: kind, instrument: InstrumentID(index: index))
      report.clientOrder = client
      report.exchangeOrder = ExchangeOrderID(rawValue: order)
      report.lastQuantity = Quantity(lots: lots)
      report.tradeID = trade
      try put(.report, report)
    }

    mutating func state(
      _ id: InstrumentID, _ source: StopSource, _ state: TradingState, flattens: Bool = false
    ) throws {
      try put(
        .state,
        StateRecord(
          instrument: id, source: source, requested: state, inForce: state, before: .active,
          isFlattening: flattens, isRearm: false, changedAt: WallMilliseconds(milliseconds: 1),
          request: 0), by: .door)
    }

    mutating func position(_ index: UInt16, _ lots: Int64) throws {
      try put(
        .position,
        PositionRecord(
          instrument: InstrumentID(index: index), position: Quantity(lots: lots), before: .zero,
          exchangeTime: WallMilliseconds(milliseconds: 1), isReconciled: true), by: .account)
    }

    consuming func close() throws { try writer.close() }
  }
}
