// What the figures of a request count in, said by whoever decided them; the seam.

import Quantities

/// An instrument's lot, tick and contract value as they were when a request was decided: an exchange changes them while
/// requests are on their way. Nil: the sender does not say.
public struct DoorUnits: Hashable, Sendable {
  public var lot: Increment?
  public var tick: Increment?
  /// `ctVal × ctMult`; nothing to say of spot.
  public var contractValue: Increment?

  public init(
    lot: Increment? = nil, tick: Increment? = nil, contractValue: Increment? = nil
  ) {
    self.lot = lot
    self.tick = tick
    self.contractValue = contractValue
  }

  /// All that an instrument's row says.
  public init(of item: Instrument) {
    lot = item.lot
    tick = item.tick
    contractValue = item.contract == .none ? nil : item.contractValue
  }

  static var byteCount: Int { 3 * 9 }

  private var all: [Increment?] { [lot, tick, contractValue] }

  /// What is said can be counted in.
  var isWellFormed: Bool {
    all.allSatisfy { one in
      one.map { $0.mantissa > 0 && $0.decimals <= DecimalNumber.decimalsMax } ?? true
    }
  }

  func put(_ writer: inout DoorWriter) {
    for one in all {
      writer.put(one?.mantissa ?? 0)
      writer.put(one?.decimals ?? 0)
    }
  }

  /// All zero: not said. Anything else is kept for `isWellFormed` to judge.
  static func read(_ reader: inout DoorReader) -> DoorUnits {
    func one(_ reader: inout DoorReader) -> Increment? {
      let mantissa = reader.get(Int64.self)
      let decimals = reader.get(UInt8.self)
      if mantissa == 0 && decimals == 0 { return nil }
      return Increment(mantissa: mantissa, decimals: decimals)
    }
    let lot = one(&reader)
    let tick = one(&reader)
    return DoorUnits(lot: lot, tick: tick, contractValue: one(&reader))
  }
}
