// How long a request takes to the book: the protocol, a fixed delay and a jittered one; simulation.

import Market

/// Delays what was accepted at the gateway. The engine keeps the order of requests whatever the delays: they
/// come by one line, and none overtakes another.
public protocol LatencyModel: Sendable {
  /// Nanoseconds from the call of `place`, `amend` or `cancel` to its taking effect; at least 0. Called once a
  /// request, in their order, so that a model may keep a state.
  mutating func delay(of request: RequestKind, at now: Int64) -> Int64
}

public enum RequestKind: Sendable {
  case place
  case amend
  case cancel
}

/// The same for every request; 0 for the simulated exchange, whose clients bring a network of their own.
public struct FixedLatency: LatencyModel, Equatable {
  public var nanoseconds: Int64

  public init(nanoseconds: Int64 = 0) { self.nanoseconds = nanoseconds }

  public func delay(of request: RequestKind, at now: Int64) -> Int64 { nanoseconds }
}

/// A base and a near-exponential tail on top, cut at a bound; the same seed gives the same delays.
public struct JitteredLatency: LatencyModel {
  public let base: Int64
  /// Mean of what comes on top.
  public let jitterMean: Int64
  /// Most that comes on top.
  public let jitterMax: Int64
  private var random: RandomSource

  public init(base: Int64, jitterMean: Int64, jitterMax: Int64, seed: UInt64) {
    self.base = base
    self.jitterMean = jitterMean
    self.jitterMax = jitterMax
    random = RandomSource(seed: seed)
  }

  public mutating func delay(of request: RequestKind, at now: Int64) -> Int64 {
    base + min(jitterMax, Int64(random.exponential() * Double(jitterMean)))
  }
}
