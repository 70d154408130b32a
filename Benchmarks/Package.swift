// swift-tools-version: 6.2
// Benchmarks over the hot products: suites of ordo-one/benchmark, and peers side by side; perf/bench.sh runs both.
// Build with LLMTRADING_HOT_ONLY=1: the root package then has no packages of its own and links no jemalloc.
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error),
]

let hot: [Target.Dependency] = [
  "Quantities", "Channels", "Wire", "OKX", "Book", "Risk",
].map { .product(name: $0, package: "project") }

/// What stands beside ours.
let peers: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOEmbedded", package: "swift-nio"),
  .product(name: "NIOWebSocket", package: "swift-nio"),
  .product(name: "Histogram", package: "hdrhistogram-swift"),
]

/// The plugin wants each suite in Benchmarks/NAME and writes its `main`.
func suite(_ name: String) -> Target {
  .executableTarget(
    name: "\(name)Benchmarks",
    dependencies: ["Workloads", .product(name: "Benchmark", package: "benchmark")],
    path: "Benchmarks/\(name)", swiftSettings: strict,
    plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
}

let package = Package(
  name: "benchmarks",
  dependencies: [
    .package(name: "project", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
  ],
  targets: [
    .target(name: "Workloads", dependencies: hot + peers, swiftSettings: strict),
    .executableTarget(name: "Peers", dependencies: ["Workloads"], swiftSettings: strict),
    suite("Book"),
    suite("Channels"),
    suite("OKX"),
    suite("Risk"),
    suite("Wire"),
  ]
)
