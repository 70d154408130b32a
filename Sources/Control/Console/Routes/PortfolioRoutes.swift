// Routes of the account and the market as they were over time; control plane.
import Foundation
import Hummingbird
import Ledger
import Quantities

enum PortfolioRoutes {
  static let all: [Route] = [
    Route(.get, "/api/portfolio/summary") { call in
      .json(try await call.services.ledger.call { try $0.portfolio() })
    },
    Route(.get, "/api/portfolio/equity", query: ["from", "to", "step"]) { call in
      let now = WallMilliseconds.now().milliseconds
      let to = try call.query.time("to") ?? now
      let from = try call.query.time("from") ?? max(0, to - spanStandard)
      let shortest = max(1, (to - from) / Int64(Ledger.pointsMax))
      let step = try call.query.integer("step", in: 1...stepMax) ?? max(1_000, shortest)
      let points = try await call.services.ledger.call {
        try $0.equity(from: from, to: to, step: step)
      }
      return .json(Items(items: points))
    },
    Route(
      .get, "/api/market/bars", query: ["instrument", "interval", "from", "to", "limit"]
    ) { call in
      guard let instrument = call.query.text("instrument") else {
        throw Problem.query("`instrument` is missing")
      }
      let interval = Int(try call.query.integer("interval", in: 1...86_400) ?? 60)
      let to = try call.query.time("to") ?? WallMilliseconds.now().milliseconds
      let from = try call.query.time("from") ?? 0
      let limit = Int(try call.query.integer("limit", in: 1...Int64(Ledger.pointsMax)) ?? 300)
      if from > to { throw Problem.query("`from` lies behind `to`") }
      let bars = try await call.services.ledger.call {
        try $0.bars(instrument: instrument, interval: interval, from: from, to: to, limit: limit)
      }
      return .json(Items(items: bars))
    },
  ]

  /// Milliseconds: a day.
  private static let spanStandard: Int64 = 86_400_000
  /// Milliseconds: a year.
  private static let stepMax: Int64 = 31_536_000_000
}
