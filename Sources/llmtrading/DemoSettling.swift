// When a demo has come to rest: the core stands where the exchange stands; control plane.
import Account
import Exchange
import Foundation
import Operations
import Quantities
import State

/// Compares what the exchange says of itself with what the core shows in State.
struct DemoSettling {
  let rest: RESTClient
  let stateFile: String

  private static let pollMilliseconds = 100

  /// True once every book is valid at the exchange's own sequence number and, with `idle`, no order
  /// works; false when `seconds` passed before.
  func wait(idle: Bool, seconds: Double, unless isInterrupted: () -> Bool) async -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end && !isInterrupted() {
      if let exchange = try? await report(), isSettled(exchange, idle: idle) { return true }
      try? await Task.sleep(for: .milliseconds(DemoSettling.pollMilliseconds))
    }
    return false
  }

  func report() async throws -> ExchangeReport {
    try JSONDecoder().decode(ExchangeReport.self, from: try await rest.plain("/sim/report"))
  }

  /// Stops a generated market, so that both sides can end on the same book.
  func pauseMarket() async {
    _ = try? await rest.plain("/sim/pause", method: "POST")
  }

  private func isSettled(_ exchange: ExchangeReport, idle: Bool) -> Bool {
    guard let state = try? StateReader(path: stateFile) else { return false }
    for index in 0..<state.instrumentCount {
      let id = InstrumentID(index: UInt16(index))
      let name = state.instrument(id).instrument.symbol.description
      guard let there = exchange.instruments[name], let here = state.market(id) else {
        return false
      }
      if !here.isValid || here.seqId != there.seqId { return false }
      if idle && here.workingOrders > 0 { return false }
    }
    return true
  }
}
