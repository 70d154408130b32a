// The control side of a core without its stages: real State, real rings, a real journal, nothing that trades.

import Channels
import Core
import Foundation
import Journal
import Pipeline
import Quantities
import State
import Testing

/// One folder, one start. Whatever was put on record is read back from a journal, as the Recorder would write it.
final class TestDesk {
  let folder: String
  let table: InstrumentTable
  let changes = InstrumentChanges()
  let state: StateWriter
  let working: WorkingBoard
  private let privateConnection: Int?
  let board: StopBoard
  let door: ControlTelemetry
  let account: ControlTelemetry
  let limits: LimitPort
  /// Bytes of each telemetry ring.
  private static let ringBytes = 1 << 16
  private var limitChanges: SlotConsumer<LimitChange>
  private let drains: [TelemetryDrain]
  private var writer: JournalWriter?
  /// How often a sleeping hot thread would have been woken.
  let wakes = Counted()

  static let names = ["BTC-USDT", "ETH-USDT", "SHOWN-USDT"]
  static let start: UInt32 = 41

  init(
    table: InstrumentTable = TestDesk.table(), limitCapacity: Int = 16,
    privateConnection: Int? = nil
  ) throws {
    self.privateConnection = privateConnection
    folder = "/dev/shm/core-tests-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(
      atPath: folder + "/journal", withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    self.table = table
    state = try StateWriter.create(
      path: folder + "/state",
      header: StateHeader(
        environment: .simulated, topology: .fused, transport: .epoll, startNumber: TestDesk.start,
        buildHash: 1, configurationHash: 2), instruments: table)
    board = StopBoard(instrumentCount: table.count)
    working = WorkingBoard(instrumentCount: table.count)
    let identity = JournalIdentity(
      build: Digest32([1]), configuration: Digest32([2]), environment: .simulated,
      start: TestDesk.start)
    let stages: [StageID] = [.door, .account]
    let rings = try TelemetryFile(
      creating: folder + "/rings", identity: identity,
      plans: stages.map {
        TelemetryPlan(stage: $0, stream: .trade, capacity: TestDesk.ringBytes)
      })
    door = ControlTelemetry(rings.producer(.door, .trade))
    account = ControlTelemetry(rings.producer(.account, .trade))
    drains = stages.map { rings.drain($0, .trade) }
    var settings = JournalSettings()
    settings.segmentBytes = 1 << 20
    settings.durability = .none
    writer = try JournalWriter(
      JournalFolder(path: folder + "/journal", stream: .trade), identity: identity,
      settings: settings)
    let ring = SlotRing<LimitChange>(capacity: limitCapacity)
    limitChanges = ring.makeConsumer()
    limits = LimitPort(ring.makeProducer(), waker: try Waker())
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var controls: DeskControls {
    DeskControls(
      instruments: table, changes: changes, startNumber: TestDesk.start, board: board,
      working: working,
      state: state, telemetry: door, limits: limits,
      limitsAtStart: TestDesk.limits(table.count), privateConnection: privateConnection,
      venue: VenueHolds(board: board, wake: {}), wake: { [wakes] in wakes.add() })
  }

  /// The exchange changed an instrument, and every stage has taken it.
  func change(_ id: InstrumentID, _ edit: (inout Instrument) -> Void) throws {
    var stated = table[id]
    edit(&stated)
    var change = try #require(table[id].change(to: stated))
    _ = try #require(changes.add(&change))
    table.set(change.instrument)
  }

  func id(_ name: String) throws -> InstrumentID {
    let symbol = try #require(Symbol(name))
    return try #require(table.find(symbol))
  }

  /// As anybody sees it.
  func shown(_ id: InstrumentID) throws -> TradingStateRow {
    try StateReader(path: folder + "/state").tradingState(of: id)
  }

  func nextLimitChange() -> LimitChange? { limitChanges.pop() }

  /// What is on record so far.
  func records() throws -> [JournalRecord] {
    guard var writer = writer.take() else { return [] }
    for drain in drains {
      while try drain.drain(into: &writer) > 0 {}
    }
    _ = try writer.commit(at: .now())
    self.writer = consume writer
    var reader = try JournalReader(JournalFolder(path: folder + "/journal", stream: .trade))
    var found: [JournalRecord] = []
    while let record = try reader.next() { found.append(record) }
    return found
  }

  func states() throws -> [(record: StateRecord, text: String)] {
    try records().filter { $0.kind == .state }.map { record in
      let size = MemoryLayout<StateRecord>.size
      return (
        try #require(StateRecord(payload: Array(record.payload.prefix(size)))),
        String(decoding: record.payload.dropFirst(size), as: UTF8.self)
      )
    }
  }

  /// Shows a position and working orders of an instrument, as the Builder would.
  func show(
    _ id: InstrumentID, position: Int64, working: UInt16 = 0, midHalfTicks: Int64 = 200_001,
    isBelowMinimum: Bool = false
  ) {
    var draft = MarketSlotDraft()
    draft.value.instrument = id
    draft.value.isValid = true
    draft.value.receivedAt = .now()
    draft.value.publishedAt = .now()
    draft.value.position = Quantity(lots: position)
    draft.value.workingOrders = working
    draft.value.isBelowMinimum = isBelowMinimum
    draft.value.set(.midHalfTicks, midHalfTicks)
    state.publish(draft, for: id)
  }

  static func limits(_ count: Int) -> [InstrumentLimits] {
    var limits = InstrumentLimits()
    limits.isAllowed = true
    limits.orderLotsMaximum = 100
    limits.orderNotionalMaximum = Amount(units: 5_000, decimals: 0)
    limits.positionLotsMaximum = 1_000
    limits.openOrdersMaximum = 20
    limits.collarBasisPoints = 50
    limits.ordersPerWindow = 30
    limits.referenceAgeMaximumNanoseconds = 1_000_000_000
    return Array(repeating: limits, count: count)
  }

  /// Two that may be traded and one that may only be watched.
  static func table() -> InstrumentTable {
    let items = names.enumerated().map { index, name in
      var item = Instrument(
        id: .none, symbol: Symbol(name) ?? Symbol(), type: .spot,
        tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 3))
      item.isTradable = index < 2
      item.minimumLots = 1_000
      item.base = CurrencyID(index: 1)
      item.quote = CurrencyID(index: 0)
      return item
    }
    return InstrumentTable(items, currencies: ["USDT", "BTC"].compactMap { Symbol($0) })
  }
}

/// A count that any thread may raise.
final class Counted: @unchecked Sendable {
  // SAFETY: the lock guards the count.
  private let lock = NSLock()
  private var held = 0
  func add() { lock.withLock { held += 1 } }
  var count: Int { lock.withLock { held } }
}
