// When a dead child comes back, and when it stays down: a value, clock and dice as parameters; control plane.

import Quantities

public struct RestartPolicy: Sendable, Equatable {
  /// This many deaths inside the window leave the child down; 0: it always comes back.
  public var deathsMaximum: Int
  public var windowNanoseconds: Int64
  public var backoffMinimumNanoseconds: Int64
  public var backoffMaximumNanoseconds: Int64
  private var deaths: [Instant] = []
  private var backoff: Int64 = 0

  public init(
    deathsMaximum: Int, windowNanoseconds: Int64 = 60_000_000_000,
    backoffMinimumNanoseconds: Int64 = 250_000_000,
    backoffMaximumNanoseconds: Int64 = 10_000_000_000
  ) {
    self.deathsMaximum = deathsMaximum
    self.windowNanoseconds = windowNanoseconds
    self.backoffMinimumNanoseconds = backoffMinimumNanoseconds
    self.backoffMaximumNanoseconds = backoffMaximumNanoseconds
  }

  /// The core's: three deaths within 60 s leave it down.
  public static let core = RestartPolicy(deathsMaximum: 3)
  /// The console's: it holds no orders, so it may always come back.
  public static let console = RestartPolicy(deathsMaximum: 0)

  /// What has to be done and is tried until it is.
  public static let task = RestartPolicy(
    deathsMaximum: 0, backoffMinimumNanoseconds: 1_000_000_000)

  public enum Decision: Sendable, Equatable {
    case restart(afterNanoseconds: Int64)
    case stayDown(deaths: Int)
  }

  /// The child died at `now`. The pause doubles from death to death, falls back after a quiet window, and
  /// is drawn from its upper half, so that many children do not come back in step.
  public mutating func died(
    at now: Instant, random: inout some RandomNumberGenerator
  ) -> Decision {
    deaths.removeAll { now.since($0) >= windowNanoseconds }
    if deaths.isEmpty { backoff = 0 }
    deaths.append(now)
    if deathsMaximum > 0 && deaths.count >= deathsMaximum {
      return .stayDown(deaths: deaths.count)
    }
    let doubled = backoff > backoffMaximumNanoseconds / 2 ? backoffMaximumNanoseconds : backoff * 2
    backoff = max(backoffMinimumNanoseconds, doubled)
    return .restart(afterNanoseconds: Int64.random(in: backoff / 2...backoff, using: &random))
  }
}
