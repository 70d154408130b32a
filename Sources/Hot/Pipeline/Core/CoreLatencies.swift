// The histograms of one core's hops, nanoseconds; hot plane writes, anyone reads.

import Channels
import State

/// They lie in State, so that a console reads them while they grow.
public struct CoreLatencies: Sendable {
  let state: StateWriter

  var wireIn: LatencyHistogram { state.histogram(.wireIn) }
  var feed: LatencyHistogram { state.histogram(.feed) }
  var build: LatencyHistogram { state.histogram(.build) }
  var gate: LatencyHistogram { state.histogram(.gate) }
  var send: LatencyHistogram { state.histogram(.send) }
  public var wireOut: LatencyHistogram { state.histogram(.wireOut) }
  public var tickToOrder: LatencyHistogram { state.histogram(.tickToOrder) }

  /// Names as the report and the page show them.
  public var all: [(name: String, histogram: LatencyHistogram)] {
    Hop.allCases.map { ($0.name, state.histogram($0)) }
  }
}
