// The texts of an item collected first and converted once its instrument is known; pure, hot plane.

import Quantities
import Wire

/// A string member that has come, or not.
struct Field: BitwiseCopyable {
  var text = JSONText(start: -1, count: 0)

  var isPresent: Bool { text.start >= 0 }
  /// Missing and empty mean the same to OKX: no value.
  var isEmpty: Bool { text.count == 0 }

  /// A member that comes twice makes an item ambiguous.
  @_noLocks
  mutating func take(_ scanner: inout JSONScanner) throws(FaultCode) {
    if isPresent { throw .malformedJSON }
    text = try scanner.string()
    if text.hasEscapes { throw .wrongType }
  }
}

extension PrivateDecoder {
  /// The table's instrument of this `instId`; nil when it is none of ours, or a margin position or
  /// order on what is a spot instrument to us.
  @_noLocks
  func instrument(
    _ scanner: JSONScanner, _ instId: Field, _ instType: Field
  ) throws(FaultCode) -> Instrument? {
    if instId.isEmpty { throw .missingField }
    guard let symbol = scanner.symbol(instId.text), let id = instruments.find(symbol) else {
      return nil
    }
    let found = instruments[id]
    if instType.isEmpty || found.type == .unknown { return found }
    return InstrumentType(okx: scanner.name(instType.text)) == found.type ? found : nil
  }

  /// A decimal as whole increments; nil when the field is missing or empty.
  @_noLocks
  func units(
    _ scanner: JSONScanner, _ field: Field, _ increment: Increment
  ) throws(FaultCode) -> Int64? {
    if field.isEmpty { return nil }
    let number = try scanner.decimal(field.text)
    do throws(DecimalError) {
      return try number.units(of: increment)
    } catch .offIncrement {
      throw .offIncrement
    } catch {
      throw .numberRange
    }
  }

  /// A price in ticks; `.none` when missing, empty or 0.
  @_noLocks
  func price(
    _ scanner: JSONScanner, _ field: Field, _ tick: Increment
  ) throws(FaultCode) -> Price {
    guard let ticks = try units(scanner, field, tick) else { return .none }
    if ticks < 0 { throw .numberRange }
    return ticks == 0 ? .none : Price(ticks: ticks)
  }

  /// A size in lots, not negative; zero when missing or empty.
  @_noLocks
  func size(
    _ scanner: JSONScanner, _ field: Field, _ lot: Increment
  ) throws(FaultCode) -> Quantity {
    let lots = try units(scanner, field, lot) ?? 0
    if lots < 0 { throw .numberRange }
    return Quantity(lots: lots)
  }

  /// Milliseconds of a time; 0 when missing or empty.
  @_noLocks
  func time(_ scanner: JSONScanner, _ field: Field) throws(FaultCode) -> WallMilliseconds {
    if field.isEmpty { return WallMilliseconds(milliseconds: 0) }
    let value = try scanner.integer(of: field.text)
    let time = WallMilliseconds(milliseconds: value)
    if value < 0 || time.isAbsurd(at: wall) { throw .numberRange }
    return time
  }

  /// Digits alone, at most `UInt64.max`; nil for anything else.
  @_noLocks
  func unsigned(_ scanner: JSONScanner, _ text: JSONText) -> UInt64? {
    if text.count <= 0 || text.count > 20 { return nil }
    var value: UInt64 = 0
    var at = text.start
    while at < text.end {
      let digit = scanner.byte(at: at) &- 0x30
      if digit > 9 { return nil }
      let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
      if overflowed || carried { return nil }
      value = sum
      at &+= 1
    }
    return value
  }

  /// OKX's ids are digits; 0 when missing or empty.
  @_noLocks
  func number(_ scanner: JSONScanner, _ field: Field) throws(FaultCode) -> UInt64 {
    if field.isEmpty { return 0 }
    guard let value = unsigned(scanner, field.text) else { throw .wrongType }
    return value
  }

  /// An id that may be negative, as the bits of an Int64 (docs/OKX.md OKX-177); 0 when missing or empty.
  @_noLocks
  func signedNumber(_ scanner: JSONScanner, _ field: Field) throws(FaultCode) -> UInt64 {
    if field.isEmpty { return 0 }
    if scanner.byte(at: field.text.start) != 0x2D { return try number(scanner, field) }
    return UInt64(bitPattern: try scanner.integer(of: field.text))
  }

  /// One of our numeric ids, or `.none`: others may name their orders as they like.
  @_noLocks
  func clientOrder(_ scanner: JSONScanner, _ field: Field) -> ClientOrderID {
    guard !field.isEmpty, scanner.byte(at: field.text.start) != 0x30,
      let value = unsigned(scanner, field.text), value <= UInt64(Int64.max)
    else { return .none }
    let id = ClientOrderID(rawValue: value)
    return id.start == 0 || id.number == 0 ? .none : id
  }

  /// An average price (OKX gives it unrounded) to the nearest tick, halves up; `.none` when missing,
  /// empty, 0, or past what ticks can say.
  @_noLocks
  func averagePrice(
    _ scanner: JSONScanner, _ field: Field, _ tick: Increment
  ) throws(FaultCode) -> Price {
    if field.isEmpty { return .none }
    // Eighteen digits decide the tick; what a longer fraction adds is below any tick's half.
    var mantissa: Int128 = 0
    var digits = 0
    var decimals: UInt8 = 0
    var seenPoint = false
    var at = field.text.start
    while at < field.text.end {
      let byte = scanner.byte(at: at)
      at &+= 1
      if byte == 0x2E && !seenPoint {
        seenPoint = true
        continue
      }
      let digit = byte &- 0x30
      if digit > 9 { throw .wrongType }
      if digits == 18 || decimals == 18 {
        if seenPoint { continue }
        throw .numberRange
      }
      mantissa = mantissa &* 10 &+ Int128(digit)
      if mantissa != 0 { digits &+= 1 }
      if seenPoint { decimals &+= 1 }
    }
    guard mantissa != 0, tick.mantissa > 0, let up = powerOfTen(tick.decimals),
      let down = powerOfTen(decimals)
    else { return .none }
    let numerator = mantissa &* Int128(up)
    let denominator = Int128(tick.mantissa) &* Int128(down)
    let ticks = (numerator &+ denominator / 2) / denominator
    if ticks <= 0 || ticks > Int128(Int64.max) { return .none }
    return Price(ticks: Int64(truncatingIfNeeded: ticks))
  }

  /// An exact amount of at most 38 digits; zero when missing or empty.
  @_noLocks
  func amount(_ scanner: JSONScanner, _ field: Field) throws(FaultCode) -> Amount {
    if field.isEmpty { return .zero }
    var at = field.text.start
    let isNegative = scanner.byte(at: at) == 0x2D
    if isNegative { at &+= 1 }
    var units: Int128 = 0
    var digits = 0
    var decimals: UInt8 = 0
    var seenPoint = false
    while at < field.text.end {
      let byte = scanner.byte(at: at)
      at &+= 1
      if byte == 0x2E {
        if seenPoint || digits == 0 || at == field.text.end { throw .wrongType }
        seenPoint = true
        continue
      }
      let digit = byte &- 0x30
      if digit > 9 { throw .wrongType }
      let (product, overflowed) = units.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(Int128(digit))
      if overflowed || carried || decimals == DecimalNumber.decimalsMax { throw .numberRange }
      units = sum
      digits &+= 1
      if seenPoint { decimals &+= 1 }
    }
    if digits == 0 { throw .wrongType }
    return Amount(units: isNegative ? 0 &- units : units, decimals: decimals)
  }
}
