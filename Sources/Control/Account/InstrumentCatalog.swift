// OKX `public/instruments` rows into the run's instrument table; control plane.

import Foundation
import OKX
import Quantities

/// Why no instrument table could be made.
public enum InstrumentCatalogError: Error, Sendable, CustomStringConvertible {
  case unreadable(String)
  case missing([String])
  case malformed(instrument: String, field: String, value: String)

  public var description: String {
    switch self {
    case .unreadable(let text): "instruments cannot be read: \(text)"
    case .missing(let ids):
      "the exchange does not list \(ids.joined(separator: ", ")): check okx.instruments"
    case .malformed(let id, let field, let value):
      "instrument \(id): \(field) is \"\(value)\", which is no usable number"
    }
  }
}

/// The rows of one or more `public/instruments` bodies, by `instId`. They are kept as they came: what is odd about an
/// instrument that nobody asks for is nobody's trouble.
public struct InstrumentCatalog: Sendable {
  private struct Envelope: Decodable {
    var code: String
    var msg: String?
    var data: [StatedRow]
  }

  /// All values are strings, save `instIdCode`, a number or null (docs/OKX.md OKX-190).
  private struct Row {
    var members: StatedRow
    var instId: String
    var instType: String { members.text("instType") }
    var instIdCode: Int64 { members.integer("instIdCode") }

    init?(_ members: StatedRow) {
      self.members = members
      instId = members.text("instId")
      if instId.isEmpty { return nil }
    }

    /// Nil where there is no such text.
    subscript(field: String) -> String? {
      if case .text(let text)? = members.members?[field] { return text }
      return nil
    }
  }

  private var rows: [String: Row] = [:]
  public private(set) var ids: [String] = []

  public init() {}

  /// Adds the rows of one REST reply body.
  public mutating func add(body: Data) throws(InstrumentCatalogError) {
    let envelope: Envelope
    do { envelope = try JSONDecoder().decode(Envelope.self, from: body) } catch {
      throw .unreadable("\(error)")
    }
    if envelope.code != "0" { throw .unreadable("OKX code \(envelope.code) \(envelope.msg ?? "")") }
    for row in envelope.data.compactMap(Row.init) {
      if rows.updateValue(row, forKey: row.instId) == nil { ids.append(row.instId) }
    }
  }

  /// Adds a file: one JSON body, or a raw recording with lines `URL -> EPOCH: BODY`.
  public mutating func add(file: String) throws(InstrumentCatalogError) {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw .unreadable("no file at \(file)")
    }
    if data.first == UInt8(ascii: "{") {
      try add(body: data)
      return
    }
    for line in data.split(separator: UInt8(ascii: "\n")) {
      guard let arrow = line.range(of: Data(" -> ".utf8)),
        let colon = line[arrow.upperBound...].range(of: Data(": ".utf8))
      else { continue }
      try add(body: line[colon.upperBound...])
    }
  }

  /// The table of `wanted` in that order. Refuses ids that are not listed; an instrument whose type or
  /// contract value is unknown is in the table but never tradable.
  public func table(_ wanted: [String]) throws(InstrumentCatalogError) -> InstrumentTable {
    let missing = wanted.filter { rows[$0] == nil }
    if !missing.isEmpty { throw .missing(missing) }
    var currencies: [Symbol] = []
    var list: [Instrument] = []
    for id in wanted {
      guard let row = rows[id] else { continue }
      list.append(try instrument(row, &currencies))
    }
    return InstrumentTable(list, currencies: currencies)
  }

  private func instrument(
    _ row: Row, _ currencies: inout [Symbol]
  ) throws(InstrumentCatalogError) -> Instrument {
    func malformed(_ field: String) -> InstrumentCatalogError {
      .malformed(
        instrument: OddRow.bounded(row.instId), field: field, value: row.members.shown(field))
    }
    func currency(_ name: String?) -> CurrencyID {
      guard let name, let symbol = Symbol(name) else { return .none }
      if let known = currencies.firstIndex(of: symbol) { return CurrencyID(index: UInt16(known)) }
      currencies.append(symbol)
      return CurrencyID(index: UInt16(currencies.count - 1))
    }
    func lots(_ field: String, _ lot: Increment, orElse absent: Int64)
      throws(InstrumentCatalogError) -> Int64
    {
      if row.members.isOther(field) { throw malformed(field) }
      return try self.lots(row[field], lot, orElse: absent, malformed(field))
    }
    guard let symbol = Symbol(row.instId) else { throw malformed("instId") }
    guard let tick = DecimalNumber(row["tickSz"] ?? ""), tick.mantissa > 0 else {
      throw malformed("tickSz")
    }
    guard let lot = DecimalNumber(row["lotSz"] ?? ""), lot.mantissa > 0 else {
      throw malformed("lotSz")
    }
    let type = InstrumentType(okxName: row.instType)
    var item = Instrument(id: .none, symbol: symbol, type: type, tick: tick, lot: lot)
    item.code = row.instIdCode
    item.minimumLots = try lots("minSz", lot, orElse: 1)
    item.maximumLots = try lots("maxLmtSz", lot, orElse: 0)
    item.base = currency(row["baseCcy"])
    item.quote = currency(row["quoteCcy"])
    item.settle = currency(row["settleCcy"])
    item.contract =
      row["ctType"] == "linear" ? .linear : row["ctType"] == "inverse" ? .inverse : .none
    var isValued = type == .spot
    if type == .swap || type == .futures, item.contract != .none,
      let value = DecimalNumber(row["ctVal"] ?? ""),
      let multiplier = DecimalNumber(row["ctMult"] ?? "")
    {
      let (mantissa, overflowed) = value.mantissa.multipliedReportingOverflow(
        by: multiplier.mantissa)
      let (decimals, carried) = value.decimals.addingReportingOverflow(multiplier.decimals)
      if !overflowed && !carried && mantissa > 0 {
        item.contractValue = DecimalNumber(mantissa: mantissa, decimals: decimals).normalized
        isValued = true
      }
    }
    let isLive = !row.members.isOther("state") && (row["state"] ?? "live") == "live"
    item.isTradable = isValued && isLive
    return item
  }

  /// `text` in whole lots, rounded up to one; `absent` where the field is empty.
  private func lots(
    _ text: String?, _ lot: Increment, orElse absent: Int64, _ error: InstrumentCatalogError
  ) throws(InstrumentCatalogError) -> Int64 {
    guard let text, !text.isEmpty else { return absent }
    guard let number = DecimalNumber(text) else { throw error }
    do { return try number.units(of: lot) } catch {
      if error == .overflow { return absent }
    }
    // A maximum off the lot grid is legal: the largest whole number of lots below it.
    var numerator = Int128(number.mantissa)
    var denominator = Int128(lot.mantissa)
    guard let up = powerOfTen(lot.decimals), let down = powerOfTen(number.decimals) else {
      throw error
    }
    numerator *= Int128(up)
    denominator *= Int128(down)
    return Int64(clamping: max(1, numerator / denominator))
  }
}
