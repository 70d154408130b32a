// Cancels by REST while the private line cannot be had (`okx.order_fallback`); control plane.

import Account
import Logging
import Operations
import Quantities

/// From the loss of the line until the account is known again the desk is held, and 3 s into that the Sender cancels what
/// works, over a line that may not be there. This does the same by the other way. It places nothing: an order needs the
/// Sender's table, which hears of it over the line alone. What it ended the next epoch reads as it reads any end.
struct FallbackCancels {
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
      try? await Task.sleep(for: FallbackCancels.look)
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
      sweep.patience = FallbackCancels.patience
      let outcome = await sweep.run(
        reader, table, lastStart: core.options.startNumber, silentSince: since)
      for left in outcome?.left ?? [] {
        log.error("an order may still rest", metadata: ["order": "\(left)"])
      }
      notBefore = ContinuousClock.now + FallbackCancels.pause
    }
  }
}
