// What becomes of the orders at the end of a core: cancelled over its line, else by REST, else named; control plane.

import Account
import Logging
import Operations
import Quantities

/// How a core ended.
public enum CoreEnding: Sendable, Equatable {
  /// No order of ours works.
  case atRest
  /// Orders of ours still work, or may; the log names each.
  case ordersMayRest
}

/// Sees to them while the core still runs, and says what is left once it has stopped.
struct OrdersAtEnd {
  let core: Core
  let table: InstrumentTable
  let configuration: Configuration
  let rest: RESTClient?
  let log: Logger
  /// The supervisor is gone: all has to be over within 4.8 s, and not within its grace of 10 s.
  let isHurried: Bool

  /// What is known of them.
  enum Word {
    case atRest
    /// Nobody could be asked but the private line.
    case unheard
    /// REST did not answer in time.
    case unanswered
    case swept(OrderSweep.Outcome)
  }

  private var drainMilliseconds: Int64 { isHurried ? 2_500 : 3_500 }
  private var wholeEnd: Duration { isHurried ? .milliseconds(4_000) : .milliseconds(8_000) }

  /// Nothing is sent any more. While reconciliation holds the table may not know of what earlier starts left, or of what
  /// became of its own.
  func cancelAll() async -> Word {
    let begun = ContinuousClock.now
    let asked = core.options.privateLine == nil ? nil : rest
    let isAtRest = await core.drainOrders(
      timeoutMilliseconds: drainMilliseconds, givesUpOnLine: asked != nil)
    let isKnown = core.stopBoard.requested(by: .reconcile, for: .none) == .active
    guard let asked, !isAtRest || !isKnown else { return isAtRest ? .atRest : .unheard }
    log.warning("the private line does not say that every order has ended: cancelling by REST")
    var sweep = OrderSweep(configuration: configuration, log: log)
    sweep.patience = max(.milliseconds(500), wholeEnd - (ContinuousClock.now - begun))
    let outcome = await sweep.run(
      AccountReader(rest: asked, instruments: table), table, lastStart: core.options.startNumber,
      silentSince: begun)
    return outcome.map { .swept($0) } ?? .unanswered
  }

  /// Names what may still rest; the core has stopped.
  func conclude(_ word: Word) -> CoreEnding {
    var left: [String] = []
    switch word {
    case .atRest: return .atRest
    case .swept(let outcome) where outcome.isSettled:
      left = outcome.left
      log.notice("orders cancelled by REST", metadata: ["ended": "\(outcome.ended)"])
    case .swept(let outcome):
      left = outcome.left + core.ordersLeft.map { OrderWords($0, table).text }
    case .unheard: left = core.ordersLeft.map { OrderWords($0, table).text }
    case .unanswered:
      left = core.ordersLeft.map { OrderWords($0, table).text }
      log.error(
        """
        REST did not answer either, so what rests of earlier starts is not known; `llmtrading sweep` cancels it once \
        the exchange answers
        """)
    }
    for one in left { log.error("an order may still rest", metadata: ["order": "\(one)"]) }
    if left.isEmpty, case .swept = word { return .atRest }
    if left.isEmpty, case .unheard = word { return .atRest }
    return .ordersMayRest
  }
}
