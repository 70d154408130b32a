// What REST states, row by row: rows that are understood, and the others by name; control plane.

import Foundation
import OKX
import Quantities

/// Why a row, or one of its fields, is not understood.
public enum OddReason: String, Sendable, Error {
  case noObject = "the row is no object"
  case missing = "missing"
  case wrongType = "not a text"
  case noNumber = "not a number"
  case outOfRange = "out of range"
  case offGrid = "off the grid"
  case unknownWord = "an unknown word"
  /// Margin and option rows, or a type that is not the instrument's.
  case foreignType = "not this instrument's type"
  /// Isolated margin.
  case foreignMode = "not a margin mode of ours"
  /// `posSide` long or short.
  case foreignSide = "not net"
  case statedTwice = "stated twice"
  case unknownCurrency = "a currency outside of this run"
  case absurdTime = "a time that is a day ahead of ours"

  /// The row is understood, and of somebody else's business under an instrument's name of ours.
  public var isForeign: Bool {
    self == .foreignType || self == .foreignMode || self == .foreignSide
  }
}

/// A row that is not understood. It never stops the rows beside it.
public struct OddRow: Sendable, Error, Equatable, CustomStringConvertible {
  /// Such as `trade/fills`.
  public var path: String
  /// As far as the row says them: text bounded, `.none` or 0 where it does not.
  public var instrumentName: String
  public var instrument: InstrumentID
  public var clientOrder: ClientOrderID
  public var exchangeOrder: ExchangeOrderID
  public var bill: UInt64
  public var field: String
  /// At most `valueMax` characters.
  public var value: String
  public var reason: OddReason
  /// The row counts all the same: only this field was left out or rounded.
  public var isCounted = false

  public static let valueMax = 64

  public init(
    path: String, instrumentName: String, instrument: InstrumentID, clientOrder: ClientOrderID,
    exchangeOrder: ExchangeOrderID, bill: UInt64, field: String, value: String, reason: OddReason
  ) {
    self.path = path
    self.instrumentName = instrumentName
    self.instrument = instrument
    self.clientOrder = clientOrder
    self.exchangeOrder = exchangeOrder
    self.bill = bill
    self.field = field
    self.value = value
    self.reason = reason
  }

  public var description: String {
    var text = "\(path)"
    if !instrumentName.isEmpty { text += " \(instrumentName)" }
    if exchangeOrder != .none { text += " ordId \(exchangeOrder.rawValue)" }
    if clientOrder != .none { text += " clOrdId \(clientOrder.rawValue)" }
    if bill != 0 { text += " billId \(bill)" }
    return text + ": \(field) \"\(value)\" is \(reason.rawValue)"
  }

  /// Printable, and short: this goes into a log.
  static func bounded(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.prefix(OddRow.valueMax).map { scalar in
          scalar.value < 0x20 || scalar.value == 0x7F ? "?" : scalar
        }))
  }
}

/// An answer's rows.
public struct Stated<Row: Sendable>: Sendable {
  public var rows: [Row] = []
  public var odd: [OddRow] = []
  /// Rows of instruments or currencies outside of this run.
  public var outside = 0

  public init() {}
}

/// Reads one row's fields, and remembers what it left out.
struct RowReader {
  let path: String
  let row: StatedRow
  let instruments: InstrumentTable
  /// By our clock: what is far beyond it is no time.
  let now: WallMilliseconds
  /// Oddities of a row that counts all the same.
  var notes: [OddRow] = []

  init(path: String, row: StatedRow, instruments: InstrumentTable, now: WallMilliseconds) {
    self.path = path
    self.row = row
    self.instruments = instruments
    self.now = now
  }

  func odd(_ field: String, _ reason: OddReason) -> OddRow {
    let name = row.text("instId")
    return OddRow(
      path: path, instrumentName: OddRow.bounded(name),
      instrument: Symbol(name).flatMap { instruments.find($0) } ?? .none,
      clientOrder: RowReader.ourID(row.text("clOrdId")) ?? .none,
      exchangeOrder: ExchangeOrderID(rawValue: UInt64(row.text("ordId")) ?? 0),
      bill: UInt64(row.text("billId")) ?? 0, field: field,
      value: OddRow.bounded(row.text(field)), reason: reason)
  }

  mutating func note(_ field: String, _ reason: OddReason) {
    var note = odd(field, reason)
    note.isCounted = true
    notes.append(note)
  }

  /// Nil where there is none: OKX leaves out, or sends empty, what does not apply.
  func optional(_ field: String) throws(OddRow) -> String? {
    switch row.members?[field] {
    case nil, .null?: return nil
    case .text(let text)?: return text.isEmpty ? nil : text
    case .number?, .rows?, .texts?, .other?: throw odd(field, .wrongType)
    }
  }

  func required(_ field: String) throws(OddRow) -> String {
    guard let text = try optional(field) else { throw odd(field, .missing) }
    return text
  }

