// The Wire suite: JSON, WebSocket frames, UTF-8.

import Benchmark
import Workloads

let benchmarks: @Sendable () -> Void = {
  for work in WireWork.all {
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
