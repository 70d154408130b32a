// The seam of a core: a real state file, a real door, signals kept in a list; no hot thread behind it.
import Agents
import Channels
import Door
import Foundation
import JSON
import Ledger
import Logging
import Operations
import Quantities
import Roles
import State
import Synchronization
import TestFolders

/// What a core shows and answers. One instrument, tick 0.1, lot 0.01, limit 10 lots.
final class TestCore: Sendable {
  let folder: Folder
  let table: InstrumentTable
  let state: StateWriter
  let ledger: Ledger
  let id = InstrumentID(index: 0)
  private let held = Mutex(Held())
  private let thread: ThreadBox

  struct Held {
    var signals: [DoorSignal] = []
    var withdrawals: [DoorWithdrawal] = []
    var answer = DoorCode.done
  }

  static let instrument = "BTC-USDT-SWAP"
  static let limitLots: Int64 = 10

  init(isListening: Bool = true) throws {
    folder = try Folder()
    var item = Instrument(
      id: InstrumentID(index: 0), symbol: try Need.some(Symbol(TestCore.instrument)), type: .swap,
      tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 2))
    item.isTradable = true
    table = InstrumentTable([item], currencies: [try Need.some(Symbol("USDT"))])
    state = try StateWriter.create(
      path: folder.path + "/state",
      header: StateHeader(
        environment: .simulated, topology: .fused, transport: .epoll, startNumber: 1, buildHash: 1,
        configurationHash: 1), instruments: table)
    state.set(phase: .running)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/journal", withIntermediateDirectories: true)
    ledger = try Ledger(path: folder.path + "/ledger.sqlite")
    thread = ThreadBox()
    if isListening { try listen() }
    thread.start { [state] in state.beat(.feed, at: .now(), polls: 1) }
  }

  private func listen() throws {
    let listener = try DoorListener(
      path: folder.path + "/door",
      rules: DoorRules(instruments: table, targetLotsMaximum: [TestCore.limitLots]))
    let box = ListenerHold(consume listener)
    let core = self
    thread.also {
      box.poll { call in
        core.held.withLock { held in
          if held.answer != .done { return DoorReply(held.answer) }
          switch call.command {
          case .signal(let signal, _): held.signals.append(signal)
          case .withdraw:
            held.withdrawals.append(
              DoorWithdrawal(
                instrument: core.table[core.id].symbol, source: .agent, person: "agents"))
          default: break
          }
          return DoorReply(.done, detail: "published")
        }
      }
    }
  }

  var signals: [DoorSignal] { held.withLock { $0.signals } }
  var withdrawals: Int { held.withLock { $0.withdrawals.count } }
  func answer(_ code: DoorCode) { held.withLock { $0.answer = code } }

  /// Publishes a book around `mid` half ticks, with flow in the direction of `lean` (−1…1).
  func show(
    midHalfTicks mid: Int64 = 200_001, lean: Double = 0.8, isValid: Bool = true,
    ageMilliseconds: Int64 = 0, position: Int64 = 0
  ) {
    var draft = MarketSlotDraft()
    draft.value.instrument = id
    draft.value.isValid = isValid
    draft.value.seqId = 7
    draft.value.receivedAt = Instant(
      nanoseconds: Instant.now().nanoseconds - ageMilliseconds * 1_000_000)
    draft.value.position = Quantity(lots: position)
    let bid = (mid - 1) / 2
    draft.clearLevels()
    for level in 0..<5 {
      draft.append(.buy, price: Price(ticks: bid - Int64(level)), quantity: Quantity(lots: 20))
      draft.append(.sell, price: Price(ticks: bid + 1 + Int64(level)), quantity: Quantity(lots: 20))
    }
    draft.value.set(.midHalfTicks, mid)
    draft.value.set(.spreadTicks, Int64(1))
    draft.value.set(.microprice, (Double(mid) + lean) / 2)
    draft.value.set(.imbalance5, lean)
    draft.value.set(.orderFlowImbalance, Int64(lean * 400))
    draft.value.set(.tradeFlow, Int64(lean * 400))
    state.publish(draft, for: id)
  }

  func configuration(_ change: (inout Configuration) -> Void = { _ in }) -> Configuration {
    var configuration = Configuration()
    configuration.environment = .simulated
    configuration.okx.instruments = [TestCore.instrument]
    configuration.risk.allowList = [TestCore.instrument]
    configuration.risk.defaults[.positionLots] = TestCore.limitLots
    configuration.risk.defaults[.orderLots] = TestCore.limitLots
    configuration.risk.defaults[.bookAge] = 60_000
    configuration.agents.cycleSeconds = 1
    configuration.agents.deadlineMilliseconds = 4_000
    configuration.agents.leaseMilliseconds = 30_000
    // A loaded machine may take seconds from the book's publication to its cycle.
    configuration.agents.dataAgeMilliseconds = 60_000
    change(&configuration)
    return configuration
  }

  func agents(
    _ configuration: Configuration? = nil, ledger: Ledger? = nil,
    seat: @escaping @Sendable (Role) -> Seat = { _ in .local }
  ) throws -> AgentService {
    try AgentService(
      configuration: configuration ?? self.configuration(), ledger: ledger ?? self.ledger,
      stateFile: folder.path + "/state", doorSocket: folder.path + "/door",
      journalDirectory: folder.path + "/journal", seat: seat, log: Logger(label: "test"))
  }

  func records(_ agent: String? = nil) throws -> [DecisionRecord] {
    try ledger.feed(FeedQuery(limit: 500, agent: agent)).items.reversed().map {
      try Need.some(try ledger.record(id: $0.id))
    }
  }

  func end() {
    thread.stop()
    folder.remove()
  }
}

enum Need {
  struct Missing: Error {}
  static func some<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
  }
}

/// Runs its work over and over on one thread until it is stopped.
final class ThreadBox: Sendable {
  private let works = Mutex<[@Sendable () -> Void]>([])
  private let isStopping = Mutex(false)
  private let ended = DispatchSemaphore(value: 0)

  func also(_ work: @escaping @Sendable () -> Void) { works.withLock { $0.append(work) } }

  func start(_ work: @escaping @Sendable () -> Void) {
    also(work)
    let box = self
    Thread {
      while !box.isStopping.withLock({ $0 }) {
        for work in box.works.withLock({ $0 }) { work() }
        Thread.sleep(forTimeInterval: 0.005)
      }
      box.works.withLock { $0 = [] }
      box.ended.signal()
    }.start()
  }

  func stop() {
    isStopping.withLock { $0 = true }
    ended.wait()
  }
}

final class ListenerHold: @unchecked Sendable {
  // SAFETY: one thread polls.
  private var listener: DoorListener?
  init(_ listener: consuming DoorListener) { self.listener = consume listener }
  func poll(_ handler: (borrowing DoorCall) -> DoorReply) {
    listener?.poll(milliseconds: 5, handler)
  }
}

/// An analyst of the test's own: answers what it is told to, after a pause.
struct FixedAnalyst: Analyst {
  var output: JSONValue?
  var outcome = DecisionOutcome.valid
  var pauseMilliseconds = 0

  func answer(_ call: RoleCall) async -> RoleAnswer {
    if pauseMilliseconds > 0 { try? await Task.sleep(for: .milliseconds(pauseMilliseconds)) }
    return RoleAnswer(outcome: outcome, reason: "told to", output: output, source: "test")
  }
}
