// The histograms of one core's hops, nanoseconds; hot plane writes, anyone reads.

import Channels

public struct CoreLatencies: Sendable {
  public let wireIn = LatencyHistogram()
  public let feed = LatencyHistogram()
  public let build = LatencyHistogram()
  public let gate = LatencyHistogram()
  public let send = LatencyHistogram()
  public let wireOut = LatencyHistogram()
  public let tickToOrder = LatencyHistogram()

  public init() {}

  /// Names as the report and the page show them.
  public var all: [(name: String, histogram: LatencyHistogram)] {
    [
      ("feed", feed), ("build", build), ("gate", gate), ("send", send), ("wire_in", wireIn),
      ("wire_out", wireOut), ("tick_to_order", tickToOrder),
    ]
  }
}
