// Which requests an instrument's state, a cool-off and maintenance leave; simulation.

import Market
import Quantities

/// Where planned maintenance stands (docs/OKX.md OKX-199).
public enum MaintenancePhase: Sendable {
  /// No order request is taken.
  case ongoing
  /// Cancels and post_only orders are taken.
  case preOpen
}

extension MatchingEngine {
  /// What OKX says while it does not serve; its code table has it as HTTP 503.
  public static let unavailable = VenueRefusal(
    50_001, "Service temporarily unavailable. Please try again later.")

  /// Refuses what may not be placed now.
  func checkConduct(_ request: OrderRequest, _ type: VenueOrderType) throws(VenueRefusal) {
    let specification = catalogue[request.instrument]
    if !specification.isTradable { throw VenueRefusal(51_022, "Contract suspended.") }
    switch maintenance {
    case .ongoing: throw MatchingEngine.unavailable
    case .preOpen where type != .postOnly: throw MatchingEngine.unavailable
    default: break
    }
    try checkState(specification, isPostOnly: type == .postOnly)
    try checkCoolOff(specification, reduceOnly: request.reduceOnly)
  }

  /// The same of an algo order, which waits for another time: where none can be placed none can wait, and before full
  /// trading it is neither a cancel nor post_only.
  func checkConduct(_ request: AlgoRequest) throws(VenueRefusal) {
    let specification = catalogue[request.instrument]
    if !specification.isTradable { throw VenueRefusal(51_022, "Contract suspended.") }
    if maintenance != nil { throw MatchingEngine.unavailable }
    try checkState(specification, isPostOnly: false)
    try checkCoolOff(specification, reduceOnly: request.reduceOnly)
  }

  /// docs/OKX.md OKX-198: the underlying's swaps and futures, and what opens alone.
  private func checkCoolOff(
    _ specification: InstrumentSpecification, reduceOnly: Bool
  ) throws(VenueRefusal) {
    let isContract = specification.type == .swap || specification.type == .futures
    if isContract && coolOffs.contains(specification.family) && !reduceOnly {
      throw VenueRefusal(
        54_094, "Order failed. The instrument is in its cool-off period and takes no orders.")
    }
  }

  /// Refuses to change an order that may not be changed now.
  func checkAmendment(of order: VenueOrder) throws(VenueRefusal) {
    if maintenance != nil { throw MatchingEngine.unavailable }
    try checkState(catalogue[order.instrument], isPostOnly: order.type == .postOnly)
  }

  /// Which code a `post_only` or rebasing contract answers with is not documented: ours is that of a suspended one.
  private func checkState(
    _ specification: InstrumentSpecification, isPostOnly: Bool
  ) throws(VenueRefusal) {
    switch specification.state {
    case "live": return
    case "post_only" where isPostOnly: return
    case "preopen": throw VenueRefusal(51_021, "The currency pair or contract is yet to be listed.")
    case "expired": throw VenueRefusal(51_027, "Contract expired.")
    default: throw VenueRefusal(51_022, "Contract suspended.")
    }
  }

  /// Lets the instrument's done orders have ended so many milliseconds earlier: what a query forgets with time is
  /// forgotten at once. False where there is none.
  public mutating func age(_ instrument: Int, by milliseconds: Int64) -> Bool {
    let places = doneOrders.indices.filter { doneOrders[$0].instrument == instrument }
    for place in places { doneOrders[place].updatedAt -= milliseconds }
    return !places.isEmpty
  }

  /// Refuses to change an algo order that may not be changed now.
  func checkAmendment(ofAlgo instrument: Int) throws(VenueRefusal) {
    if maintenance != nil { throw MatchingEngine.unavailable }
    try checkState(catalogue[instrument], isPostOnly: false)
  }

  /// Cancels the instrument's orders, those on their way and those that wait for a price too.
  public mutating func cancelAll(
    _ instrument: Int, source: String, at now: Int64, into events: inout [EngineEvent]
  ) {
    advance(to: now, into: &events)
    for order in open[instrument] {
      if let order = take(order.id) { finish(order, source: source, at: now, into: &events) }
    }
    for order in algos where order.instrument == instrument {
      end(order, as: .canceled, at: now, into: &events)
    }
    algos.removeAll { $0.instrument == instrument }
    closeBatch(at: now, into: &events)
  }
}
