// After warm-up the hot threads allocate nothing and touch no new page, whatever passes through them.
import Foundation
import Testing

extension Demos {
  @Suite(.serialized)
  struct SteadyState {
    /// `messages` is the issue's own bar; the rate is what two cores carry with both sides on them.
    @Test(arguments: [("fused", 1_000_000), ("split", 100_000)])
    func noHotThreadAllocatesOrFaults(_ topology: String, _ messages: Int) throws {
      let folder = try Demo.folder()
      defer { try? FileManager.default.removeItem(at: folder) }
      let script = folder.appendingPathComponent("faults")
      // Some seconds in: the core is up by then on the slowest machine.
      try """
      at 8000 of BTC-USDT disconnect
      at 14000 of ETH-USDT disconnect
      """.write(to: script, atomically: true, encoding: .utf8)
      let isLong = messages > 100_000
      let report = try Demo.play(
        [
          "--topology", topology, "--generate", "50", "--rate", isLong ? "60000" : "20000",
          // What the exchange sent is counted, and trades go to the context's connection as well.
          "--messages", "\(messages + messages / 4 + 20_000)", "--seconds", "300",
        ] + (isLong ? ["--faults", script.path] : []), in: folder)
      for (name, thread) in report.threads {
        #expect(thread.allocatedBytesAfterWarmup == 0, "\(name)")
        #expect(thread.minorFaultsAfterWarmup == 0, "\(name)")
      }
      let seen = report.threads[topology == "fused" ? "hot" : "feed"]?.messages ?? 0
      #expect(seen >= messages + 10_000, "warm-up is the first 10,000")
      #expect(report.threads.count == (topology == "fused" ? 1 : 4))
      #expect(report.instruments.count == 50)
      if isLong { #expect(report.faults["connectionLost"] == 2) }
      #expect(report.instruments.values.map(\.orders.sent).reduce(0, +) > 0)
      report.expectAgreement()
    }
  }
}
