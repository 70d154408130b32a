// Bar indicators are TA-Lib's to 1e-9 after warm-up, and absent where TA-Lib has none.
import Agents
import Foundation
import Testing

private struct Golden: Decodable {
  struct Series: Decodable {
    var name: String
    var bars: [[Double]]
    var indicators: [String: [Double?]]
  }
  var series: [Series]

  static func load() throws -> Golden {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/indicators.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }
}

private func answers(_ bars: [IndicatorBar]) -> [String: [Double?]] {
  let closes = bars.map(\.close)
  let macd = Indicators.macd(closes)
  let bands = Indicators.bollinger(closes)
  let stochastic = Indicators.stochastic(bars)
  return [
    "ema_9": Indicators.ema(closes, period: 9), "ema_21": Indicators.ema(closes, period: 21),
    "rsi_14": Indicators.rsi(closes), "macd_line": macd.line, "macd_signal": macd.signal,
    "macd_histogram": macd.histogram, "bollinger_upper": bands.upper,
    "bollinger_middle": bands.middle, "bollinger_lower": bands.lower,
    "atr_14": Indicators.atr(bars), "adx_14": Indicators.adx(bars),
    "stochastic_k": stochastic.slowK, "stochastic_d": stochastic.slowD,
    "obv": Indicators.obv(bars),
  ]
}

@Suite struct IndicatorSuite {
  @Test func equalsTALib() throws {
    let golden = try Golden.load()
    #expect(golden.series.count == 6)
    var compared = 0
    for series in golden.series {
      let bars = series.bars.map {
        IndicatorBar(open: $0[0], high: $0[1], low: $0[2], close: $0[3], volume: $0[4])
      }
      let ours = answers(bars)
      #expect(Set(ours.keys) == Set(series.indicators.keys))
      for (name, theirs) in series.indicators {
        let mine = try #require(ours[name])
        #expect(mine.count == theirs.count)
        for index in theirs.indices {
          #expect(
            (mine[index] == nil) == (theirs[index] == nil), "\(series.name) \(name) at \(index)")
          guard let a = mine[index], let b = theirs[index] else { continue }
          compared += 1
          // Differences of prices are judged by the price level: a MACD may be near zero.
          let scale = max(abs(b), bars[index].close)
          #expect(abs(a - b) <= 1e-9 * scale, "\(series.name) \(name) at \(index): \(a), \(b)")
        }
      }
    }
    #expect(compared > 7_000, "most values are after warm-up")
  }

  /// An indicator at a bar knows nothing of later bars.
  @Test func looksAtNothingAhead() throws {
    let series = try #require(Golden.load().series.first)
    let bars = series.bars.map {
      IndicatorBar(open: $0[0], high: $0[1], low: $0[2], close: $0[3], volume: $0[4])
    }
    let whole = answers(bars)
    for count in [0, 1, 14, 28, 33, 34, 60, 159] {
      for (name, part) in answers(Array(bars.prefix(count))) {
        #expect(part == Array((whole[name] ?? []).prefix(count)), "\(name) of \(count)")
      }
    }
  }

  @Test func periodsThatMeanNothingAnswerNothing() {
    let values = [1.0, 2, 3]
    #expect(Indicators.sma(values, period: 0) == [nil, nil, nil])
    #expect(Indicators.ema(values, period: -1) == [nil, nil, nil])
    #expect(Indicators.rsi(values, period: 1) == [nil, nil, nil])
    #expect(Indicators.macd(values, fast: 5, slow: 3, signal: 2).line == [nil, nil, nil])
    #expect(Indicators.ema([], period: 3) == [])
    #expect(Indicators.obv([]) == [])
  }
}
