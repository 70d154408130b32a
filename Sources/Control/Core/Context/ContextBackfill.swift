// Fetches what the bars lack of the time before we listened, now and after each lost connection; control plane.
import Account
import Foundation
import Logging
import Quantities

/// History at once; then, when the minute in which we began to listen is over, the bars that were open.
public struct ContextBackfill: Sendable {
  let reader: CandleReader
  let context: MarketContext
  let log: Logger

  /// `market/candles` allows 40 requests in 2 s; others of this address ask as well.
  private static let pauseMilliseconds = 100
  /// After a minute has begun, so that the exchange has closed the one before.
  private static let settleMilliseconds: Int64 = 2_500
  private static let lookMilliseconds = 500

  public init(reader: CandleReader, context: MarketContext, log: Logger) {
    self.reader = reader
    self.context = context
    self.log = log
  }

  /// Returns when cancelled.
  public func run() async {
    for index in 0..<context.instruments.count where !Task.isCancelled {
      await fill(InstrumentID(index: UInt16(index)), rows: CandleReader.rowsMax)
    }
    var filledAt: [InstrumentID: Int64] = [:]
    var differed: UInt64 = 0
    while !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(ContextBackfill.lookMilliseconds))
      let counters = context.counters
      if counters.differed > differed {
        log.warning(
          "own bars differ from the exchange's",
          metadata: ["differed": "\(counters.differed)", "agreed": "\(counters.agreed)"])
        differed = counters.differed
      }
      let now = context.exchangeTime.milliseconds
      if now % 60_000 < ContextBackfill.settleMilliseconds { continue }
      for id in context.unspliced where filledAt[id] != now / 60_000 && !Task.isCancelled {
        filledAt[id] = now / 60_000
        await fill(id, rows: 100)
      }
    }
  }

  private func fill(_ id: InstrumentID, rows: Int) async {
    let reads = context.reads
    var closed: [BarInterval: [BarRecord]] = [:]
    for interval in BarInterval.allCases where interval != .second {
      do {
        let (bars, refused) = try await reader.bars(id, interval, limit: rows)
        closed[interval] = bars.filter(\.isClosed)
        if refused > 0 {
          log.warning(
            "bars of the exchange are off the grid of ticks and lots",
            metadata: [
              "instrument": "\(context.instruments[id].symbol)", "bar": "\(interval.okxName)",
              "count": "\(refused)",
            ])
        }
      } catch {
        if Task.isCancelled { return }
        log.warning(
          "bars cannot be back-filled",
          metadata: [
            "instrument": "\(context.instruments[id].symbol)", "bar": "\(interval.okxName)",
            "error": "\(error)",
          ])
      }
      try? await Task.sleep(for: .milliseconds(ContextBackfill.pauseMilliseconds))
    }
    let missing = context.backfill(id, closed, reads: reads)
    if missing.isEmpty {
      log.info("bars are whole", metadata: ["instrument": "\(context.instruments[id].symbol)"])
    }
  }
}
