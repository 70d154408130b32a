// Why no snapshot could be taken; control plane.

public enum SnapshotFault: String, Error, Sendable, Hashable, CaseIterable {
  /// No core has left a state file, or it is of another build.
  case noState = "no_state"
  /// The core has shown no sign of life for 3 s.
  case coreDown = "core_down"
  case unknownInstrument = "unknown_instrument"
  /// No picture of the instrument yet.
  case noMarket = "no_market"
  /// Its ticks, lots or contract value are being exchanged: what was read may count in two.
  case changing = "instrument_changing"

  public var meaning: String {
    switch self {
    case .noState: "the core has left no state that can be read"
    case .coreDown: "the core shows no sign of life"
    case .unknownInstrument: "the core does not run this instrument"
    case .noMarket: "the core has no picture of this instrument yet"
    case .changing: "the exchange is changing the instrument: the next cycle looks again"
    }
  }
}
