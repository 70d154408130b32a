// Bars as OKX writes them, on channels and in REST; simulation.

import Quantities

extension Candle {
  /// `[ts,o,h,l,c,vol,volCcy,volCcyQuote,confirm]` as one JSON array of texts. Volume is in base currency for
  /// spot, whose `volCcy` is its worth; in contracts for derivatives, whose `volCcy` is the coins they stand for.
  public func appendRow(
    to output: inout [UInt8], _ specification: InstrumentSpecification, isClosed: Bool
  ) {
    output.append(text: "[\"")
    output.append(integer: openTime)
    for ticks in [open, high, low, close] {
      output.append(text: "\",\"")
      output.append(text: specification.text(price: Price(ticks: ticks)))
    }
    let volumes = CandleVolumes(lots: lots, value: value, specification)
    for text in [volumes.volume, volumes.inCurrency, volumes.inQuote] {
      output.append(text: "\",\"")
      output.append(text: text)
    }
    output.append(text: isClosed ? "\",\"1\"]" : "\",\"0\"]")
  }
}

/// The three volumes of bars and tickers, exact, plain notation.
public struct CandleVolumes {
  public var volume: String
  public var inCurrency: String
  public var inQuote: String

  public init(lots: Int64, value: Int128, _ specification: InstrumentSpecification) {
    let size = try? Amount(units: Int128(lots), decimals: 0).multiplied(by: specification.lot)
    let worth = try? Amount(units: value, decimals: 0).multiplied(by: specification.lot)
      .multiplied(by: specification.tick)
    volume = CandleVolumes.text(size)
    if specification.type == .spot {
      inCurrency = CandleVolumes.text(worth)
      inQuote = inCurrency
      return
    }
    inCurrency = CandleVolumes.text(try? size?.multiplied(by: specification.contractValue))
    inQuote = CandleVolumes.text(try? worth?.multiplied(by: specification.contractValue))
  }

  private static func text(_ amount: Amount?) -> String { amount?.normalized.description ?? "" }
}
