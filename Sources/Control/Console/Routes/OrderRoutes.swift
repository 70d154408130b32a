// Routes of orders: the stream of what happens to them; control plane.
import Hummingbird

enum OrderRoutes {
  static let all: [Route] = [
    Route(.get, "/api/orders/stream", query: ["instrument", "after"]) { call in
      try await EventStream(
        call.services, shows: .orders(instrument: call.query.text("instrument"))
      ).response(to: call)
    }
  ]
}
