// Fields of an instrument's row that clients of others insist on (docs/OKX.md OKX-195); simulation.

import Quantities

extension InstrumentSpecification {
  /// Largest sizes by kind of order, and what the simulated exchange has nothing to say about.
  func appendDocumented(to output: inout [UInt8]) {
    let most = text(quantity: Quantity(lots: maximumLots))
    let isSpot = type == .spot
    let worth = isSpot ? String(InstrumentSpecification.marketWorthMax) : ""
    output.append(text: "\"futureSettlement\":false,")
    output.append(field: "instCategory", "1")
    output.append(field: "maxIcebergSz", most)
    output.append(field: "maxLmtAmt", "")
    output.append(field: "maxMktAmt", worth)
    output.append(field: "maxStopSz", isSpot ? worth : most)
    output.append(field: "maxTriggerSz", most)
    output.append(field: "maxTwapSz", most)
    let empty: [StaticString] = ["auctionEndTime", "contTdSwTime", "openType", "preMktSwTime"]
    for name in empty { output.append(field: name, "") }
  }
}
