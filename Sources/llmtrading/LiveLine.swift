// One line a second about a running core; control plane.
import Channels
import Foundation
import Pipeline

struct LiveLine {
  let core: Core

  func run() async {
    var last: UInt64 = 0
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(1))
      let messages = core.control.feedMessages
      let orders = core.latencies.wireOut.snapshot().count
      let latency = core.latencies.tickToOrder.snapshot()
      print(
        "book \(messages - last)/s  sent \(orders)  working \(core.control.workingOrders)  "
          + "tick-to-order p50 \(LiveLine.text(latency.quantile(0.5))) "
          + "p99 \(LiveLine.text(latency.quantile(0.99)))")
      fflush(nil)
      last = messages
    }
  }

  private static func text(_ nanoseconds: UInt64?) -> String {
    guard let nanoseconds else { return "–" }
    return String(format: "%.1f µs", Double(nanoseconds) / 1_000)
  }
}
