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
  var queries: SlotProducer<OrderQuery>
  var account: ByteConsumer
  var toAccount: SlotProducer<AccountRecord>
  var toPositions: SlotProducer<PositionDetailRecord>
  var handovers: SlotConsumer<SessionHandover>
  var requests: SlotProducer<ConnectorRequest>
  let board: StopBoard
  let state: StateWriter
  let control: RunControl
  var telemetry: TelemetryProducer
  let latency: SenderLatency
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
  // SAFETY: `frame`, `faultTable`, `cancelsSeen` and `balances` are allocated by `init`, freed by
  // `deinit` and reached through this sole owner; `reactor` outlives the stage and is used by the
  // stage's own thread alone.
  let instruments: InstrumentTable
  let settings: SenderSettings
  let slot: Int
  let reactor: UnsafeMutablePointer<TransportReactor>
  let frame: UnsafeMutableRawBufferPointer
  let faultTable: UnsafeMutablePointer<UInt64>
  let cancelsSeen: UnsafeMutablePointer<UInt64>
  let balances: UnsafeMutablePointer<CashBalance>
  var ports: SenderPorts
  var link: Link
  var reader: WebSocketReader
  var session: PrivateSession
  var handover: SessionHandover?
  var isAwaited = true
  var isSessionUp = false
  /// The session went down and the table could not report all of it yet.
  var owesSessionDown = false
  /// A send failed: the connection is given up at the next turn.
  var isBroken = false
  var table: OrderTable
  var positions: PositionBook
  var states: TradingStateMachine
  var budgets: RateBudgets
  var reports = ReportBuffer(capacity: 8192)
  var keys: MaskGenerator
  var boardVersion: UInt64 = 0
  var nextRequest: UInt64 = 1
  var nextHousekeeping = Instant.zero
  public internal(set) var counters = SenderCounters()
  public internal(set) var lastFault = FaultCode.none

  static let frameBytes = 4096
  static let faultsMax = 128
  static let messagesPerTurnMax = 64
  static let ordersPerPollMax = 32
  static let cancelsPerPollMax = 16
  static let housekeepingNanoseconds: Int64 = 1_000_000
  static let timeoutStepsPerPoll = 32
  static let messageBytesMax = 256 * 1024

  /// - Parameters:
  ///   - start: this start's number, made durable before the first order.
  ///   - slot: the reactor's slot of the private connection.
  public init(
    instruments: InstrumentTable, start: UInt32, settings: SenderSettings,
    session: consuming PrivateSession, reactor: UnsafeMutablePointer<TransportReactor>, slot: Int,
    ports: consuming SenderPorts, keys: MaskGenerator
  ) {
    self.instruments = instruments
    self.settings = settings
    self.slot = slot
    unsafe self.reactor = unsafe reactor
    unsafe frame = .allocate(byteCount: SenderStage.frameBytes, alignment: 64)
    unsafe frame.initializeMemory(as: UInt8.self, repeating: 0)
    unsafe faultTable = .allocate(capacity: SenderStage.faultsMax)
    unsafe faultTable.initialize(repeating: 0, count: SenderStage.faultsMax)
    unsafe cancelsSeen = .allocate(capacity: instruments.count + 1)
    unsafe cancelsSeen.initialize(repeating: 0, count: instruments.count + 1)
    unsafe balances = .allocate(capacity: max(1, instruments.currencyCount))
    unsafe balances.initialize(
      repeating: CashBalance(), count: max(1, instruments.currencyCount))
    self.ports = ports
    link = Link(inboxBytes: 1 << 20, outboxBytes: 256 << 10)
    reader = WebSocketReader(
      messageBytesMax: SenderStage.messageBytesMax, inboxBytesMax: SenderStage.messageBytesMax)
    self.session = session
    table = OrderTable(start: start, instruments: instruments)
    positions = PositionBook(instruments: instruments)
    states = TradingStateMachine(instruments: instruments)
    budgets = RateBudgets(
      instruments: instruments, perInstrument: settings.perInstrument, account: settings.account)
    self.keys = keys
  }

  deinit {
    unsafe frame.deallocate()
    unsafe faultTable.deallocate()
    unsafe cancelsSeen.deallocate()
    unsafe balances.deallocate()
  }

  @_noLocks
  mutating func count(_ fault: FaultCode) {
    unsafe faultTable[Int(fault.rawValue) & (SenderStage.faultsMax &- 1)] &+= 1
    ports.state.count(fault)
  }

  public func faults(_ fault: FaultCode) -> UInt64 {
    unsafe faultTable[Int(fault.rawValue) & (SenderStage.faultsMax - 1)] + session.faults(fault)
  }

  public var orderCounters: OrderCounters { table.counters }
  public var workingCount: Int { table.workingCount }
  public func position(_ id: InstrumentID) -> Quantity { positions.quantity(id) }

  public func balance(_ id: CurrencyID) -> CashBalance {
    Int(id.index) < instruments.currencyCount ? unsafe balances[Int(id.index)] : CashBalance()
  }
}
