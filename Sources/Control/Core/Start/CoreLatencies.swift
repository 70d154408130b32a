// The histograms of one core's hops, nanoseconds; control plane.

import Channels
import State

/// They lie in State, so that a console reads them while the stages write.
public struct CoreLatencies: Sendable {
  let state: StateWriter

  public var wireOut: LatencyHistogram { state.histogram(.wireOut) }
  public var tickToOrder: LatencyHistogram { state.histogram(.tickToOrder) }

  /// Names as the report and the page show them.
  public var all: [(name: String, histogram: LatencyHistogram)] {
    Hop.allCases.map { ($0.name, state.histogram($0)) }
  }
}
