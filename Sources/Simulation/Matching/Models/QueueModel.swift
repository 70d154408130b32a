// Where in a level's queue a resting order stands: the protocol and four beliefs; simulation.

/// Says which lots leave a level when its size shrinks without a trade: those before an order or those behind
/// it. The feed does not tell, so it is a belief. Trades need none: they take from the front.
public protocol QueueModel: Sendable {
  /// Lots before an order that joins a level of `displayed` lots.
  func ahead(joining displayed: Int64) -> Int64
  /// Lots before the order after `left` of a level's `standing` lots went, `ahead` of which stood before it;
  /// `left` and `standing` are at least 1. The engine keeps the answer within 0 and what is displayed.
  func ahead(of ahead: Int64, standing: Int64, left: Int64) -> Int64
}

extension QueueModel {
  /// Behind everybody.
  public func ahead(joining displayed: Int64) -> Int64 { displayed }
}

/// What leaves a level leaves from before and behind alike, in proportion.
public struct ProportionalQueue: QueueModel, Equatable {
  public init() {}

  public func ahead(of ahead: Int64, standing: Int64, left: Int64) -> Int64 {
    ahead - Int64(clamping: Int128(ahead) * Int128(left) / Int128(standing))
  }
}

/// Whoever leaves stood behind us, while there is anybody: only trades and an emptied level bring us forward.
/// hftbacktest's `RiskAdverseQueueModel`; fills come at the latest.
public struct BackQueue: QueueModel, Equatable {
  public init() {}

  public func ahead(of ahead: Int64, standing: Int64, left: Int64) -> Int64 { ahead }
}

/// Whoever leaves stood before us: fills come at the earliest.
public struct FrontQueue: QueueModel, Equatable {
  public init() {}

  public func ahead(of ahead: Int64, standing: Int64, left: Int64) -> Int64 { ahead - left }
}

/// The share of what leaves that stood behind us is `back^n / (back^n + front^n)`: a long queue loses from its
/// longer part more than in proportion. hftbacktest's `ProbQueueModel` with its `PowerProbQueueFunc`; n = 1 is
/// `ProportionalQueue`. What does not divide stays before us.
public struct PowerQueue: QueueModel, Equatable {
  public let exponent: Int

  /// `exponent` from 1 to 8.
  public init(exponent: Int = 3) {
    precondition((1...8).contains(exponent), "Invariant: the exponent of a queue is 1 to 8")
    self.exponent = exponent
  }

  public func ahead(of ahead: Int64, standing: Int64, left: Int64) -> Int64 {
    let back = max(0, standing - ahead)
    // Shares, so that no power overflows or loses its smaller part to rounding before the division.
    let front = power(Double(ahead) / Double(standing))
    let rear = power(Double(back) / Double(standing))
    let fromBack = min(Double(back), Double(left) * rear / (front + rear))
    return ahead - Int64(Double(left) - fromBack)
  }

  /// By multiplication: no library function's last digit may differ between machines.
  private func power(_ share: Double) -> Double {
    var product = 1.0
    for _ in 0..<exponent { product *= share }
    return product
  }
}
