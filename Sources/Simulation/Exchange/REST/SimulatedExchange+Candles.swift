// REST bars: `market/candles` and `market/history-candles`; simulation.

import Market

extension SimulatedExchange {
  /// Rows of one page where nothing else is said, and at most; how far back `market/candles` reaches.
  static let candlePageDefault = 100
  static let candlePageMax = 300
  static let recentCandlesMax: Int64 = 1_440

  func marketCandles(_ request: RESTRequest) -> HTTPReply { candles(request, isHistory: false) }

  /// Bars that are over, as far back as the exchange has any.
  func historyCandles(_ request: RESTRequest) -> HTTPReply { candles(request, isHistory: true) }

  private func candles(_ request: RESTRequest, isHistory: Bool) -> HTTPReply {
    func time(_ name: String, _ unset: Int64) -> Int64? {
      let text = request.text(name)
      if text.isEmpty { return unset }
      guard let value = Int64(text), value >= 0 else { return nil }
      return value
    }
    switch instrument(request) {
    case .failure(let fault): return fault.reply
    case .success(let index):
      let bar = request.text("bar")
      guard let interval = bar.isEmpty ? .minute : CandleInterval(rawValue: bar) else {
        return RESTReply.refused("51000", "Parameter bar error")
      }
      let limitText = request.text("limit")
      guard let limit = limitText.isEmpty ? SimulatedExchange.candlePageDefault : Int(limitText),
        limit >= 1
      else { return RESTReply.refused("51000", "Parameter limit error") }
      guard let before = time("after", .max) else {
        return RESTReply.refused("51000", "Parameter after error")
      }
      guard var after = time("before", -1) else {
        return RESTReply.refused("51000", "Parameter before error")
      }
      guard let now = context.settle(index) else { return RESTReply.rows([String]()) }
      if !isHistory {
        let reach = SimulatedExchange.recentCandlesMax * interval.milliseconds
        after = max(after, interval.start(of: now) - reach)
      }
      let bars = context.candles[index].candles(
        interval, before: before, after: after, limit: min(limit, SimulatedExchange.candlePageMax),
        isClosedOnly: isHistory)
      return RESTReply.rows(
        bars.map { bar -> [UInt8] in
          var row: [UInt8] = []
          bar.appendRow(
            to: &row, catalogue[index],
            isClosed: now >= bar.openTime + interval.milliseconds)
          return row
        })
    }
  }
}
