// Specifications from REST bodies, or from the finest decimals of a recording; simulation.

import Foundation
import Quantities

extension InstrumentCatalogue {
  /// The recorded instruments, in order of appearance: rows of `instruments` (a raw REST file or one JSON body)
  /// where it has them and every recorded level lies on their tick and lot, else the finest decimals recorded.
  public init(recording: RecordingFile, instruments: [UInt8]? = nil) throws(RecordingError) {
    let known = instruments.map(InstrumentCatalogue.rows) ?? []
    var byName: [String: InstrumentSpecification] = [:]
    for row in known { byName[row.id] = row }
    var digits: [String: (price: UInt8, quantity: UInt8)] = [:]
    var names: [String] = []
    for frame in recording.frames where frame.kind == .push {
      guard let channel = PublicChannel(rawValue: frame.channel), channel.isIncremental else {
        continue
      }
      guard let data = BookData(recording.bytes, frame.dataRange) else {
        throw .malformedFrame(line: frame.line)
      }
      if digits[frame.instrument] == nil { names.append(frame.instrument) }
      var finest = digits[frame.instrument] ?? (0, 0)
      for level in data.bids + data.asks {
        finest.price = max(finest.price, level.price.decimals)
        finest.quantity = max(finest.quantity, level.quantity.decimals)
        // A published step that the recording does not keep to is no step of that day.
        if let row = byName[frame.instrument], !row.holds(level) { byName[frame.instrument] = nil }
      }
      digits[frame.instrument] = finest
    }
    if names.isEmpty { throw .noBooks }
    var made = names.map { name in
      let finest = digits[name] ?? (0, 0)
      return byName[name]
        ?? InstrumentSpecification(
          derivedFrom: name, tick: Increment(mantissa: 1, decimals: finest.price),
          lot: Increment(mantissa: 1, decimals: finest.quantity))
    }
    InstrumentCatalogue.countTrades(of: recording, &made)
    self.init(made)
  }

  /// A print finer than the books' grid is a print all the same.
  private static func countTrades(
    of recording: RecordingFile, _ made: inout [InstrumentSpecification]
  ) {
    let places = Dictionary(uniqueKeysWithValues: made.enumerated().map { ($1.id, $0) })
    for frame in recording.frames
    where frame.kind == .push && frame.channel == PublicChannel.trades.rawValue {
      guard let place = places[frame.instrument],
        let trade = TradeData(recording.bytes, frame.dataRange),
        trade.price.mantissa > 0, trade.quantity.mantissa > 0,
        (try? trade.price.units(of: made[place].tick)) == nil
          || (try? trade.quantity.units(of: made[place].lot)) == nil
      else { continue }
      _ = made[place].count(price: trade.price, size: trade.quantity)
    }
  }

  /// Every usable row of a raw REST file, or of one JSON body; a later row of one name wins.
  public static func rows(_ instruments: [UInt8]) -> [InstrumentSpecification] {
    let file = RecordingFile(bytes: instruments)
    let bodies = file.bodies.map { Data(instruments[$0.range]) }
    var found: [InstrumentSpecification] = []
    var places: [String: Int] = [:]
    for body in bodies.isEmpty ? [Data(instruments)] : bodies {
      guard let reply = try? JSONDecoder().decode(InstrumentReply.self, from: body) else {
        continue
      }
      for row in reply.data {
        guard let specification = InstrumentSpecification(row) else { continue }
        if let place = places[specification.id] {
          found[place] = specification
        } else {
          places[specification.id] = found.count
          found.append(specification)
        }
      }
    }
    return found
  }
}

extension InstrumentSpecification {
  func holds(_ level: LevelText) -> Bool {
    (try? level.price.units(of: tick)) != nil && (try? level.quantity.units(of: lot)) != nil
  }

