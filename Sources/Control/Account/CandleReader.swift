// Bars from REST `market/candles`, exact or left out; control plane.

import Foundation
import OKX
import Quantities

/// Public: needs no key.
public struct CandleReader: Sendable {
  let rest: RESTClient
  let instruments: InstrumentTable

  /// Most rows that one request brings (docs/OKX.md OKX-176).
  public static let rowsMax = 300

  public init(rest: RESTClient, instruments: InstrumentTable) {
    self.rest = rest
    self.instruments = instruments
  }

  private struct Envelope: Decodable { var data: [[String]] }

  /// The newest bars, oldest first, the open one last with `isClosed` false. Rows that are not exact in the
  /// instrument's ticks and lots are left out and counted in `refused`.
  public func bars(
    _ id: InstrumentID, _ interval: BarInterval, limit: Int = CandleReader.rowsMax
  ) async throws -> (bars: [BarRecord], refused: Int) {
    let item = instruments[id]
    let path =
      "/api/v5/market/candles?instId=\(item.symbol)&bar=\(interval.okxName)&limit=\(limit)"
    let body = try await rest.get(path)
    guard let rows = try? JSONDecoder().decode(Envelope.self, from: body).data else {
      throw AccountError.malformed(path)
    }
    var bars: [BarRecord] = []
    var refused = 0
    for row in rows {
      let columns = row.compactMap { text in
        try? DecimalNumber.parse(Array(text.utf8).span)
      }
      guard columns.count == row.count,
        var bar = try? CandleRow.bar(columns, of: item, interval)
      else {
        refused += 1
        continue
      }
      bar.source = .backfill
      bars.append(bar)
    }
    return (bars.sorted { $0.openTime < $1.openTime }, refused)
  }
}
