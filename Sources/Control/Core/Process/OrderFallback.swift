// Cancels, and a flatten's closes, by REST while the private line cannot be had (`okx.order_fallback`); control plane.

import Account
import Logging
import Operations
import Quantities

/// From the loss of the line until the account is known again the desk is held, and 3 s into that the Sender cancels what
/// works, over a line that may not be there. This does the same by the other way. It makes no order of the Sender's: that
/// needs its table, which hears of them over the line alone. Where a flatten is in force it asks the exchange to close what
/// it states of a contract's position, whole and at market: such an order only ever reduces. What it ended and closed the
/// next epoch reads as it reads any end.
struct OrderFallback {
  let core: Core
  let table: InstrumentTable
  let configuration: Configuration
  let rest: RESTClient
  let log: Logger

  private static let look = Duration.milliseconds(200)
  /// Of one sweep, and between two.
  private static let patience = Duration.seconds(2)
  private static let pause = Duration.seconds(10)

  private var isHeld: Bool {
    core.stopBoard.requested(by: .reconcile, for: .none) != .active
  }

  /// Until it is cancelled.
  func run() async {
    let limit = Duration.seconds(configuration.okx.orderFallbackSeconds)
    let reader = AccountReader(rest: rest, instruments: table)
    var heldSince: ContinuousClock.Instant?
    var notBefore = ContinuousClock.now
    while !Task.isCancelled {
      try? await Task.sleep(for: OrderFallback.look)
      guard isHeld else {
        heldSince = nil
        continue
      }
      let now = ContinuousClock.now
      let since = heldSince ?? now
      if heldSince == nil { notBefore = now + limit }
      heldSince = since
      if now < notBefore || Task.isCancelled { continue }
      log.warning(
        "the private line cannot be had: working orders are cancelled by REST (okx.order_fallback)",
        metadata: ["seconds": "\((now - since).components.seconds)"])
      var sweep = OrderSweep(configuration: configuration, log: log)
      sweep.patience = OrderFallback.patience
      let outcome = await sweep.run(
        reader, table, lastStart: core.options.startNumber, silentSince: since)
      for left in outcome?.left ?? [] {
        log.error("an order may still rest", metadata: ["order": "\(left)"])
      }
      if configuration.okx.orderFallback == .closes { await close(reader) }
      notBefore = ContinuousClock.now + OrderFallback.pause
    }
  }

  /// Positions of contracts that a flatten of the desk or of the instrument is to end.
  private func close(_ reader: AccountReader) async {
    let flattened = (0..<table.count).map { InstrumentID(index: UInt16($0)) }.filter {
      core.stopBoard.isFlattening($0) && table[$0].type != .spot
    }
    if flattened.isEmpty { return }
    let stated: Stated<StatedPosition>
    do { stated = try await reader.positions() } catch {
      log.error("positions to flatten are not known", metadata: ["cause": "\(error)"])
      return
    }
    for position in stated.rows where flattened.contains(position.instrument) {
      if position.quantity.lots == 0 || Task.isCancelled || !isHeld { continue }
      let outcome = await reader.closePosition(position.instrument)
      let facts: Logger.Metadata = [
        "instrument": "\(table[position.instrument].symbol)", "lots": "\(position.quantity.lots)",
        "answer": "\(outcome)",
      ]
      if case .accepted = outcome {
        log.warning("a flattened position is closed by REST (okx.order_fallback)", metadata: facts)
      } else {
        log.error("a flattened position may still be held", metadata: facts)
      }
    }
  }
}
