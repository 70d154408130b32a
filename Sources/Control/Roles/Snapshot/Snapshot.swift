// What all roles of one cycle see: immutable, named by its content; control plane.
import Foundation
import JSON
import Ledger

/// One instrument at one moment. A section or field that is absent was not known: nothing is filled in.
/// Prices are in the quote currency per unit, sizes in lots, times in Unix milliseconds, series and lists of
/// bars run from oldest to newest.
public struct Snapshot: Sendable, Hashable, Codable {
  /// Unix milliseconds.
  public var takenAt: Int64
  public var instrument: InstrumentFacts
  public var book: BookFacts?
  public var trades: TradeFacts?
  public var indicators: BookIndicatorFacts?
  public var series: [Series] = []
  public var bars: [BarSeries] = []
  public var context: ContextFacts?
  public var position: PositionFacts?
  public var account: AccountFacts?
  public var limits: LimitFacts?
  public var orders: [OrderFacts] = []
  public var news: [NewsLabel] = []

  public init(takenAt: Int64, instrument: InstrumentFacts) {
    self.takenAt = takenAt
    self.instrument = instrument
  }

  /// The whole, as it is stored.
  public var json: JSONValue { SnapshotCoding.json(self) }

  /// SHA-256 of the canonical JSON, 64 hex digits.
  public var hash: String { json.hash }

  /// Reads a stored snapshot back; throws where it is not one.
  public init(stored: String) throws {
    self = try SnapshotCoding.decoder().decode(Snapshot.self, from: Data(stored.utf8))
  }

  /// What values of an answer are held against.
  public var facts: Facts { Facts(self) }
}

package enum SnapshotCoding {
  package static func json(_ value: some Encodable) -> JSONValue {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "absent", negativeInfinity: "absent", nan: "absent")
    guard let data = try? encoder.encode(value), let json = try? JSONValue(parsing: Array(data))
    else { return .null }
    return json
  }

  static func decoder() -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }
}

/// Values that an answer may name, and no others.
public struct Facts: Sendable, Hashable {
  public var instruments: Set<String>
  /// Every price of the snapshot, in the quote currency.
  public var prices: [Double]
  /// Signed lots: the position, its target, and zero.
  public var positions: Set<Int64>
  /// Ids of own orders and their references (`o1`, …).
  public var orderIDs: Set<String>
  public var newsIDs: Set<String>

  init(_ snapshot: Snapshot) {
    instruments = [snapshot.instrument.id]
    newsIDs = Set(snapshot.news.map(\.item))
    orderIDs = Set(snapshot.orders.flatMap { [$0.reference, $0.id].compactMap { $0 } })
    positions = [0]
    if let position = snapshot.position {
      positions.formUnion([position.lots, position.targetLots].compactMap { $0 })
    }
    var prices: [Double?] = []
    if let book = snapshot.book {
      prices += [book.bid, book.ask, book.mid]
      prices += (book.bids + book.asks).map(\.price)
    }
    prices.append(snapshot.trades?.lastPrice)
    if let indicators = snapshot.indicators { prices += indicators.prices.map { $0 } }
    for series in snapshot.series where series.isPrice { prices += series.values.map { $0 } }
    for bars in snapshot.bars {
      for bar in bars.rows { prices += [bar.open, bar.high, bar.low, bar.close] }
      prices += [bars.emaFast, bars.emaSlow, bars.bollingerUpper, bars.bollingerMiddle]
      prices.append(bars.bollingerLower)
    }
    if let context = snapshot.context {
      prices += [context.markPrice, context.indexPrice, context.open24h, context.high24h]
      prices += [context.low24h, context.buyLimit, context.sellLimit, context.liquidation?.price]
    }
    if let position = snapshot.position {
      prices += [position.averagePrice, position.markPrice, position.liquidationPrice]
    }
    prices += snapshot.orders.flatMap { [$0.price, $0.averagePrice] }
    self.prices = prices.compactMap { $0 }.filter { $0.isFinite && $0 > 0 }
  }
}
