// OKX `public/instruments` rows into the run's instrument table; control plane.

import Foundation
import OKX
import Quantities

/// Why no instrument table could be made.
public enum InstrumentCatalogError: Error, Sendable, CustomStringConvertible {
  case unreadable(String)
  case allMissing([String])
  case malformed(instrument: String, field: String, value: String)

  public var description: String {
    switch self {
    case .unreadable(let text): "instruments cannot be read: \(text)"
    case .allMissing(let ids):
      "the exchange lists none of \(ids.joined(separator: ", ")): check okx.instruments"
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

  /// What spot orders are paid in where an instrument lets choose; nil: each pair's own quote currency.
  private let tradeQuote: Symbol?

  public init(tradeQuote: Symbol? = nil) { self.tradeQuote = tradeQuote }

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

  /// Takes rows of the `instruments` channel: what a row does not say stays as it was (docs/OKX.md OKX-196). The ids whose
  /// rows say something new.
  public mutating func merge(push: Data) -> Set<String> {
    guard let rows = try? JSONDecoder().decode(Push.self, from: push).data else { return [] }
    var changed: Set<String> = []
    for row in rows.compactMap(Row.init) {
      guard var held = self.rows[row.instId] else {
        self.rows[row.instId] = row
        ids.append(row.instId)
        changed.insert(row.instId)
        continue
      }
      if held.members.merge(row.members) { changed.insert(row.instId) }
      self.rows[row.instId] = held
    }
    return changed
  }

  private struct Push: Decodable { var data: [StatedRow] }

  public func lists(_ id: String) -> Bool { rows[id] != nil }

  /// What the instrument that has this `instIdCode` is called now; nil where `id` is still its name (docs/OKX.md OKX-200).
  public func newName(of id: String, code: Int64) -> String? {
    func isExpired(_ row: Row) -> Bool { row["state"] == "expired" }
    if code <= 0 || rows[id].map({ !isExpired($0) }) ?? false { return nil }
    return rows.values.filter { $0.instIdCode == code && $0.instId != id && !isExpired($0) }
      .map(\.instId).min()
  }

  /// What a contract is of; empty where the exchange does not say.
  public func underlying(of id: String) -> String { rows[id]?.members.text("uly") ?? "" }

  /// Forgets all rows of this type: a whole list follows.
  public mutating func drop(type: String) {
    rows = rows.filter { $0.value.instType != type }
    ids.removeAll { rows[$0] == nil }
  }

  /// A row as it stands now, in the currencies of a run; nil where it is not listed.
  public func instrument(
    _ id: String, of table: InstrumentTable
  ) throws(InstrumentCatalogError) -> Instrument? {
    guard let row = rows[id] else { return nil }
    var names = (0..<table.currencyCount).map { table.currencyName(CurrencyID(index: UInt16($0))) }
    let known = names.count
    let item = try instrument(row, &names)
    if names.count == known { return item }
    throw .malformed(
      instrument: OddRow.bounded(id), field: "currencies", value: "\(names[known])")
  }

  /// What the exchange announces of it, for people: each change with its time; empty: nothing, or nothing that is
  /// understood.
  public func announced(_ id: String) -> [AnnouncedChange] { rows[id]?.members.announced ?? [] }

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

  /// The table of `wanted` in that order. Refuses where none is listed; one that is not, or whose type or contract value is
  /// unknown, is in the table but never tradable.
  public func table(_ wanted: [String]) throws(InstrumentCatalogError) -> InstrumentTable {
    let missing = wanted.filter { rows[$0] == nil }
    if missing.count == wanted.count && !wanted.isEmpty { throw .allMissing(missing) }
    var currencies: [Symbol] = []
    // Known from the start, whatever the exchange lists today.
    if let tradeQuote { currencies.append(tradeQuote) }
    var list: [Instrument] = []
    for id in wanted {
      if let row = rows[id] {
        list.append(try instrument(row, &currencies))
      } else {
        list.append(try unlisted(id))
      }
    }
    return InstrumentTable(list, currencies: currencies)
  }

  /// Not to be traded, and of no known tick or lot: counted by eight decimals, whatever an earlier start has on record.
  private func unlisted(_ id: String) throws(InstrumentCatalogError) -> Instrument {
    guard let symbol = Symbol(id) else {
      throw .malformed(instrument: OddRow.bounded(id), field: "instId", value: OddRow.bounded(id))
    }
    let finest = Increment(mantissa: 1, decimals: 8)
    let parts = id.split(separator: "-")
    let type: InstrumentType =
      parts.count == 2
      ? .spot : parts.last == "SWAP" ? .swap : parts.count == 3 ? .futures : .option
    var item = Instrument(id: .none, symbol: symbol, type: type, tick: finest, lot: finest)
    item.state = .unlisted
    return item
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
    item.state =
      row.members.isOther("state") ? .unknown : InstrumentState(okxName: row["state"])
    // Without its code no order and no cancel can name it (docs/OKX.md OKX-100).
    item.isTradable = isValued && item.state == .live && item.code > 0
    switch TradeQuote(of: row.members, wanted: tradeQuote) {
    case .own: break
    case .named(let name): item.tradeQuote = currency(name)
    // The exchange would choose for the desk, or refuse.
    case .unclear: item.isTradable = false
    }
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
