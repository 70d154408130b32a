// Signed REST calls that list algo orders (docs/OKX.md OKX-238); simulation.

import Market
import Matching

extension SimulatedExchange {
  func queryAlgo(_ request: RESTRequest) -> HTTPReply {
    switch algoSelector(request.text("algoId"), request.text("algoClOrdId")) {
    case .failure(let refusal): return RESTReply.refused(String(refusal.code), refusal.message)
    case .success(let selector):
      guard let order = engine.algo(selector) else {
        return RESTReply.refused("51603", "Order does not exist")
      }
      return RESTReply.rows([algoRow(order)])
    }
  }

  func pendingAlgos(_ request: RESTRequest) -> HTTPReply {
    algos(request) { types in
      listed(engine.algos.filter { types.contains($0.type) }, request)
    }
  }

  /// By state or by id, one of them.
  func algoHistory(_ request: RESTRequest) -> HTTPReply {
    algos(request) { types in
      let (state, id) = (request.text("state"), request.text("algoId"))
      if state.isEmpty && id.isEmpty {
        return RESTReply.refused("51602", "Either order status or order ID is required.")
      }
      if !state.isEmpty && !id.isEmpty {
        return RESTReply.refused("51601", "Order status and order ID can not exist together.")
      }
      let states: [AlgoState] = [.effective, .canceled, .failed]
      if !state.isEmpty && !states.contains(where: { $0.rawValue == state }) {
        return RESTReply.refused("51000", "Parameter state error")
      }
      let oldest = clock.wallMilliseconds() - SimulatedExchange.fillsHistoryMilliseconds
      let done = engine.doneAlgos.filter {
        types.contains($0.type) && $0.updatedAt >= oldest
          && (state.isEmpty || $0.state.rawValue == state)
      }
      return listed(done, request)
    }
  }

  /// `ordType` is a must; TP/SL orders of both kinds may be asked for together.
  private func algos(_ request: RESTRequest, _ body: ([AlgoType]) -> HTTPReply) -> HTTPReply {
    let names = request.text("ordType").split(separator: ",").map(String.init)
    if names.isEmpty { return RESTReply.refused("50014", "Parameter ordType can not be empty") }
    let unsimulated = ["chase", "twap", "smart_iceberg", "iceberg"]
    if names.count == 1 && unsimulated.contains(names[0]) { return body([]) }
    let types = names.compactMap { AlgoType(rawValue: $0) }
    if types.count != names.count || (types.count > 1 && !types.allSatisfy(\.isProtection)) {
      return RESTReply.refused("51000", "Parameter ordType error")
    }
    return body(types)
  }

  private func listed(_ orders: [AlgoOrder], _ request: RESTRequest) -> HTTPReply {
    let id = request.text("algoId")
    let chosen = orders.filter {
      covers(request, $0.instrument) && (id.isEmpty || id == String($0.id))
    }
    return paged(chosen, by: \.id, request, algoRow)
  }
}
