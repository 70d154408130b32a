// `market/trades` and `market/history-trades`; simulation.

import Market
import Matching
import Quantities

extension SimulatedExchange {
  static let historyTradesMax = 100

  /// The newest first, 100 where nothing else is said.
  func marketTrades(_ request: RESTRequest) -> HTTPReply {
    trades(request, atMost: RecentTrades.pageMax) { _ in true }
  }

  /// Paged by trade id; the exchange remembers no more than `market/trades` shows.
  func historyTrades(_ request: RESTRequest) -> HTTPReply {
    let type = request.text("type")
    if !["", "1"].contains(type) {
      return RESTReply.refused(
        "51000", "Parameter type error: paging by trade id alone is simulated")
    }
    guard let after = bound(request, "after", .max), let before = bound(request, "before", 0) else {
      return RESTReply.refused("51000", "Parameter after or before error")
    }
    return trades(request, atMost: SimulatedExchange.historyTradesMax) {
      $0.id < after && $0.id > before
    }
  }

  private func bound(_ request: RESTRequest, _ name: String, _ unset: UInt64) -> UInt64? {
    request.text(name).isEmpty ? unset : UInt64(request.text(name))
  }

  private func trades(
    _ request: RESTRequest, atMost most: Int, _ isWanted: (TradePrint) -> Bool
  ) -> HTTPReply {
    switch instrument(request) {
    case .failure(let fault): return fault.reply
    case .success(let index):
      let text = request.text("limit")
      guard let limit = text.isEmpty ? SimulatedExchange.pageMax : Int(text), limit >= 1 else {
        return RESTReply.refused("51000", "Parameter limit error")
      }
      let item = catalogue[index]
      let chosen = recentTrades.latest(index).filter { isWanted($0.trade) }
      return RESTReply.rows(
        chosen.prefix(min(limit, most)).map { trade, time in
          "{\"instId\":\(quoted(item.id)),\"tradeId\":\"\(trade.id)\","
            + "\"px\":\"\(item.text(price: trade.price))\","
            + "\"sz\":\"\(item.text(quantity: trade.quantity))\","
            + "\"side\":\"\(trade.side == .buy ? "buy" : "sell")\",\"source\":\"0\",\"ts\":\"\(time)\"}"
        })
    }
  }
}
