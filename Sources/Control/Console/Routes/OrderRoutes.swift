// Routes of orders: the list, one with everything on record, and a stream of what happens to them; control plane.
import Hummingbird
import Ledger

enum OrderRoutes {
  static let all: [Route] = [
    Route(
      .get, "/api/orders",
      query: ["limit", "cursor", "instrument", "state", "decision", "from", "to"]
    ) { call in
      let query = try orderQuery(call.query)
      let page = try await call.services.ledger.call { try $0.orders(query) }
      return .json(Page(items: page.items, next: page.next))
    },
    Route(.get, "/api/orders/stream", query: ["instrument", "after"]) { call in
      try await call.events(.orders(instrument: call.query.text("instrument")))
    },
    Route(.get, "/api/orders/{cl_ord_id}") { call in
      let id = String(try call.id("cl_ord_id"))
      guard let order = try await call.services.ledger.call({ try $0.order(clOrdID: id) }) else {
        throw Problem.unknown("no order has this client id")
      }
      return .json(order)
    },
  ]

  private static func orderQuery(_ query: QueryItems) throws(Problem) -> OrderQuery {
    OrderQuery(
      limit: Int(try query.integer("limit", in: 1...500) ?? PageLength.standard),
      cursor: try query.integer("cursor", in: 1...Int64.max), instrument: query.text("instrument"),
      state: try query.word("state", of: OrderPhase.allCases.map(\.rawValue))
        .flatMap { OrderPhase(rawValue: $0) },
      decision: try query.integer("decision", in: 1...Int64.max), from: try query.time("from"),
      to: try query.time("to"))
  }
}
