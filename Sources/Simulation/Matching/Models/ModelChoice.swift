// The models by name, for whoever chooses them on a command line; simulation.

public enum FeeChoice: String, Sendable, CaseIterable {
  case tier
  case none

  public var model: any FeeModel {
    switch self {
    case .tier: TierFees()
    case .none: ZeroFees()
    }
  }
}

public enum QueueChoice: String, Sendable, CaseIterable {
  case proportional
  case back
  case front
  case power

  public var model: any QueueModel {
    switch self {
    case .proportional: ProportionalQueue()
    case .back: BackQueue()
    case .front: FrontQueue()
    case .power: PowerQueue()
    }
  }
}
