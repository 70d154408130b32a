// Start-up and questions: the account's truth, taken from REST into the Sender; control plane.
import Account
import Foundation
import Logging
import Orders
import Pipeline
import Quantities

/// Runs in one task: start-up first, then the Sender's questions.
struct Reconciler: Sendable {
  /// Nil: no REST in this configuration, so nothing can be reconciled.
  let rest: RESTClient?
  let instruments: InstrumentTable
  let port: AccountPort
  let log: Logger

  /// Pauses between start-up attempts and between looks at the Sender's questions.
  private static let retrySeconds = 2.0
  private static let pollSeconds = 0.005

  /// Calls `onReady` once start-up is through; returns when cancelled.
  func run(onReady: @Sendable () -> Void) async {
    guard let rest else {
      log.warning("no REST or no keys: start-up reconciles nothing and goes active")
      onReady()
      return
    }
    let reader = AccountReader(rest: rest, instruments: instruments)
    while !Task.isCancelled {
      do {
        try await startUp(reader)
        onReady()
        log.info("start-up is through: active")
        break
      } catch let error as AccountError {
        log.critical("start-up refuses: \(error)")
        return
      } catch {
        log.error("start-up failed, trying again: \(error)")
        try? await Task.sleep(for: .seconds(Reconciler.retrySeconds))
      }
    }
    while !Task.isCancelled {
      while let query = port.nextQuery() {
        log.info("asking about an order", metadata: ["clOrdId": "\(query.clientOrder.rawValue)"])
        await send(.answer(await reader.answer(query)))
      }
      try? await Task.sleep(for: .seconds(Reconciler.pollSeconds))
    }
  }

  /// Our own working orders are cancelled; positions and balances are taken.
  private func startUp(_ reader: AccountReader) async throws {
    try await reader.requireMode()
    var rounds = 0
    while true {
      let ours = try await reader.pendingOrders().filter { $0.clientOrder != .none }
      if ours.isEmpty { break }
      log.warning(
        "cancelling working orders of an earlier start", metadata: ["count": "\(ours.count)"])
      for order in ours { try? await reader.cancel(order) }
      rounds += 1
      if rounds > 10 { throw RESTError.unreachable("orders of an earlier start stay working") }
      try await Task.sleep(for: .milliseconds(200))
    }
    for position in try await reader.positions() {
      log.info(
        "position",
        metadata: [
          "instrument": "\(instruments[position.instrument].symbol)",
          "lots": "\(position.quantity.lots)",
        ])
      await send(
        .position(
          instrument: position.instrument, quantity: position.quantity,
          averagePrice: position.averagePrice))
    }
    for balance in try await reader.balances() {
      await send(.balance(currency: balance.currency, cash: balance.cash))
    }
  }

  private func send(_ message: AccountMessage) async {
    while !port.send(message) && !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(1))
    }
  }
}