  /// Nil: of no instrument of this run. Rows that are of another type, margin mode or side than what the
  /// run trades are odd: they stand beside ours under the same name (docs/OKX.md OKX-153).
  func instrument(mode: String? = nil) throws(OddRow) -> Instrument? {
    if row.members == nil { throw odd("", .noObject) }
    let name = try required("instId")
    guard let symbol = Symbol(name), let id = instruments.find(symbol) else { return nil }
    let instrument = instruments[id]
    if let type = try optional("instType"), instrument.type != .unknown,
      type != instrument.type.okxName
    {
      throw odd("instType", .foreignType)
    }
    if let side = try optional("posSide"), side != "net" { throw odd("posSide", .foreignSide) }
    if let mode, let stated = try optional(mode), !["cross", "cash"].contains(stated) {
      throw odd(mode, .foreignMode)
    }
    return instrument
  }

  func side() throws(OddRow) -> Side {
    switch try required("side") {
    case "buy": .buy
    case "sell": .sell
    default: throw odd("side", .unknownWord)
    }
  }

  func unsigned(_ field: String) throws(OddRow) -> UInt64 {
    let text = try required(field)
    guard let value = UInt64(text) else { throw odd(field, RowReader.reason(text)) }
    return value
  }

  /// Signed, as the exchange keeps it: a larger one would end every list that is read down to it.
  func billID() throws(OddRow) -> UInt64 {
    let id = try unsigned("billId")
    if id == 0 || id > UInt64(Int64.max) { throw odd("billId", .outOfRange) }
    return id
  }

  /// 0 where there is none.
  func time(_ field: String) throws(OddRow) -> WallMilliseconds {
    guard let text = try optional(field) else { return WallMilliseconds(milliseconds: 0) }
    guard let value = Int64(text), value >= 0 else { throw odd(field, RowReader.reason(text)) }
    let time = WallMilliseconds(milliseconds: value)
    if time.isAbsurd(at: now) { throw odd(field, .absurdTime) }
    return time
  }

  /// Negative ids, which liquidations have, by their bit pattern; 0 where there is none.
  func tradeID() throws(OddRow) -> UInt64 {
    guard let text = try optional("tradeId") else { return 0 }
    guard let value = Int64(text) else { throw odd("tradeId", RowReader.reason(text)) }
    return UInt64(bitPattern: value)
  }

  func amount(_ field: String) throws(OddRow) -> Amount {
    let text = try required(field)
    guard let amount = Amount(text) else { throw odd(field, RowReader.reason(text)) }
    return amount
  }

  /// Exact lots, or odd.
  func lots(_ field: String, _ lot: Increment) throws(OddRow) -> Int64 {
    let grid = try grid(field, try required(field), lot)
    if !grid.isExact { throw odd(field, .offGrid) }
    return grid.units
  }

  /// To the nearest tick: a tick may have changed since. `.none` where there is none, or 0.
  func price(_ field: String, _ tick: Increment) throws(OddRow) -> (price: Price, isRounded: Bool) {
    guard let text = try optional(field) else { return (.none, false) }
    let grid = try grid(field, text, tick)
    if grid.units < 0 { throw odd(field, .outOfRange) }
    if grid.units == 0 { return (.none, !grid.isExact) }
    return (Price(ticks: grid.units), !grid.isExact)
  }

  /// A price that informs: a row does not fail by it. One that cannot be read is left out and named.
  mutating func figure(_ field: String, _ tick: Increment) -> Price {
    do throws(OddRow) { return try price(field, tick).price } catch {
      note(error.field, error.reason)
      return .none
    }
  }

  private func grid(
    _ field: String, _ text: String, _ increment: Increment
  ) throws(OddRow) -> (units: Int64, isExact: Bool) {
    guard let amount = Amount(text)?.normalized else { throw odd(field, RowReader.reason(text)) }
    let places = max(amount.decimals, increment.decimals)
    guard let value = amount.rescaled(to: places),
      let step = Amount(increment).rescaled(to: places), step.units > 0
    else { throw odd(field, .outOfRange) }
    let (quotient, remainder) = value.units.quotientAndRemainder(dividingBy: step.units)
    var whole = quotient
    if remainder.magnitude >= step.units.magnitude - remainder.magnitude {
      whole += value.units < 0 ? -1 : 1
    }
    guard let units = Int64(exactly: whole) else { throw odd(field, .outOfRange) }
    return (units, remainder == 0)
  }

  /// A text of digits alone is a number that has no room.
  private static func reason(_ text: String) -> OddReason {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E }
      ? .outOfRange : .noNumber
  }

  /// Nil where `text` is none of our ids, which are positive numbers of 63 bits. Whether a start of ours gave
  /// it is the caller's to know.
  static func ourID(_ text: String) -> ClientOrderID? {
    guard let value = UInt64(text), value > 0, value <= UInt64(Int64.max), String(value) == text
    else { return nil }
    return ClientOrderID(rawValue: value)
  }
}
