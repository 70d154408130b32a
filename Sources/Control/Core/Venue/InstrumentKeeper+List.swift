// When the exchange's whole list is read, and what a failure of it leaves; control plane.

import Account
import Logging
import Pipeline
import Quantities
import State

extension InstrumentKeeper {
  var isReadDue: Bool {
    guard let lastRead else { return true }
    let since = ContinuousClock.now - lastRead
    if since >= pace.dailyRead { return true }
    if since < pace.promptRead { return isListOwed && !hasFailed }
    // Owed until it was read: a list that failed is asked for again, at this pace.
    if isListOwed || !missing.isEmpty { return true }
    // Prices that the grid does not know: the announcement was missed.
    let count = ports.state.faults(.offIncrement)
    if count == offGrid { return false }
    offGrid = count
    return true
  }

  /// False where the exchange did not answer: what is known stays, and the next look comes later.
  func read() async -> Bool {
    lastRead = .now
    var fresh = InstrumentCatalog(tradeQuote: tradeQuote)
    do {
      for type in Set(ids.map { table[$0].type.okxName }).sorted() {
        try fresh.add(body: try await list(type))
      }
    } catch {
      isListOwed = true
      if !hasFailed && !Task.isCancelled {
        log.warning("the list of instruments cannot be read", metadata: ["reason": "\(error)"])
      }
      hasFailed = true
      return false
    }
    if hasFailed { log.notice("the list of instruments is read again") }
    hasFailed = false
    isListOwed = false
    catalog = fresh
    return true
  }
}
