// The Channels suite: rings, the seqlock and the histogram.

import Benchmark
import Workloads

let benchmarks: @Sendable () -> Void = {
  for work in ChannelsWork.all {
    Benchmark(
      "\(work.name), \(work.operationsPerRun) \(work.operation)s",
      configuration: .init(
        metrics: [.wallClock], timeUnits: .microseconds, maxDuration: .seconds(1))
    ) { benchmark in
      for _ in benchmark.scaledIterations {
        work.prepare()
        benchmark.startMeasurement()
        blackHole(work.run())
        benchmark.stopMeasurement()
      }
    }
  }
}
