// The types of instruments as OKX's `instType` names them; both planes.

public import Quantities
public import Wire

extension InstrumentType {
  /// Empty for `.unknown`.
  public var okxName: String {
    switch self {
    case .unknown: ""
    case .spot: "SPOT"
    case .margin: "MARGIN"
    case .swap: "SWAP"
    case .futures: "FUTURES"
    case .option: "OPTION"
    }
  }

  /// The type of a name in a message, `.unknown` for any other. Literals, so that each folds to two
  /// words; a test holds them against `okxName`.
  @inlinable
  public init(okx name: JSONName) {
    switch name {
    case JSONName("SPOT"): self = .spot
    case JSONName("MARGIN"): self = .margin
    case JSONName("SWAP"): self = .swap
    case JSONName("FUTURES"): self = .futures
    case JSONName("OPTION"): self = .option
    default: self = .unknown
    }
  }

  /// `.unknown` for a name of none of them.
  public init(okxName name: String) {
    self = InstrumentType.allCases.first { $0 != .unknown && $0.okxName == name } ?? .unknown
  }
}
