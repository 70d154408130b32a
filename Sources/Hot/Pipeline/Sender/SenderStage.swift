// The last stage: approved orders out, what became of them back, and the stop; hot plane.

import Channels
import Journal
import OKX
import Orders
import Quantities
import Risk
import State
import Transport
import Wire

/// The rings and boards a Sender is made with.
public struct SenderPorts: ~Copyable {
  var approved: SlotConsumer<ApprovedOrder>
  var toGate: SlotProducer<Report>
  var toBuilder: SlotProducer<Report>
  var queries: SlotProducer<AccountQuestion>
  var account: ByteConsumer
  var toAccount: SlotProducer<AccountRecord>
  var toPositions: SlotProducer<PositionDetailRecord>
  var handovers: SlotConsumer<SessionHandover>
  let board: StopBoard
  let state: StateWriter
  let control: RunControl
  let working: WorkingBoard
  let changes: InstrumentChanges
  var telemetry: TelemetryProducer
  let latency: SenderLatency
  let stamps: StampClock

  package init(
    rings: StageRings, boards: StageBoards, telemetry: consuming TelemetryProducer,
    latency: SenderLatency
  ) {
    approved = rings.approved.makeConsumer()
    toGate = rings.toGate.makeProducer()
    toBuilder = rings.toBuilder.makeProducer()
    queries = rings.queries.makeProducer()
    account = rings.account.makeConsumer()
    toAccount = rings.accountPushes.makeProducer()
    toPositions = rings.positionPushes.makeProducer()
    handovers = rings.privateHandovers.makeConsumer()
    board = boards.stops
    state = boards.state
    control = boards.control
    working = boards.working
    changes = boards.changes
    self.telemetry = telemetry
    self.latency = latency
    stamps = boards.stamps
  }
}

/// Where Sender records its hops.
public struct SenderLatency: Sendable {
  public var send: LatencyHistogram
  public var wireOut: LatencyHistogram
  public var tickToOrder: LatencyHistogram
}

/// Owns the order table, the ids, *unknown*, positions, and the trading state in force. It cancels with
/// Gate and Builder wedged: nothing it does waits for them.
@safe
public struct SenderStage: ~Copyable {
  // SAFETY: `faultTable`, `cancelsSeen` and `balances` are allocated by `init`, freed by `deinit` and
  // reached through this sole owner.
  let instruments: InstrumentTable
  let settings: SenderSettings
  let faultTable: UnsafeMutablePointer<UInt64>
  let cancelsSeen: UnsafeMutablePointer<UInt64>
  let balances: UnsafeMutablePointer<CashBalance>
  var ports: SenderPorts
  var line: SocketLine<PrivateSession>
  /// The line that is to take over, until it may; after that the one that served, for what it still has to say.
  var successor: SocketLine<PrivateSession>
  /// `line` and `successor` have changed places while the successor's input is taken.
  var isOnSuccessor = false
  /// The successor is subscribed.
  var mayTakeOver = false
  /// When the line that served is given back; `.zero`: the successor is none that served.
  var retiresAt = Instant.zero
  var hub: LineHub
  var isSessionUp = false
  /// The session went down and the table could not report all of it yet.
  var owesSessionDown = false
  var table: OrderTable
  var positions: PositionBook
  var watch: PositionWatch
  var holdings: SpotHoldings
  var epoch: AccountEpoch
  /// The epoch was not yet told to Account, or its close.
  var owesEpoch = false
  var owesClosed = false
  /// The instrument whose position is compared next.
  var watchCursor = 0
  var states: TradingStateMachine
  var budgets: RateBudgets
  var reports = ReportBuffer(capacity: 8192)
  /// Of the poll that is under way.
  var moment = Moment.zero
  var boardVersion: UInt64 = 0
  var nextRequest: UInt64 = 1
  var nextHousekeeping = Instant.zero
  /// Records of unreadable items, a second's worth.
  var itemRecords = RateBudget(count: 16, windowNanoseconds: 1_000_000_000)
  /// Readings of the account for items that could not be read.
  var doubtReadings = RateBudget(count: 1, windowNanoseconds: 1_000_000_000)
  public internal(set) var counters = SenderCounters()
  /// Requests that the Connector's ring had no room for at first; they are made again.
  public var connectorRingFull: UInt64 { hub.requestsOwed }

