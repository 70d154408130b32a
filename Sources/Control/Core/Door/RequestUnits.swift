// Figures of a request counted in what their instrument counts in now, or refused with how to ask; control plane.

import Door
import Pipeline
import Quantities

/// A request is decided in one lot and may come in another. What its sender says of it is counted exactly. A sender that
/// says nothing is believed while only one meaning is known: none of the instrument's units changed in this start, or
/// between the one before and this one. To be flat means the same in all of them, so that an exit is never refused.
struct RequestUnits {
  struct Refusal: Error {
    var reply: DoorReply

    init(_ detail: String) { reply = DoorReply(.unitsChanged, detail: detail) }
  }

  let changes: InstrumentChanges
  /// What instruments counted in at the start before this one, where that was something else.
  let before: [InstrumentID: DoorUnits]

  /// The signal in the units of `row`.
  func count(_ signal: DoorSignal, in row: Instrument) throws(Refusal) -> DoorSignal {
    var counted = signal
    if signal.target != 0 {
      counted.target = try lots(signal.target, "a target", signal.units, row)
    }
    if signal.referenceHalfTicks != 0 {
      counted.referenceHalfTicks = try ticks(signal.referenceHalfTicks, signal.units, row)
    }
    counted.units = DoorUnits(of: row)
    return counted
  }

  /// The limits in the lots of `row`; cut to whole lots, since a limit is only ever made stricter.
  func count(_ asked: InstrumentLimits, _ units: DoorUnits, in row: Instrument) throws(Refusal)
    -> InstrumentLimits
  {
    var counted = asked
    for limit in [InstrumentLimit.orderLots, .positionLots] where asked[limit] > 0 {
      if let said = units.lot, said != row.lot {
        try checkValue(units, row)
        counted[limit] = row.lot.count(asked[limit], of: said)
        if counted[limit] < 1 {
          throw Refusal(
            "\(limit.text.key) \(asked[limit]) in lots of \(said) is less than one lot of "
              + "\(row.lot): `stop` keeps \(row.symbol) from trading")
        }
      } else {
        counted[limit] = try lots(asked[limit], limit.text.key, units, row)
      }
    }
    return counted
  }

  private func lots(_ figure: Int64, _ name: String, _ units: DoorUnits, _ row: Instrument)
    throws(Refusal) -> Int64
  {
    try checkValue(units, row)
    guard let said = units.lot else {
      guard let old = lotBefore(row) else { return figure }
      throw Refusal(
        "\(row.symbol) counts in lots of \(row.lot), and counted in lots of \(old) before: say which "
          + "lot \(name) of \(figure) counts in (--lot or `lot`)")
    }
    guard let lots = row.lot.exactly(figure, of: said) else {
      throw Refusal(
        "\(name) of \(figure) in lots of \(said) is no whole number of lots of \(row.lot), which "
          + "\(row.symbol) counts in: decide it anew in those")
    }
    return lots
  }

  private func ticks(_ reference: Int64, _ units: DoorUnits, _ row: Instrument) throws(Refusal)
    -> Int64
  {
    guard let said = units.tick else {
      guard let old = tickBefore(row) else { return reference }
      throw Refusal(
        "\(row.symbol) counts prices in \(row.tick), and counted in \(old) before: say which tick "
          + "the reference counts in, or leave it out")
    }
    guard let ticks = row.tick.exactly(reference, of: said) else {
      throw Refusal(
        "a reference in ticks of \(said) is no whole number of ticks of \(row.tick), which "
          + "\(row.symbol) counts in: decide it anew in those")
    }
    return ticks
  }

  /// A contract's value is money that the decision was made of: nothing is counted over.
  private func checkValue(_ units: DoorUnits, _ row: Instrument) throws(Refusal) {
    if row.contract == .none { return }
    if let said = units.contractValue {
      if said.normalized == row.contractValue.normalized { return }
      throw Refusal(
        "a contract of \(row.symbol) is worth \(row.contractValue) now, and this was decided at "
          + "\(said): decide it anew")
    }
    guard let old = valueBefore(row) else { return }
    throw Refusal(
      "a contract of \(row.symbol) is worth \(row.contractValue), and was worth \(old) before: say "
        + "which it was decided at (--contract-value or `contract_value`)")
  }

  // What held before, where it was something else; the latest that is known.

  private func lotBefore(_ row: Instrument) -> Increment? {
    let change = changes.latest(row.id, before: row.unitsChange) { $0.lotFactor != 1 }
    guard let change else { return before[row.id]?.lot }
    return DecimalNumber.of(units: change.lotFactor, increment: change.instrument.lot)?.normalized
      ?? row.lot
  }

  private func tickBefore(_ row: Instrument) -> Increment? {
    let change = changes.latest(row.id, before: row.unitsChange) { $0.tickFactor != 1 }
    guard let change else { return before[row.id]?.tick }
    return DecimalNumber.of(units: change.tickFactor, increment: change.instrument.tick)?.normalized
      ?? row.tick
  }

  private func valueBefore(_ row: Instrument) -> Increment? {
    let change = changes.latest(row.id, before: row.unitsChange) { $0.isOfValue }
    return change?.valueBefore ?? before[row.id]?.contractValue
  }
}
