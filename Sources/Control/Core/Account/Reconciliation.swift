// What the account holds, asked of REST until it is known: events in, actions out; control plane, pure.
import Account
import Channels
import Foundation
import Orders
import Pipeline
import Quantities

/// Runs from the first second to the last, beside the Sender's order table (docs/ARCHITECTURE.md). It reads in rounds:
/// pending orders, fills since the cursor and balances together, positions after them. An order's end that REST alone
/// tells is handed on only by a round that began after it was told. No clock, no I/O: a test steps it.
public struct Reconciliation: Sendable {
  /// One reading that the shell is to make.
  public enum Ask: Sendable {
    case pending
    case fills(after: UInt64?, begin: WallMilliseconds)
    case balances
    case positions
    case order(OrderQuery)
  }

  public enum Event: Sendable {
    case question(AccountQuestion)
    case pending(Stated<OrderUpdate>, round: UInt64)
    case fills(Stated<StatedFill>, round: UInt64)
    case balances(Stated<StatedBalance>, round: UInt64)
    case positions(Stated<StatedPosition>, round: UInt64)
    case order(OrderQuery, OrderReading)
    /// A reading of the round failed.
    case failed(String, round: UInt64)
    /// Rows are read in an instrument's new ticks and lots from now on; the change's number.
    case changed(Int32)
    /// Time passes.
    case tick
  }

  public enum Action: Sendable {
    case ask(Ask, round: UInt64)
    case tell(AccountMessage)
    /// The equity record of a currency, at start.
    case record(StatedBalance)
    case say(ReconciliationNote)
    /// The first epoch is closed: start-up is through.
    case ready
  }

  struct Round {
    var number: UInt64
    var startedAt: Instant
    /// The epoch that it serves; nil for a round that only confirms, or comes by the clock.
    var epoch: UInt32?
    /// Balances and positions too.
    var isWhole: Bool
    var pending: Stated<OrderUpdate>?
    var fills: Stated<StatedFill>?
    var balances: Stated<StatedBalance>?
    var positions: Stated<StatedPosition>?
    /// `.zero` before that.
    var positionsAskedAt = Instant.zero
    /// The latest that the exchange had said anything of when balances, and positions, were asked for.
    var balancesAsOf = WallMilliseconds(milliseconds: 0)
    var positionsAsOf = WallMilliseconds(milliseconds: 0)
  }

  /// An end that REST told, until a round confirms it.
  struct Awaited {
    var answer: OrderAnswer
    var since: Instant

    func isSameEnd(as other: OrderAnswer) -> Bool {
      answer.kind == other.kind
        && (other.kind != .found
          || answer.update.state == other.update.state
            && answer.update.cumulativeFilled == other.update.cumulativeFilled)
    }
  }

  /// Between two rounds that nobody asked for.
  public static let periodNanoseconds: Int64 = 30_000_000_000
  /// From the round that ended an epoch to the next.
  static let afterEpochNanoseconds: Int64 = 15_000_000_000
  /// Between a failed round and the next: doubled with each failure, up to the longest.
  static let firstPauseNanoseconds: Int64 = 200_000_000
  static let longestPauseNanoseconds: Int64 = 10_000_000_000
  /// Before a round that only confirms: ends come in crowds, and each round reads the fills of a minute.
  static let confirmingPauseNanoseconds: Int64 = 100_000_000
  /// REST may not know yet what the exchange said so shortly before.
  static let lagMilliseconds: Int64 = 1_000
  /// A fill may show in `trade/fills` so much later than one with a later bill.
  static let overlapMilliseconds: Int64 = 60_000
  /// Rows that were named and are not named again.
  static let oddRowsRemembered = 10_000
  /// An earlier start's order may arrive so long after its `expTime` by our clock.
  static let expiryGraceMilliseconds: Int64 = 2_000

  let instruments: InstrumentTable
  var memory: JournalMemory
  /// When this start began, by the exchange's clock.
  let begunAt: WallMilliseconds
  var actions: [Action] = []
  var round: Round?
  var rounds: UInt64 = 0
  /// The epoch that the Sender waits in; nil where it waits in none.
  var epoch: UInt32?
  var needsWhole = false
  var needsRound = false
  var failures = 0
  var notBefore = Instant.zero
  var due = Instant.zero
  var awaited: [ClientOrderID: Awaited] = [:]
  var asked: [ClientOrderID: OrderQuery] = [:]
  /// How often in a row an order could not be asked about.
  private var unanswered: [ClientOrderID: Int] = [:]
  /// How far `trade/fills` was read; nil until the first round ever was.
  var cursor: FillCursor?
  /// Bills beyond the cursor that were merged.
  var bills: [UInt64: WallMilliseconds] = [:]
  /// The latest time that the exchange said anything of.
  var exchangeTime = WallMilliseconds(milliseconds: 0)
  var hasBegun = false
  var isReady = false
  var toldOdd: Set<String> = []

  public init(instruments: InstrumentTable, memory: JournalMemory, begunAt: WallMilliseconds) {
    self.instruments = instruments
    self.memory = memory
    self.begunAt = begunAt
    cursor = memory.cursor
  }