  static let frameBytes = 4096
  static let faultsMax = 128
  static let messagesPerTurnMax = 64
  static let ordersPerPollMax = 32
  static let cancelsPerPollMax = 16
  static let housekeepingNanoseconds: Int64 = 1_000_000
  static let timeoutStepsPerPoll = 32

  /// - Parameters:
  ///   - start: this start's number, made durable before the first order.
  ///   - slot: the first of the reactor's two slots of the private connection.
  package init(
    instruments: InstrumentTable, start: UInt32, settings: SenderSettings,
    reactor: UnsafeMutablePointer<TransportReactor>, slot: Int,
    ports: consuming SenderPorts, requests: consuming SlotProducer<ConnectorRequest>,
    keys: MaskGenerator
  ) {
    self.instruments = instruments
    self.settings = settings
    unsafe hub = LineHub(
      reactor: reactor, frameBytes: SenderStage.frameBytes, keys: keys, requests: requests)
    line = SocketLine(
      session: PrivateSession(instruments: instruments), number: 0, slot: slot,
      outboxBytes: LineLimits.privateOutboxBytes)
    successor = SocketLine(
      session: PrivateSession(instruments: instruments), number: 0, slot: slot + 1,
      outboxBytes: LineLimits.privateOutboxBytes)
    unsafe faultTable = .allocate(capacity: SenderStage.faultsMax)
    unsafe faultTable.initialize(repeating: 0, count: SenderStage.faultsMax)
    unsafe cancelsSeen = .allocate(capacity: instruments.count + 1)
    unsafe cancelsSeen.initialize(repeating: 0, count: instruments.count + 1)
    unsafe balances = .allocate(capacity: max(1, instruments.currencyCount))
    unsafe balances.initialize(
      repeating: CashBalance(), count: max(1, instruments.currencyCount))
    self.ports = ports
    table = OrderTable(start: start, instruments: instruments)
    positions = PositionBook(instruments: instruments)
    watch = PositionWatch(instruments: instruments)
    holdings = SpotHoldings(instruments: instruments)
    epoch = AccountEpoch(now: .zero)
    states = TradingStateMachine(instruments: instruments)
    budgets = RateBudgets(
      instruments: instruments, perInstrument: settings.perInstrument, account: settings.account)
    if settings.reconciliation != .none {
      _ = states.set(.reconcile, to: .cancelOnly, .none)
      self.ports.board.request(.cancelOnly, by: .reconcile, for: .none)
    }
  }

  deinit {
    unsafe faultTable.deallocate()
    unsafe cancelsSeen.deallocate()
    unsafe balances.deallocate()
  }

  @_noLocks
  mutating func count(
    _ fault: FaultCode, of instrument: InstrumentID = .none, code: Int32 = 0
  ) {
    unsafe faultTable[Int(fault.rawValue) & (SenderStage.faultsMax &- 1)] &+= 1
    ports.state.count(fault, of: instrument, code: code)
  }

  public func faults(_ fault: FaultCode) -> UInt64 {
    unsafe faultTable[Int(fault.rawValue) & (SenderStage.faultsMax - 1)]
      + line.session.faults(fault) + successor.session.faults(fault)
  }

  public var orderCounters: OrderCounters { table.counters }
  public var workingCount: Int { table.workingCount }
  public func position(_ id: InstrumentID) -> Quantity { positions.quantity(id) }

  public func balance(_ id: CurrencyID) -> CashBalance {
    Int(id.index) < instruments.currencyCount ? unsafe balances[Int(id.index)] : CashBalance()
  }
}