  /// What a name alone tells, as OKX formed names in the recordings' years. A derivative's contract value
  /// stays unknown, so it is shown and never traded.
  init(derivedFrom name: String, tick: Increment, lot: Increment) {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    self.init(
      id: name, base: parts.first ?? name, quote: parts.count > 1 ? parts[1] : "", tick: tick,
      lot: lot)
    if parts.count == 2 { return }
    type =
      parts.count == 3 && parts[2] == "SWAP"
      ? .swap : parts.count == 3 ? .futures : parts.count == 5 ? .option : .unknown
    family = parts.prefix(2).joined(separator: "-")
    settle = parts.count > 1 && parts[1] != "USD" ? parts[1] : parts[0]
    contract = type == .option || type == .unknown ? .none : parts[1] == "USD" ? .inverse : .linear
    if type == .option {
      strike = parts[3]
      optionType = parts[4]
    }
    base = ""
    quote = ""
    contractValue = Increment(mantissa: 0, decimals: 0)
    isTradable = false
  }

  /// Nil for a row without a usable name, tick or lot.
  init?(_ row: InstrumentReply.Row) {
    guard let tick = DecimalNumber(row.tickSz ?? ""), tick.mantissa > 0,
      let lot = DecimalNumber(row.lotSz ?? ""), lot.mantissa > 0,
      Symbol(row.instId) != nil
    else { return nil }
    self.init(
      id: row.instId, base: row.baseCcy ?? "", quote: row.quoteCcy ?? "", tick: tick, lot: lot)
    switch row.instType {
    case "SPOT": type = .spot
    case "MARGIN": type = .margin
    case "SWAP": type = .swap
    case "FUTURES": type = .futures
    case "OPTION": type = .option
    default: type = .unknown
    }
    contract = row.ctType == "linear" ? .linear : row.ctType == "inverse" ? .inverse : .none
    if let code = row.instIdCode?.value { self.code = code }
    minimumLots = max(1, (try? DecimalNumber(row.minSz ?? "")?.units(of: lot)) ?? 1)
    let maximum = DecimalNumber(row.maxLmtSz ?? "").map(\.normalized)
    maximumLots =
      (try? maximum?.units(of: lot)) ?? InstrumentSpecification.maximumLotsDefault
    contractCurrency = row.ctValCcy ?? ""
    settle = row.settleCcy ?? ""
    family = row.instFamily ?? row.uly ?? ""
    state = row.state ?? "live"
    leverage = row.lever ?? ""
    listTime = row.listTime ?? ""
    expiry = row.expTime ?? ""
    strike = row.stk ?? ""
    optionType = row.optType ?? ""
    if type != .spot {
      let value = DecimalNumber(row.ctVal ?? "")
      let multiplier = DecimalNumber(row.ctMult ?? "") ?? DecimalNumber(mantissa: 1, decimals: 0)
      let product = try? value.map { Amount($0) }?.multiplied(by: multiplier).normalized
      contractValue = Increment(
        mantissa: product.flatMap { Int64(exactly: $0.units) } ?? 0,
        decimals: product?.decimals ?? 0)
    }
    isTradable =
      type == .spot
      || (type == .swap || type == .futures) && contract != .none && isValueKnown
  }
}

/// A `public/instruments` body, as far as it is used.
struct InstrumentReply: Decodable {
  /// `instIdCode` comes as a number, as null, or not at all.
  struct Code: Decodable {
    var value: Int64?
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      value =
        (try? container.decode(Int64.self))
        ?? (try? container.decode(String.self)).flatMap(
          Int64.init)
    }
  }
  struct Row: Decodable {
    var instId: String
    var instType: String?
    var instIdCode: Code?
    var baseCcy, quoteCcy, settleCcy, ctVal, ctMult, ctValCcy, ctType: String?
    var tickSz, lotSz, minSz, maxLmtSz, lever, listTime, expTime, state: String?
    var instFamily, uly, stk, optType: String?
  }
  var data: [Row]
}