  /// Takes one event and gives what is to be done, in order.
  public mutating func take(_ event: Event, at moment: Moment) -> [Action] {
    switch event {
    case .question(let question): take(question, moment)
    case .order(let query, let reading): take(reading, of: query, moment)
    case .pending(let rows, let number):
      if round?.number == number { round?.pending = rows }
      advance(moment)
    case .fills(let rows, let number):
      if round?.number == number { round?.fills = rows }
      advance(moment)
    case .balances(let rows, let number):
      if round?.number == number { round?.balances = rows }
      advance(moment)
    case .positions(let rows, let number):
      if round?.number == number { round?.positions = rows }
      advance(moment)
    case .failed(let reason, let number): fail(reason, number, moment)
    case .changed(let number): change(number)
    case .tick: break
    }
    begin(moment)
    defer { actions = [] }
    return actions
  }

  // ---- What the Sender asks ----

  private mutating func take(_ question: AccountQuestion, _ moment: Moment) {
    switch question.kind {
    case .order:
      if asked[question.query.clientOrder] == nil {
        asked[question.query.clientOrder] = question.query
        actions.append(.ask(.order(question.query), round: 0))
      }
    case .epoch:
      begin(epoch: question.epoch)
    case .difference:
      say(.difference(question.instrument, counted: question.counted, stated: question.stated))
      needsWhole = true
    case .reading: needsWhole = true
    case .repaired:
      say(.repaired(question.instrument, counted: question.counted, stated: question.stated))
    case .average:
      say(.average(question.instrument, counted: question.counted, stated: question.stated))
    case .dust:
      say(.dust(question.instrument, lots: question.counted))
    case .foreign:
      say(.foreign(question.instrument, question.query.exchangeOrder, lots: question.counted))
    case .closed:
      say(.closed(question.epoch))
      if !isReady {
        isReady = true
        actions.append(.ready)
      }
    }
  }

  /// What was read before is in the old ones, and so is what was asked for: all of it is read again.
  private mutating func change(_ number: Int32) {
    round = nil
    needsWhole = true
    if hasBegun { memory.align(to: instruments) }
    actions.append(.tell(.changed(number: number)))
    for query in asked.values.sorted(by: { $0.clientOrder.rawValue < $1.clientOrder.rawValue }) {
      actions.append(.tell(.answer(.unheard(query))))
    }
    asked = [:]
    for held in awaited.values.map(\.answer) {
      var answer = held
      answer.kind = .failed
      actions.append(.tell(.answer(answer)))
    }
    awaited = [:]
  }

  private mutating func begin(epoch number: UInt32) {
    epoch = number
    needsWhole = true
    // Whatever is under way was asked before the line was acknowledged.
    round = nil
    notBefore = .zero
    failures = 0
    if hasBegun { return }
    hasBegun = true
    memory.align(to: instruments)
    for (symbol, lots) in memory.positions.sorted(by: { "\($0.key)" < "\($1.key)" }) {
      guard let id = instruments.find(symbol), lots != 0 else { continue }
      actions.append(.tell(.recorded(instrument: id, quantity: Quantity(lots: lots))))
    }
    for held in memory.unproven.values.sorted(by: {
      $0.order.clientOrder.rawValue < $1.order.clientOrder.rawValue
    }) {
      guard let id = instruments.find(held.instrument) else { continue }
      let order = held.order
      var update = OrderUpdate(
        state: .live, instrument: id, side: order.side, clientOrder: order.clientOrder)
      update.type = order.type
      update.exchangeOrder = held.exchangeOrder
      update.price = order.price
      update.quantity = order.quantity
      update.cumulativeFilled = Quantity(lots: held.filled)
      actions.append(.tell(.unproven(update)))
    }
  }

  private mutating func take(_ reading: OrderReading, of query: OrderQuery, _ moment: Moment) {
    // One that was asked for before the ticks and lots changed is answered already.
    guard asked[query.clientOrder]?.askedAt == query.askedAt else { return }
    asked[query.clientOrder] = nil
    if let failure = reading.failure {
      if unanswered.count > Reconciliation.oddRowsRemembered { unanswered = [:] }
      let times = unanswered[query.clientOrder, default: 0] + 1
      unanswered[query.clientOrder] = times
      say(.unanswered(query, failure, times: times))
    } else {
      unanswered[query.clientOrder] = nil
    }
    let answer = reading.answer
    hear(answer.update.exchangeTime)
    let isEnd =
      answer.kind == .notFound
      || answer.kind == .found
        && (answer.update.state == .filled || answer.update.state == .cancelled)
    if !isEnd {
      actions.append(.tell(.answer(answer)))
      return
    }
    if answer.kind == .notFound && mayStillArrive(query.clientOrder, moment) {
      var early = answer
      early.kind = .failed
      actions.append(.tell(.answer(early)))
      return
    }
    // The same end told again is not younger for that: a slow round would never be younger than it.
    var since = moment.instant
    if let held = awaited[query.clientOrder], held.isSameEnd(as: answer) { since = held.since }
    awaited[query.clientOrder] = Awaited(answer: answer, since: since)
    needsRound = true
  }

  /// An order of an earlier start whose `expTime` is not surely over.
  private func mayStillArrive(_ client: ClientOrderID, _ moment: Moment) -> Bool {
    guard let held = memory.unproven[client.rawValue] else { return false }
    let over = held.order.expiresAt.milliseconds + Reconciliation.expiryGraceMilliseconds
    return moment.exchange.milliseconds < over
  }

  mutating func say(_ note: ReconciliationNote) { actions.append(.say(note)) }

  mutating func hear(_ time: WallMilliseconds) {
    if time > exchangeTime { exchangeTime = time }
  }
}
